"""Diaries, as they are sent. Times of day are those of the diary's zone."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from api.schemas.common import Body, Day, IntervalWeeks, Rfc3339, described, example, matching
from application.diaries import Reservation
from domain.diary.diary import BookingTerms
from domain.diary.events import (
    DayBefore,
    Hours,
    HoursOfNotice,
    Period,
    Release,
    WeeklyHours,
    WeeklyRange,
)

CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
OR_MIDNIGHT = rf"({CLOCK}|24:00)"
FromTime = Annotated[
    str,
    AfterValidator(matching(CLOCK, sentence="A time of day is written like 09:00.")),
    described(CLOCK),
    Field(description="A time of day, such as 09:00."),
]
UntilTime = Annotated[
    str,
    AfterValidator(matching(OR_MIDNIGHT, sentence="A time of day is written like 09:00.")),
    described(OR_MIDNIGHT),
    Field(description="A time of day, such as 12:30, or 24:00 for the next midnight."),
]
PLACE = "7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"
RELATIONSHIP = "0b9d6a51-5a0e-5a3c-8f1e-6c1d2e3f4a5b"
MORNING = {"from": "09:00", "until": "12:30", "location_ids": [PLACE]}
AN_EVENING = {"weekday": "monday", "from": "17:30", "until": "19:30"}
A_RELEASE = {"weekday": "friday", "at": "18:00", "weeks_ahead": 1}
EVENING = {"from": "18:00", "until": "20:00", "location_ids": [PLACE]}


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _number_of(weekday: Weekday) -> int:
    return list(Weekday).index(weekday)


def weekday_of(number: int) -> Weekday:
    """Return the weekday of a number, 0 for Monday."""
    return list(Weekday)[number]


class HoursBody(Body):
    """A range of one day by the clock of the diary's zone; 24:00 is the next midnight."""

    from_: Annotated[FromTime, Field(alias="from")]
    until: UntilTime
    location_ids: Annotated[list[UUID], Field(min_length=1, max_length=20)]

    model_config = example(**EVENING)

    def to_hours(self) -> Hours:
        return Hours(
            from_minutes=_minutes(self.from_),
            until_minutes=_minutes(self.until),
            location_ids=tuple(dict.fromkeys(self.location_ids)),
        )


class WeeklyHoursBody(HoursBody):
    weekday: Weekday

    model_config = example(weekday="monday", **MORNING)

    def to_weekly(self) -> WeeklyHours:
        return WeeklyHours(weekday=_number_of(self.weekday), hours=self.to_hours())


class WeekBody(Body):
    """The whole working week (rule B1)."""

    weekly: Annotated[list[WeeklyHoursBody], Field(max_length=100)]

    model_config = example(weekly=[{"weekday": "monday", **MORNING}])


class DateBody(Body):
    """All hours that one date has beside the weekly ones; an empty list closes the date, the weekly ones included."""

    hours: Annotated[list[HoursBody], Field(max_length=20)]

    model_config = example(hours=[EVENING])


class NoticeBody(Body):
    """How early, how far ahead, on which grid and with what gap clients book (rule B2).

    Notice is either a number of hours, or a time until which clients book for the next day.
    """

    notice_hours: Annotated[StrictInt, Field(ge=2, le=24)] | None = None
    next_day_until: FromTime | None = None
    horizon_weeks: Annotated[StrictInt, Field(ge=1, le=52)]
    grid_minutes: Literal[15, 30, 60]
    gap_minutes: Annotated[StrictInt, Field(ge=0, le=60)]

    model_config = example(notice_hours=24, horizon_weeks=8, grid_minutes=30, gap_minutes=10)

    @model_validator(mode="after")
    def _one_of_two(self) -> NoticeBody:
        if (self.notice_hours is None) == (self.next_day_until is None):
            raise ValueError("Say `notice_hours` or `next_day_until`, one of the two.")
        return self

    def to_terms(self) -> BookingTerms:
        until = self.next_day_until
        return BookingTerms(
            notice=DayBefore(until_minutes=_minutes(until)) if until else HoursOfNotice(hours=self.notice_hours or 0),
            horizon_weeks=self.horizon_weeks,
            grid_minutes=self.grid_minutes,
            gap_minutes=self.gap_minutes,
        )


class SelfBookingBody(Body):
    """Whether clients book by themselves (rule B6)."""

    open: StrictBool

    model_config = example(open=True)


class WeeklyRangeBody(Body):
    """A range of one weekday, in every week; 24:00 is the next midnight."""

    weekday: Weekday
    from_: Annotated[FromTime, Field(alias="from")]
    until: UntilTime

    model_config = example(**AN_EVENING)

    def to_range(self) -> WeeklyRange:
        return WeeklyRange(
            weekday=_number_of(self.weekday), from_minutes=_minutes(self.from_), until_minutes=_minutes(self.until)
        )


class PeriodBody(Body):
    """A range of time, once."""

    starts_at: Rfc3339
    ends_at: Rfc3339

    model_config = example(starts_at="2030-07-29T23:00:00Z", ends_at="2030-08-12T23:00:00Z")

    def to_period(self) -> Period:
        return Period(starts_at=self.starts_at, ends_at=self.ends_at)


class BlockBody(Body):
    """What is to be closed to booking: a range of time, once, or a range of a weekday in every week (rule B3)."""

    once: PeriodBody | None = None
    weekly: WeeklyRangeBody | None = None

    model_config = example(once={"starts_at": "2030-07-29T23:00:00Z", "ends_at": "2030-08-12T23:00:00Z"})

    @model_validator(mode="after")
    def _one_of_two(self) -> BlockBody:
        if (self.once is None) == (self.weekly is None):
            raise ValueError("Say `once` or `weekly`, one of the two.")
        return self

    def to_time(self) -> Period | WeeklyRange:
        if self.once is not None:
            return self.once.to_period()
        assert self.weekly is not None, "one of the two is given"
        return self.weekly.to_range()


class ReleaseBody(Body):
    """When held time opens: on this weekday at this time, for the week that lies so many weeks ahead (rule B4)."""

    weekday: Weekday
    at: FromTime
    weeks_ahead: Annotated[StrictInt, Field(ge=0, le=52)]

    model_config = example(**A_RELEASE)

    def to_release(self) -> Release:
        return Release(weekday=_number_of(self.weekday), at_minutes=_minutes(self.at), weeks_ahead=self.weeks_ahead)


class PrimeTimeBody(Body):
    """All ranges that are held back from self-booking; without a release they never open (rule B4)."""

    ranges: Annotated[list[WeeklyRangeBody], Field(max_length=100)]
    release: ReleaseBody | None = None

    model_config = example(ranges=[AN_EVENING], release=A_RELEASE)


class ReserveBody(Body):
    """A weekly (1) or fortnightly (2) time to be held for a relationship, counted from the anchor (rule B5).

    `duration_minutes` is the length that the relationship's kind has in the price list, where it is not given.
    """

    relationship_id: UUID
    weekday: Weekday
    at: FromTime
    duration_minutes: Annotated[StrictInt, Field(ge=1, le=720)] | None = None
    location_id: UUID
    interval_weeks: IntervalWeeks = 1
    anchor: Day

    model_config = example(
        relationship_id=RELATIONSHIP,
        weekday="tuesday",
        at="17:30",
        location_id=PLACE,
        interval_weeks=2,
        anchor="2030-01-08",
    )

    def to_reservation(self, reserved_slot_id: UUID) -> Reservation:
        return Reservation(
            reserved_slot_id=reserved_slot_id,
            relationship_id=self.relationship_id,
            weekday=_number_of(self.weekday),
            from_minutes=_minutes(self.at),
            duration_minutes=self.duration_minutes,
            location_id=self.location_id,
            interval_weeks=self.interval_weeks,
            anchor=self.anchor,
        )
