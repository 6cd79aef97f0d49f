"""The envelope of an event: its place in a stream, who did it, why, and by which request (rule K1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from domain.client.events import ClientEvent
from domain.diary.events import DiaryEvent
from domain.model import Actor, Instant, Value
from domain.payment.events import PaymentEvent
from domain.relationship.events import RelationshipEvent
from domain.session.events import SessionEvent
from domain.therapist.events import TherapistEvent

PracticeEvent: TypeAlias = SessionEvent | RelationshipEvent | DiaryEvent | TherapistEvent | ClientEvent | PaymentEvent


class Meta(Value):
    """Who acted, on whose behalf, by which command, in answer to what. `recorded_at` is the machine's own time."""

    actor: Actor
    on_behalf_of: UUID | None = None
    command_id: UUID
    correlation_id: UUID
    causation: str | None
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class Recorded:
    """A domain event in its place in a stream: what the store keeps."""

    originator_id: UUID
    originator_version: int
    event: PracticeEvent
    meta: Meta


@dataclass(frozen=True, slots=True)
class Logged:
    """A recorded event with its position in the log of the whole practice."""

    position: int
    stored_name: str
    recorded: Recorded
