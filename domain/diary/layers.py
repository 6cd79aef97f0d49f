"""A diary as layers of a calendar: when its therapist works, what is blocked, held back, reserved (section B)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.diary.clashes import blocks_out
from domain.diary.days import LocalDay, instant_of, local_days, minute_at_or_after, minute_at_or_before
from domain.diary.diary import Diary
from domain.diary.events import Period, SlotReserved, WeeklyRange
from domain.diary.picture import Taken
from domain.diary.prime_time import is_released
from domain.diary.reserved_slots import start_on
from domain.zones import zone_of


@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open range of time in a layer."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class WorkingStretch(Stretch):
    location_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class BlockedStretch(Stretch):
    block_id: UUID


@dataclass(frozen=True, slots=True)
class ReservedStretch(Stretch):
    """A date of a reserved slot. It is there also where the date is blocked or taken: the hold survives (rule B5)."""

    reserved_slot_id: UUID
    relationship_id: UUID
    client_id: UUID
    location_id: UUID


S = TypeVar("S", bound=Stretch)


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a range of time, each in order. `prime_time` has what is not released yet (rule B4)."""

    working: tuple[WorkingStretch, ...]
    blocked: tuple[BlockedStretch, ...]
    prime_time: tuple[Stretch, ...]
    reserved: tuple[ReservedStretch, ...]


def layers(diary: Diary, *, since: datetime, until: datetime, now: datetime) -> Layers:
    """Return the layers of a diary that touch [since, until)."""
    days = list(local_days(diary.zone, first=minute_at_or_before(since), last=minute_at_or_after(until)))
    held = diary.reserved.values()

    def touching(stretches: Iterator[S]) -> tuple[S, ...]:
        found = (one for one in stretches if one.starts_at < until and since < one.ends_at)
        return tuple(sorted(found, key=lambda one: (one.starts_at, one.ends_at)))

    return Layers(
        working=touching(one for day in days for one in _working(diary, day)),
        blocked=touching(_blocked(diary, days)),
        prime_time=touching(one for day in days for one in _prime_time(diary, day, now)),
        reserved=touching(one for reserved in held for one in reserved_stretches(reserved, days)),
    )


def _working(diary: Diary, day: LocalDay) -> Iterator[WorkingStretch]:
    for hours in diary.hours_on(day.date):
        begin, end = day.opens(hours.from_minutes), day.closes(hours.until_minutes)
        if begin < end:
            yield WorkingStretch(instant_of(begin), instant_of(end), hours.location_ids)


def _blocked(diary: Diary, days: Sequence[LocalDay]) -> Iterator[BlockedStretch]:
    for block_id, blocked in diary.blocks.items():
        match blocked.time:
            case Period() as period:
                yield BlockedStretch(period.starts_at, period.ends_at, block_id)
            case WeeklyRange() as one:
                for stretch in _weekly(one, days):
                    yield BlockedStretch(stretch.starts_at, stretch.ends_at, block_id)


def _weekly(one: WeeklyRange, days: Sequence[LocalDay]) -> Iterator[Stretch]:
    for day in days:
        begin, end = day.opens(one.from_minutes), day.closes(one.until_minutes)
        if one.weekday == day.date.weekday() and begin < end:
            yield Stretch(instant_of(begin), instant_of(end))


def _prime_time(diary: Diary, day: LocalDay, now: datetime) -> Iterator[Stretch]:
    if not is_released(diary, day.date, minute=minute_at_or_before(now)):
        for one in diary.prime_time:
            yield from _weekly(one, [day])


def reserved_stretches(reserved: SlotReserved, days: Sequence[LocalDay]) -> Iterator[ReservedStretch]:
    """Yield the dates of a reserved slot among some days."""
    for day in days:
        if (start := start_on(reserved, day)) is not None:
            yield ReservedStretch(
                starts_at=instant_of(start),
                ends_at=instant_of(start + reserved.duration_minutes),
                reserved_slot_id=reserved.reserved_slot_id,
                relationship_id=reserved.relationship_id,
                client_id=reserved.client_id,
                location_id=reserved.location_id,
            )


def still_free(
    diary: Diary, stretches: Iterable[ReservedStretch], *, taken: Sequence[Taken]
) -> Iterator[ReservedStretch]:
    """Yield the reserved stretches that are not skipped: not blocked, not on a closed date, not taken (rule B5)."""
    zone = zone_of(diary.zone)
    for one in stretches:
        times = {"starts_at": one.starts_at, "ends_at": one.ends_at}
        skipped = any(blocks_out(diary, block.time, **times) for block in diary.blocks.values()) or any(
            claim.starts_at < one.ends_at and one.starts_at < claim.ends_at for claim in taken
        )
        if not skipped and one.starts_at.astimezone(zone).date() not in diary.closed:
            yield one
