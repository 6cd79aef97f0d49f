"""Prime time: weekly ranges held back from self-booking until they are released (rule B4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from domain.diary.days import local_day
from domain.diary.diary import DAY_RANGES_LIMIT, WEEKLY_RANGES_LIMIT, Diary
from domain.diary.events import PrimeTimeSet, Release, WeeklyRange
from domain.errors import (
    OverlappingRanges,
    ReleasedTooLate,
    ReleaseOutOfRange,
    ReversedRange,
    TooManyRanges,
)

WEEKS_AHEAD = range(53)


def set_prime_time(
    diary: Diary, *, ranges: tuple[WeeklyRange, ...], release: Release | None, now: datetime
) -> PrimeTimeSet | None:
    """Hold weekly ranges back from self-booking, all of them (rule B4). Without a release they never open.

    Raises ReversedRange, OverlappingRanges, TooManyRanges, ReleasedTooLate, ReleaseOutOfRange.
    """
    ordered = tuple(sorted(ranges, key=_place))
    release = release if ordered else None
    _refuse_impossible(ordered)
    if release is not None:
        _refuse_late(release, ordered)
    if (ordered, release) == (diary.prime_time, diary.release):
        return None
    return PrimeTimeSet(ranges=ordered, release=release, at=now)


def _place(one: WeeklyRange) -> tuple[int, int]:
    return one.weekday, one.from_minutes


def _refuse_impossible(ordered: Sequence[WeeklyRange]) -> None:
    if len(ordered) > WEEKLY_RANGES_LIMIT:
        raise TooManyRanges
    if any(sum(one.weekday == weekday for one in ordered) > DAY_RANGES_LIMIT for weekday in range(7)):
        raise TooManyRanges
    if any(one.until_minutes <= one.from_minutes for one in ordered):
        raise ReversedRange
    same_day = ((before, after) for before, after in pairwise(ordered) if before.weekday == after.weekday)
    if any(after.from_minutes < before.until_minutes for before, after in same_day):
        raise OverlappingRanges


def _refuse_late(release: Release, ranges: Sequence[WeeklyRange]) -> None:
    """A release within the same week has to come before everything that it opens."""
    if release.weeks_ahead not in WEEKS_AHEAD:
        raise ReleaseOutOfRange
    comes_at = release.weekday, release.at_minutes
    if release.weeks_ahead == 0 and any(_place(one) <= comes_at for one in ranges):
        raise ReleasedTooLate


def is_released(diary: Diary, day: date, *, minute: int) -> bool:
    """Say whether the prime time of a date is open by an epoch minute (rule B4).

    A week is released as a whole, some weeks ahead of it, at the release's weekday and time on the diary's clock.
    """
    release = diary.release
    if release is None:
        return False
    monday = day - timedelta(days=day.weekday())
    release_day = monday - timedelta(weeks=release.weeks_ahead) + timedelta(days=release.weekday)
    return minute >= local_day(diary.zone, release_day).opens(release.at_minutes)
