"""Weekly ranges on dates on which the clocks change, and the instants at which they begin and end (rule B10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from domain.diary.diary import Diary
from domain.diary.events import DiaryEvent, Hours, HoursSet, WeeklyHours, WeeklyRange
from tests.domain.looking import week_of, weekly_range
from tests.given import LOCATION, given_diary

LONDON, LORD_HOWE, NEW_YORK = "Europe/London", "Australia/Lord_Howe", "America/New_York"
"""In London and New York an hour is skipped and shown twice, on Lord Howe half an hour."""


def utc(written: str) -> datetime:
    """An instant, written as in 2030-01-08 09:00."""
    return datetime.fromisoformat(f"{written}+00:00")


def diary_in(zone: str, *events: DiaryEvent) -> Diary:
    """A diary on another clock that these events happened to."""
    return replace(given_diary(*events), zone=zone)


def hours_of(time: WeeklyRange) -> HoursSet:
    """A weekly range as all the hours of the week."""
    places = (LOCATION.location_id,)
    hours = Hours(from_minutes=time.from_minutes, until_minutes=time.until_minutes, location_ids=places)
    return week_of(WeeklyHours(weekday=time.weekday, hours=hours))


OVER_A_CHANGE = [
    pytest.param(zone, weekly_range(6, from_, until), utc(begins), utc(ends), id=f"{zone}, {why}")
    for zone, from_, until, begins, ends, why in (
        (LONDON, "00:30", "01:30", "2026-03-29 00:30", "2026-03-29 01:00", "into the gap"),
        (LONDON, "01:15", "02:30", "2026-03-29 01:00", "2026-03-29 01:30", "out of the gap"),
        (LONDON, "00:30", "02:30", "2026-03-29 00:30", "2026-03-29 01:30", "around the gap"),
        (LONDON, "00:30", "01:30", "2026-10-24 23:30", "2026-10-25 01:30", "ends at the second of two"),
        (LONDON, "01:30", "02:30", "2026-10-25 00:30", "2026-10-25 02:30", "begins at the first of two"),
        (LONDON, "01:15", "01:45", "2026-10-25 00:15", "2026-10-25 01:45", "from the first to the second"),
        (NEW_YORK, "01:30", "03:30", "2026-03-08 06:30", "2026-03-08 07:30", "around the gap"),
        (NEW_YORK, "01:30", "02:00", "2026-11-01 05:30", "2026-11-01 07:00", "begins at the first of two"),
        (LORD_HOWE, "01:30", "02:15", "2026-10-03 15:00", "2026-10-03 15:30", "into the gap"),
        (LORD_HOWE, "02:15", "03:00", "2026-10-03 15:30", "2026-10-03 16:00", "out of the gap"),
        (LORD_HOWE, "01:00", "01:45", "2026-04-04 14:00", "2026-04-04 15:15", "ends at the second of two"),
        (LORD_HOWE, "01:45", "03:00", "2026-04-04 14:45", "2026-04-04 16:30", "begins at the first of two"),
    )
]
"""The zone, the range of a Sunday, its first instant and the first after it."""

SKIPPED = [
    pytest.param(zone, weekly_range(6, from_, until), utc(jumps), id=f"{zone}, {from_} to {until}")
    for zone, from_, until, jumps in (
        (LONDON, "01:15", "01:45", "2026-03-29 01:00"),
        (LONDON, "01:00", "02:00", "2026-03-29 01:00"),
        (NEW_YORK, "02:00", "02:30", "2026-03-08 07:00"),
        (LORD_HOWE, "02:05", "02:30", "2026-10-03 15:30"),
    )
]
"""The zone, a range of a Sunday that its clock skips as a whole, and the instant at which it does."""
