"""Use cases on whether a therapist takes bookings at all, and from whom (rules B7, B11, G5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from application.practice import Changes, Command, Outcome, Practice, Sealed, events
from domain.diary import diary as diaries
from domain.diary.diary import Diary, diary_id_of
from domain.diary.events import ReleaseCause, ReservedSlotReleased
from domain.diary.reserved_slots import release_reserved_slot
from domain.errors import ContactTextUnusable
from domain.relationship import relationship as relationships
from domain.relationship.relationship import relationship_ids_of
from domain.therapist import therapist as therapists
from domain.therapist.events import PauseExtent, ReinstatementReason, SuspensionReason, TherapistEvent
from domain.therapist.therapist import Therapist

CONTACT_TEXT = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]{0,500}")
CONTACT = "contact"
"""The field of the therapist's vault with what people read who cannot book by themselves (rules B7, G5)."""


def set_accepting_new_clients(
    practice: Practice, command: Command, therapist_id: UUID, *, accepting: bool, contact: str | None
) -> Outcome:
    """Let people who are not clients yet book, or not (rule B7). A contact text replaces the one before.

    Raises ContactTextUnusable.
    """
    if contact is not None and not CONTACT_TEXT.fullmatch(contact):
        raise ContactTextUnusable
    sealed = () if contact is None else (Sealed(therapist_id, CONTACT, contact),)
    return _switch(
        practice,
        command,
        therapist_id,
        lambda t: therapists.set_accepting_new_clients(t, accepting=accepting, now=command.now),
        sealed=sealed,
    )


def pause(practice: Practice, command: Command, therapist_id: UUID, *, extent: PauseExtent) -> Outcome:
    """Stop bookings for a while (rule B11). What is open or booked stands."""
    return _switch(practice, command, therapist_id, lambda t: therapists.pause(t, extent=extent, now=command.now))


def resume(practice: Practice, command: Command, therapist_id: UUID) -> Outcome:
    """End a pause (rule B11)."""
    return _switch(practice, command, therapist_id, lambda t: therapists.resume(t, now=command.now))


def suspend(practice: Practice, command: Command, therapist_id: UUID, *, reason: SuspensionReason) -> Outcome:
    """Stop all bookings with a therapist, as an operator (rule B11). What is open or booked stands."""
    return _switch(practice, command, therapist_id, lambda t: therapists.suspend(t, reason=reason, now=command.now))


def reinstate(practice: Practice, command: Command, therapist_id: UUID, *, reason: ReinstatementReason) -> Outcome:
    """Lift a suspension, as an operator (rule B11)."""
    return _switch(practice, command, therapist_id, lambda t: therapists.reinstate(t, reason=reason, now=command.now))


def _switch(
    practice: Practice,
    command: Command,
    therapist_id: UUID,
    decide_on: Callable[[Therapist], TherapistEvent | None],
    *,
    sealed: tuple[Sealed, ...] = (),
) -> Outcome:
    """Change a therapist under their guard, so that a booking decided before it is decided again."""

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(therapist_id))
        therapist = practice.load(therapists.stream_of(therapist_id), therapists.evolve)
        return Changes(events=events((therapist, decide_on(therapist.state))), raises=guards, sealed=sealed)

    return practice.perform(command, decide)


def revoke_self_booking(practice: Practice, command: Command, relationship_id: UUID) -> Outcome:
    """Take from a client to book by themselves (rule G5). What is reserved for them stays."""
    return _revoke(practice, command, relationship_id, lambda _, __: ())


def revoke_and_release(practice: Practice, command: Command, relationship_id: UUID) -> Outcome:
    """Take from a client to book by themselves, and let go what is reserved for them (rules G5, F4)."""
    cause = ReleaseCause.SELF_BOOKING_REVOKED

    def release(diary: Diary, client_id: UUID) -> tuple[ReservedSlotReleased | None, ...]:
        theirs = [i for i, one in diary.reserved.items() if one.client_id == client_id]
        return tuple(release_reserved_slot(diary, reserved_slot_id=i, cause=cause, now=command.now) for i in theirs)

    return _revoke(practice, command, relationship_id, release)


def _revoke(
    practice: Practice,
    command: Command,
    relationship_id: UUID,
    release: Callable[[Diary, UUID], tuple[ReservedSlotReleased | None, ...]],
) -> Outcome:
    therapist_id, client_id = _people_of(practice, relationship_id)

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(therapist_id))
        relationship = practice.load(relationship_id, relationships.evolve)
        diary = practice.load(diary_id_of(therapist_id), diaries.evolve)
        revoked = relationships.revoke_self_booking(relationship.state, now=command.now)
        released = release(diary.state, client_id)
        return Changes(events=events((relationship, revoked), (diary, released)), raises=guards)

    return practice.perform(command, decide)


def restore_self_booking(practice: Practice, command: Command, relationship_id: UUID) -> Outcome:
    """Let a client book by themselves again, in every relationship that the two people have (rule G5)."""
    therapist_id, client_id = _people_of(practice, relationship_id)
    ids = relationship_ids_of(therapist_id=therapist_id, client_id=client_id)

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(therapist_id))
        found = [practice.read(each, relationships.evolve) for each in ids]
        restored = [(one, relationships.restore_self_booking(one.state, now=command.now)) for one in found if one.state]
        return Changes(events=events(*restored), raises=guards)

    return practice.perform(command, decide)


def _people_of(practice: Practice, relationship_id: UUID) -> tuple[UUID, UUID]:
    """Return whose relationship it is: therapist and client. Raises NotThere."""
    relationship = practice.load(relationship_id, relationships.evolve).state
    return relationship.therapist_id, relationship.client_id
