"""What is given back of a payment: never more than was taken."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.payment.events import (
    PaymentEvent,
    RefundFailed,
    RefundPending,
    RefundRequested,
    RefundSent,
    RefundSucceeded,
)
from domain.payment.payment import (
    Refund,
    RefundStatus,
    record_refund_failure,
    record_refund_pending,
    record_refund_success,
    request_refund,
    send_refund,
)
from tests.given import CAPTURED, INTENT, NOW, REFUND, TRIED, given_payment

OTHER = UUID(int=60)
TAKEN = (INTENT, TRIED, CAPTURED)
REQUESTED = RefundRequested(refund_id=REFUND, amount_minor=8000, rule="E3", at=NOW)
SENT = RefundSent(refund_id=REFUND, at=NOW)
PENDING = RefundPending(refund_id=REFUND, provider_ref="re_1", at=NOW)
SUCCEEDED = RefundSucceeded(refund_id=REFUND, provider_ref="re_1", amount_minor=8000, at=NOW)
FAILED = RefundFailed(refund_id=REFUND, provider_ref="re_1", amount_minor=8000, code="lost_or_stolen_card", at=NOW)
UNDER_WAY = [(REQUESTED,), (REQUESTED, SENT), (REQUESTED, SENT, PENDING), (REQUESTED, PENDING)]
Events = tuple[PaymentEvent, ...]


def test_e9_a_refund_asks_for_everything_that_was_taken() -> None:
    assert request_refund(given_payment(*TAKEN), refund_id=REFUND, rule="E3", now=NOW) == REQUESTED


def test_e9_nothing_is_asked_for_where_nothing_was_taken() -> None:
    assert request_refund(given_payment(INTENT, TRIED), refund_id=REFUND, rule="E3", now=NOW) is None


@pytest.mark.parametrize("events", [*UNDER_WAY, (REQUESTED, SENT, SUCCEEDED)])
def test_e9_the_refunds_of_a_charge_never_exceed_it(events: Events) -> None:
    payment = given_payment(*TAKEN, *events)

    assert payment.refundable_minor == 0
    assert request_refund(payment, refund_id=OTHER, rule="E3", now=NOW) is None


def test_e9_the_same_refund_is_asked_for_once_even_when_it_failed() -> None:
    payment = given_payment(*TAKEN, REQUESTED, SENT, FAILED)

    assert request_refund(payment, refund_id=REFUND, rule="E3", now=NOW) is None


def test_e10_a_refund_that_failed_may_be_replaced_by_another() -> None:
    payment = given_payment(*TAKEN, REQUESTED, SENT, SUCCEEDED, FAILED)

    another = request_refund(payment, refund_id=OTHER, rule="E10", now=NOW)

    assert RefundRequested(refund_id=OTHER, amount_minor=8000, rule="E10", at=NOW) == another


def test_e9_only_the_rest_is_asked_for_where_a_part_is_given_back() -> None:
    part = RefundRequested(refund_id=OTHER, amount_minor=3000, rule="E4", at=NOW)

    rest = request_refund(given_payment(*TAKEN, part), refund_id=REFUND, rule="E3", now=NOW)

    assert REQUESTED.model_copy(update={"amount_minor": 5000}) == rest


def test_e9_a_refund_is_sent_once() -> None:
    assert send_refund(given_payment(*TAKEN, REQUESTED), refund_id=REFUND, now=NOW) == SENT
    assert send_refund(given_payment(*TAKEN, REQUESTED, SENT), refund_id=REFUND, now=NOW) is None


def test_e9_a_refund_that_nobody_asked_for_is_not_sent() -> None:
    assert send_refund(given_payment(*TAKEN), refund_id=REFUND, now=NOW) is None


@pytest.mark.parametrize("events", [(REQUESTED,), (REQUESTED, SENT)])
def test_e10_a_refund_that_the_provider_has_not_finished_is_pending(events: Events) -> None:
    payment = given_payment(*TAKEN, *events)

    assert record_refund_pending(payment, refund_id=REFUND, provider_ref="re_1", now=NOW) == PENDING


@pytest.mark.parametrize("last", [PENDING, SUCCEEDED, FAILED])
def test_e10_a_refund_is_not_pending_twice_nor_once_it_is_settled(last: PaymentEvent) -> None:
    payment = given_payment(*TAKEN, REQUESTED, SENT, last)

    assert record_refund_pending(payment, refund_id=REFUND, provider_ref="re_1", now=NOW) is None


@pytest.mark.parametrize("events", UNDER_WAY)
def test_e9_money_that_went_back_is_recorded_from_any_step_before(events: Events) -> None:
    payment = given_payment(*TAKEN, *events)

    assert record_refund_success(payment, refund_id=REFUND, provider_ref="re_1", now=NOW) == SUCCEEDED


@pytest.mark.parametrize("last", [SUCCEEDED, FAILED])
def test_e10_a_refund_succeeds_once_and_not_after_it_failed(last: PaymentEvent) -> None:
    payment = given_payment(*TAKEN, REQUESTED, SENT, last)

    assert record_refund_success(payment, refund_id=REFUND, provider_ref="re_1", now=NOW) is None


@pytest.mark.parametrize("events", [*UNDER_WAY, (REQUESTED, SENT, SUCCEEDED)])
def test_e10_a_refund_fails_from_any_step_even_after_it_succeeded(events: Events) -> None:
    payment = given_payment(*TAKEN, *events)

    failed = record_refund_failure(payment, refund_id=REFUND, provider_ref="re_1", code="lost_or_stolen_card", now=NOW)

    assert failed == FAILED
    assert given_payment(*TAKEN, *events, FAILED).refundable_minor == 8000


def test_e10_a_refund_fails_once() -> None:
    payment = given_payment(*TAKEN, REQUESTED, SENT, FAILED)

    assert record_refund_failure(payment, refund_id=REFUND, provider_ref="re_1", code="unknown", now=NOW) is None


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((REQUESTED,), RefundStatus.REQUESTED),
        ((REQUESTED, SENT), RefundStatus.SENT),
        ((REQUESTED, SENT, PENDING), RefundStatus.PENDING),
        ((REQUESTED, SENT, SUCCEEDED), RefundStatus.SUCCEEDED),
        ((REQUESTED, SENT, SUCCEEDED, FAILED), RefundStatus.FAILED),
    ],
)
def test_e10_a_refund_is_where_its_last_event_says(events: Events, status: RefundStatus) -> None:
    assert {REFUND: Refund(8000, status)} == given_payment(*TAKEN, *events).refunds
