"""Which pieces of time an event takes, and which it lets go (rule B12). Pure: the event froze all that is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from application.recorded import Recorded
from domain.session.events import Booked, Cancelled


class ClaimKind(StrEnum):
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Claim:
    """The therapist's [starts_at, therapist_until) with the gap, the client's [starts_at, client_until) without.

    `client_until` is None where the client is not asked for that time yet. The id is made from the event that claims.
    """

    claim_id: UUID
    therapist_id: UUID
    starts_at: datetime
    therapist_until: datetime
    client_id: UUID
    client_until: datetime | None
    kind: ClaimKind
    session_id: UUID


def claims_taken(recorded: Recorded) -> tuple[Claim, ...]:
    """Return the claims that must be won for this event to be stored."""
    match recorded.event:
        case Booked() as booked:
            ends_at = booked.slot.ends_at
            return (
                Claim(
                    claim_id=_claim_id(recorded, 1),
                    therapist_id=booked.therapist_id,
                    starts_at=booked.slot.starts_at,
                    therapist_until=ends_at + timedelta(minutes=booked.gap_minutes),
                    client_id=booked.client_id,
                    client_until=ends_at,
                    kind=ClaimKind.SESSION,
                    session_id=recorded.originator_id,
                ),
            )
        case _:
            return ()


def _claim_id(recorded: Recorded, number: int) -> UUID:
    return uuid5(recorded.originator_id, f"claim:{recorded.originator_version}:{number}")


def sessions_released(recorded: Recorded) -> tuple[UUID, ...]:
    """Return the sessions whose claims all end with this event, but for those that the same append takes."""
    match recorded.event:
        case Cancelled():
            return (recorded.originator_id,)
        case _:
            return ()
