"""Why a time is not open to a client, and what a therapist is warned of."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from domain.diary.events import (
    BlockCause,
    Blocked,
    Period,
    PrimeTimeSet,
    SlotReserved,
)
from domain.diary.openings import reasons, refuse_unless_open, warnings_about
from domain.diary.picture import Asker, WhyNot
from domain.errors import NotOpen
from tests.domain.looking import (
    AT_NINE,
    HOUR,
    REGULAR,
    TUESDAY,
    TUESDAYS,
    WORKS_ON_TUESDAYS,
    a_slot,
    lasting,
    picture_of,
    weekly_range,
)
from tests.given import (
    CLIENT,
    LOCATION,
    NOW,
    RELATIONSHIP,
    given_diary,
)

BLOCKED = Blocked(
    block_id=UUID(int=100),
    time=Period(starts_at=AT_NINE, ends_at=AT_NINE + HOUR),
    cause=BlockCause.MANUAL,
    at=NOW,
)
PRIME = PrimeTimeSet(ranges=(weekly_range(1, "09:00", "10:00"),), release=None, at=NOW)
HELD = SlotReserved(
    reserved_slot_id=UUID(int=200),
    relationship_id=RELATIONSHIP,
    client_id=CLIENT,
    weekday=1,
    from_minutes=540,
    duration_minutes=50,
    location_id=LOCATION.location_id,
    interval_weeks=1,
    anchor=TUESDAY,
    at=NOW,
)


def test_b9_all_reasons_are_told_and_what_matters_most_comes_first() -> None:
    diary = given_diary(BLOCKED, PRIME, HELD)
    asker = Asker(self_booking_revoked=True, busy=[lasting(AT_NINE, 50)])
    now = AT_NINE - timedelta(hours=23)
    picture = picture_of(diary, asker=asker, claims=[lasting(AT_NINE, 60)], now=now)

    assert reasons(picture, a_slot(AT_NINE)) == (
        WhyNot.SELF_BOOKING_CLOSED,
        WhyNot.INSIDE_NOTICE,
        WhyNot.NOT_A_WORKING_TIME,
        WhyNot.BLOCKED,
        WhyNot.RESERVED_FOR_ANOTHER,
        WhyNot.PRIME_TIME,
        WhyNot.OVERLAPS,
        WhyNot.CLIENT_BUSY,
    )
    with pytest.raises(NotOpen, match="not take bookings online"):
        refuse_unless_open(picture, a_slot(AT_NINE))


def test_b13_a_therapist_is_warned_of_hours_notice_prime_time_reserved_slots_and_blocks() -> None:
    diary = given_diary(BLOCKED, PRIME, HELD)
    picture = picture_of(diary, now=AT_NINE - timedelta(hours=23))

    assert warnings_about(picture, a_slot(AT_NINE)) == (
        WhyNot.INSIDE_NOTICE,
        WhyNot.NOT_A_WORKING_TIME,
        WhyNot.BLOCKED,
        WhyNot.RESERVED_FOR_ANOTHER,
        WhyNot.PRIME_TIME,
    )


def test_b13_a_therapist_is_warned_of_another_calendar_and_not_of_what_binds_clients_alone() -> None:
    far = AT_NINE + timedelta(weeks=9)
    asker = Asker(self_booking_revoked=True, busy=[lasting(far, 50)])
    off = given_diary(TUESDAYS)
    picture = picture_of(off, asker=asker, external_busy=[lasting(far, 10)])

    assert warnings_about(picture, a_slot(far)) == (WhyNot.OVERLAPS,)


def test_b13_a_therapist_who_books_a_regular_in_their_reserved_slot_is_not_warned() -> None:
    picture = picture_of(given_diary(PRIME, HELD), asker=REGULAR)

    assert warnings_about(picture, a_slot(AT_NINE)) == ()
    assert warnings_about(picture_of(WORKS_ON_TUESDAYS), a_slot(AT_NINE)) == ()
