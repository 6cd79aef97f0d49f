"""What can happen to a therapist as a person who offers sessions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PositiveInt

from domain.model import Event, Location, Minutes, Money, SessionKind, Value


class Joined(Event):
    """Somebody became a therapist of the practice. Their name is kept apart."""

    zone: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Price(Value):
    """What a session of one kind costs, and how long it lasts (rule A13)."""

    kind: SessionKind
    amount: Money
    duration_minutes: Minutes


class PricesSet(Event):
    """A new price list. Sessions booked before keep the price of theirs (rule A4)."""

    version: PositiveInt
    prices: tuple[Price, ...]


class LocationsSet(Event):
    """Where the therapist works. Addresses, links and numbers are kept in the vault."""

    locations: tuple[Location, ...]


TherapistEvent = Joined | PricesSet | LocationsSet
