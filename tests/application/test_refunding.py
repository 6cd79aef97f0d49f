"""Giving money back once, and the truth about it from the provider (rules E2, E3, E9, E10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.bootstrap import Service
from application.errors import TryLater
from application.ports import GatewayRefused, Intent, IntentStatus, ProviderRefundStatus
from application.refunding import observe, refund
from domain.model import Role
from domain.payment.payment import RefundStatus, payment_id_of
from domain.session.events import Reason
from tests.application.money import (
    EVERYTHING,
    a_till,
    do_everything_again,
    errors_of,
    granted_refund,
    try_again,
)
from tests.fakes import FakeGateway
from tests.seeded import PRICE, Seeded, a_client, a_therapist
from tests.workers.story import do_what_is_due

Advance = Callable[[timedelta], None]
HOUR = timedelta(hours=1)
GIVEN_BACK = ["RefundRequested", "RefundSent", "RefundSucceeded"]


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


@pytest.fixture
def paid(seeded: Seeded, gateway: FakeGateway) -> UUID:
    """A session that a client booked and paid."""
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)
    gateway.calls.clear()
    return session_id


def settle(gateway: FakeGateway, status: ProviderRefundStatus, *, failure: str | None = None) -> None:
    """Let the bank decide on every refund."""
    for kept in gateway.kept_refunds.values():
        kept[:] = [replace(refund, status=status, failure=failure) for refund in kept]


@pytest.mark.parametrize(
    ("by", "reason"), [(Role.CLIENT, Reason.CLIENT_ASKED), (Role.THERAPIST, Reason.ILLNESS)], ids=["E2", "E3"]
)
def test_what_was_charged_goes_back_when_the_session_is_cancelled_in_time_or_by_the_therapist(
    seeded: Seeded, gateway: FakeGateway, paid: UUID, by: Role, reason: Reason
) -> None:
    seeded.cancel(paid, by=by, reason=reason)

    do_what_is_due(seeded)

    assert gateway.refunded_minor == EVERYTHING
    assert seeded.told_of_payment(paid)[-3:] == GIVEN_BACK
    assert seeded.told(paid)[-3:] == ["Cancelled", "RefundGranted", "Refunded"]


def test_e9_the_providers_refunds_are_listed_before_one_is_asked_for(
    seeded: Seeded, gateway: FakeGateway, paid: UUID
) -> None:
    seeded.cancel(paid)

    do_what_is_due(seeded)

    assert gateway.calls == ["refunds", "refund"]


def test_e9_a_refund_whose_answer_was_lost_is_found_and_not_asked_for_again(
    seeded: Seeded, gateway: FakeGateway, paid: UUID
) -> None:
    gateway.unsure = ["refund"]
    seeded.cancel(paid)
    do_what_is_due(seeded)
    lost = (seeded.told_of_payment(paid)[-1], errors_of(seeded, "refund"))

    gateway._answers.clear()
    try_again(seeded)

    assert lost == ("RefundSent", ["provider_unsure"])
    assert (gateway.refunded_minor, gateway.calls.count("refund")) == (EVERYTHING, 1)
    assert seeded.told_of_payment(paid)[-3:] == GIVEN_BACK


def test_e9_doing_all_the_work_again_gives_nothing_more_back(seeded: Seeded, gateway: FakeGateway, paid: UUID) -> None:
    seeded.cancel(paid)
    do_what_is_due(seeded)

    do_everything_again(seeded)
    refund(a_till(seeded), payment_id_of(paid), granted_refund(seeded, paid))

    assert (gateway.refunded_minor, gateway.calls.count("refund")) == (EVERYTHING, 1)
    assert seeded.told(paid).count("Refunded") == 1


def test_e9_a_refund_that_nobody_granted_is_not_given(seeded: Seeded, gateway: FakeGateway, paid: UUID) -> None:
    refund(a_till(seeded), payment_id_of(paid), UUID(int=99))

    assert gateway.calls == []


def test_e9_one_session_is_never_given_more_back_than_was_taken(
    seeded: Seeded, gateway: FakeGateway, paid: UUID
) -> None:
    seeded.cancel(paid)
    do_what_is_due(seeded)

    assert seeded.payment(paid).refundable_minor == 0
    assert gateway.charged_minor == gateway.refunded_minor


def test_e10_a_pending_refund_is_read_again_after_an_hour(
    seeded: Seeded, gateway: FakeGateway, paid: UUID, advance: Advance
) -> None:
    gateway.refund_status = ProviderRefundStatus.PENDING
    seeded.cancel(paid)
    do_what_is_due(seeded)
    pending = (seeded.told_of_payment(paid)[-1], seeded.told(paid)[-1])
    settle(gateway, ProviderRefundStatus.SUCCEEDED)

    advance(HOUR + timedelta(minutes=1))
    do_what_is_due(seeded)

    assert pending == ("RefundPending", "RefundGranted")
    assert (seeded.told_of_payment(paid)[-1], seeded.told(paid)[-1]) == ("RefundSucceeded", "Refunded")


def test_e10_a_refund_that_is_still_pending_then_is_not_forgotten(
    seeded: Seeded, gateway: FakeGateway, paid: UUID, advance: Advance
) -> None:
    gateway.refund_status = ProviderRefundStatus.PENDING
    seeded.cancel(paid)
    do_what_is_due(seeded)
    advance(HOUR + timedelta(minutes=1))
    do_what_is_due(seeded)
    waiting = errors_of(seeded, "refund")
    settle(gateway, ProviderRefundStatus.SUCCEEDED)

    try_again(seeded)

    assert waiting == ["refund_pending"]
    assert seeded.told(paid)[-1] == "Refunded"
    assert seeded.told_of_payment(paid).count("RefundPending") == 1


def test_e10_a_refund_that_fails_leaves_the_debt_open(seeded: Seeded, gateway: FakeGateway, paid: UUID) -> None:
    gateway.refund_status = ProviderRefundStatus.FAILED
    seeded.cancel(paid)

    do_what_is_due(seeded)
    do_everything_again(seeded)

    assert (seeded.told_of_payment(paid)[-1], seeded.told(paid)[-1]) == ("RefundFailed", "RefundFailed")
    assert seeded.session(paid).refunded_minor == 0
    assert seeded.told(paid).count("RefundFailed") == 1


def test_e10_a_refund_that_the_provider_refuses_has_failed_with_its_code(
    seeded: Seeded, gateway: FakeGateway, paid: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise GatewayRefused("charge_disputed")

    monkeypatch.setattr(gateway, "refund", refuse)
    seeded.cancel(paid)

    do_what_is_due(seeded)

    failed = seeded.service.practice.history(payment_id_of(paid))[-1].event
    assert (type(failed).__name__, getattr(failed, "code", None)) == ("RefundFailed", "charge_disputed")


def test_e10_a_refund_that_fails_after_it_had_succeeded_reopens_the_debt(
    seeded: Seeded, gateway: FakeGateway, paid: UUID
) -> None:
    seeded.cancel(paid)
    do_what_is_due(seeded)
    settle(gateway, ProviderRefundStatus.FAILED, failure="lost_or_stolen_card")

    observe(a_till(seeded), "pi_1")
    observe(a_till(seeded), "pi_1")

    assert [r.status for r in seeded.payment(paid).refunds.values()] == [RefundStatus.FAILED]
    assert (seeded.session(paid).refunded_minor, seeded.told(paid).count("RefundFailed")) == (0, 1)


def test_a_hint_about_an_intent_that_is_not_ours_leads_to_nothing(seeded: Seeded, gateway: FakeGateway) -> None:
    gateway.intents["pi_theirs"] = Intent("pi_theirs", IntentStatus.SUCCEEDED, PRICE)

    observe(a_till(seeded), "pi_theirs")

    assert gateway.calls == ["intent"]


def test_a_hint_that_is_faster_than_our_own_records_is_looked_at_later(seeded: Seeded, gateway: FakeGateway) -> None:
    gateway.intents["pi_9"] = Intent("pi_9", IntentStatus.SUCCEEDED, PRICE, payment_id=UUID(int=9))

    with pytest.raises(TryLater):
        observe(a_till(seeded), "pi_9")


def test_a_hint_may_be_the_first_to_tell_of_the_money(seeded: Seeded, gateway: FakeGateway) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    gateway.unsure = ["confirm_intent"]
    do_what_is_due(seeded)

    observe(a_till(seeded), "pi_1")
    try_again(seeded)

    assert seeded.told(session_id) == ["Booked", "Charged", "BookingPlaced"]
    assert gateway.charged_minor == EVERYTHING
