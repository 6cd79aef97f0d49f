"""A series is booked as a whole or not at all, and a refusal names every date that clashes (rules A10, B10, B13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from adapters.bootstrap import Service
from adapters.ids import new_id
from application.availability import pause, revoke_self_booking
from application.diaries import close_self_booking
from application.people import register_client
from application.ports import BusyTime
from domain.errors import (
    CardMissing,
    ClientAgreementMissing,
    InThePast,
    NoRelationship,
    NotOpen,
    SeriesClashes,
    SeriesOutOfRange,
)
from domain.model import Role, SessionKind
from domain.relationship.relationship import relationship_id_of
from domain.therapist.events import PauseExtent
from domain.zones import instant_at, zone_of
from tests.application.series import (
    COUNT,
    a_series,
    ask_as_client,
    ask_as_therapist,
    told_of,
)
from tests.races import counted
from tests.seeded import Seeded, a_client, a_known_client, a_therapist

Advance = Callable[[timedelta], None]
WEEK = timedelta(weeks=1)
STORED = "select count(*) from stored_events where topic like 'session.%%'"


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


def test_a10_a_series_with_a_date_that_is_taken_is_not_booked_at_all(seeded: Seeded, database: str) -> None:
    at = seeded.full_hour(days=5)
    seeded.book(a_client(seeded), at + 2 * WEEK)
    before = counted(database, STORED)
    series = a_series(seeded, a_client(seeded), at)

    with pytest.raises(SeriesClashes):
        ask_as_client(seeded, series)

    assert told_of(seeded, series) == [[]] * COUNT
    assert counted(database, STORED) == before


def test_a10_a_refused_series_names_every_date_that_clashes_and_why(seeded: Seeded) -> None:
    client_id, at = a_client(seeded), seeded.full_hour(days=5)
    seeded.book(a_client(seeded), at + WEEK)
    a_therapist(seeded.service).book(client_id, at + 2 * WEEK)

    with pytest.raises(SeriesClashes) as refusal:
        ask_as_client(seeded, a_series(seeded, client_id, at, count=10))

    clashes = [(clash.day, clash.starts_at, clash.reason) for clash in refusal.value.clashes]
    reasons = {1: "overlaps", 2: "client_busy", 8: "beyond_horizon", 9: "beyond_horizon"}
    expected = [((at + n * WEEK).date(), at + n * WEEK, reason) for n, reason in reasons.items()]
    assert expected == clashes
    assert refusal.value.sentence == "4 dates of the series cannot be booked, so none was."


def test_b6_a_series_is_refused_as_a_whole_where_self_booking_is_closed(seeded: Seeded) -> None:
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)
    close_self_booking(seeded.service.practice, command, seeded.therapist_id)

    with pytest.raises(NotOpen) as refusal:
        ask_as_client(seeded, a_series(seeded, a_client(seeded), seeded.full_hour(days=5)))

    assert refusal.value.reason == "self_booking_closed"


def test_b13_a_therapists_series_is_bound_by_claims_alone_and_warned_of_the_rest(seeded: Seeded) -> None:
    client_id, at = a_known_client(seeded), seeded.full_hour(days=0.5)
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)
    close_self_booking(seeded.service.practice, command, seeded.therapist_id)

    outcome = ask_as_therapist(seeded, a_series(seeded, client_id, at, count=12, client_agreed=True))

    assert [(at.date(), at, ("inside_notice", "cannot_be_refunded"))] == [
        (one.day, one.starts_at, one.warnings) for one in outcome.warnings
    ]


def test_b12_a_therapists_series_names_what_is_taken_and_when_the_client_cannot(seeded: Seeded) -> None:
    client_id, at = a_known_client(seeded), seeded.full_hour(days=5)
    seeded.book(a_client(seeded), at + WEEK)
    a_therapist(seeded.service).book(client_id, at + 2 * WEEK)

    with pytest.raises(SeriesClashes) as refusal:
        ask_as_therapist(seeded, a_series(seeded, client_id, at, client_agreed=True))

    assert [(at + WEEK, "overlaps"), (at + 2 * WEEK, "client_busy")] == [
        (clash.starts_at, clash.reason) for clash in refusal.value.clashes
    ]


def test_b2_the_gap_after_each_session_counts_for_a_therapists_series_too(seeded: Seeded) -> None:
    client_id, at = a_known_client(seeded), seeded.full_hour(days=5)
    seeded.book(a_client(seeded), at + WEEK)
    just_before = at - timedelta(minutes=55)

    with pytest.raises(SeriesClashes) as refusal:
        ask_as_therapist(seeded, a_series(seeded, client_id, just_before, client_agreed=True))

    assert [(just_before + WEEK, "overlaps")] == [(clash.starts_at, clash.reason) for clash in refusal.value.clashes]


def _sunday_before_the_clocks_skip_an_hour(now: datetime) -> datetime:
    """The week before the next gap of London, at 01:30 there, which the gap skips."""
    london = zone_of("Europe/London")
    day = next(day for n in range(400) if instant_at(day := (now + timedelta(days=n)).date(), 90, zone=london) is None)
    before = instant_at(day - WEEK, 90, zone=london)
    assert before is not None
    return before


def test_b10_a_date_inside_a_clock_change_gap_is_a_clash(service: Service, advance: Advance) -> None:
    in_london = a_therapist(service, zone="Europe/London")
    client_id, now = a_client(in_london), service.desk.now()
    at = _sunday_before_the_clocks_skip_an_hour(now + timedelta(days=30))
    advance(at - now - timedelta(days=5))

    with pytest.raises(SeriesClashes) as refusal:
        ask_as_client(in_london, a_series(in_london, client_id, at))

    [clash] = refusal.value.clashes
    assert ((at + WEEK).date(), None, "clock_change_gap") == (clash.day, clash.starts_at, clash.reason)


def test_a10_a_series_that_makes_no_sense_is_refused(seeded: Seeded) -> None:
    client_id, at = a_client(seeded), seeded.full_hour(days=5)

    for count, interval_weeks in ((1, 1), (53, 1), (2, 3)):
        with pytest.raises(SeriesOutOfRange):
            ask_as_client(seeded, a_series(seeded, client_id, at, count=count, interval_weeks=interval_weeks))
    with pytest.raises(InThePast):
        ask_as_client(seeded, a_series(seeded, client_id, at - WEEK))


def test_a7_what_binds_a_single_booking_by_the_therapist_binds_a_series(seeded: Seeded) -> None:
    known, new, at = a_known_client(seeded), a_client(seeded), seeded.full_hour(days=5)

    with pytest.raises(ClientAgreementMissing):
        ask_as_therapist(seeded, a_series(seeded, known, at))
    with pytest.raises(NoRelationship):
        ask_as_therapist(seeded, a_series(seeded, new, at, client_agreed=True))


def test_a7_a_series_needs_a_card_like_a_single_booking(seeded: Seeded) -> None:
    client_id = new_id()
    command = seeded.command(Role.CLIENT, client_id)
    register_client(seeded.service.practice, command, client_id, name="Bo", mail="bo@example.org", zone="UTC")

    with pytest.raises(CardMissing):
        ask_as_client(seeded, a_series(seeded, client_id, seeded.full_hour(days=5)))


def test_b8_what_an_external_calendar_says_is_a_clash_for_a_client_and_a_warning_for_the_therapist(
    seeded: Seeded,
) -> None:
    client_id, at = a_known_client(seeded), seeded.full_hour(days=5)
    seeded.service.busy.replace(seeded.therapist_id, new_id(), [BusyTime(at + WEEK, at + WEEK + timedelta(hours=1))])

    with pytest.raises(SeriesClashes) as refusal:
        ask_as_client(seeded, a_series(seeded, client_id, at))
    outcome = ask_as_therapist(seeded, a_series(seeded, client_id, at, client_agreed=True))

    assert [(clash.starts_at, clash.reason) for clash in refusal.value.clashes] == [(at + WEEK, "overlaps")]
    assert [(one.starts_at, one.warnings) for one in outcome.warnings] == [(at + WEEK, ("overlaps",))]


def test_b11_a_therapist_who_takes_no_bookings_books_neither_a_session_nor_a_series(seeded: Seeded) -> None:
    client_id, at = a_known_client(seeded), seeded.full_hour(days=5)
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)
    pause(seeded.service.practice, command, seeded.therapist_id, extent=PauseExtent.ALL_BOOKINGS)

    with pytest.raises(NotOpen):
        seeded.place(client_id, at)
    with pytest.raises(NotOpen):
        ask_as_therapist(seeded, a_series(seeded, client_id, at, client_agreed=True))


def test_g5_a_client_whose_self_booking_was_revoked_books_no_series_of_any_kind(seeded: Seeded) -> None:
    client_id, at = a_known_client(seeded), seeded.full_hour(days=5)
    relationship_id = relationship_id_of(
        therapist_id=seeded.therapist_id, client_id=client_id, kind=SessionKind.INDIVIDUAL
    )
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)
    revoke_self_booking(seeded.service.practice, command, relationship_id)

    with pytest.raises(NotOpen) as refusal:
        ask_as_client(seeded, a_series(seeded, client_id, at))

    assert refusal.value.reason == "self_booking_revoked"
