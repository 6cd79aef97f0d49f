"""Clashes: what a change of the diary hits of all that was booked before it (rules B1, B3, B5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from domain.diary.clashes import blocks_out, holds, no_longer_worked
from domain.diary.diary import Diary
from domain.diary.events import DateClosed, DateOpened, HoursSet, Period, SlotReserved, WeeklyHours, WeeklyRange
from tests.domain.changing_clocks import LONDON, LORD_HOWE, NEW_YORK, OVER_A_CHANGE, SKIPPED, diary_in, hours_of, utc
from tests.domain.looking import ELSEWHERE, HOUR, TUESDAY, Range, clock, every_day, lasting, week_of, weekly_range
from tests.domain.test_reserved_slots import held
from tests.given import LOCATION, MICROSECOND, NOW, given_diary, hours, weekly

A_MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)
TEN = utc("2030-01-08 10:00")
"""On a Tuesday."""

BEFORE_TEN, FROM_ELEVEN = Range(TEN - HOUR, TEN), Range(TEN + HOUR, TEN + 2 * HOUR)
TEN_TO_ELEVEN_ONCE = Period(starts_at=TEN, ends_at=TEN + HOUR)
TEN_TO_ELEVEN_WEEKLY = weekly_range(1, "10:00", "11:00")
ONCE_AND_WEEKLY = pytest.mark.parametrize("time", [TEN_TO_ELEVEN_ONCE, TEN_TO_ELEVEN_WEEKLY], ids=["once", "weekly"])

LATE_IN_SUMMER = lasting(utc("2030-07-09 22:30"), 50)
"""From 23:30 on a Tuesday to 00:20 on a Wednesday, on London's clock."""

CLOSED, WORKS_TEN_TO_ONE = week_of(), week_of(weekly(1, "10:00", "13:00"))


def _blocks(time: Period | WeeklyRange, session: Range, *, zone: str = LONDON) -> bool:
    return blocks_out(diary_in(zone), time, starts_at=session.starts_at, ends_at=session.ends_at)


def _is_left(before: Diary, after: Diary, session: Range) -> bool:
    return no_longer_worked(before, after, LOCATION.location_id, starts_at=session.starts_at, ends_at=session.ends_at)


def _is_held(reserved: SlotReserved, session: Range, *, zone: str = LONDON) -> bool:
    return holds(diary_in(zone), reserved, starts_at=session.starts_at, ends_at=session.ends_at)


@ONCE_AND_WEEKLY
@pytest.mark.parametrize(
    "session",
    [
        pytest.param(lasting(TEN + 5 * A_MINUTE, 50), id="inside"),
        pytest.param(lasting(TEN, 60), id="the same"),
        pytest.param(Range(TEN - HOUR, TEN + 2 * HOUR), id="around it"),
        pytest.param(lasting(TEN - HOUR / 2, 60), id="over its start"),
        pytest.param(lasting(TEN + HOUR / 2, 60), id="over its end"),
        pytest.param(Range(TEN - HOUR, TEN + MICROSECOND), id="a moment into it"),
        pytest.param(Range(TEN + HOUR - MICROSECOND, TEN + 2 * HOUR), id="from its last moment"),
    ],
)
def test_b3_a_block_meets_every_session_that_reaches_into_it(time: Period | WeeklyRange, session: Range) -> None:
    assert _blocks(time, session)


@ONCE_AND_WEEKLY
@pytest.mark.parametrize(
    "session",
    [
        pytest.param(BEFORE_TEN, id="ends as it begins"),
        pytest.param(FROM_ELEVEN, id="begins as it ends"),
        pytest.param(lasting(TEN - 3 * HOUR, 50), id="before"),
        pytest.param(lasting(TEN + 3 * HOUR, 50), id="after"),
        pytest.param(lasting(TEN + timedelta(days=1), 50), id="the day after"),
    ],
)
def test_b3_a_block_does_not_meet_what_lies_beside_it(time: Period | WeeklyRange, session: Range) -> None:
    assert not _blocks(time, session)


def test_b3_a_block_of_seconds_meets_the_session_that_it_lies_in_and_no_other() -> None:
    seconds = Period(starts_at=TEN - timedelta(seconds=20), ends_at=TEN - timedelta(seconds=10))

    assert _blocks(seconds, BEFORE_TEN)
    assert not _blocks(seconds, lasting(TEN, 50))


def test_b3_a_weekly_block_meets_sessions_in_every_week_and_a_block_once_in_one() -> None:
    weeks = [lasting(TEN + n * WEEK, 50) for n in (-1, 0, 1, 52)]

    assert [_blocks(TEN_TO_ELEVEN_WEEKLY, session) for session in weeks] == [True, True, True, True]
    assert [_blocks(TEN_TO_ELEVEN_ONCE, session) for session in weeks] == [False, True, False, False]


def test_b3_a_block_over_several_days_meets_what_lies_between() -> None:
    holiday = Period(starts_at=TEN, ends_at=TEN + timedelta(days=2))

    assert _blocks(holiday, lasting(TEN + timedelta(days=1), 50))
    assert not _blocks(holiday, lasting(TEN + timedelta(days=2), 50))


@pytest.mark.parametrize(
    "time", [weekly_range(1, "23:00", "24:00"), weekly_range(2, "00:00", "00:10"), weekly_range(2, "00:19", "01:00")]
)
def test_b3_a_session_over_midnight_is_met_on_both_of_its_days(time: WeeklyRange) -> None:
    assert _blocks(time, LATE_IN_SUMMER)


@pytest.mark.parametrize(
    "time",
    [
        weekly_range(1, "22:00", "23:30"),
        weekly_range(2, "00:20", "01:00"),
        weekly_range(1, "00:00", "01:00"),
        weekly_range(2, "23:00", "24:00"),
        weekly_range(0, "00:00", "24:00"),
        weekly_range(3, "00:00", "24:00"),
    ],
)
def test_b3_a_session_over_midnight_is_not_met_beside_it(time: WeeklyRange) -> None:
    assert not _blocks(time, LATE_IN_SUMMER)


@pytest.mark.parametrize(("zone", "time", "begins", "ends"), OVER_A_CHANGE)
def test_b10_a_weekly_block_meets_sessions_as_long_as_it_lasts_when_the_clocks_change(
    zone: str, time: WeeklyRange, begins: datetime, ends: datetime
) -> None:
    met = [Range(begins - HOUR, begins + A_MINUTE), Range(begins, ends), Range(ends - A_MINUTE, ends + HOUR)]
    beside = [Range(begins - HOUR, begins), Range(ends, ends + HOUR)]

    assert [session for session in (*met, *beside) if _blocks(time, session, zone=zone)] == met


@pytest.mark.parametrize(("zone", "time", "jumps"), SKIPPED)
def test_b10_a_weekly_block_that_the_clock_skips_meets_nothing_on_that_date(
    zone: str, time: WeeklyRange, jumps: datetime
) -> None:
    over_the_jump, until_it, from_it = Range(jumps - HOUR, jumps + HOUR), lasting(jumps - HOUR, 60), lasting(jumps, 60)

    assert not any(_blocks(time, session, zone=zone) for session in (over_the_jump, until_it, from_it))
    assert _blocks(time, Range(jumps + WEEK - 2 * HOUR, jumps + WEEK + HOUR), zone=zone)


@pytest.mark.parametrize(
    ("after", "left"),
    [
        pytest.param(week_of(weekly(1, "10:00", "11:00")), ["10:30", "11:00", "12:00"], id="they end earlier"),
        pytest.param(week_of(weekly(1, "11:00", "13:00")), ["10:00", "10:30"], id="they begin later"),
        pytest.param(week_of(weekly(2, "10:00", "13:00")), ["10:00", "10:30", "11:00", "12:00"], id="another weekday"),
        pytest.param(CLOSED, ["10:00", "10:30", "11:00", "12:00"], id="none at all"),
        pytest.param(every_day("09:00", "14:00"), [], id="more of them"),
        pytest.param(WORKS_TEN_TO_ONE, [], id="the same"),
        pytest.param(
            week_of(weekly(1, "10:00", "11:00"), weekly(1, "11:00", "13:00")), ["10:30"], id="two that touch in it"
        ),
    ],
)
def test_b1_sessions_that_the_hours_held_and_hold_no_more_are_told(after: HoursSet, left: list[str]) -> None:
    before, changed = given_diary(WORKS_TEN_TO_ONE), given_diary(WORKS_TEN_TO_ONE, after)
    sessions = {
        at: lasting(utc(f"2030-01-08 {at}"), 60) for at in ("09:30", "10:00", "10:30", "11:00", "12:00", "14:00")
    }

    assert [at for at, session in sessions.items() if _is_left(before, changed, session)] == left


@pytest.mark.parametrize(
    "session",
    [
        pytest.param(lasting(TEN - 2 * HOUR, 50), id="before them"),
        pytest.param(lasting(TEN - MICROSECOND, 50), id="a moment too early"),
        pytest.param(Range(TEN + 2 * HOUR, TEN + 3 * HOUR + MICROSECOND), id="a moment too long"),
        pytest.param(Range(TEN - HOUR, TEN + 4 * HOUR), id="around them"),
        pytest.param(lasting(TEN + timedelta(days=1), 50), id="on another weekday"),
    ],
)
def test_b1_what_was_placed_outside_the_hours_is_no_clash_when_they_change(session: Range) -> None:
    assert not _is_left(given_diary(WORKS_TEN_TO_ONE), given_diary(WORKS_TEN_TO_ONE, CLOSED), session)


def test_b1_a_session_over_two_ranges_that_touch_lay_inside_neither() -> None:
    before = given_diary(week_of(weekly(1, "09:00", "10:00"), weekly(1, "10:00", "13:00")))

    assert not _is_left(before, given_diary(CLOSED), lasting(TEN - HOUR / 2, 60))


def test_b1_hours_that_moved_to_another_place_no_longer_hold_the_sessions_of_the_old_one() -> None:
    moved = WORKS_TEN_TO_ONE.model_copy(
        update={"weekly": (WeeklyHours(weekday=1, hours=hours("10:00", "13:00", at=ELSEWHERE)),)}
    )

    assert _is_left(given_diary(WORKS_TEN_TO_ONE), given_diary(moved), lasting(TEN, 50))
    assert not _is_left(given_diary(moved), given_diary(moved), lasting(TEN, 50))


def test_b1_a_session_over_midnight_lay_inside_the_hours_of_neither_day() -> None:
    assert not _is_left(given_diary(every_day("00:00", "24:00")), given_diary(CLOSED), LATE_IN_SUMMER)


def test_b1_hours_until_midnight_hold_a_session_until_then() -> None:
    before, until_then = given_diary(every_day("20:00", "24:00")), lasting(utc("2030-07-09 22:10"), 50)

    assert _is_left(before, given_diary(every_day("20:00", "23:59")), until_then)


def test_b1_a_closed_date_no_longer_holds_its_sessions_and_other_dates_do() -> None:
    before, after = (given_diary(WORKS_TEN_TO_ONE, *more) for more in ((), (DateClosed(day=TUESDAY, at=NOW),)))

    assert _is_left(before, after, lasting(TEN, 50))
    assert not _is_left(before, after, lasting(TEN + WEEK, 50))
    assert not _is_left(after, before, lasting(TEN, 50))


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(DateOpened(day=TUESDAY, hours=(), at=NOW), id="no hours of its own"),
        pytest.param(DateOpened(day=TUESDAY, hours=(hours("15:30", "17:00"),), at=NOW), id="other hours of its own"),
        pytest.param(DateClosed(day=TUESDAY, at=NOW), id="closed"),
    ],
)
def test_b1_the_hours_of_a_date_alone_hold_sessions_until_they_are_gone(after: DateOpened | DateClosed) -> None:
    opened = DateOpened(day=TUESDAY, hours=(hours("15:00", "16:00"),), at=NOW)
    at_three = lasting(TEN + 5 * HOUR, 60)

    assert _is_left(given_diary(opened), given_diary(opened, after), at_three)
    assert not _is_left(given_diary(), given_diary(opened), at_three)


@pytest.mark.parametrize(("zone", "time", "begins", "ends"), OVER_A_CHANGE)
def test_b10_hours_hold_sessions_as_long_as_they_last_when_the_clocks_change(
    zone: str, time: WeeklyRange, begins: datetime, ends: datetime
) -> None:
    before, after = diary_in(zone, hours_of(time)), diary_in(zone)

    assert _is_left(before, after, Range(begins, ends))
    assert not _is_left(before, after, Range(begins - MICROSECOND, ends))
    assert not _is_left(before, after, Range(begins, ends + MICROSECOND))


@pytest.mark.parametrize(
    ("session", "is_held"),
    [
        pytest.param(BEFORE_TEN, False, id="ends as it begins"),
        pytest.param(Range(TEN - HOUR, TEN + MICROSECOND), True, id="a moment into it"),
        pytest.param(lasting(TEN + 10 * A_MINUTE, 30), True, id="inside"),
        pytest.param(Range(TEN - HOUR, TEN + HOUR), True, id="around it"),
        pytest.param(Range(TEN + 50 * A_MINUTE - MICROSECOND, TEN + HOUR), True, id="from its last moment"),
        pytest.param(lasting(TEN + 50 * A_MINUTE, 50), False, id="begins as it ends"),
        pytest.param(lasting(TEN + timedelta(days=1), 50), False, id="another weekday"),
    ],
)
def test_b5_a_reserved_slot_meets_what_reaches_into_it(session: Range, is_held: bool) -> None:  # noqa: FBT001 - a column of the table
    assert _is_held(held(), session) is is_held


@pytest.mark.parametrize(
    ("interval_weeks", "anchor", "weeks"),
    [
        pytest.param(1, TUESDAY, [0, 1, 2, 3], id="every week"),
        pytest.param(2, TUESDAY, [0, 2], id="every other week"),
        pytest.param(2, TUESDAY - WEEK, [-1, 1, 3], id="the other weeks"),
        pytest.param(1, TUESDAY + 2 * WEEK, [2, 3], id="from later on"),
        pytest.param(2, TUESDAY + 3 * WEEK, [3], id="every other week from later on"),
    ],
)
def test_b5_a_reserved_slot_meets_sessions_in_its_weeks(interval_weeks: int, anchor: date, weeks: list[int]) -> None:
    reserved = held(interval_weeks=interval_weeks, anchor=anchor)

    assert [n for n in range(-2, 4) if _is_held(reserved, lasting(TEN + n * WEEK, 50))] == weeks


def test_b5_a_reserved_slot_over_midnight_meets_what_is_on_the_next_day() -> None:
    late = held(from_minutes=clock("23:30"), duration_minutes=60)

    assert _is_held(late, lasting(utc("2030-01-09 00:00"), 50))
    assert not _is_held(late, lasting(utc("2030-01-09 00:30"), 50))


@pytest.mark.parametrize(
    ("zone", "shown", "begins"),
    [
        pytest.param(LONDON, "01:30", "2026-10-25 00:30", id="the first of two"),
        pytest.param(LONDON, "00:30", "2026-03-29 00:30", id="over the gap"),
        pytest.param(LORD_HOWE, "01:45", "2026-04-04 14:45", id="the first of two, half an hour apart"),
        pytest.param(LORD_HOWE, "02:30", "2026-10-03 15:30", id="behind half an hour's gap"),
        pytest.param(NEW_YORK, "03:00", "2026-03-08 07:00", id="behind the gap"),
    ],
)
def test_b10_a_reserved_slot_lasts_its_elapsed_time_from_the_first_of_two(zone: str, shown: str, begins: str) -> None:
    starts_at, ends_at = utc(begins), utc(begins) + HOUR
    sunday = held(weekday=6, anchor=TUESDAY.replace(2026, 1, 4), from_minutes=clock(shown), duration_minutes=60)
    met = [Range(starts_at - HOUR, starts_at + A_MINUTE), Range(ends_at - A_MINUTE, ends_at + HOUR)]
    beside = [Range(starts_at - HOUR, starts_at), Range(ends_at, ends_at + HOUR)]

    assert [session for session in (*met, *beside) if _is_held(sunday, session, zone=zone)] == met


@pytest.mark.parametrize(
    ("zone", "shown", "jumps"),
    [(LONDON, "01:30", "2026-03-29 01:00"), (LORD_HOWE, "02:15", "2026-10-03 15:30")],
)
def test_b10_a_reserved_slot_that_the_clock_skips_meets_nothing_on_that_date(zone: str, shown: str, jumps: str) -> None:
    sunday = held(weekday=6, anchor=TUESDAY.replace(2026, 1, 4), from_minutes=clock(shown))
    around = Range(utc(jumps) - 2 * HOUR, utc(jumps) + 2 * HOUR)

    assert not _is_held(sunday, around, zone=zone)
    assert _is_held(sunday, Range(around.starts_at + WEEK, around.ends_at + WEEK), zone=zone)
