"""Whether a therapist takes bookings at all, and from whom (rules B7, B11, G5)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from adapters.bootstrap import Service
from api.auth import Asker, TheService
from api.permissions import Action, permit, permit_self, relationship_for
from api.positions import tell_position
from api.schemas.relationships import ClientSelfBookingAnswer, ClientSelfBookingBody
from api.schemas.therapists import NewClientsBody, PauseBody, SuspensionBody, TherapistAnswer
from api.therapists import therapist_answer
from application import availability
from application.practice import Outcome
from domain.diary import diary as diaries
from domain.diary.diary import diary_id_of
from domain.relationship import relationship as relationships
from domain.therapist.events import ReinstatementReason

router = APIRouter(tags=["therapists"])

WhyReinstated = Annotated[ReinstatementReason, Query(description="Why the suspension ends.")]


@router.put("/v1/therapists/{therapist_id}/new-clients", operation_id=Action.SET_NEW_CLIENTS)
def set_new_clients(
    service: TheService, person: Asker, therapist_id: UUID, body: NewClientsBody, response: Response
) -> TherapistAnswer:
    """Let people who are not clients yet book, or not; they then read your contact text (rule B7)."""
    permit_self(person, therapist_id, Action.SET_NEW_CLIENTS)
    outcome = availability.set_accepting_new_clients(
        service.practice,
        service.desk.command(person.actor),
        therapist_id,
        accepting=body.accepting,
        contact=body.contact,
    )
    return _as_it_stands(service, therapist_id, outcome, response)


@router.put("/v1/therapists/{therapist_id}/pause", operation_id=Action.PAUSE_BOOKINGS)
def pause_bookings(
    service: TheService, person: Asker, therapist_id: UUID, body: PauseBody, response: Response
) -> TherapistAnswer:
    """Stop bookings by new clients, or all of them, for a while; what is booked stands (rule B11)."""
    permit_self(person, therapist_id, Action.PAUSE_BOOKINGS)
    command = service.desk.command(person.actor)
    outcome = availability.pause(service.practice, command, therapist_id, extent=body.extent)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.delete("/v1/therapists/{therapist_id}/pause", operation_id=Action.RESUME_BOOKINGS)
def resume_bookings(service: TheService, person: Asker, therapist_id: UUID, response: Response) -> TherapistAnswer:
    """End your pause (rule B11)."""
    permit_self(person, therapist_id, Action.RESUME_BOOKINGS)
    outcome = availability.resume(service.practice, service.desk.command(person.actor), therapist_id)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.put("/v1/therapists/{therapist_id}/suspension", operation_id=Action.SUSPEND_THERAPIST)
def suspend_therapist(
    service: TheService, person: Asker, therapist_id: UUID, body: SuspensionBody, response: Response
) -> TherapistAnswer:
    """Stop all bookings with a therapist, as an operator; what is booked stands (rule B11)."""
    permit(person, Action.SUSPEND_THERAPIST)
    command = service.desk.command(person.actor)
    outcome = availability.suspend(service.practice, command, therapist_id, reason=body.reason)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.delete("/v1/therapists/{therapist_id}/suspension", operation_id=Action.REINSTATE_THERAPIST)
def reinstate_therapist(
    service: TheService, person: Asker, therapist_id: UUID, reason: WhyReinstated, response: Response
) -> TherapistAnswer:
    """Lift a suspension, as an operator (rule B11)."""
    permit(person, Action.REINSTATE_THERAPIST)
    command = service.desk.command(person.actor)
    outcome = availability.reinstate(service.practice, command, therapist_id, reason=reason)
    return _as_it_stands(service, therapist_id, outcome, response)


def _as_it_stands(service: Service, therapist_id: UUID, outcome: Outcome, response: Response) -> TherapistAnswer:
    tell_position(response, outcome.position)
    return therapist_answer(service, therapist_id)


@router.put("/v1/relationships/{relationship_id}/self-booking", operation_id=Action.SET_CLIENT_SELF_BOOKING)
def set_client_self_booking(
    service: TheService, person: Asker, relationship_id: UUID, body: ClientSelfBookingBody, response: Response
) -> ClientSelfBookingAnswer:
    """Take from a client of yours to book by themselves, or give it back (rule G5). What is booked stands."""
    people = relationship_for(service.practice, person, relationship_id, Action.SET_CLIENT_SELF_BOOKING)
    command = service.desk.command(person.actor)
    if body.open:
        outcome = availability.restore_self_booking(service.practice, command, relationship_id)
    elif body.release_reserved_slots:
        outcome = availability.revoke_and_release(service.practice, command, relationship_id)
    else:
        outcome = availability.revoke_self_booking(service.practice, command, relationship_id)
    tell_position(response, outcome.position)
    reserved = service.practice.load(diary_id_of(people.therapist_id), diaries.evolve).state.reserved
    relationship = service.practice.load(relationship_id, relationships.evolve).state
    return ClientSelfBookingAnswer(
        relationship_id=relationship_id,
        open=not relationship.self_booking_revoked,
        reserved_slot_ids=[i for i, one in reserved.items() if one.client_id == people.client_id],
    )
