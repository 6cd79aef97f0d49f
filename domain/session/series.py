"""A series: sessions at the same wall-clock time, every week or every other one, booked as one (rules A10, B10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from domain.errors import SeriesOutOfRange
from domain.session.events import Booked, Series
from domain.zones import instant_at, zone_of

COUNT = range(2, 53)
INTERVAL_WEEKS = (1, 2)


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """A date of a series on the therapist's wall clock. `starts_at` is None where the clocks skip that time."""

    day: date
    starts_at: datetime | None


def series_starts(first: datetime, *, count: int, interval_weeks: int, zone: str) -> list[SeriesDate]:
    """Return the dates of a series, the first included: its wall-clock time in `zone`, every 7 or 14 days.

    Raises SeriesOutOfRange, UnknownZone.
    """
    if count not in COUNT or interval_weeks not in INTERVAL_WEEKS:
        raise SeriesOutOfRange
    wall = first.astimezone(zone_of(zone))
    days = [wall.date() + n * timedelta(weeks=interval_weeks) for n in range(1, count)]
    return [SeriesDate(wall.date(), first), *(SeriesDate(day, _same_time(wall, day, zone=zone)) for day in days)]


def _same_time(wall: datetime, day: date, *, zone: str) -> datetime | None:
    within_the_minute = timedelta(seconds=wall.second, microseconds=wall.microsecond)
    minute = instant_at(day, 60 * wall.hour + wall.minute, zone=zone_of(zone))
    return None if minute is None else minute + within_the_minute


def session_id_of(series_id: UUID, number: int) -> UUID:
    """Return the id of a series' session, counted from 1: whoever knows one of a series can name all of it."""
    return uuid5(series_id, f"session:{number}")


def later_session_ids(series: Series) -> tuple[UUID, ...]:
    """Return the ids of all sessions of a series but its first."""
    return tuple(session_id_of(series.series_id, number) for number in range(2, series.count + 1))


def leads_a_series(booked: Booked) -> bool:
    """Say whether others were booked with this session and hang on its payment until it is paid (rules A5, A10)."""
    return booked.series is not None and booked.series.number == 1 and booked.checkout_ends_at is not None


def hangs_on_the_first(booked: Booked) -> bool:
    """Say whether this session stands only once the first of its series is paid (rules A5, A10)."""
    return booked.series is not None and booked.series.number > 1 and booked.checkout_ends_at is not None
