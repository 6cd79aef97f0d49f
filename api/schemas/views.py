"""Calendars, the dashboard and histories, as they are answered."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from api.schemas.common import Answer, MoneyAnswer, PlaceAnswer
from domain.model import Instant, Role, SessionKind
from domain.session.events import Attendance
from domain.session.session import Status


class CalendarRow(Answer):
    """A live session that touches the range."""

    session_id: UUID
    relationship_id: UUID
    therapist_id: UUID
    client_id: UUID
    kind: SessionKind
    status: Status
    starts_at: Instant
    ends_at: Instant
    zone: str
    location: PlaceAnswer
    attendees: int


class TherapistCalendarRow(CalendarRow):
    """`busy_until` is the end with the gap after it."""

    client_name: str
    busy_until: Instant


class ClientCalendarRow(CalendarRow):
    therapist_name: str


class StretchAnswer(Answer):
    starts_at: Instant
    ends_at: Instant


class WorkingAnswer(StretchAnswer):
    location_ids: list[UUID]


class BlockedStretchAnswer(StretchAnswer):
    block_id: UUID


class ReservedStretchAnswer(StretchAnswer):
    """A date of a reserved slot. The hold is there also where that date is blocked or taken (rule B5)."""

    reserved_slot_id: UUID
    relationship_id: UUID
    client_id: UUID
    client_name: str
    location_id: UUID


class LayersAnswer(Answer):
    """A diary as layers below the sessions. `prime_time` is what is still held back (rule B4).

    `external_busy` is what calendars elsewhere say, as of their last sync (rule B8).
    """

    working: list[WorkingAnswer]
    blocked: list[BlockedStretchAnswer]
    prime_time: list[StretchAnswer]
    reserved: list[ReservedStretchAnswer]
    external_busy: list[StretchAnswer]


class TherapistCalendarAnswer(Answer):
    """`more` says that there are more sessions in the range than are answered at once."""

    zone: str
    sessions: list[TherapistCalendarRow]
    more: bool
    layers: LayersAnswer


class ClientReservedAnswer(StretchAnswer):
    """A date of a time reserved for the client; what is blocked, closed or taken is left out (rule B5)."""

    reserved_slot_id: UUID
    therapist_id: UUID
    therapist_name: str
    location_id: UUID


class ClientCalendarAnswer(Answer):
    """`more` says that there are more sessions in the range than are answered at once."""

    zone: str
    sessions: list[ClientCalendarRow]
    more: bool
    reserved: list[ClientReservedAnswer]


class ChargeState(StrEnum):
    """Where the money of a session stands."""

    NOT_CHARGED = "not_charged"
    CHARGED = "charged"
    FAILED = "failed"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


class ChargeAnswer(Answer):
    state: ChargeState
    charged_minor: int
    refunded_minor: int
    failure: str | None


class DashboardRow(Answer):
    session_id: UUID
    client_id: UUID
    client_name: str
    attendees: list[str]
    kind: SessionKind
    initial: bool
    status: Status
    starts_at: Instant
    ends_at: Instant
    zone: str
    location: PlaceAnswer
    price: MoneyAnswer
    notice_deadline: Instant
    placed_at: Instant | None
    attendance: Attendance | None
    charge: ChargeAnswer


class DashboardList(Answer):
    """How many there are, and the first of them in the order of their start."""

    count: int
    sessions: list[DashboardRow]


class DashboardAnswer(Answer):
    zone: str
    unconfirmed: DashboardList
    awaiting_updates: DashboardList
    upcoming: DashboardList
    needs_attention: DashboardList


class ActorAnswer(Answer):
    role: Role
    person_id: UUID | None
    on_behalf_of: UUID | None


class EventAnswer(Answer):
    """One event: who, when, what in words and as data, by which command, in answer to what."""

    position: str
    name: str
    at: Instant
    actor: ActorAnswer
    words: str
    data: dict[str, Any]
    command_id: UUID
    correlation_id: UUID
    causation: str | None


class HistoryAnswer(Answer):
    """Events in the order in which they happened. `next` is the cursor of the page that follows, null for the last."""

    events: list[EventAnswer]
    next: str | None
