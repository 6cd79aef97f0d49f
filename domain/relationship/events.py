"""What can happen between one client and one therapist."""

from __future__ import annotations

from uuid import UUID

from domain.model import Event, SessionKind


class Opened(Event):
    """A client and a therapist have something to do with each other: it opens with the first booking (rule G1)."""

    therapist_id: UUID
    client_id: UUID
    kind: SessionKind
    first_session_id: UUID


class TermsAccepted(Event):
    """The client accepted the cancellation policy, in the version named (rule E1)."""

    policy_version: str


class SelfBookingRevoked(Event):
    """The therapist took from the client to book and to move by themselves (rule G5)."""


class SelfBookingRestored(Event):
    """The client may book and move by themselves again (rule G5)."""


RelationshipEvent = Opened | TermsAccepted | SelfBookingRevoked | SelfBookingRestored
