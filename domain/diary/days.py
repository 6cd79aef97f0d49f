"""Dates of a zone on the line of epoch minutes: wall clocks become integers here, once for each date (rule B10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.zones import first_instant_at, instant_at, last_instant_at, zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def minute_at_or_after(instant: datetime) -> int:
    """Return the first whole epoch minute that is not before an instant."""
    return -((EPOCH - instant) // MINUTE)


def minute_at_or_before(instant: datetime) -> int:
    """Return the last whole epoch minute that is not after an instant."""
    return (instant - EPOCH) // MINUTE


def instant_of(minute: int) -> datetime:
    """Return the instant of an epoch minute."""
    return EPOCH + timedelta(minutes=minute)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """One date as the clock of a zone counts it. `midnight` is None where the clock is changed on that date."""

    date: date
    zone: ZoneInfo
    midnight: int | None

    def start(self, minute_of_day: int) -> int | None:
        """Return the epoch minute of a start: the first of two, None inside a gap."""
        if self.midnight is not None:
            return self.midnight + minute_of_day
        instant = instant_at(self.date, minute_of_day, zone=self.zone)
        return None if instant is None else minute_at_or_before(instant)

    def opens(self, minute_of_day: int) -> int:
        """Return the epoch minute at which a range begins: the first of two, a gap's end."""
        if self.midnight is not None:
            return self.midnight + minute_of_day
        return minute_at_or_before(first_instant_at(self.date, minute_of_day, zone=self.zone))

    def closes(self, minute_of_day: int) -> int:
        """Return the epoch minute at which a range ends: the second of two, a gap's end."""
        if self.midnight is not None:
            return self.midnight + minute_of_day
        return minute_at_or_before(last_instant_at(self.date, minute_of_day, zone=self.zone))


@lru_cache(maxsize=8192)
def local_day(zone_name: str, day: date) -> LocalDay:
    """Return a date of a zone. Whoever looks at a diary looks at the same few weeks, so dates are remembered."""
    zone = zone_of(zone_name)
    midnight, next_midnight = (datetime.combine(d, time(), tzinfo=zone).astimezone(UTC) for d in (day, day + DAY))
    unchanged = next_midnight - midnight == DAY
    return LocalDay(day, zone, minute_at_or_before(midnight) if unchanged else None)


def local_days(zone_name: str, *, first: int, last: int) -> Iterator[LocalDay]:
    """Yield the dates that [first, last], in epoch minutes, touches, with one more on either side.

    What begins on the date before may reach in, and what begins on the date after may keep a start from fitting.
    """
    zone = zone_of(zone_name)
    day = instant_of(first).astimezone(zone).date() - DAY
    end = instant_of(last).astimezone(zone).date() + DAY
    while day <= end:
        yield local_day(zone_name, day)
        day += DAY
