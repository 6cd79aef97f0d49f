"""A relationship: one client with one therapist, of one kind (section G of the rules)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from domain.errors import NoRelationship, PolicyNotAccepted
from domain.model import Role, SessionKind
from domain.relationship.events import (
    Opened,
    RelationshipEvent,
    SelfBookingRestored,
    SelfBookingRevoked,
    TermsAccepted,
)


def relationship_ids_of(*, therapist_id: UUID, client_id: UUID) -> tuple[UUID, ...]:
    """Return the ids of all relationships that two people can have, one of each kind."""
    return tuple(relationship_id_of(therapist_id=therapist_id, client_id=client_id, kind=kind) for kind in SessionKind)


def relationship_id_of(*, therapist_id: UUID, client_id: UUID, kind: SessionKind) -> UUID:
    """Return the id of a relationship: the same two people and kind are always the same relationship."""
    return uuid5(therapist_id, f"{client_id}:{kind.value}")


@dataclass(frozen=True, slots=True)
class Relationship:
    therapist_id: UUID
    client_id: UUID
    kind: SessionKind
    accepted_policy: str | None = None
    self_booking_revoked: bool = False


def open_for_booking(
    relationship: Relationship | None,
    *,
    therapist_id: UUID,
    client_id: UUID,
    kind: SessionKind,
    session_id: UUID,
    booked_by: Role,
    accepted_policy: str | None,
    policy_version: str,
    now: datetime,
) -> tuple[RelationshipEvent, ...]:
    """Make sure that a booking rests on a relationship and on accepted terms (rules G1, E1, A7).

    A client's first booking opens the relationship; a therapist books only for clients they have already. What was
    accepted once stands until the client accepts another version: a new policy stops nobody's bookings.
    """
    opened: tuple[RelationshipEvent, ...] = ()
    if relationship is None:
        if booked_by is not Role.CLIENT:
            raise NoRelationship
        opened = (
            Opened(therapist_id=therapist_id, client_id=client_id, kind=kind, first_session_id=session_id, at=now),
        )
    before = relationship.accepted_policy if relationship is not None else None
    accepts_now = booked_by is Role.CLIENT and accepted_policy == policy_version and before != policy_version
    if accepts_now:
        return *opened, TermsAccepted(policy_version=policy_version, at=now)
    if before is None:
        raise PolicyNotAccepted
    return opened


def revoke_self_booking(relationship: Relationship, *, now: datetime) -> SelfBookingRevoked | None:
    """Take from the client to book by themselves (rule G5). What is booked stands."""
    return None if relationship.self_booking_revoked else SelfBookingRevoked(at=now)


def restore_self_booking(relationship: Relationship, *, now: datetime) -> SelfBookingRestored | None:
    """Let the client book by themselves again (rule G5)."""
    return SelfBookingRestored(at=now) if relationship.self_booking_revoked else None


def evolve(relationship: Relationship | None, event: RelationshipEvent) -> Relationship:
    """Total and without a rule, so that the past always loads."""
    if isinstance(event, Opened):
        return Relationship(event.therapist_id, event.client_id, event.kind)
    assert relationship is not None, f"{event!r} came before Opened"
    match event:
        case TermsAccepted():
            return replace(relationship, accepted_policy=event.policy_version)
        case SelfBookingRevoked():
            return replace(relationship, self_booking_revoked=True)
        case SelfBookingRestored():
            return replace(relationship, self_booking_revoked=False)
        case _:
            assert_never(event)
