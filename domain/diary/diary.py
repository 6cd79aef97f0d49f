"""A therapist's diary: when they work, and how it may be booked (section B of the rules)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from typing import TypeVar, assert_never
from uuid import UUID, uuid5

from domain.diary.events import (
    Blocked,
    DateClosed,
    DateOpened,
    DayBefore,
    DiaryEvent,
    Hours,
    HoursOfNotice,
    HoursSet,
    Notice,
    NoticeSet,
    Opened,
    PrimeTimeSet,
    Release,
    ReservedSlotReleased,
    SelfBookingClosed,
    SelfBookingOpened,
    SlotReserved,
    Unblocked,
    WeeklyHours,
    WeeklyRange,
)
from domain.errors import (
    BookingTermsOutOfRange,
    GapLargerThanGrid,
    InThePast,
    OverlappingRanges,
    PlaceMissing,
    ReversedRange,
    TooManyDates,
    TooManyRanges,
    TwoOfOneKind,
)
from domain.zones import zone_of

WEEKLY_RANGES_LIMIT = 100
DAY_RANGES_LIMIT = 20
DATES_LIMIT = 400
NOTICE_HOURS = range(2, 25)
HORIZON_WEEKS = range(1, 53)
GRID_MINUTES = (15, 30, 60)
DAY_MINUTES = 24 * 60

A_DAY = HoursOfNotice(hours=24)

K = TypeVar("K")
V = TypeVar("V")


def diary_id_of(therapist_id: UUID) -> UUID:
    """Return the id of a therapist's diary."""
    return uuid5(therapist_id, "diary")


@dataclass(frozen=True, slots=True)
class BookingTerms:
    """How clients book, in weeks and minutes (rule B2). Chosen by nobody yet: these defaults."""

    notice: Notice = A_DAY
    horizon_weeks: int = 8
    grid_minutes: int = 30
    gap_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Diary:
    therapist_id: UUID
    zone: str
    weekly: tuple[WeeklyHours, ...] = ()
    opened: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    closed: frozenset[date] = frozenset()
    terms: BookingTerms = field(default_factory=BookingTerms)
    self_booking: bool = False
    blocks: Mapping[UUID, Blocked] = field(default_factory=dict)
    prime_time: tuple[WeeklyRange, ...] = ()
    release: Release | None = None
    reserved: Mapping[UUID, SlotReserved] = field(default_factory=dict)

    def hours_on(self, day: date) -> list[Hours]:
        """Return the hours of one date, in order."""
        if day in self.closed:
            return []
        weekly = [w.hours for w in self.weekly if w.weekday == day.weekday()]
        return sorted([*weekly, *self.opened.get(day, ())], key=lambda hours: hours.from_minutes)


def open_diary(diary: Diary | None, *, therapist_id: UUID, zone: str, now: datetime) -> Opened | None:
    """Begin to keep a therapist's time. Raises UnknownZone."""
    zone_of(zone)
    return None if diary else Opened(therapist_id=therapist_id, zone=zone, at=now)


def set_hours(diary: Diary, *, weekly: tuple[WeeklyHours, ...], now: datetime) -> HoursSet | None:
    """Describe the working week (rule B1). Raises PlaceMissing, TooManyRanges, ReversedRange, OverlappingRanges.

    Dates that have hours of their own count: their ranges must not overlap the week's either.
    """
    ordered = tuple(sorted(weekly, key=lambda w: (w.weekday, w.hours.from_minutes)))
    if len(ordered) > WEEKLY_RANGES_LIMIT:
        raise TooManyRanges
    for weekday in range(7):
        _refuse_impossible([w.hours for w in ordered if w.weekday == weekday])
    today = _today(diary, now=now)
    for day, hours in diary.opened.items():
        if day >= today:
            _refuse_impossible([*(w.hours for w in ordered if w.weekday == day.weekday()), *hours])
    return None if ordered == diary.weekly else HoursSet(weekly=ordered, at=now)


def open_date(diary: Diary, *, day: date, hours: tuple[Hours, ...], now: datetime) -> DateOpened | None:
    """Give one date hours beside the weekly ones (rule B1). It ends an earlier closing of that date."""
    _refuse_past(diary, day, now=now)
    _refuse_too_many_dates(diary, day, now=now)
    weekly = [w.hours for w in diary.weekly if w.weekday == day.weekday()]
    _refuse_impossible([*weekly, *hours])
    if day not in diary.closed and diary.opened.get(day) == hours:
        return None
    return DateOpened(day=day, hours=hours, at=now)


def close_date(diary: Diary, *, day: date, now: datetime) -> DateClosed | None:
    """Take all hours from one date (rule B1). Sessions booked on it stand."""
    _refuse_past(diary, day, now=now)
    _refuse_too_many_dates(diary, day, now=now)
    return None if day in diary.closed else DateClosed(day=day, at=now)


def _today(diary: Diary, *, now: datetime) -> date:
    return now.astimezone(zone_of(diary.zone)).date()


def _refuse_past(diary: Diary, day: date, *, now: datetime) -> None:
    if day < _today(diary, now=now):
        raise InThePast


def reset_date(diary: Diary, *, day: date, now: datetime) -> DateOpened | None:
    """Let one date be as the week says again: no hours of its own, not closed (rule B1). Raises InThePast."""
    _refuse_past(diary, day, now=now)
    return DateOpened(day=day, hours=(), at=now) if day in diary.opened or day in diary.closed else None


def _refuse_too_many_dates(diary: Diary, day: date, *, now: datetime) -> None:
    today = _today(diary, now=now)
    to_come = {other for other in (*diary.opened, *diary.closed) if other >= today}
    if day not in to_come and len(to_come) >= DATES_LIMIT:
        raise TooManyDates


def _refuse_impossible(of_one_day: Sequence[Hours]) -> None:
    ordered = sorted(of_one_day, key=lambda h: h.from_minutes)
    if len(ordered) > DAY_RANGES_LIMIT:
        raise TooManyRanges
    if any(not h.location_ids for h in ordered):
        raise PlaceMissing
    if any(len(set(h.location_ids)) < len(h.location_ids) for h in ordered):
        raise TwoOfOneKind
    if any(h.until_minutes <= h.from_minutes for h in ordered):
        raise ReversedRange
    if any(after.from_minutes < before.until_minutes for before, after in pairwise(ordered)):
        raise OverlappingRanges


def set_notice(diary: Diary, *, terms: BookingTerms, now: datetime) -> NoticeSet | None:
    """Say how clients book (rule B2). Raises BookingTermsOutOfRange, GapLargerThanGrid."""
    if (
        not _possible(terms.notice)
        or terms.horizon_weeks not in HORIZON_WEEKS
        or terms.grid_minutes not in GRID_MINUTES
        or terms.gap_minutes < 0
    ):
        raise BookingTermsOutOfRange
    if terms.gap_minutes > terms.grid_minutes:
        raise GapLargerThanGrid
    if terms == diary.terms:
        return None
    return NoticeSet(
        notice=terms.notice,
        horizon_weeks=terms.horizon_weeks,
        grid_minutes=terms.grid_minutes,  # type: ignore[arg-type] # the event allows 15, 30 and 60 only
        gap_minutes=terms.gap_minutes,
        at=now,
    )


def _possible(notice: Notice) -> bool:
    match notice:
        case HoursOfNotice():
            return notice.hours in NOTICE_HOURS
        case DayBefore():
            return notice.until_minutes < DAY_MINUTES


def open_self_booking(diary: Diary, *, now: datetime) -> SelfBookingOpened | None:
    """Let clients book by themselves (rule B6)."""
    return None if diary.self_booking else SelfBookingOpened(at=now)


def close_self_booking(diary: Diary, *, now: datetime) -> SelfBookingClosed | None:
    """Stop clients from booking by themselves (rule B6). What is booked stands."""
    return SelfBookingClosed(at=now) if diary.self_booking else None


def evolve(diary: Diary | None, event: DiaryEvent) -> Diary:  # noqa: C901 - one flat case for each event
    """Total and without a rule, so that the past always loads."""
    if isinstance(event, Opened):
        return Diary(therapist_id=event.therapist_id, zone=event.zone)
    assert diary is not None, f"{event!r} came before Opened"
    match event:
        case HoursSet():
            return replace(diary, weekly=event.weekly)
        case DateOpened():
            opened = {**_without(diary.opened, event.day), **({event.day: event.hours} if event.hours else {})}
            return replace(diary, opened=opened, closed=diary.closed - {event.day})
        case DateClosed():
            return replace(diary, opened=_without(diary.opened, event.day), closed=diary.closed | {event.day})
        case NoticeSet():
            terms = BookingTerms(event.notice, event.horizon_weeks, event.grid_minutes, event.gap_minutes)
            return replace(diary, terms=terms)
        case SelfBookingOpened():
            return replace(diary, self_booking=True)
        case SelfBookingClosed():
            return replace(diary, self_booking=False)
        case Blocked():
            return replace(diary, blocks={**diary.blocks, event.block_id: event})
        case Unblocked():
            return replace(diary, blocks=_without(diary.blocks, event.block_id))
        case PrimeTimeSet():
            return replace(diary, prime_time=event.ranges, release=event.release)
        case SlotReserved():
            return replace(diary, reserved={**diary.reserved, event.reserved_slot_id: event})
        case ReservedSlotReleased():
            return replace(diary, reserved=_without(diary.reserved, event.reserved_slot_id))
        case _:
            assert_never(event)


def _without(held: Mapping[K, V], key: K) -> dict[K, V]:
    return {each: value for each, value in held.items() if each != key}
