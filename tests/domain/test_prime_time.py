"""Prime time: weekly ranges held back from self-booking until they are released (rule B4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.diary.diary import Diary
from domain.diary.events import PrimeTimeSet, Release, WeeklyRange
from domain.diary.openings import reasons, refuse_unless_open
from domain.diary.picture import WhyNot
from domain.diary.prime_time import is_released, set_prime_time
from domain.errors import (
    NotOpen,
    OverlappingRanges,
    ReleasedTooLate,
    ReleaseOutOfRange,
    ReversedRange,
    TooManyRanges,
)
from tests.domain.looking import (
    NO_GAP,
    ON,
    a_slot,
    clock,
    every_day,
    listed_on,
    picture_of,
    therapist_for,
    weekly_range,
)
from tests.given import MICROSECOND, NOW, given_diary

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
EVENINGS = tuple(weekly_range(weekday, "17:30", "19:30") for weekday in range(7))
FRIDAY_AT_SIX = Release(weekday=4, at_minutes=clock("18:00"), weeks_ahead=1)
THE_FRIDAY = datetime(2030, 1, 11, 18, tzinfo=UTC)
NEXT_MONDAY = date(2030, 1, 14)
ONE_HOUR = therapist_for(60)


def evenings(release: Release | None = FRIDAY_AT_SIX) -> Diary:
    """Prime time at 17:30 and 18:30 on every day, between ordinary hours."""
    return given_diary(ON, NO_GAP, every_day("16:30", "20:30"), prime_time(EVENINGS, release))


def prime_time(ranges: tuple[WeeklyRange, ...], release: Release | None = None) -> PrimeTimeSet:
    """What is held back."""
    return PrimeTimeSet(ranges=ranges, release=release, at=NOW)


def _listed(diary: Diary, day: date, *, now: datetime) -> list[str]:
    return listed_on(picture_of(diary, now=now, therapist=ONE_HOUR), day)


HELD_BACK = ["16:30", "19:30"]
ALL = ["16:30", "17:00", "17:30", "18:00", "18:30", "19:00", "19:30"]


@pytest.mark.parametrize("day", [NEXT_MONDAY + n * DAY for n in range(7)])
def test_b4_next_weeks_evenings_are_released_on_friday_at_six(day: date) -> None:
    assert _listed(evenings(), day, now=THE_FRIDAY - MICROSECOND) == HELD_BACK
    assert _listed(evenings(), day, now=THE_FRIDAY) == ALL


def test_b4_a_week_is_released_as_a_whole_from_monday_to_sunday() -> None:
    this_sunday, sunday_after_next = NEXT_MONDAY - DAY, NEXT_MONDAY + WEEK

    assert _listed(evenings(), this_sunday, now=THE_FRIDAY - MICROSECOND) == ALL
    assert _listed(evenings(), sunday_after_next, now=THE_FRIDAY) == HELD_BACK


def test_b4_what_is_held_back_is_refused_with_the_reason_until_it_is_released() -> None:
    at_six = a_slot(datetime(2030, 1, 14, 18, 30, tzinfo=UTC))

    before, after = (picture_of(evenings(), now=now) for now in (THE_FRIDAY - MICROSECOND, THE_FRIDAY))

    assert reasons(before, at_six) == (WhyNot.PRIME_TIME,)
    with pytest.raises(NotOpen, match="not open for booking online yet"):
        refuse_unless_open(before, at_six)
    assert reasons(after, at_six) == ()


def test_b4_without_a_release_prime_time_never_opens() -> None:
    the_last_moment = datetime(2030, 1, 13, 17, 30, tzinfo=UTC)

    assert _listed(evenings(None), NEXT_MONDAY, now=THE_FRIDAY) == HELD_BACK
    assert not is_released(evenings(None), NEXT_MONDAY, minute=10**9)
    assert _listed(evenings(None), NEXT_MONDAY, now=the_last_moment) == ["19:30"]


def test_b4_a_release_may_come_in_the_very_week() -> None:
    monday_at_six = Release(weekday=0, at_minutes=clock("06:00"), weeks_ahead=0)
    comes = datetime(2030, 1, 14, 6, tzinfo=UTC)
    tuesday = NEXT_MONDAY + DAY

    assert _listed(evenings(monday_at_six), tuesday, now=comes - MICROSECOND) == HELD_BACK
    assert _listed(evenings(monday_at_six), tuesday, now=comes) == ALL


def test_b4_a_release_may_come_two_weeks_ahead() -> None:
    two_weeks = FRIDAY_AT_SIX.model_copy(update={"weeks_ahead": 2})
    comes = THE_FRIDAY - WEEK

    assert _listed(evenings(two_weeks), NEXT_MONDAY, now=comes - MICROSECOND) == HELD_BACK
    assert _listed(evenings(two_weeks), NEXT_MONDAY, now=comes) == ALL


@pytest.mark.parametrize(
    ("release", "comes", "week"),
    [
        pytest.param(
            Release(weekday=6, at_minutes=90, weeks_ahead=1),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            date(2026, 3, 30),
            id="skipped: at the gap's end",
        ),
        pytest.param(
            Release(weekday=6, at_minutes=90, weeks_ahead=1),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            date(2026, 10, 26),
            id="shown twice: the first time",
        ),
        pytest.param(
            Release(weekday=4, at_minutes=1440, weeks_ahead=1),
            datetime(2026, 7, 3, 23, tzinfo=UTC),
            date(2026, 7, 6),
            id="midnight",
        ),
    ],
)
def test_b10_a_release_is_a_time_on_the_diarys_clock(release: Release, comes: datetime, week: date) -> None:
    assert _listed(evenings(release), week + 2 * DAY, now=comes - MICROSECOND) == HELD_BACK
    assert _listed(evenings(release), week + 2 * DAY, now=comes) == ALL


def test_b4_all_of_prime_time_is_set_together_in_order_and_once() -> None:
    happened = set_prime_time(given_diary(), ranges=tuple(reversed(EVENINGS)), release=FRIDAY_AT_SIX, now=NOW)

    assert happened == prime_time(EVENINGS, FRIDAY_AT_SIX)
    assert set_prime_time(given_diary(happened), ranges=EVENINGS, release=FRIDAY_AT_SIX, now=NOW) is None
    assert set_prime_time(given_diary(happened), ranges=EVENINGS, release=None, now=NOW) == prime_time(EVENINGS)
    assert set_prime_time(given_diary(happened), ranges=(), release=None, now=NOW) == prime_time(())
    assert set_prime_time(given_diary(), ranges=(), release=None, now=NOW) is None


def test_b4_prime_time_that_is_taken_back_is_open_to_all() -> None:
    diary = given_diary(ON, NO_GAP, every_day("16:30", "20:30"), prime_time(EVENINGS), prime_time(()))

    assert _listed(diary, NEXT_MONDAY, now=NOW) == ALL


def test_b4_ranges_of_prime_time_end_after_they_begin() -> None:
    for until in ("17:30", "17:29"):
        with pytest.raises(ReversedRange):
            set_prime_time(given_diary(), ranges=(weekly_range(0, "17:30", until),), release=None, now=NOW)


def test_b4_ranges_of_prime_time_may_touch_and_never_overlap() -> None:
    first, touching, overlapping = (
        weekly_range(0, from_, until) for from_, until in (("17:00", "18:00"), ("18:00", "19:00"), ("17:59", "19:00"))
    )
    another_day = weekly_range(1, "17:30", "18:30")

    assert set_prime_time(given_diary(), ranges=(first, touching, another_day), release=None, now=NOW) is not None
    with pytest.raises(OverlappingRanges):
        set_prime_time(given_diary(), ranges=(overlapping, first), release=None, now=NOW)


def test_b4_prime_time_has_as_many_ranges_as_hours_may_have() -> None:
    def quarters(weekday: int, count: int) -> tuple[WeeklyRange, ...]:
        return tuple(WeeklyRange(weekday=weekday, from_minutes=15 * n, until_minutes=15 * n + 15) for n in range(count))

    five_days = tuple(one for weekday in range(5) for one in quarters(weekday, 20))

    assert set_prime_time(given_diary(), ranges=five_days, release=None, now=NOW) is not None
    for too_many in (quarters(0, 21), five_days + quarters(5, 1)):
        with pytest.raises(TooManyRanges):
            set_prime_time(given_diary(), ranges=too_many, release=None, now=NOW)


@pytest.mark.parametrize(
    ("release", "in_time"),
    [
        pytest.param(Release(weekday=0, at_minutes=clock("17:29"), weeks_ahead=0), True, id="a minute before"),
        pytest.param(Release(weekday=0, at_minutes=clock("17:30"), weeks_ahead=0), False, id="as it begins"),
        pytest.param(Release(weekday=4, at_minutes=0, weeks_ahead=0), False, id="after monday's"),
        pytest.param(Release(weekday=6, at_minutes=1440, weeks_ahead=1), True, id="as the week begins"),
    ],
)
def test_b4_a_release_comes_before_everything_that_it_opens(release: Release, in_time: bool) -> None:  # noqa: FBT001 - a column of the table
    if in_time:
        assert set_prime_time(given_diary(), ranges=EVENINGS, release=release, now=NOW) is not None
    else:
        with pytest.raises(ReleasedTooLate):
            set_prime_time(given_diary(), ranges=EVENINGS, release=release, now=NOW)


def test_b4_without_ranges_there_is_nothing_to_release() -> None:
    ended = set_prime_time(given_diary(prime_time(EVENINGS)), ranges=(), release=FRIDAY_AT_SIX, now=NOW)

    assert ended == PrimeTimeSet(ranges=(), release=None, at=NOW)


def test_b4_a_release_comes_a_year_ahead_at_most() -> None:
    a_year, longer = (FRIDAY_AT_SIX.model_copy(update={"weeks_ahead": weeks}) for weeks in (52, 53))

    assert set_prime_time(given_diary(), ranges=EVENINGS, release=a_year, now=NOW) is not None
    with pytest.raises(ReleaseOutOfRange):
        set_prime_time(given_diary(), ranges=EVENINGS, release=longer, now=NOW)


@pytest.mark.parametrize(
    ("day", "range_", "starts"),
    [
        pytest.param(date(2026, 3, 29), weekly_range(6, "01:15", "02:30"), ["00:00", "02:30"], id="out of a gap"),
        pytest.param(date(2026, 3, 29), weekly_range(6, "00:30", "01:15"), ["02:00", "02:30"], id="into a gap"),
        pytest.param(
            date(2026, 10, 25), weekly_range(6, "01:30", "02:30"), ["00:00", "00:30", "02:30"], id="shown twice"
        ),
    ],
)
def test_b10_prime_time_lasts_from_the_first_time_the_clock_shows_its_start_to_the_last_it_shows_its_end(
    day: date, range_: WeeklyRange, starts: list[str]
) -> None:
    diary = given_diary(ON, NO_GAP, every_day("00:00", "03:30"), prime_time((range_,)))
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) - 3 * DAY

    assert starts == _listed(diary, day, now=now)
