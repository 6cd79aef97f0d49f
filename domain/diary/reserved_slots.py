"""Reserved slots: a time held for one relationship, every week or every other one (rule B5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from domain.diary.days import LocalDay
from domain.diary.diary import DAY_MINUTES, Diary
from domain.diary.events import ReleaseCause, ReservedSlotReleased, SlotReserved
from domain.errors import (
    AlreadyReserved,
    AlreadyThere,
    AnchorOnAnotherWeekday,
    AnchorTooFarAhead,
    EveryOtherWeekAtMost,
    ReservedSlotOutOfRange,
    TooManyReservedSlots,
)
from domain.zones import zone_of

RESERVED_LIMIT = 200
LENGTHS_MINUTES = range(1, 721)
ANCHOR_AHEAD = timedelta(days=366)
EVERY_OTHER: Final = 2
WEEK_MINUTES = 7 * DAY_MINUTES
CYCLE_MINUTES = 2 * WEEK_MINUTES
"""After two weeks every pattern begins again."""

A_MONDAY = date(1970, 1, 5)


def reserve_slot(
    diary: Diary,
    *,
    reserved_slot_id: UUID,
    relationship_id: UUID,
    client_id: UUID,
    weekday: int,
    from_minutes: int,
    duration_minutes: int,
    location_id: UUID,
    interval_weeks: int,
    anchor: date,
    now: datetime,
) -> SlotReserved | None:
    """Hold a weekly time for a relationship (rule B5). Nothing is booked and nothing is charged.

    Raises EveryOtherWeekAtMost, ReservedSlotOutOfRange, AnchorOnAnotherWeekday, AnchorTooFarAhead, AlreadyReserved,
    TooManyReservedSlots, AlreadyThere.
    """
    if from_minutes not in range(DAY_MINUTES) or duration_minutes not in LENGTHS_MINUTES:
        raise ReservedSlotOutOfRange
    wanted = SlotReserved(
        reserved_slot_id=reserved_slot_id,
        relationship_id=relationship_id,
        client_id=client_id,
        weekday=weekday,
        from_minutes=from_minutes,
        duration_minutes=duration_minutes,
        location_id=location_id,
        interval_weeks=_interval(interval_weeks),
        anchor=anchor,
        at=now,
    )
    if (held := diary.reserved.get(reserved_slot_id)) is not None:
        if held != wanted.model_copy(update={"at": held.at}):
            raise AlreadyThere
        return None
    if anchor.weekday() != weekday:
        raise AnchorOnAnotherWeekday
    if anchor > now.astimezone(zone_of(diary.zone)).date() + ANCHOR_AHEAD:
        raise AnchorTooFarAhead
    if any(_overlap(wanted, other, gap_minutes=diary.terms.gap_minutes) for other in diary.reserved.values()):
        raise AlreadyReserved
    if len(diary.reserved) >= RESERVED_LIMIT:
        raise TooManyReservedSlots
    return wanted


def _interval(weeks: int) -> Literal[1, 2]:
    if weeks == 1:
        return 1
    if weeks == EVERY_OTHER:
        return EVERY_OTHER
    raise EveryOtherWeekAtMost


def _overlap(one: SlotReserved, other: SlotReserved, *, gap_minutes: int) -> bool:
    """Compare two patterns over the two weeks after which both begin again, with the gap after each."""
    ours, theirs = one.duration_minutes + gap_minutes, other.duration_minutes + gap_minutes
    return any(
        (start - begun) % CYCLE_MINUTES < theirs or (begun - start) % CYCLE_MINUTES < ours
        for start in _starts_in_cycle(one)
        for begun in _starts_in_cycle(other)
    )


def _starts_in_cycle(reserved: SlotReserved) -> list[int]:
    weeks, _ = divmod((reserved.anchor - A_MONDAY).days, 7)
    first = (weeks * WEEK_MINUTES + reserved.weekday * DAY_MINUTES + reserved.from_minutes) % CYCLE_MINUTES
    return [first] if reserved.interval_weeks == EVERY_OTHER else [first, (first + WEEK_MINUTES) % CYCLE_MINUTES]


def release_reserved_slot(
    diary: Diary, *, reserved_slot_id: UUID, cause: ReleaseCause, now: datetime
) -> ReservedSlotReleased | None:
    """Let a reserved slot go (rules B5, F4)."""
    if reserved_slot_id not in diary.reserved:
        return None
    return ReservedSlotReleased(reserved_slot_id=reserved_slot_id, cause=cause, at=now)


def start_on(reserved: SlotReserved, day: LocalDay) -> int | None:
    """Return the epoch minute at which a reserved slot begins on a date; None where it does not, or is in a gap."""
    away = (day.date - reserved.anchor).days
    if away < 0 or away % (7 * reserved.interval_weeks):
        return None
    return day.start(reserved.from_minutes)
