"""What a change of the diary hits: time that was booked before it (rules B1, B3, B5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from domain.diary.days import LocalDay, local_days, minute_at_or_after, minute_at_or_before
from domain.diary.diary import Diary
from domain.diary.events import Period, SlotReserved, WeeklyRange
from domain.diary.reserved_slots import start_on


def blocks_out(diary: Diary, time: Period | WeeklyRange, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Say whether a block meets [starts_at, ends_at) (rule B3)."""
    begin, end = minute_at_or_before(starts_at), minute_at_or_after(ends_at)
    match time:
        case Period():
            return time.starts_at < ends_at and starts_at < time.ends_at
        case WeeklyRange():
            return any(
                day.date.weekday() == time.weekday
                and max(begin, day.opens(time.from_minutes)) < min(end, day.closes(time.until_minutes))
                for day in _dates(diary, starts_at, ends_at)
            )
        case _:
            assert_never(time)


def no_longer_worked(before: Diary, after: Diary, location_id: UUID, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Say whether [starts_at, ends_at) at a location lay inside the working hours and does not any more (rule B1)."""
    times = {"starts_at": starts_at, "ends_at": ends_at}
    return is_worked(before, location_id, **times) and not is_worked(after, location_id, **times)


def is_worked(diary: Diary, location_id: UUID, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Say whether [starts_at, ends_at) at a location lies inside the working hours (rule B1)."""
    begin, end = minute_at_or_before(starts_at), minute_at_or_after(ends_at)
    return any(
        location_id in hours.location_ids
        and day.opens(hours.from_minutes) <= begin
        and end <= day.closes(hours.until_minutes)
        for day in _dates(diary, starts_at, ends_at)
        for hours in diary.hours_on(day.date)
    )


def holds(diary: Diary, reserved: SlotReserved, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Say whether a reserved slot meets [starts_at, ends_at) (rule B5)."""
    begin, end = minute_at_or_before(starts_at), minute_at_or_after(ends_at)
    starts = (start_on(reserved, day) for day in _dates(diary, starts_at, ends_at))
    return any(start is not None and start < end and begin < start + reserved.duration_minutes for start in starts)


def _dates(diary: Diary, starts_at: datetime, ends_at: datetime) -> Iterator[LocalDay]:
    last = max(starts_at, ends_at - timedelta(microseconds=1))
    return local_days(diary.zone, first=minute_at_or_before(starts_at), last=minute_at_or_before(last))
