"""Taking money once, at the time that was said, whatever happens on the way (rules A5, E2, E5, E8, E9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.bootstrap import Service
from adapters.ids import new_id
from application.charging import charge, lapse_checkout
from application.errors import TryLater
from application.ports import IntentStatus
from application.till import settle
from domain.model import Role
from domain.payment.payment import Status, payment_id_of, record_intent
from domain.session import session as sessions
from domain.session.events import Reason
from tests.application.money import (
    EVERYTHING,
    PAID,
    Interrupted,
    a_till,
    do_everything_again,
    errors_of,
    try_again,
    unsure,
    until,
)
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_client, a_known_client, a_therapist
from tests.workers.story import do_what_is_due

Advance = Callable[[timedelta], None]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


# --- when (E5) ----------------------------------------------------------------------------------------------------


def test_e5_what_a_client_books_is_charged_at_booking_and_then_stands(seeded: Seeded, gateway: FakeGateway) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))

    do_what_is_due(seeded)

    assert gateway.charged_minor == EVERYTHING
    assert seeded.told_of_payment(session_id) == PAID
    assert seeded.told(session_id) == ["Booked", "Charged", "BookingPlaced"]


def test_e5_what_a_therapist_books_is_charged_just_after_the_notice_deadline_and_not_before(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    session_id = seeded.place(a_known_client(seeded), seeded.full_hour(days=5))
    deadline, charged = seeded.session(session_id).notice_deadline, []

    for instant in (seeded.service.desk.now(), deadline - MINUTE, deadline + MINUTE):
        advance(until(seeded, instant))
        do_what_is_due(seeded)
        charged.append(gateway.charged_minor)

    assert charged == [0, 0, EVERYTHING]


def test_e5_what_a_therapist_books_inside_the_notice_is_charged_at_once(seeded: Seeded, gateway: FakeGateway) -> None:
    seeded.place(a_known_client(seeded), seeded.full_hour(days=1))

    do_what_is_due(seeded)

    assert gateway.charged_minor == EVERYTHING


def test_e5_doing_all_the_work_again_takes_nothing_more(seeded: Seeded, gateway: FakeGateway) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)

    do_everything_again(seeded)

    assert gateway.charged_minor == EVERYTHING
    assert seeded.told_of_payment(session_id) == PAID


# --- cancelling (E2) ----------------------------------------------------------------------------------------------


def test_e2_what_is_cancelled_in_time_is_never_charged(seeded: Seeded, gateway: FakeGateway, advance: Advance) -> None:
    session_id = seeded.place(a_known_client(seeded), seeded.full_hour(days=5))

    seeded.cancel(session_id)
    advance(timedelta(days=6))
    do_what_is_due(seeded)

    assert gateway.charged_minor == 0
    assert seeded.told_of_payment(session_id) == ["Due", "Waived"]


def test_e2_cancelling_in_time_also_cancels_an_intent_that_the_provider_holds(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    gateway.refuse_cards = "insufficient_funds"
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)

    seeded.cancel(session_id)
    do_what_is_due(seeded)

    assert [intent.status for intent in gateway.intents.values()] == [IntentStatus.CANCELED]
    assert seeded.told_of_payment(session_id)[-2:] == ["Waived", "IntentCanceled"]
    assert seeded.payment(session_id).status is Status.WAIVED


def test_e2_what_is_cancelled_too_late_stays_charged(seeded: Seeded, gateway: FakeGateway, advance: Advance) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)
    advance(until(seeded, seeded.session(session_id).notice_deadline) + MINUTE)

    seeded.cancel(session_id)
    do_what_is_due(seeded)

    assert (gateway.charged_minor, gateway.refunded_minor) == (EVERYTHING, 0)


def test_e2_what_is_cancelled_too_late_is_charged_where_it_was_not_yet(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    session_id = seeded.place(a_known_client(seeded), seeded.full_hour(days=5))
    advance(until(seeded, seeded.session(session_id).notice_deadline) + MINUTE)

    seeded.cancel(session_id)
    do_what_is_due(seeded)

    assert gateway.charged_minor == EVERYTHING
    assert seeded.told(session_id)[-2:] == ["Cancelled", "Charged"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_e2_money_that_comes_after_the_cancelling_goes_back_once(
    seeded: Seeded, gateway: FakeGateway, moment: str
) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    if moment == "before":
        Interrupted(gateway, before=lambda: seeded.cancel(session_id))
    else:
        Interrupted(gateway, after=lambda: seeded.cancel(session_id))

    do_what_is_due(seeded)
    do_everything_again(seeded)

    assert (gateway.charged_minor, gateway.refunded_minor) == (EVERYTHING, EVERYTHING)
    assert seeded.told(session_id) == ["Booked", "Cancelled", "Charged", "RefundGranted", "Refunded"]


def test_e2_a_try_whose_outcome_is_unknown_is_cancelled_at_the_provider_when_the_session_is(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    Interrupted(gateway, before=unsure)
    do_what_is_due(seeded)

    seeded.cancel(session_id)
    try_again(seeded)

    assert gateway.charged_minor == 0
    assert seeded.payment(session_id).status is Status.WAIVED
    assert seeded.told_of_payment(session_id)[-3:] == ["OutcomeUnknown", "IntentCanceled", "Waived"]


# --- the checkout (A5) --------------------------------------------------------------------------------------------


def test_a5_an_unpaid_booking_lapses_after_fifteen_minutes_and_its_time_is_free_again(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    gateway.refuse_cards = "insufficient_funds"
    at = seeded.full_hour(days=5)
    session_id = seeded.book(a_client(seeded), at)
    do_what_is_due(seeded)

    advance(14 * MINUTE)
    do_what_is_due(seeded)
    before = seeded.session(session_id).status
    advance(2 * MINUTE)
    do_what_is_due(seeded)

    assert (before, seeded.session(session_id).status) == (sessions.Status.BEING_BOOKED, sessions.Status.CANCELLED)
    assert {IntentStatus.CANCELED} == {intent.status for intent in gateway.intents.values()}
    assert seeded.payment(session_id).status is Status.WAIVED
    seeded.book(a_client(seeded), at)


def test_a5_what_the_provider_says_was_paid_is_paid_and_does_not_lapse(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    gateway.unsure = ["confirm_intent"]
    do_what_is_due(seeded)

    advance(16 * MINUTE)
    seeded.lapse(session_id)

    assert seeded.told(session_id) == ["Booked", "Charged", "BookingPlaced"]
    assert gateway.charged_minor == EVERYTHING


def test_a5_nothing_lapses_while_the_provider_does_not_answer(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    gateway.refuse_cards = "insufficient_funds"
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)
    gateway.unsure = ["cancel_intent"]
    advance(16 * MINUTE)
    do_what_is_due(seeded)
    unsure_of = (seeded.session(session_id).status, errors_of(seeded, "lapse_checkout"))

    try_again(seeded)

    assert unsure_of == (sessions.Status.BEING_BOOKED, ["provider_unsure"])
    assert seeded.session(session_id).status is sessions.Status.CANCELLED


def test_a5_a_booking_whose_charge_never_began_lapses_too(seeded: Seeded, advance: Advance) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))

    advance(16 * MINUTE)
    seeded.lapse(session_id)

    assert seeded.told(session_id) == ["Booked", "Cancelled"]
    assert seeded.told_of_payment(session_id) == ["Due", "Waived"]


def test_a5_after_its_checkout_nothing_is_taken_any_more(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))

    advance(16 * MINUTE)
    charge(a_till(seeded), payment_id_of(session_id))

    assert gateway.charged_minor == 0
    assert seeded.told_of_payment(session_id) == ["Due"]


def test_a5_a_try_that_begins_while_a_booking_lapses_keeps_it_from_lapsing(seeded: Seeded, advance: Advance) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    payment_id, till = payment_id_of(session_id), a_till(seeded)
    advance(16 * MINUTE)

    def begin_meanwhile() -> UUID:
        settle(till, payment_id, lambda a: record_intent(a.payment, intent_id="pi_9", now=a.now))
        return new_id()

    lapsing = replace(till, desk=replace(till.desk, new_id=begin_meanwhile))
    with pytest.raises(TryLater):
        lapse_checkout(lapsing, session_id)

    assert seeded.session(session_id).status is sessions.Status.BEING_BOOKED


def test_a5_money_that_arrives_after_the_lapse_is_given_back_and_nothing_revives(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))

    def lapse_meanwhile() -> None:
        advance(16 * MINUTE)
        seeded.cancel(session_id, by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED)

    Interrupted(gateway, before=lapse_meanwhile)
    do_what_is_due(seeded)

    assert (gateway.charged_minor, gateway.refunded_minor) == (EVERYTHING, EVERYTHING)
    assert seeded.session(session_id).status is sessions.Status.CANCELLED
