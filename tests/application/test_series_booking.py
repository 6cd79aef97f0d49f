"""Booking a series in one command, by its client or its therapist (rules A7, A8, A10, B12, E5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.bootstrap import Service
from domain.errors import (
    SettledByTherapistOnly,
)
from domain.session import session as sessions
from domain.session.events import ChargeTiming, Series, Settlement
from tests.application.series import (
    COUNT,
    a_series,
    ask_as_client,
    ask_as_therapist,
    sessions_of,
    told_of,
    told_of_payments,
)
from tests.races import counted
from tests.seeded import Seeded, a_client, a_known_client, a_therapist

Advance = Callable[[timedelta], None]
WEEK = timedelta(weeks=1)
STORED = "select count(*) from stored_events where topic like 'session.%%'"


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


def test_a10_a_client_books_a_series_in_one_command(seeded: Seeded) -> None:
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))

    outcome = ask_as_client(seeded, series)

    booked = [seeded.session(session_id).booked for session_id in sessions_of(series)]
    assert [series.first_starts_at + n * WEEK for n in range(COUNT)] == [one.slot.starts_at for one in booked]
    assert [Series(series_id=series.series_id, number=n, count=COUNT) for n in (1, 2, 3)] == [
        one.series for one in booked
    ]
    assert len({recorded.meta.command_id for recorded in outcome.outcome.recorded}) == 1


def test_a10_only_the_first_of_a_new_clients_series_is_initial(seeded: Seeded) -> None:
    client_id = a_client(seeded)
    first, second = (a_series(seeded, client_id, seeded.full_hour(days=days)) for days in (5, 6))

    ask_as_client(seeded, first)
    ask_as_client(seeded, second)

    initial = [seeded.session(session_id).booked.initial for one in (first, second) for session_id in sessions_of(one)]
    assert initial == [True, False, False, False, False, False]


def test_e5_every_session_of_a_series_has_its_own_payment(seeded: Seeded) -> None:
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))

    ask_as_client(seeded, series)

    timings = [seeded.session(session_id).booked.charge_timing for session_id in sessions_of(series)]
    due_at = [seeded.payment(session_id).due.charge_at for session_id in sessions_of(series)]
    assert timings == [ChargeTiming.AT_BOOKING, ChargeTiming.AT_NOTICE_DEADLINE, ChargeTiming.AT_NOTICE_DEADLINE]
    assert [seeded.session(session_id).booked.charge_at for session_id in sessions_of(series)] == due_at


def test_a10_a_fortnightly_series_leaves_the_weeks_between_open(seeded: Seeded) -> None:
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5), interval_weeks=2)

    ask_as_client(seeded, series)

    seeded.book(a_client(seeded), series.first_starts_at + WEEK)


def test_a10_a_therapists_series_is_placed_and_confirmed_at_once(seeded: Seeded) -> None:
    series = a_series(seeded, a_known_client(seeded), seeded.full_hour(days=5), client_agreed=True)

    ask_as_therapist(seeded, series)

    assert told_of(seeded, series) == [["Booked", "BookingPlaced", "Confirmed"]] * COUNT
    assert told_of_payments(seeded, series) == [["Due"]] * COUNT


def test_k1_a_therapist_books_a_series_on_behalf_of_the_client(seeded: Seeded) -> None:
    series = a_series(seeded, a_known_client(seeded), seeded.full_hour(days=5), client_agreed=True)

    outcome = ask_as_therapist(seeded, series)

    assert {series.client_id} == {recorded.meta.on_behalf_of for recorded in outcome.outcome.recorded}


def test_a8_a_series_may_be_settled_outside_by_the_therapist_alone(seeded: Seeded) -> None:
    series = a_series(
        seeded,
        a_known_client(seeded),
        seeded.full_hour(days=5),
        settlement=Settlement.IN_THE_ROOM,
        client_agreed=True,
    )

    with pytest.raises(SettledByTherapistOnly):
        ask_as_client(seeded, series)
    ask_as_therapist(seeded, series)

    assert told_of_payments(seeded, series) == [[]] * COUNT


def test_h1_who_comes_is_sealed_for_every_session_of_a_series(seeded: Seeded, database: str) -> None:
    before = counted(database, "select count(*) from vault")

    ask_as_client(seeded, a_series(seeded, a_client(seeded), seeded.full_hour(days=5)))

    names_of_the_client = 2
    assert counted(database, "select count(*) from vault") - before == names_of_the_client + COUNT


def test_b12_a_series_leaves_sessions_that_are_claims(seeded: Seeded) -> None:
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))

    ask_as_client(seeded, series)

    claimed = seeded.service.claims.of_client(
        series.client_id, since=series.first_starts_at, until=series.first_starts_at + COUNT * WEEK
    )
    assert sessions_of(series) == [one.session_id for one in claimed]
    assert {sessions.Status.BEING_BOOKED} == {seeded.session(one.session_id).status for one in claimed}
