"""What can happen to a therapist as a person who offers sessions."""

from __future__ import annotations

from enum import StrEnum
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


class AcceptingNewClientsSet(Event):
    """Whether people who are not clients yet may book (rule B7). What they read instead is kept apart."""

    accepting: bool


class PauseExtent(StrEnum):
    """What a pause stops."""

    NEW_CLIENTS = "new_clients"
    ALL_BOOKINGS = "all_bookings"


class Paused(Event):
    """The therapist stopped bookings for a while. What is open or booked stands (rule B11)."""

    extent: PauseExtent


class Resumed(Event):
    """The therapist's pause ended (rule B11)."""


class SuspensionReason(StrEnum):
    """Why an operator suspended a therapist."""

    RELIABILITY = "reliability"
    COMPLAINT = "complaint"
    REGISTRATION = "registration"
    OTHER = "other"


class Suspended(Event):
    """An operator stopped all bookings with the therapist. What is open or booked stands (rule B11)."""

    reason: SuspensionReason


class ReinstatementReason(StrEnum):
    """Why an operator lifted a suspension."""

    RESOLVED = "resolved"
    MISTAKEN = "mistaken"
    OTHER = "other"


class Reinstated(Event):
    """An operator lifted the suspension (rule B11)."""

    reason: ReinstatementReason


TherapistEvent = Joined | PricesSet | LocationsSet | AcceptingNewClientsSet | Paused | Resumed | Suspended | Reinstated
