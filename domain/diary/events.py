"""What can happen to a therapist's diary. Times of day are minutes since midnight in the diary's zone (rule B10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, NonNegativeInt, PositiveInt

from domain.model import Event, Value

MinuteOfDay = Annotated[int, Field(ge=0, le=1440)]


class Hours(Value):
    """A half-open range of one day, [from_minutes, until_minutes), and where the therapist is then."""

    from_minutes: MinuteOfDay
    until_minutes: MinuteOfDay
    location_ids: tuple[UUID, ...]


class WeeklyHours(Value):
    """Hours of one weekday, 0 for Monday to 6 for Sunday."""

    weekday: Annotated[int, Field(ge=0, le=6)]
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


class NoticeSet(Event):
    """How early, how far ahead, on which grid and with what gap clients book (rule B2)."""

    notice_hours: PositiveInt
    horizon_weeks: PositiveInt
    grid_minutes: Literal[15, 30, 60]
    gap_minutes: NonNegativeInt


class SelfBookingOpened(Event):
    """Clients may book by themselves from now on (rule B6)."""


class SelfBookingClosed(Event):
    """Clients may not book by themselves any more (rule B6)."""


DiaryEvent = Opened | HoursSet | DateOpened | DateClosed | NoticeSet | SelfBookingOpened | SelfBookingClosed
