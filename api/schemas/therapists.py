"""Therapists and their diaries, as they are sent and answered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StringConstraints

from api.schemas.common import (
    MONEY_LIMIT_MINOR,
    Answer,
    Body,
    Currency,
    MoneyAnswer,
    Name,
    PlaceAnswer,
    ZoneName,
    described,
    example,
    matching,
)
from domain.diary.events import Hours, WeeklyHours
from domain.model import Instant, Location, Medium, Money, SessionKind
from domain.therapist.events import Price

CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
OR_MIDNIGHT = rf"({CLOCK}|24:00)"
COUNTRY = "[A-Z]{2}"
FromTime = Annotated[
    str, AfterValidator(matching(CLOCK, sentence="A time of day is written like 09:00.")), described(CLOCK)
]
UntilTime = Annotated[
    str, AfterValidator(matching(OR_MIDNIGHT, sentence="A time of day is written like 09:00.")), described(OR_MIDNIGHT)
]
Country = Annotated[
    str, AfterValidator(matching(COUNTRY, sentence="A country is two capitals, such as GB.")), described(COUNTRY)
]
PLACE = "7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"
A_PRICE = {"kind": "individual", "amount_minor": 8000, "currency": "GBP", "duration_minutes": 50}
A_LOCATION = {"location_id": PLACE, "medium": "video", "details": "https://meet.example/ada"}
MORNING = {"from": "09:00", "until": "12:30", "location_ids": [PLACE]}
EVENING = {"from": "18:00", "until": "20:00", "location_ids": [PLACE]}


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class JoinBody(Body):
    """A therapist's public name, time zone and country. Whose they are, the token says."""

    name: Name
    zone: ZoneName
    country: Country

    model_config = example(name="Dr Ada Lake", zone="Europe/London", country="GB")


class PriceBody(Body):
    kind: SessionKind
    amount_minor: Annotated[StrictInt, Field(ge=0, le=MONEY_LIMIT_MINOR)]
    currency: Currency
    duration_minutes: Annotated[StrictInt, Field(ge=1, le=720)] = 50

    model_config = example(**A_PRICE)

    def to_price(self) -> Price:
        amount = Money(amount_minor=self.amount_minor, currency=self.currency)
        return Price(kind=self.kind, amount=amount, duration_minutes=self.duration_minutes)


class PricesBody(Body):
    """A whole price list; each kind of session once (rule A13)."""

    prices: Annotated[list[PriceBody], Field(max_length=20)]

    model_config = example(prices=[A_PRICE])


class LocationBody(Body):
    location_id: UUID
    medium: Medium
    details: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]

    model_config = example(**A_LOCATION)

    def to_place(self) -> tuple[Location, str]:
        return Location(location_id=self.location_id, medium=self.medium), self.details


class LocationsBody(Body):
    """All locations, each with its address, link or number, which clients see once a session is confirmed (A14)."""

    locations: Annotated[list[LocationBody], Field(max_length=20)]

    model_config = example(locations=[A_LOCATION])


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


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
            location_ids=tuple(self.location_ids),
        )


class WeeklyHoursBody(HoursBody):
    weekday: Weekday

    model_config = example(weekday="monday", **MORNING)

    def to_weekly(self) -> WeeklyHours:
        return WeeklyHours(weekday=list(Weekday).index(self.weekday), hours=self.to_hours())


class WeekBody(Body):
    """The whole working week (rule B1)."""

    weekly: Annotated[list[WeeklyHoursBody], Field(max_length=100)]

    model_config = example(weekly=[{"weekday": "monday", **MORNING}])


class DateBody(Body):
    """One date's hours beside the weekly ones; none closes the date."""

    hours: Annotated[list[HoursBody], Field(max_length=20)]

    model_config = example(hours=[EVENING])


class NoticeBody(Body):
    """How early, how far ahead, on which grid and with what gap clients book (rule B2)."""

    notice_hours: Annotated[StrictInt, Field(ge=2, le=24)]
    horizon_weeks: Annotated[StrictInt, Field(ge=1, le=52)]
    grid_minutes: Literal[15, 30, 60]
    gap_minutes: Annotated[StrictInt, Field(ge=0, le=60)]

    model_config = example(notice_hours=24, horizon_weeks=8, grid_minutes=30, gap_minutes=10)


class SelfBookingBody(Body):
    """Whether clients book by themselves (rule B6)."""

    open: StrictBool

    model_config = example(open=True)


class PriceAnswer(Answer):
    kind: SessionKind
    amount_minor: int
    currency: str
    duration_minutes: int


class NoticeAnswer(Answer):
    notice_hours: int
    horizon_weeks: int
    grid_minutes: int
    gap_minutes: int


class TherapistAnswer(Answer):
    """What anybody sees of a therapist (rule A1)."""

    therapist_id: UUID
    name: str
    zone: str
    country: str
    prices: list[PriceAnswer]
    locations: list[PlaceAnswer]
    self_booking: bool
    notice: NoticeAnswer
    policy_version: str


class OpeningAnswer(Answer):
    """A time that can be booked, where, for how much, and until when cancelling it would be free."""

    starts_at: Instant
    ends_at: Instant
    locations: list[PlaceAnswer]
    price: MoneyAnswer
    notice_deadline: Instant


class OpeningsAnswer(Answer):
    zone: str
    kind: SessionKind
    openings: list[OpeningAnswer]
