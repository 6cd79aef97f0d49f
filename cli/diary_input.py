"""What is written on the command line about a diary, as values of the practice.

Each of these functions raises typer.BadParameter with a sentence that shows how it is written.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, NoReturn
from uuid import UUID

import typer

from api.schemas.common import FIRST_YEAR, LAST_YEAR
from application.wording import WEEKDAYS
from domain.diary.events import Hours, Release, WeeklyHours, WeeklyRange
from domain.diary.prime_time import WEEKS_AHEAD
from domain.zones import instant_at, zone_of

WEEKDAY = r"(?P<weekday>[A-Za-z]+)"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
RANGE = rf"(?P<start>{CLOCK})-(?P<end>{CLOCK}|24:00)"
PLACES = r"@(?P<places>\S+)"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
INSTANT = rf"{DAY}[T ]{CLOCK}(?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?(?:Z|[+-]{CLOCK})?"
LONG_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WeeklyStart(NamedTuple):
    """A time of a weekday, in every week."""

    weekday: int
    from_minutes: int


def weekly_hours(text: str) -> WeeklyHours:
    """Read hours of a weekday, such as `mon 09:00-12:30@LOCATION_ID,LOCATION_ID`."""
    found = _read(rf"{WEEKDAY} +{RANGE}{PLACES}", text, like="mon 09:00-12:30@LOCATION_ID,LOCATION_ID")
    return WeeklyHours(weekday=_weekday(found), hours=_hours(found))


def hours(text: str) -> Hours:
    """Read hours of one date, such as `18:00-20:00@LOCATION_ID`."""
    return _hours(_read(rf"{RANGE}{PLACES}", text, like="18:00-20:00@LOCATION_ID,LOCATION_ID"))


def weekly_range(text: str) -> WeeklyRange:
    """Read a range of a weekday, such as `mon 12:00-13:00`."""
    found = _read(rf"{WEEKDAY} +{RANGE}", text, like="mon 12:00-13:00")
    return WeeklyRange(
        weekday=_weekday(found), from_minutes=_minutes(found["start"]), until_minutes=_minutes(found["end"])
    )


def weekly_start(text: str) -> WeeklyStart:
    """Read a time of a weekday, such as `tue 17:30`."""
    found = _read(rf"{WEEKDAY} +(?P<start>{CLOCK})", text, like="tue 17:30")
    return WeeklyStart(_weekday(found), _minutes(found["start"]))


def release(text: str) -> Release:
    """Read when prime time opens, such as `fri 18:00 1`: on Friday, for the week that lies one week ahead."""
    found = _read(rf"{WEEKDAY} +(?P<start>{CLOCK}) +(?P<weeks>[0-9]{{1,2}})", text, like="fri 18:00 1")
    weeks_ahead = int(found["weeks"])
    if weeks_ahead not in WEEKS_AHEAD:
        _refuse(f"is 0 to {WEEKS_AHEAD[-1]} weeks ahead")
    return Release(weekday=_weekday(found), at_minutes=_minutes(found["start"]), weeks_ahead=weeks_ahead)


def minute_of_day(text: str) -> int:
    """Read a time of day, such as `21:00`, as minutes since midnight."""
    return _minutes(_read(CLOCK, text, like="21:00")[0])


def day(text: str) -> date:
    """Read a date, such as `2030-01-07`."""
    found = _read(DAY, text, like="2030-01-07")
    try:
        return _in_our_time(date.fromisoformat(found[0]))
    except ValueError:
        _refuse("is no date of the calendar")


def instant(text: str) -> datetime:
    """Read a time of a date. Without an offset it is left naive: `in_zone` reads it on the diary's clock."""
    found = _read(INSTANT, text, like="2030-01-07T09:00, with or without an offset such as Z or +01:00")
    try:
        read = datetime.fromisoformat(found[0])
    except ValueError:
        _refuse("is no date of the calendar")
    _in_our_time(read)
    return read if read.tzinfo is None else read.astimezone(UTC)


def in_zone(read: datetime, zone_name: str) -> datetime:
    """Return the UTC instant. A wall-clock time is the zone's: the first of two, and refused where it is skipped."""
    if read.tzinfo is not None:
        return read
    minute = instant_at(read.date(), read.hour * 60 + read.minute, zone=zone_of(zone_name))
    if minute is None:
        _refuse(f"The clocks of {zone_name} skip {read:%H:%M} on {read:%Y-%m-%d}; name another time.")
    return minute + timedelta(seconds=read.second, microseconds=read.microsecond)


def _read(pattern: str, text: str, *, like: str) -> re.Match[str]:
    return re.fullmatch(pattern, text.strip()) or _refuse(f"is written like {like}")


def _refuse(sentence: str) -> NoReturn:
    raise typer.BadParameter(sentence)


def _hours(found: re.Match[str]) -> Hours:
    places = tuple(_location_id(text) for text in found["places"].split(","))
    return Hours(from_minutes=_minutes(found["start"]), until_minutes=_minutes(found["end"]), location_ids=places)


def _location_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        _refuse(f"{text} is not the id of a location")


def _weekday(found: re.Match[str]) -> int:
    """Weekdays are written in three letters or in full."""
    written = found["weekday"].lower()
    for number, short in enumerate(WEEKDAYS):
        if written in (short.lower(), LONG_WEEKDAYS[number]):
            return number
    _refuse(f"{found['weekday']} is not a weekday; they are mon, tue, wed, thu, fri, sat, sun")


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _in_our_time(read: date) -> date:
    """Instants at the ends of the calendar leave it when they are moved to another zone."""
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        _refuse(f"has to lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return read
