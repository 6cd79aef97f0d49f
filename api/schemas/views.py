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


class TherapistCalendarAnswer(Answer):
    """`more` says that there are more sessions in the range than are answered at once."""

    zone: str
    sessions: list[TherapistCalendarRow]
    more: bool


class ClientCalendarAnswer(Answer):
    """`more` says that there are more sessions in the range than are answered at once."""

    zone: str
    sessions: list[ClientCalendarRow]
    more: bool


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
