"""Therapists, as they are sent and answered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StringConstraints

from api.schemas.common import (
    MONEY_LIMIT_MINOR,
    Answer,
    Body,
    Currency,
    Name,
    PlaceAnswer,
    ZoneName,
    described,
    example,
    matching,
)
from api.schemas.diary_answers import NoticeAnswer
from domain.model import Location, Medium, Money, SessionKind
from domain.therapist.events import PauseExtent, Price, SuspensionReason

COUNTRY = "[A-Z]{2}"
Country = Annotated[
    str, AfterValidator(matching(COUNTRY, sentence="A country is two capitals, such as GB.")), described(COUNTRY)
]
PLACE = "7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"
A_PRICE = {"kind": "individual", "amount_minor": 8000, "currency": "GBP", "duration_minutes": 50}
A_LOCATION = {"location_id": PLACE, "medium": "video", "details": "https://meet.example/ada"}


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


LINES = r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]*"
ContactText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500),
    AfterValidator(matching(LINES, sentence="This has to be plain text.")),
]


class NewClientsBody(Body):
    """Whether people who are not clients yet may book, and what they read where they may not (rule B7).

    `contact` stays as it was where it is not given; an empty one takes the text away.
    """

    accepting: StrictBool
    contact: ContactText | None = None

    model_config = example(accepting=False, contact="I have no free places at present. Call my office: 020 7946 0018.")


class PauseBody(Body):
    """What the pause stops: bookings by new clients, or all of them (rule B11)."""

    extent: PauseExtent

    model_config = example(extent="new_clients")


class SuspensionBody(Body):
    """Why an operator stops all bookings with a therapist (rule B11)."""

    reason: SuspensionReason

    model_config = example(reason="reliability")


class PriceAnswer(Answer):
    kind: SessionKind
    amount_minor: int
    currency: str
    duration_minutes: int


class TherapistAnswer(Answer):
    """What anybody sees of a therapist (rule A1).

    `accepting_new_clients` says whether people who are not clients yet can book, whatever keeps them from it; `contact`
    is there where not everybody can book by themselves.
    """

    therapist_id: UUID
    name: str
    zone: str
    country: str
    prices: list[PriceAnswer]
    locations: list[PlaceAnswer]
    self_booking: bool
    accepting_new_clients: bool
    paused: PauseExtent | None
    contact: str | None
    notice: NoticeAnswer
    policy_version: str


class SuspensionAnswer(Answer):
    """Whether operators keep all bookings with a therapist stopped, and why; `reason` is null where they do not."""

    therapist_id: UUID
    suspended: bool
    reason: SuspensionReason | None
