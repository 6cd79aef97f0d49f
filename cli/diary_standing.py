"""The commands of `diary therapist` on whether bookings are taken at all, and from whom. What is booked stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from application import availability
from cli.diary_desk import By, TherapistId, on_behalf_of, on_behalf_of_the_one_related, say
from cli.diary_keeping import Switch, tell
from cli.diary_words import PAUSES
from domain.therapist.events import PauseExtent, ReinstatementReason, SuspensionReason

RelationshipId = Annotated[UUID, typer.Argument(metavar="RELATIONSHIP_ID", help="The relationship's id.")]


class Extent(StrEnum):
    """What a pause stops, as it is written on the command line."""

    NEW_CLIENTS = "new-clients"
    ALL_BOOKINGS = "all-bookings"


def set_new_clients(
    therapist_id: TherapistId,
    switch: Annotated[Switch, typer.Argument(help="Whether people who are not clients yet may book.")],
    *,
    contact: Annotated[
        str | None, typer.Option(help="What they read where they may not. Not given: as it was.")
    ] = None,
    by: By,
) -> None:
    """Let people who are not clients yet book, or not (B7)."""
    text = None if contact is None else contact.strip()
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = availability.set_accepting_new_clients(
            order.practice, order.command, therapist_id, accepting=switch is Switch.ON, contact=text
        )
    if text is not None:
        say("The contact text is set." if text else "The contact text is cleared.")
    if text is None or outcome.recorded:
        tell(outcome, "New clients are accepted." if switch is Switch.ON else "New clients are not accepted.")


def pause(
    therapist_id: TherapistId, extent: Annotated[Extent, typer.Argument(help="What the pause stops.")], *, by: By
) -> None:
    """Stop bookings for a while: those by new clients, or all of them (B11)."""
    stopped = PauseExtent[extent.name]
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = availability.pause(order.practice, order.command, therapist_id, extent=stopped)
    tell(outcome, PAUSES[stopped])


def resume(therapist_id: TherapistId, *, by: By) -> None:
    """End a pause; a suspension stays (B11)."""
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = availability.resume(order.practice, order.command, therapist_id)
    tell(outcome, "The pause ended.")


def suspend(
    therapist_id: TherapistId,
    *,
    reason: Annotated[SuspensionReason, typer.Option(help="Why.")],
    by: By,
) -> None:
    """Stop all bookings with a therapist, as an operator (B11)."""
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = availability.suspend(order.practice, order.command, therapist_id, reason=reason)
    tell(outcome, "The therapist is suspended.")


def reinstate(
    therapist_id: TherapistId,
    *,
    reason: Annotated[ReinstatementReason, typer.Option(help="Why.")],
    by: By,
) -> None:
    """Lift a suspension, as an operator; the therapist's own pause stays (B11)."""
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = availability.reinstate(order.practice, order.command, therapist_id, reason=reason)
    tell(outcome, "The suspension is lifted.")


def revoke(
    relationship_id: RelationshipId,
    *,
    release_reserved: Annotated[
        bool, typer.Option("--release-reserved", help="Let go as well what is reserved for the client.")
    ] = False,
    by: By,
) -> None:
    """Take from a client to book by themselves; they are asked to call (G5)."""
    decide = availability.revoke_and_release if release_reserved else availability.revoke_self_booking
    with on_behalf_of_the_one_related(relationship_id, by=by) as order:
        outcome = decide(order.practice, order.command, relationship_id)
    tell(outcome, "The client may not book by themselves any more.")


def restore(relationship_id: RelationshipId, *, by: By) -> None:
    """Let a client book by themselves again (G5)."""
    with on_behalf_of_the_one_related(relationship_id, by=by) as order:
        outcome = availability.restore_self_booking(order.practice, order.command, relationship_id)
    tell(outcome, "The client may book by themselves again.")
