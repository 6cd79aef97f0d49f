"""What a reserved slot opens to the one it is held for, and closes to everybody else (rules B5, B6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.diary.diary import Diary
from domain.diary.events import (
    BlockCause,
    Blocked,
    DateClosed,
    DiaryEvent,
    Period,
    PrimeTimeSet,
    ReleaseCause,
    ReservedSlotReleased,
)
from domain.diary.openings import openings, reasons, refuse_unless_open
from domain.diary.picture import ANYBODY, Asker, WhyNot
from domain.errors import NotOpen, SlotTaken
from domain.model import SessionKind
from tests.domain.looking import (
    ELSEWHERE,
    NO_GAP,
    ON,
    REGULAR,
    a_slot,
    clock,
    every_day,
    lasting,
    listed_on,
    picture_of,
    therapist_for,
    weekly_range,
)
from tests.domain.test_reserved_slots import A_HOLD, ANOTHER, SOMEBODY_ELSE, TUESDAY, held
from tests.given import LOCATION, MICROSECOND, NOW, given_diary

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
AT_TEN = datetime(2030, 1, 8, 10, tzinfo=UTC)
THE_OTHER = Asker(relationship_ids=frozenset({SOMEBODY_ELSE}))
EVERY_WEEK = held()
FORTNIGHTLY = held(interval_weeks=2)
BETWEEN = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, interval_weeks=2, anchor=TUESDAY + WEEK)


def _mornings(*changes: DiaryEvent) -> Diary:
    return given_diary(ON, every_day("09:00", "12:00"), *changes)


def _listed(diary: Diary, asker: Asker, day: date = TUESDAY) -> list[str]:
    return listed_on(picture_of(diary, asker=asker), day)


def test_b5_only_the_client_it_is_held_for_books_inside_a_reserved_slot() -> None:
    assert _listed(_mornings(EVERY_WEEK), ANYBODY) == ["09:00", "11:00"]
    assert _listed(_mornings(EVERY_WEEK), THE_OTHER) == ["09:00", "11:00"]
    assert _listed(_mornings(EVERY_WEEK), REGULAR) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    with pytest.raises(NotOpen, match="kept for somebody else"):
        refuse_unless_open(picture_of(_mornings(EVERY_WEEK)), a_slot(AT_TEN))


@pytest.mark.parametrize(
    ("from_", "starts"),
    [
        ("10:09", ["09:00", "11:30"]),
        ("10:00", ["09:00", "11:00", "11:30"]),
        ("09:59", ["11:00", "11:30"]),
        ("10:01", ["09:00", "11:30"]),
    ],
)
def test_b5_the_gap_is_kept_on_both_sides_so_that_the_regular_never_loses_the_place(
    from_: str, starts: list[str]
) -> None:
    diary = given_diary(ON, every_day("09:00", "12:20"), held(from_minutes=clock(from_)))

    listed = _listed(diary, ANYBODY)

    assert starts == listed
    for start in listed:
        claim = lasting(datetime(2030, 1, 8, tzinfo=UTC) + timedelta(minutes=clock(start)), 60)
        own = a_slot(datetime(2030, 1, 8, tzinfo=UTC) + timedelta(minutes=clock(from_)))
        assert reasons(picture_of(diary, asker=REGULAR, claims=[claim]), own) == ()


def test_b5_a_slot_is_held_in_every_week_from_its_anchor_on() -> None:
    later = held(anchor=TUESDAY + 2 * WEEK)

    closed = [_listed(_mornings(later), ANYBODY, TUESDAY + n * WEEK) == ["09:00", "11:00"] for n in range(5)]

    assert closed == [False, False, True, True, True]
    assert _listed(_mornings(later), ANYBODY, TUESDAY + 2 * WEEK + DAY) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_b5_a_fortnightly_slot_is_held_in_every_other_week() -> None:
    closed = [_listed(_mornings(FORTNIGHTLY), ANYBODY, TUESDAY + n * WEEK) == ["09:00", "11:00"] for n in range(5)]

    assert closed == [True, False, True, False, True]


def test_b5_two_clients_alternate_and_each_finds_their_own_weeks() -> None:
    diary = given_diary(ON, FORTNIGHTLY, BETWEEN)

    weeks = [TUESDAY + n * WEEK for n in range(4)]

    assert [_listed(diary, REGULAR, day) for day in weeks] == [["10:00"], [], ["10:00"], []]
    assert [_listed(diary, THE_OTHER, day) for day in weeks] == [[], ["10:00"], [], ["10:00"]]
    assert [_listed(diary, ANYBODY, day) for day in weeks] == [[], [], [], []]


def test_b5_their_own_slot_is_open_to_a_regular_outside_the_hours_off_the_grid_and_in_prime_time() -> None:
    odd = held(from_minutes=clock("19:07"))
    evening = PrimeTimeSet(ranges=(weekly_range(1, "17:00", "22:00"),), release=None, at=NOW)
    diary = given_diary(ON, every_day("09:00", "10:00"), evening, odd)

    assert _listed(diary, REGULAR) == ["09:00", "19:07"]
    assert _listed(diary, ANYBODY) == ["09:00"]


def test_b5_a_regular_has_no_right_to_prime_time_beside_their_own_slot() -> None:
    morning = PrimeTimeSet(ranges=(weekly_range(1, "09:00", "12:00"),), release=None, at=NOW)
    picture = picture_of(given_diary(ON, every_day("09:00", "12:00"), morning, EVERY_WEEK), asker=REGULAR)

    assert listed_on(picture, TUESDAY) == ["10:00"]
    assert reasons(picture, a_slot(AT_TEN + timedelta(minutes=30))) == (WhyNot.PRIME_TIME,)


def test_b5_a_reserved_slot_is_held_at_its_own_location() -> None:
    there = held(location_id=ELSEWHERE.location_id)
    picture = picture_of(given_diary(ON, every_day("09:00", "12:00"), there), asker=REGULAR)

    at_ten = openings(picture, kind=SessionKind.INDIVIDUAL, since=AT_TEN, until=AT_TEN + timedelta(minutes=1))

    assert [one.locations for one in at_ten] == [(LOCATION, ELSEWHERE)]
    outside = picture_of(given_diary(ON, there), asker=REGULAR)
    assert reasons(outside, a_slot(AT_TEN, location=ELSEWHERE)) == ()
    assert reasons(outside, a_slot(AT_TEN)) == (WhyNot.NOT_A_WORKING_TIME,)


def test_b5_a_session_longer_than_the_slot_does_not_fit_into_it() -> None:
    diary = given_diary(ON, EVERY_WEEK)

    listed = [listed_on(picture_of(diary, asker=REGULAR, therapist=therapist_for(n)), TUESDAY) for n in (50, 51, 30)]

    assert listed == [["10:00"], [], ["10:00"]]


def test_b5_a_date_that_is_closed_blocked_or_taken_is_skipped_and_the_hold_survives() -> None:
    blocked = Blocked(
        block_id=UUID(int=1),
        time=Period(starts_at=AT_TEN + timedelta(minutes=49), ends_at=AT_TEN + timedelta(minutes=50)),
        cause=BlockCause.MANUAL,
        at=NOW,
    )
    closed = DateClosed(day=TUESDAY, at=NOW)
    next_week = TUESDAY + WEEK

    for diary in (given_diary(ON, EVERY_WEEK, blocked), given_diary(ON, EVERY_WEEK, closed)):
        assert (_listed(diary, REGULAR), _listed(diary, REGULAR, next_week)) == ([], ["10:00"])
    taken = picture_of(given_diary(ON, EVERY_WEEK), asker=REGULAR, claims=[lasting(AT_TEN, 60)])
    assert (listed_on(taken, TUESDAY), listed_on(taken, next_week)) == ([], ["10:00"])
    with pytest.raises(SlotTaken):
        refuse_unless_open(taken, a_slot(AT_TEN))


def test_b5_a_released_slot_is_open_to_all_and_outside_the_hours_to_nobody() -> None:
    released = ReservedSlotReleased(reserved_slot_id=A_HOLD, cause=ReleaseCause.MANUAL, at=NOW)
    diary = given_diary(ON, every_day("10:00", "11:00"), EVERY_WEEK, released)

    assert _listed(diary, ANYBODY) == ["10:00"]
    assert _listed(given_diary(ON, EVERY_WEEK, released), REGULAR) == []


def test_b5_notice_and_horizon_hold_for_a_regular_too() -> None:
    diary = given_diary(ON, EVERY_WEEK)

    def listed(now: datetime) -> list[str]:
        return listed_on(picture_of(diary, asker=REGULAR, now=now), TUESDAY)

    assert [listed(AT_TEN - DAY), listed(AT_TEN - DAY + MICROSECOND)] == [["10:00"], []]
    assert [listed(AT_TEN - 8 * WEEK), listed(AT_TEN - 8 * WEEK - MICROSECOND)] == [["10:00"], []]


def test_b6_slots_are_reserved_before_self_booking_opens_and_open_with_it() -> None:
    assert _listed(given_diary(EVERY_WEEK), REGULAR) == []
    assert _listed(given_diary(EVERY_WEEK, ON), REGULAR) == ["10:00"]


@pytest.mark.parametrize(
    ("sunday", "starts"),
    [
        pytest.param(date(2026, 3, 22), ["01:30"], id="a week before"),
        pytest.param(date(2026, 3, 29), [], id="in the gap: skipped"),
        pytest.param(date(2026, 4, 5), ["01:30"], id="a week after"),
        pytest.param(date(2026, 10, 25), ["01:30"], id="shown twice"),
    ],
)
def test_b10_a_reserved_slot_in_a_clock_change_gap_is_skipped_on_that_date(sunday: date, starts: list[str]) -> None:
    nights = held(weekday=6, from_minutes=90, anchor=date(2026, 1, 4))
    now = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - 3 * DAY
    diary = given_diary(ON, NO_GAP, nights)

    assert starts == listed_on(picture_of(diary, asker=REGULAR, now=now), sunday)


def test_b10_a_reserved_slot_that_is_skipped_closes_nothing_and_one_shown_twice_is_held_once() -> None:
    nights = held(weekday=6, from_minutes=90, duration_minutes=30, anchor=date(2026, 1, 4))
    diary = given_diary(ON, NO_GAP, every_day("00:00", "03:00"), nights)

    def listed(sunday: date) -> list[str]:
        now = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - 3 * DAY
        return listed_on(picture_of(diary, now=now, therapist=therapist_for(30)), sunday)

    assert listed(date(2026, 3, 29)) == ["00:00", "00:30", "02:00", "02:30"]
    assert listed(date(2026, 10, 25)) == ["00:00", "00:30", "01:00", "02:00", "02:30"]


def test_b5_where_a_larger_gap_brings_two_regulars_together_both_keep_their_place_until_one_books() -> None:
    neighbour = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, from_minutes=clock("10:50"))
    diary = _mornings(NO_GAP, EVERY_WEEK, neighbour, NO_GAP.model_copy(update={"gap_minutes": 10}))
    booked = lasting(AT_TEN, 60)

    assert ("10:00" in _listed(diary, REGULAR), "10:50" in _listed(diary, THE_OTHER)) == (True, True)
    assert listed_on(picture_of(diary, asker=THE_OTHER, claims=[booked]), TUESDAY).count("10:50") == 0


def test_b5_a_session_longer_than_what_lies_before_another_regular_stays_out_of_their_slot() -> None:
    neighbour = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, from_minutes=clock("10:30"))

    assert "10:00" not in _listed(_mornings(EVERY_WEEK, neighbour), REGULAR)
