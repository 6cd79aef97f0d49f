"""What can happen to a therapist's diary. Times of day are minutes since midnight in the diary's zone (rule B10)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, NonNegativeInt, PositiveInt

from domain.model import Event, Instant, Minutes, Value

MinuteOfDay = Annotated[int, Field(ge=0, le=1440)]
Weekday = Annotated[int, Field(ge=0, le=6)]
"""0 for Monday to 6 for Sunday."""


class Hours(Value):
    """A half-open range of one day, [from_minutes, until_minutes), and where the therapist is then."""

    from_minutes: MinuteOfDay
    until_minutes: MinuteOfDay
    location_ids: tuple[UUID, ...]


class WeeklyHours(Value):
    """Hours of one weekday, in every week."""

    weekday: Weekday
    hours: Hours


class Opened(Event):
    """A therapist's time is kept here from now on."""

    therapist_id: UUID
    zone: str


class HoursSet(Event):
    """The weekly working hours, all of them (rule B1)."""

    weekly: tuple[WeeklyHours, ...]


class DateOpened(Event):
    """One date has these hours beside the weekly ones (rule B1)."""

    day: date
    hours: tuple[Hours, ...]


class DateClosed(Event):
    """One date has no hours at all (rule B1)."""

    day: date


class HoursOfNotice(Value):
    """A client books at least so many hours before the start."""

    hours: PositiveInt


class DayBefore(Value):
    """A client books for the next day until this time, and for no day that is nearer."""

    until_minutes: MinuteOfDay


Notice = HoursOfNotice | DayBefore


class NoticeSet(Event):
    """How early, how far ahead, on which grid and with what gap clients book (rule B2)."""

    notice: Notice
    horizon_weeks: PositiveInt
    grid_minutes: Literal[15, 30, 60]
    gap_minutes: NonNegativeInt


class SelfBookingOpened(Event):
    """Clients may book by themselves from now on (rule B6)."""


class SelfBookingClosed(Event):
    """Clients may not book by themselves any more (rule B6)."""


class WeeklyRange(Value):
    """A half-open range of one weekday, [from_minutes, until_minutes), in every week."""

    weekday: Weekday
    from_minutes: MinuteOfDay
    until_minutes: MinuteOfDay


class Period(Value):
    """A half-open range of time, [starts_at, ends_at)."""

    starts_at: Instant
    ends_at: Instant


class BlockCause(StrEnum):
    """Why a time was blocked."""

    MANUAL = "manual"


class Blocked(Event):
    """A range of time is closed to booking, once or in every week. What is booked in it stands (rule B3)."""

    block_id: UUID
    time: Period | WeeklyRange
    cause: BlockCause


class Unblocked(Event):
    """A block ended (rule B3)."""

    block_id: UUID


class Release(Value):
    """When held time opens: on this weekday at this time, for the week that lies so many weeks ahead."""

    weekday: Weekday
    at_minutes: MinuteOfDay
    weeks_ahead: NonNegativeInt


class PrimeTimeSet(Event):
    """The ranges that are held back from self-booking, all of them. Without a release they never open (rule B4)."""

    ranges: tuple[WeeklyRange, ...]
    release: Release | None


class SlotReserved(Event):
    """A time is held for one relationship, every week or every other one, counted from the anchor (rule B5)."""

    reserved_slot_id: UUID
    relationship_id: UUID
    client_id: UUID
    weekday: Weekday
    from_minutes: MinuteOfDay
    duration_minutes: Minutes
    location_id: UUID
    interval_weeks: Literal[1, 2]
    anchor: date


class ReleaseCause(StrEnum):
    """Why a reserved slot was let go (rule F4)."""

    MANUAL = "manual"
    NO_REBOOK = "no_rebook"
    RELATIONSHIP_ENDED = "relationship_ended"
    SELF_BOOKING_REVOKED = "self_booking_revoked"


class ReservedSlotReleased(Event):
    """A time is no longer held (rules B5, F4)."""

    reserved_slot_id: UUID
    cause: ReleaseCause


DiaryEvent = (
    Opened
    | HoursSet
    | DateOpened
    | DateClosed
    | NoticeSet
    | SelfBookingOpened
    | SelfBookingClosed
    | Blocked
    | Unblocked
    | PrimeTimeSet
    | SlotReserved
    | ReservedSlotReleased
)
