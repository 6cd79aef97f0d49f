"""Time zones from one pinned database: the tzdata wheel, whatever the machine has installed (rule B10).

The machine's, the wheel's and the database server's zone tables differ, so zone arithmetic is done here and nowhere
else, and never in SQL.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from domain.errors import UnknownZone

zoneinfo.reset_tzpath(to=())


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
