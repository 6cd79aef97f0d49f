"""What the clock of a zone shows, read minute by minute. Minutes are counted from 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from domain.zones import zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


def number_of(instant: datetime) -> float:
    """Minutes since 1970, with what comes after the point."""
    return (instant - EPOCH) / A_MINUTE


@cache
def readings(zone: str, day: date) -> list[tuple[int, int]]:
    """Every minute at which a clock shows a date, in order, and the minute of the day that it shows."""
    noon = int(number_of(datetime.combine(day, time(12), tzinfo=UTC)))
    shown = ((n, (EPOCH + n * A_MINUTE).astimezone(zone_of(zone))) for n in range(noon - 2400, noon + 2400))
    return [(n, 60 * wall.hour + wall.minute) for n, wall in shown if wall.date() == day]


def first_showing(zone: str, day: date, at: int) -> int:
    """The first minute of a date at which its clock shows a time or, where it never does, a later one."""
    of_day = readings(zone, day)
    return next((n for n, shown in of_day if shown >= at), of_day[-1][0] + 1)


def last_showing(zone: str, day: date, at: int) -> int:
    """The last minute at which the clock shows a time or, where it never does, the minute after an earlier one."""
    n, shown = next((n, shown) for n, shown in reversed(readings(zone, day)) if shown <= at)
    return n if shown == at else n + 1
