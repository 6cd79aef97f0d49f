"""The values that every part of the practice shares: instants, money, places, slots, and who acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time. Naive datetimes are refused; whatever the offset it came with, it is kept in UTC."""

Minutes = Annotated[int, Field(gt=0)]
MinorUnits = Annotated[int, Field(ge=0)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Value(BaseModel):
    """An immutable value: strict types, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Event(Value):
    """A past-tense fact. `at` is when it happened in the practice's time, as told by the caller."""

    at: Instant


class Role(StrEnum):
    CLIENT = "client"
    THERAPIST = "therapist"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Actor(Value):
    """Who acts: a person in a role, or the system by itself (without an id)."""

    role: Role
    person_id: UUID | None = None


SYSTEM = Actor(role=Role.SYSTEM)


class Money(Value):
    """An amount in minor units (pence, cents) of one currency."""

    amount_minor: MinorUnits
    currency: CurrencyCode


class Medium(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class Location(Value):
    """Where a session takes place. The address, link or number itself is personal data and kept in the vault."""

    location_id: UUID
    medium: Medium


class SessionKind(StrEnum):
    """The kind of a relationship, and so the type of its sessions (rule A13)."""

    INDIVIDUAL = "individual"
    COUPLE = "couple"
    FAMILY = "family"
    GROUP = "group"
    OTHER = "other"


class Slot(Value):
    """A start, a duration, a location. The range is half-open: [starts_at, ends_at)."""

    starts_at: Instant
    duration_minutes: Minutes
    location: Location

    @property
    def ends_at(self) -> datetime:
        """Durations are elapsed time, so a clock change inside a session does not stretch it (rule B10)."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)
