"""A busy therapist's diary: forty rules, and sessions all over the weeks to come."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.diary.events import Hours, Period, Release, WeeklyHours, WeeklyRange

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)
NINE, ONE, TWO, EIGHT = 9 * 60, 13 * 60, 14 * 60, 20 * 60
HALF_PAST_FIVE, HALF_PAST_SEVEN = 17 * 60 + 30, 19 * 60 + 30
FRIDAY_AT_SIX = Release(weekday=4, at_minutes=18 * 60, weeks_ahead=1)
SESSIONS = 150
"""In four weeks."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A time that is held for somebody, every week or every other one."""

    weekday: int
    from_minutes: int
    interval_weeks: int
    anchor: date


@dataclass(frozen=True, slots=True)
class Rules:
    """Forty rules of a diary; a date without hours is closed."""

    weekly: tuple[WeeklyHours, ...]
    dates: Mapping[date, tuple[Hours, ...]]
    blocks: tuple[Period | WeeklyRange, ...]
    prime_time: tuple[WeeklyRange, ...]
    reserved: tuple[Pattern, ...]

    def __len__(self) -> int:
        return sum(map(len, (self.weekly, self.dates, self.blocks, self.prime_time, self.reserved)))


def rules(location_id: UUID, *, now: datetime) -> Rules:
    """Return the rules, with the dates and blocks among them in the four weeks from now."""
    places = (location_id,)
    days = [now.date() + n * DAY for n in range(3, 28, 7)]
    evening = (Hours(from_minutes=EIGHT + 30, until_minutes=EIGHT + 90, location_ids=places),)
    return Rules(
        weekly=tuple(
            WeeklyHours(weekday=weekday, hours=Hours(from_minutes=begins, until_minutes=ends, location_ids=places))
            for weekday in range(7)
            for begins, ends in ((NINE, ONE), (TWO, EIGHT))
        ),
        dates={day: evening if n % 2 else () for n, day in enumerate(days)},
        blocks=(
            *(Period(starts_at=now + n * 4 * DAY, ends_at=now + n * 4 * DAY + 2 * HOUR) for n in range(1, 7)),
            *(WeeklyRange(weekday=weekday, from_minutes=TWO, until_minutes=TWO + 60) for weekday in (2, 4)),
        ),
        prime_time=tuple(
            WeeklyRange(weekday=weekday, from_minutes=HALF_PAST_FIVE, until_minutes=HALF_PAST_SEVEN)
            for weekday in range(7)
        ),
        reserved=tuple(
            Pattern(weekday=day.weekday(), from_minutes=10 * 60, interval_weeks=1 + n % 2, anchor=day)
            for n, day in enumerate(now.date() + n * DAY for n in range(7))
        ),
    )


def session_starts(now: datetime, *, weeks: int = 4, count: int = SESSIONS) -> list[datetime]:
    """Return full hours of the next weeks, in order and each once, as full as four weeks with 150 sessions are."""
    chance = random.Random(7)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    hours = [midnight + day * DAY + hour * HOUR for day in range(7 * weeks) for hour in range(8, 20)]
    return sorted(chance.sample(hours, count))
