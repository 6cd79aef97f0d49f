"""Whether a therapist takes bookings at all, and from whom (rules B7, B11, G5)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from adapters.bootstrap import Service
from api.auth import Asker, TheService
from api.diary_answers import diary_answer
from api.permissions import Action, permit, permit_self, relationship_for
from api.positions import tell_position
from api.schemas.diary_answers import DiaryAnswer
from api.schemas.relationships import ClientSelfBookingAnswer, ClientSelfBookingBody
from api.schemas.therapists import NewClientsBody, PauseBody, SuspensionAnswer, SuspensionBody
from application import availability
from application.practice import Outcome
from application.reading import Read
from domain.diary import diary as diaries
from domain.diary.diary import diary_id_of
from domain.relationship import relationship as relationships
from domain.relationship.events import Opened
from domain.relationship.relationship import relationship_ids_of
from domain.therapist import therapist as therapists
from domain.therapist.events import ReinstatementReason

router = APIRouter(tags=["therapists"])

WhyReinstated = Annotated[ReinstatementReason, Query(description="Why the suspension ends.")]


@router.put("/v1/therapists/{therapist_id}/new-clients", operation_id=Action.SET_NEW_CLIENTS)
def set_new_clients(
    service: TheService, person: Asker, therapist_id: UUID, body: NewClientsBody, response: Response
) -> DiaryAnswer:
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
) -> DiaryAnswer:
    """Stop bookings by new clients, or all of them, for a while; what is booked stands (rule B11)."""
    permit_self(person, therapist_id, Action.PAUSE_BOOKINGS)
    command = service.desk.command(person.actor)
    outcome = availability.pause(service.practice, command, therapist_id, extent=body.extent)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.delete("/v1/therapists/{therapist_id}/pause", operation_id=Action.RESUME_BOOKINGS)
def resume_bookings(service: TheService, person: Asker, therapist_id: UUID, response: Response) -> DiaryAnswer:
    """End your pause (rule B11)."""
    permit_self(person, therapist_id, Action.RESUME_BOOKINGS)
    outcome = availability.resume(service.practice, service.desk.command(person.actor), therapist_id)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.get("/v1/therapists/{therapist_id}/suspension", operation_id=Action.READ_SUSPENSION)
def read_suspension(service: TheService, person: Asker, therapist_id: UUID) -> SuspensionAnswer:
    """See whether a therapist is suspended, and why, as an operator (rule B11)."""
    permit(person, Action.READ_SUSPENSION)
    return _suspension(service, therapist_id)


@router.put("/v1/therapists/{therapist_id}/suspension", operation_id=Action.SUSPEND_THERAPIST)
def suspend_therapist(
    service: TheService, person: Asker, therapist_id: UUID, body: SuspensionBody, response: Response
) -> SuspensionAnswer:
    """Stop all bookings with a therapist, as an operator; what is booked stands (rule B11)."""
    permit(person, Action.SUSPEND_THERAPIST)
    command = service.desk.command(person.actor)
    outcome = availability.suspend(service.practice, command, therapist_id, reason=body.reason)
    tell_position(response, outcome.position)
    return _suspension(service, therapist_id)


@router.delete("/v1/therapists/{therapist_id}/suspension", operation_id=Action.REINSTATE_THERAPIST)
def reinstate_therapist(
    service: TheService, person: Asker, therapist_id: UUID, reason: WhyReinstated, response: Response
) -> SuspensionAnswer:
    """Lift a suspension, as an operator (rule B11)."""
    permit(person, Action.REINSTATE_THERAPIST)
    command = service.desk.command(person.actor)
    outcome = availability.reinstate(service.practice, command, therapist_id, reason=reason)
    tell_position(response, outcome.position)
    return _suspension(service, therapist_id)


def _as_it_stands(service: Service, therapist_id: UUID, outcome: Outcome, response: Response) -> DiaryAnswer:
    """Only the therapist's own view tells the switches apart."""
    tell_position(response, outcome.position)
    return diary_answer(service, therapist_id, response)


def _suspension(service: Service, therapist_id: UUID) -> SuspensionAnswer:
    reason = service.practice.load(therapists.stream_of(therapist_id), therapists.evolve).state.suspended
    return SuspensionAnswer(therapist_id=therapist_id, suspended=reason is not None, reason=reason)


@router.get("/v1/relationships/{relationship_id}/self-booking", operation_id=Action.READ_CLIENT_SELF_BOOKING)
def read_client_self_booking(service: TheService, person: Asker, relationship_id: UUID) -> ClientSelfBookingAnswer:
    """See whether a client of yours may book by themselves, and what is reserved for them (rule G5)."""
    people = relationship_for(service.practice, person, relationship_id, Action.READ_CLIENT_SELF_BOOKING)
    return _client_self_booking(service, relationship_id, people)


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
    return _client_self_booking(service, relationship_id, people)


def _client_self_booking(service: Service, relationship_id: UUID, people: Opened) -> ClientSelfBookingAnswer:
    """Two people have one relationship for each kind; whoever is to call in one of them books in none (rule G5)."""
    ids = relationship_ids_of(therapist_id=people.therapist_id, client_id=people.client_id)
    of_both = [Read(each, relationships.evolve) for each in ids]
    diary = Read(diary_id_of(people.therapist_id), diaries.evolve)
    together = service.practice.read_together(diary, *of_both)
    existing = [state for read in of_both if (state := together.read(read).state) is not None]
    reserved = together.load(diary).state.reserved
    return ClientSelfBookingAnswer(
        relationship_id=relationship_id,
        open=not any(one.self_booking_revoked for one in existing),
        reserved_slot_ids=[i for i, one in reserved.items() if one.client_id == people.client_id],
    )
