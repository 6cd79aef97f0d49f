"""Open slots: one function for what is listed and for what may be booked (rules A1, B9, B10).

Wall-clock hours become instants once for each day; from there on everything is integer minutes since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.diary.diary import Diary
from domain.diary.events import Hours
from domain.errors import NotOpen, SlotTaken
from domain.model import Slot
from domain.zones import instant_at, zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WhyNot(StrEnum):
    """Why a time is not open to a client."""

    SELF_BOOKING_CLOSED = "self_booking_closed"
    INSIDE_NOTICE = "inside_notice"
    BEYOND_HORIZON = "beyond_horizon"
    NOT_A_WORKING_TIME = "not_a_working_time"


class Taken(Protocol):
    """A half-open range of the therapist's time that is claimed, its gap included."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """A time that can be booked, and where."""

    starts_at: datetime
    location_ids: tuple[UUID, ...]


def openings(
    diary: Diary, *, duration_minutes: int, taken: Sequence[Taken], since: datetime, until: datetime, now: datetime
) -> list[Opening]:
    """Return the open starts in [since, until), in order."""
    if not diary.self_booking:
        return []
    earliest, latest = _bounds(diary, now=now)
    first, last = max(_minute(since, up=True), earliest), min(_minute(until, up=True), latest + 1)
    busy = _merged(taken)
    starts = _starts_between(diary, duration_minutes, first, last)
    free = _without_busy(starts, busy, duration_minutes + diary.terms.gap_minutes)
    return [Opening(EPOCH + timedelta(minutes=minute), locations) for minute, locations in free]


def refuse_unless_open(diary: Diary, slot: Slot, *, taken: Sequence[Taken], now: datetime) -> None:
    """Raise NotOpen with the diary's reason, or SlotTaken, unless `openings` lists this start at this location."""
    until = slot.starts_at + timedelta(minutes=1)
    listed = openings(
        diary, duration_minutes=slot.duration_minutes, taken=taken, since=slot.starts_at, until=until, now=now
    )
    if any(o.starts_at == slot.starts_at and slot.location.location_id in o.location_ids for o in listed):
        return
    reason = why_not(diary, slot, now=now)
    raise SlotTaken if reason is None else NotOpen(reason.value)


def why_not(diary: Diary, slot: Slot, *, now: datetime) -> WhyNot | None:
    """Return why the diary itself does not offer a slot; None where only somebody else's claim can be in the way."""
    earliest, latest = _bounds(diary, now=now)
    start = _minute(slot.starts_at, up=True)
    if not diary.self_booking:
        return WhyNot.SELF_BOOKING_CLOSED
    if start < earliest:
        return WhyNot.INSIDE_NOTICE
    if start > latest:
        return WhyNot.BEYOND_HORIZON
    places = {place for _, ids in _starts_between(diary, slot.duration_minutes, start, start + 1) for place in ids}
    on_the_minute = EPOCH + timedelta(minutes=start) == slot.starts_at
    return None if on_the_minute and slot.location.location_id in places else WhyNot.NOT_A_WORKING_TIME


def _bounds(diary: Diary, *, now: datetime) -> tuple[int, int]:
    earliest = now + timedelta(hours=diary.terms.notice_hours)
    latest = now + timedelta(weeks=diary.terms.horizon_weeks)
    return _minute(earliest, up=True), _minute(latest)


def _minute(instant: datetime, *, up: bool = False) -> int:
    minutes, rest = divmod(instant - EPOCH, timedelta(minutes=1))
    return minutes + 1 if up and rest else minutes


def _merged(taken: Iterable[Taken]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((_minute(t.starts_at), _minute(t.ends_at, up=True)) for t in taken):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _starts_between(
    diary: Diary, duration_minutes: int, first: int, last: int
) -> Iterator[tuple[int, tuple[UUID, ...]]]:
    """Yield the starts of the working week in [first, last) as epoch minutes, whatever is claimed."""
    zone = zone_of(diary.zone)
    if last <= first:
        return
    day = (EPOCH + timedelta(minutes=first)).astimezone(zone).date() - timedelta(days=1)
    last_day = (EPOCH + timedelta(minutes=last)).astimezone(zone).date()
    while day <= last_day:
        for start, locations in _starts_on(diary, day, duration_minutes):
            if first <= start < last:
                yield start, locations
        day += timedelta(days=1)


def _starts_on(diary: Diary, day: date, duration_minutes: int) -> Iterator[tuple[int, tuple[UUID, ...]]]:
    hours_today = diary.hours_on(day)
    if not hours_today:
        return
    zone = zone_of(diary.zone)
    midnight, next_midnight = (
        datetime.combine(d, time(), tzinfo=zone).astimezone(UTC) for d in (day, day + timedelta(days=1))
    )
    plain = next_midnight - midnight == timedelta(days=1)
    offset = _minute(midnight) if plain else None
    for hours in hours_today:
        for minute in _grid(diary, hours, duration_minutes):
            start = offset + minute if offset is not None else _start_on_a_change_day(diary, day, minute)
            if start is not None and (plain or _ends_within(diary, day, start, duration_minutes, hours)):
                yield start, hours.location_ids


def _grid(diary: Diary, hours: Hours, duration_minutes: int) -> range:
    """The wall-clock starts of a range, counted from the range's own beginning so that 17:30 can be one."""
    return range(hours.from_minutes, hours.until_minutes - duration_minutes + 1, diary.terms.grid_minutes)


def _start_on_a_change_day(diary: Diary, day: date, minute: int) -> int | None:
    instant = instant_at(day, minute, zone=zone_of(diary.zone))
    return None if instant is None else _minute(instant)


def _ends_within(diary: Diary, day: date, start: int, duration_minutes: int, hours: Hours) -> bool:
    """On the day of a clock change elapsed and wall-clock lengths differ: the session has to end inside the range."""
    zone = zone_of(diary.zone)
    ends_at = (EPOCH + timedelta(minutes=start + duration_minutes)).astimezone(zone)
    wall_end = datetime.combine(day, time()) + timedelta(minutes=hours.until_minutes)
    return ends_at.replace(tzinfo=None) <= wall_end


def _without_busy(
    starts: Iterable[tuple[int, tuple[UUID, ...]]], busy: Sequence[tuple[int, int]], length: int
) -> Iterator[tuple[int, tuple[UUID, ...]]]:
    """Walk starts and claims together, both in order, so that the cost is their sum and not their product."""
    ended = 0
    for start, locations in sorted(starts):
        while ended < len(busy) and busy[ended][1] <= start:
            ended += 1
        if ended == len(busy) or busy[ended][0] >= start + length:
            yield start, locations
