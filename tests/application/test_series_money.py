"""A client's series hangs on its first payment: it stands with it and goes with it (rules A5, A10, E2, E5, E9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.bootstrap import Service
from application.charging import charge, pay
from application.series import SeriesBooking
from application.sessions import confirm_session
from domain.errors import NothingToPay, StillBeingBooked
from domain.model import Role
from domain.payment.payment import Status as PaymentStatus
from domain.payment.payment import payment_id_of
from domain.session.events import Cancelled, Reason
from domain.session.session import Status
from tests.adapters.stored import rows_of
from tests.application.money import EVERYTHING, PAID, a_till, do_everything_again, until
from tests.application.series import COUNT, a_series, ask_as_client, sessions_of, statuses_of, told_of, told_of_payments
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_client, a_therapist
from tests.workers.story import do_what_is_due

Advance = Callable[[timedelta], None]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


@pytest.fixture
def series(seeded: Seeded) -> SeriesBooking:
    """A series that a client has asked for and not paid yet."""
    asked = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))
    ask_as_client(seeded, asked)
    return asked


def _cancellings(seeded: Seeded, series: SeriesBooking) -> list[tuple[Role, Reason, str]]:
    told = (recorded.event for i in sessions_of(series) for recorded in seeded.service.practice.history(i))
    return [(event.by, event.reason, event.rule) for event in told if isinstance(event, Cancelled)]


def _commands(seeded: Seeded, series: SeriesBooking, name: str) -> set[UUID]:
    """By which commands an event of that name was stored in any session of a series."""
    told = (recorded for i in sessions_of(series) for recorded in seeded.service.practice.history(i))
    return {recorded.meta.command_id for recorded in told if type(recorded.event).__name__ == name}


# --- standing -----------------------------------------------------------------------------------------------------


def test_a10_the_whole_series_is_placed_in_the_transaction_in_which_the_first_is_paid(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking
) -> None:
    do_what_is_due(seeded)

    assert [["Booked", "Charged", "BookingPlaced"], *[["Booked", "BookingPlaced"]] * 2] == told_of(seeded, series)
    assert gateway.charged_minor == EVERYTHING
    assert len(_commands(seeded, series, "BookingPlaced") | _commands(seeded, series, "Charged")) == 1


def test_a10_doing_all_the_work_again_places_and_takes_nothing_more(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking
) -> None:
    do_what_is_due(seeded)
    before = told_of(seeded, series)

    do_everything_again(seeded)

    assert (before, EVERYTHING) == (told_of(seeded, series), gateway.charged_minor)


def test_e5_each_later_session_is_charged_just_after_its_own_deadline(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking, advance: Advance
) -> None:
    do_what_is_due(seeded)
    charged = []

    for session_id in sessions_of(series)[1:]:
        deadline = seeded.session(session_id).notice_deadline
        for instant in (deadline - MINUTE, deadline + MINUTE):
            advance(until(seeded, instant))
            do_what_is_due(seeded)
            charged.append(gateway.charged_minor)

    assert charged == [EVERYTHING, 2 * EVERYTHING, 2 * EVERYTHING, 3 * EVERYTHING]
    assert told_of_payments(seeded, series) == [PAID] * COUNT


def test_e5_nobody_pays_for_a_later_session_before_its_time(seeded: Seeded, series: SeriesBooking) -> None:
    _, later, _ = sessions_of(series)

    with pytest.raises(NothingToPay):
        pay(a_till(seeded), payment_id_of(later))
    charge(a_till(seeded), payment_id_of(later))

    assert seeded.told_of_payment(later) == ["Due"]


def test_a10_a_session_that_the_client_let_go_before_the_payment_is_not_placed(
    seeded: Seeded, series: SeriesBooking
) -> None:
    first, second, third = sessions_of(series)
    seeded.cancel(second)

    do_what_is_due(seeded)

    assert statuses_of(seeded, series) == [Status.UNCONFIRMED, Status.CANCELLED, Status.UNCONFIRMED]
    assert (seeded.told_of_payment(second), seeded.told(first)[-1]) == (["Due", "Waived"], "BookingPlaced")
    assert seeded.told(third)[-1] == "BookingPlaced"


# --- going --------------------------------------------------------------------------------------------------------


def test_a5_an_unpaid_series_lapses_as_one_and_its_times_are_free_again(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    gateway.refuse_cards = "insufficient_funds"
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))
    ask_as_client(seeded, series)
    do_what_is_due(seeded)

    advance(16 * MINUTE)
    do_what_is_due(seeded)

    assert _cancellings(seeded, series) == [(Role.SYSTEM, Reason.CHECKOUT_LAPSED, "A5")] * COUNT
    assert len(_commands(seeded, series, "Cancelled")) == 1
    assert {PaymentStatus.WAIVED} == {seeded.payment(session_id).status for session_id in sessions_of(series)}
    ask_as_client(seeded, a_series(seeded, a_client(seeded), series.first_starts_at))


def test_a5_only_the_first_of_a_series_is_looked_at_when_the_checkout_ends(
    seeded: Seeded, series: SeriesBooking, database: str
) -> None:
    do_what_is_due(seeded)

    subjects = rows_of(database, "select subject from work where kind = 'lapse_checkout'")
    assert [str(sessions_of(series)[0])] == [row["subject"] for row in subjects]


def test_a5_a_later_session_that_is_looked_at_all_the_same_does_not_lapse(
    seeded: Seeded, series: SeriesBooking, advance: Advance
) -> None:
    advance(16 * MINUTE)

    seeded.lapse(sessions_of(series)[1])

    assert told_of(seeded, series) == [["Booked"]] * COUNT


@pytest.mark.parametrize(("by", "reason"), [(Role.CLIENT, Reason.CLIENT_ASKED), (Role.THERAPIST, Reason.NOT_AVAILABLE)])
def test_a5_whoever_cancels_the_unpaid_first_cancels_the_series(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking, by: Role, reason: Reason
) -> None:
    seeded.cancel(sessions_of(series)[0], by=by, reason=reason)
    do_what_is_due(seeded)

    assert [(by, reason, "A5")] * COUNT == _cancellings(seeded, series)
    assert len(_commands(seeded, series, "Cancelled")) == 1
    assert (told_of_payments(seeded, series), gateway.charged_minor) == ([["Due", "Waived"]] * COUNT, 0)


def test_a10_once_it_stands_each_session_of_a_series_is_cancelled_by_itself(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking
) -> None:
    do_what_is_due(seeded)

    seeded.cancel(sessions_of(series)[0])
    do_what_is_due(seeded)

    assert statuses_of(seeded, series) == [Status.CANCELLED, Status.UNCONFIRMED, Status.UNCONFIRMED]
    assert (gateway.charged_minor, gateway.refunded_minor) == (EVERYTHING, EVERYTHING)


def test_e2_a_later_session_cancelled_in_time_is_never_charged(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking, advance: Advance
) -> None:
    do_what_is_due(seeded)
    _, second, _ = sessions_of(series)

    seeded.cancel(second)
    advance(until(seeded, seeded.session(second).slot.ends_at))
    do_what_is_due(seeded)

    assert gateway.charged_minor == EVERYTHING
    assert seeded.told_of_payment(second) == ["Due", "Waived"]


def test_a10_a_session_that_was_let_go_before_stays_as_it_was_when_the_series_lapses(
    seeded: Seeded, series: SeriesBooking, advance: Advance
) -> None:
    first, second, _ = sessions_of(series)
    seeded.cancel(second)
    advance(16 * MINUTE)

    seeded.lapse(first)

    assert [reason for _, reason, _ in _cancellings(seeded, series)] == [
        Reason.CHECKOUT_LAPSED,
        Reason.CLIENT_ASKED,
        Reason.CHECKOUT_LAPSED,
    ]


def test_c2_a_later_session_cannot_be_confirmed_before_the_first_is_paid(seeded: Seeded, series: SeriesBooking) -> None:
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)

    with pytest.raises(StillBeingBooked):
        confirm_session(seeded.service.practice, command, sessions_of(series)[1])
