"""Time zones from one pinned database: the tzdata wheel, whatever the machine has installed (rule B10).

The machine's, the wheel's and the database server's zone tables differ, so zone arithmetic is done here and nowhere
else, and never in SQL.
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from domain.errors import UnknownZone

zoneinfo.reset_tzpath(to=())

MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone of an IANA name. Raises UnknownZone."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone from error


def instant_at(day: date, minute_of_day: int, *, zone: zoneinfo.ZoneInfo) -> datetime | None:
    """Return the UTC instant of a wall-clock time, or None inside a clock-change gap.

    An ambiguous time is the first of the two. Minute 1440 is the next midnight.
    """
    wall = datetime.combine(day, time(), tzinfo=zone) + timedelta(minutes=minute_of_day)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        return None
    return instant


def first_instant_at(day: date, minute_of_day: int, *, zone: zoneinfo.ZoneInfo) -> datetime:
    """Return the first instant at which that day's clock shows this time or, where it skips it, a later one."""
    wall = datetime.combine(day, time(), tzinfo=zone) + timedelta(minutes=minute_of_day)
    return instant_at(day, minute_of_day, zone=zone) or _end_of_gap(wall)


def last_instant_at(day: date, minute_of_day: int, *, zone: zoneinfo.ZoneInfo) -> datetime:
    """Return the last instant at which that day's clock shows this time: the second of two, or a gap's end."""
    wall = datetime.combine(day, time(), tzinfo=zone) + timedelta(minutes=minute_of_day)
    if instant_at(day, minute_of_day, zone=zone) is None:
        return _end_of_gap(wall)
    return wall.replace(fold=1).astimezone(UTC)


def _end_of_gap(wall: datetime) -> datetime:
    """Search for the instant at which the clock jumps over a time: read with either offset, the time lies around it."""
    before, after = wall.replace(fold=1).astimezone(UTC), wall.replace(fold=0).astimezone(UTC)

    def offset(minutes: int) -> timedelta:
        found = (before + minutes * MINUTE).astimezone(wall.tzinfo).utcoffset()
        assert found is not None, "a wall-clock time has a zone"
        return found

    last = (after - before) // MINUTE
    return before + MINUTE * bisect_left(range(last + 1), offset(last), key=offset)
