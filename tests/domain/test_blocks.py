"""Blocks: time closed to booking, once or in every week (rule B3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.diary.blocks import block, is_over, unblock
from domain.diary.events import BlockCause, Blocked, Period, Unblocked, WeeklyRange
from domain.diary.openings import reasons
from domain.diary.picture import WhyNot
from domain.errors import AlreadyThere, BlockTooLong, InThePast, ReversedRange, TooManyBlocks
from tests.domain.looking import (
    AT_NINE,
    HOUR,
    NO_GAP,
    ON,
    TUESDAY,
    TUESDAYS,
    a_slot,
    every_day,
    listed_on,
    picture_of,
    therapist_for,
    weekly_range,
)
from tests.given import MICROSECOND, NOW, given_diary

A_BLOCK, ANOTHER = UUID(int=100), UUID(int=101)
NINE_TO_TEN = Period(starts_at=AT_NINE, ends_at=AT_NINE + HOUR)
TUESDAY_MORNINGS = weekly_range(1, "09:00", "10:00")
DAY = timedelta(days=1)
HALF_AN_HOUR = therapist_for(30)


def blocked(time: Period | WeeklyRange = NINE_TO_TEN, *, block_id: UUID = A_BLOCK) -> Blocked:
    """A block by hand."""
    return Blocked(block_id=block_id, time=time, cause=BlockCause.MANUAL, at=NOW)


@pytest.mark.parametrize("time", [NINE_TO_TEN, TUESDAY_MORNINGS], ids=["once", "weekly"])
def test_b3_a_time_is_blocked_once(time: Period | WeeklyRange) -> None:
    happened = block(given_diary(), block_id=A_BLOCK, time=time, cause=BlockCause.MANUAL, now=NOW)

    assert happened == blocked(time)
    assert block(given_diary(happened), block_id=A_BLOCK, time=time, cause=BlockCause.MANUAL, now=NOW) is None


def test_b3_a_block_is_ended_once() -> None:
    ended = unblock(given_diary(blocked()), block_id=A_BLOCK, now=NOW)

    assert ended == Unblocked(block_id=A_BLOCK, at=NOW)
    assert unblock(given_diary(blocked(), ended), block_id=A_BLOCK, now=NOW) is None


def test_b3_asking_for_a_block_again_when_it_is_over_is_still_nothing() -> None:
    later = AT_NINE + DAY

    again = block(given_diary(blocked()), block_id=A_BLOCK, time=NINE_TO_TEN, cause=BlockCause.MANUAL, now=later)

    assert again is None


def test_b3_an_id_names_one_block() -> None:
    with pytest.raises(AlreadyThere):
        block(given_diary(blocked()), block_id=A_BLOCK, time=TUESDAY_MORNINGS, cause=BlockCause.MANUAL, now=NOW)


@pytest.mark.parametrize(
    "time",
    [
        Period(starts_at=AT_NINE, ends_at=AT_NINE),
        Period(starts_at=AT_NINE, ends_at=AT_NINE - MICROSECOND),
        weekly_range(1, "09:00", "09:00"),
        weekly_range(1, "09:00", "08:59"),
    ],
)
def test_b3_a_block_ends_after_it_begins(time: Period | WeeklyRange) -> None:
    with pytest.raises(ReversedRange):
        block(given_diary(), block_id=A_BLOCK, time=time, cause=BlockCause.MANUAL, now=NOW)


def test_b3_a_block_lasts_a_year_at_most() -> None:
    a_year = Period(starts_at=AT_NINE, ends_at=AT_NINE + timedelta(days=366))
    longer = Period(starts_at=AT_NINE, ends_at=a_year.ends_at + MICROSECOND)

    assert block(given_diary(), block_id=A_BLOCK, time=a_year, cause=BlockCause.MANUAL, now=NOW) == blocked(a_year)
    with pytest.raises(BlockTooLong):
        block(given_diary(), block_id=A_BLOCK, time=longer, cause=BlockCause.MANUAL, now=NOW)


def test_b3_what_is_over_is_not_blocked_and_what_has_begun_may_be() -> None:
    last_moment = NINE_TO_TEN.ends_at - MICROSECOND

    assert block(given_diary(), block_id=A_BLOCK, time=NINE_TO_TEN, cause=BlockCause.MANUAL, now=last_moment)
    with pytest.raises(InThePast):
        block(given_diary(), block_id=A_BLOCK, time=NINE_TO_TEN, cause=BlockCause.MANUAL, now=NINE_TO_TEN.ends_at)


def test_b3_a_weekly_block_is_never_over() -> None:
    assert is_over(NINE_TO_TEN, now=NINE_TO_TEN.ends_at)
    assert not is_over(TUESDAY_MORNINGS, now=NOW + 10_000 * DAY)


def test_b3_a_diary_holds_five_hundred_blocks_that_are_not_over() -> None:
    held = [blocked(block_id=UUID(int=1000 + n)) for n in range(499)]
    weekly_one, one_more = blocked(TUESDAY_MORNINGS, block_id=UUID(int=1500)), UUID(int=1501)

    assert block(given_diary(*held), block_id=one_more, time=NINE_TO_TEN, cause=BlockCause.MANUAL, now=NOW)
    with pytest.raises(TooManyBlocks):
        block(given_diary(*held, weekly_one), block_id=one_more, time=NINE_TO_TEN, cause=BlockCause.MANUAL, now=NOW)


def test_b3_blocks_that_are_over_do_not_count() -> None:
    held = [blocked(block_id=UUID(int=1000 + n)) for n in range(500)]
    when_they_are_over = NINE_TO_TEN.ends_at
    next_week = Period(starts_at=AT_NINE + 7 * DAY, ends_at=AT_NINE + 8 * DAY)

    happened = block(
        given_diary(*held), block_id=A_BLOCK, time=next_week, cause=BlockCause.MANUAL, now=when_they_are_over
    )

    assert happened is not None


def test_b3_a_blocked_time_is_neither_listed_nor_open() -> None:
    picture = picture_of(given_diary(ON, NO_GAP, every_day("08:00", "11:00"), blocked()), now=NOW - DAY)

    assert listed_on(picture, TUESDAY) == ["08:00", "10:00"]
    assert reasons(picture, a_slot(AT_NINE)) == (WhyNot.BLOCKED,)


def test_b3_no_gap_is_kept_beside_a_block() -> None:
    diary = given_diary(ON, every_day("08:10", "11:00"), blocked())

    assert listed_on(picture_of(diary, now=NOW - DAY), TUESDAY) == ["08:10", "10:10"]


def test_b3_a_block_of_microseconds_closes_what_it_touches() -> None:
    moment = Period(starts_at=AT_NINE - MICROSECOND, ends_at=AT_NINE)
    diary = given_diary(ON, NO_GAP, every_day("08:00", "11:00"), blocked(moment))

    assert listed_on(picture_of(diary, now=NOW - DAY), TUESDAY) == ["08:00", "09:00", "09:30", "10:00"]


def test_b3_a_weekly_block_closes_its_weekday_in_every_week() -> None:
    picture = picture_of(given_diary(ON, every_day("09:00", "11:00"), blocked(TUESDAY_MORNINGS)))

    assert listed_on(picture, TUESDAY) == ["10:00"]
    assert listed_on(picture, TUESDAY + 4 * 7 * DAY) == ["10:00"]
    assert listed_on(picture, TUESDAY + DAY) == ["09:00", "09:30", "10:00"]


def test_b3_a_block_may_lie_over_several_days() -> None:
    holiday = Period(starts_at=AT_NINE + HOUR, ends_at=AT_NINE + 2 * DAY + timedelta(minutes=30))
    picture = picture_of(given_diary(ON, every_day("09:00", "11:00"), blocked(holiday)))

    days = [listed_on(picture, TUESDAY + n * DAY) for n in range(3)]

    assert days == [["09:00"], [], ["09:30", "10:00"]]


def test_b3_an_ended_block_opens_its_time_again() -> None:
    diary = given_diary(ON, TUESDAYS, blocked(), Unblocked(block_id=A_BLOCK, at=NOW))

    assert listed_on(picture_of(diary), TUESDAY) == ["09:00", "09:30", "10:00"]


def test_b3_blocks_may_overlap_and_each_ends_by_itself() -> None:
    both = [blocked(), blocked(TUESDAY_MORNINGS, block_id=ANOTHER)]
    one = given_diary(ON, TUESDAYS, *both, Unblocked(block_id=A_BLOCK, at=NOW))

    assert listed_on(picture_of(one), TUESDAY) == ["10:00"]


@pytest.mark.parametrize(
    ("day", "range_", "starts"),
    [
        pytest.param(
            date(2026, 3, 29), weekly_range(6, "00:30", "01:30"), ["00:00", "02:00", "02:30"], id="into the gap"
        ),
        pytest.param(date(2026, 3, 29), weekly_range(6, "01:15", "02:30"), ["00:00", "00:30", "02:30"], id="out of it"),
        pytest.param(
            date(2026, 3, 29), weekly_range(6, "01:15", "01:45"), ["00:00", "00:30", "02:00", "02:30"], id="inside it"
        ),
        pytest.param(
            date(2026, 10, 25), weekly_range(6, "00:30", "01:30"), ["00:00", "02:00", "02:30"], id="second of two"
        ),
        pytest.param(
            date(2026, 10, 25), weekly_range(6, "01:30", "02:30"), ["00:00", "00:30", "01:00", "02:30"], id="first"
        ),
    ],
)
def test_b10_a_weekly_block_lasts_from_the_first_time_the_clock_shows_its_start_to_the_last_it_shows_its_end(
    day: date, range_: WeeklyRange, starts: list[str]
) -> None:
    diary = given_diary(ON, NO_GAP, every_day("00:00", "03:20"), blocked(range_))
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) - 3 * DAY

    assert starts == listed_on(picture_of(diary, now=now, therapist=HALF_AN_HOUR), day)
