"""A payment from falling due to money taken or not: one charge that can succeed once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.model import Money
from domain.payment.events import (
    AuthenticationRequired,
    Captured,
    ConfirmStarted,
    Declined,
    IntentCanceled,
    IntentCreated,
    OutcomeUnknown,
    PaymentEvent,
    Waived,
)
from domain.payment.payment import (
    Status,
    Try,
    confirm_key,
    fall_due,
    payment_id_of,
    record_authentication_required,
    record_capture,
    record_decline,
    record_intent,
    record_intent_canceled,
    record_unknown,
    start_try,
    waive,
)
from tests.given import (
    CAPTURED,
    CLIENT,
    DUE,
    INTENT,
    MICROSECOND,
    NOW,
    PRICE,
    SESSION,
    THERAPIST,
    TRIED,
    given_payment,
)

UNKNOWN = OutcomeUnknown(attempt=1, at=NOW)
DECLINED = Declined(attempt=1, code="card_declined", advice="try_again_later", at=NOW)
NEEDS_AUTHENTICATION = AuthenticationRequired(attempt=1, at=NOW)
CANCELED = IntentCanceled(epoch=1, intent_id="pi_1", at=NOW)
WAIVED = Waived(rule="E2", at=NOW)
OPEN_TRIES = [pytest.param((INTENT, TRIED), id="confirming"), pytest.param((INTENT, TRIED, UNKNOWN), id="unknown")]
CLOSED = [pytest.param((INTENT, TRIED, CAPTURED), id="captured"), pytest.param((WAIVED,), id="waived")]
NO_OPEN_TRY = [
    pytest.param((), id="due"),
    pytest.param((INTENT,), id="intent only"),
    pytest.param((INTENT, TRIED, DECLINED), id="declined"),
    pytest.param((INTENT, TRIED, NEEDS_AUTHENTICATION), id="needs authentication"),
    *CLOSED,
]
Events = tuple[PaymentEvent, ...]


def test_l_the_same_session_and_purpose_are_always_the_same_payment() -> None:
    assert payment_id_of(SESSION) == payment_id_of(SESSION, purpose="session")
    assert payment_id_of(SESSION) != payment_id_of(SESSION, purpose="other")
    assert payment_id_of(SESSION) != payment_id_of(CLIENT)


def test_e5_a_payment_falls_due_at_the_instant_that_was_frozen() -> None:
    later = NOW + timedelta(days=3)

    due = fall_due(session_id=SESSION, client_id=CLIENT, therapist_id=THERAPIST, amount=PRICE, charge_at=later, now=NOW)

    assert DUE.model_copy(update={"charge_at": later}) == due
    assert given_payment().status is Status.DUE


def test_e9_the_first_recorded_intent_wins() -> None:
    first = record_intent(given_payment(), intent_id="pi_1", now=NOW)
    second = record_intent(given_payment(INTENT), intent_id="pi_2", now=NOW)

    assert first == INTENT
    assert second is None


@pytest.mark.parametrize("events", CLOSED)
def test_e9_a_closed_payment_takes_no_intent(events: Events) -> None:
    assert record_intent(given_payment(*events), intent_id="pi_2", now=NOW) is None


def test_e9_every_try_has_a_number_and_a_key_of_its_own() -> None:
    first = start_try(given_payment(INTENT), card_ref="pm_1", now=NOW)
    second = start_try(given_payment(INTENT, TRIED, DECLINED), card_ref="pm_2", now=NOW)

    assert first == TRIED
    assert second == ConfirmStarted(attempt=2, card_ref="pm_2", at=NOW)
    keys = {confirm_key(SESSION, Try(attempt, "pm_1", NOW)) for attempt in (1, 2)}
    assert {f"cf:{SESSION}:1", f"cf:{SESSION}:2"} == keys


def test_e8_after_authentication_was_required_a_new_try_may_begin() -> None:
    again = start_try(given_payment(INTENT, TRIED, NEEDS_AUTHENTICATION), card_ref="pm_1", now=NOW)

    assert again == ConfirmStarted(attempt=2, card_ref="pm_1", at=NOW)


@pytest.mark.parametrize("events", OPEN_TRIES)
def test_e9_while_a_try_is_open_no_other_begins_for_twenty_hours(events: Events) -> None:
    payment, sure_until = given_payment(*events), NOW + timedelta(hours=20)

    assert start_try(payment, card_ref="pm_2", now=sure_until - MICROSECOND) is None
    assert start_try(payment, card_ref="pm_2", now=sure_until) == ConfirmStarted(
        attempt=2, card_ref="pm_2", at=sure_until
    )


@pytest.mark.parametrize("events", CLOSED)
def test_e9_a_closed_payment_is_never_tried_again(events: Events) -> None:
    assert start_try(given_payment(*events), card_ref="pm_1", now=NOW + timedelta(days=1)) is None


def test_e9_money_is_taken_once() -> None:
    first = record_capture(given_payment(INTENT, TRIED), intent_id="pi_1", charge_ref="ch_1", amount=PRICE, now=NOW)
    again = record_capture(
        given_payment(INTENT, TRIED, CAPTURED), intent_id="pi_1", charge_ref="ch_1", amount=PRICE, now=NOW
    )

    assert first == CAPTURED
    assert again is None


@pytest.mark.parametrize(
    "events",
    [
        (),
        (INTENT,),
        (INTENT, TRIED, UNKNOWN),
        (INTENT, TRIED, DECLINED),
        (INTENT, TRIED, NEEDS_AUTHENTICATION),
        (INTENT, CANCELED),
        (INTENT, WAIVED),
    ],
)
def test_e9_money_that_was_taken_is_a_fact_and_refused_in_no_state(events: Events) -> None:
    partly = Money(amount_minor=4000, currency="GBP")

    captured = record_capture(given_payment(*events), intent_id="pi_1", charge_ref="ch_1", amount=partly, now=NOW)

    assert Captured(intent_id="pi_1", charge_ref="ch_1", amount=partly, at=NOW) == captured
    assert given_payment(*events, CAPTURED).status is Status.CAPTURED


@pytest.mark.parametrize("events", OPEN_TRIES)
def test_e8_an_open_try_ends_declined_or_with_authentication_required(events: Events) -> None:
    payment = given_payment(*events)

    declined = record_decline(payment, attempt=1, code="card_declined", advice="try_again_later", now=NOW)
    required = record_authentication_required(payment, attempt=1, now=NOW)

    assert declined == DECLINED
    assert required == NEEDS_AUTHENTICATION


@pytest.mark.parametrize("events", NO_OPEN_TRY)
def test_e9_what_is_not_open_has_no_outcome(events: Events) -> None:
    payment = given_payment(*events)

    assert record_decline(payment, attempt=1, code="card_declined", advice=None, now=NOW) is None
    assert record_authentication_required(payment, attempt=1, now=NOW) is None
    assert record_unknown(payment, attempt=1, now=NOW) is None


@pytest.mark.parametrize("attempt", [1, 3])
def test_e9_the_outcome_of_another_try_is_not_this_ones(attempt: int) -> None:
    second = given_payment(INTENT, TRIED, DECLINED, TRIED.model_copy(update={"attempt": 2}))

    assert record_decline(second, attempt=attempt, code="card_declined", advice=None, now=NOW) is None
    assert record_authentication_required(second, attempt=attempt, now=NOW) is None
    assert record_unknown(second, attempt=attempt, now=NOW) is None


def test_e9_an_answer_that_did_not_arrive_is_recorded_once() -> None:
    assert record_unknown(given_payment(INTENT, TRIED), attempt=1, now=NOW) == UNKNOWN
    assert record_unknown(given_payment(INTENT, TRIED, UNKNOWN), attempt=1, now=NOW) is None


def test_e9_an_intent_cancelled_at_the_provider_makes_room_for_the_next_one() -> None:
    canceled = record_intent_canceled(given_payment(INTENT), intent_id="pi_1", now=NOW)
    payment = given_payment(INTENT, CANCELED)

    assert canceled == CANCELED
    assert record_intent(payment, intent_id="pi_2", now=NOW) == IntentCreated(epoch=2, intent_id="pi_2", at=NOW)
    assert (given_payment().intent_key(), payment.intent_key()) == (
        f"pi:{payment_id_of(SESSION)}:1",
        f"pi:{payment_id_of(SESSION)}:2",
    )


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((), id="no intent"),
        pytest.param((INTENT, CANCELED), id="asked twice"),
        pytest.param((INTENT.model_copy(update={"intent_id": "pi_0"}),), id="another intent"),
        pytest.param((INTENT, TRIED, CAPTURED), id="captured"),
    ],
)
def test_e9_only_the_present_intent_can_be_cancelled_and_only_once(events: Events) -> None:
    assert record_intent_canceled(given_payment(*events), intent_id="pi_1", now=NOW) is None


def test_a5_a_waived_payment_stays_waived_when_its_intent_is_cancelled() -> None:
    assert given_payment(INTENT, WAIVED, CANCELED).status is Status.WAIVED
    assert given_payment(INTENT, TRIED, UNKNOWN, CANCELED).status is Status.DUE


@pytest.mark.parametrize("events", NO_OPEN_TRY[:4])
def test_e2_a_payment_with_no_open_try_is_waived(events: Events) -> None:
    assert waive(given_payment(*events), rule="E2", now=NOW) == WAIVED


@pytest.mark.parametrize("events", [*OPEN_TRIES, *CLOSED])
def test_e2_money_that_is_taken_or_may_be_is_not_waived(events: Events) -> None:
    assert waive(given_payment(*events), rule="E2", now=NOW) is None
