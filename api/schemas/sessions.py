"""Sessions, as they are sent and answered."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from api.schemas.common import Answer, Body, MoneyAnswer, Name, Rfc3339, example
from domain.model import Instant, Medium, Role, SessionKind
from domain.session.events import Attendance, ChargeTiming, Entitlement, Reason, Settlement
from domain.session.session import Status

PERSON = "0b8f2f7e-3d0c-4c1e-8f67-5a1d2c3b4e5f"


class BookBody(Body):
    """A session to be booked. `attendees` are names. A therapist adds `client_id`, and `client_agreed` as true."""

    therapist_id: UUID
    client_id: UUID | None = None
    kind: SessionKind
    starts_at: Rfc3339
    location_id: UUID
    attendees: Annotated[list[Name], Field(min_length=1, max_length=20)]
    accept_policy: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    client_agreed: StrictBool = False
    settlement: Settlement = Settlement.PLATFORM

    model_config = example(
        therapist_id=PERSON,
        kind="individual",
        starts_at="2030-01-07T09:00:00Z",
        location_id="7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10",
        attendees=["Ben Brook"],
        accept_policy="48h-1",
    )


ReasonGiven = Literal["client_asked", "not_available", "not_a_fit", "illness", "relationship_ended", "other"]
"""The reasons that a person may give; the practice itself has one more."""


class CancelBody(Body):
    """Why. A client says `client_asked`, `illness` or `other`."""

    reason: ReasonGiven

    model_config = example(reason="illness")


class AttendanceBody(Body):
    outcome: Attendance

    model_config = example(outcome="attended")


class LocationAnswer(Answer):
    """Where. The details are there for the therapist, and for the client once the session is confirmed (rule A14)."""

    location_id: UUID
    medium: Medium
    details: str | None


class ChargeFailureAnswer(Answer):
    code: str
    needs_authentication: bool


class CancelledAnswer(Answer):
    """Who ended it, why, what the client may have back, and by which rule."""

    by: Role
    reason: Reason
    entitlement: Entitlement
    rule: str
    at: Instant


class SeriesPlaceAnswer(Answer):
    """Which session of a series this is: `number` of `count`, from 1. The whole series: `/v1/series/{series_id}`."""

    series_id: UUID
    number: int
    count: int


class SessionAnswer(Answer):
    """A session; amounts are in minor units of the price's currency.

    `attendees` is null for staff, `series` for a session that was booked by itself.
    """

    session_id: UUID
    series: SeriesPlaceAnswer | None
    therapist_id: UUID
    client_id: UUID
    relationship_id: UUID
    kind: SessionKind
    initial: bool
    status: Status
    starts_at: Instant
    ends_at: Instant
    zone: str
    location: LocationAnswer
    attendees: list[str] | None
    price: MoneyAnswer
    notice_deadline: Instant
    settlement: Settlement
    charge_timing: ChargeTiming
    charge_at: Instant | None
    checkout_ends_at: Instant | None
    charged_minor: int
    refunded_minor: int
    charge_failure: ChargeFailureAnswer | None
    attendance: Attendance | None
    cancelled: CancelledAnswer | None


class BookedAnswer(SessionAnswer):
    """A session just booked, and what the therapist should know of it (rule B13)."""

    warnings: list[str]
