"""Booking a session, by its client or its therapist."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.exceptions import RequestValidationError

from adapters.bootstrap import Service
from adapters.tokens import Person
from api.auth import Asker, TheService
from api.idempotency import UnderAKey, once
from api.permissions import Action, permit, refuse_strange_client, session_for
from api.schemas.sessions import BookBody, BookedAnswer
from api.session_answers import session_answer
from application.practice import Command, Outcome
from application.sessions import Booking, book_session
from domain.errors import NotThere, PolicyNotAccepted
from domain.model import Role
from domain.session.events import ChargeTiming
from domain.session.notice import POLICY_VERSION

router = APIRouter(tags=["sessions"])

CANNOT_BE_REFUNDED = "cannot_be_refunded"


@router.post("/v1/sessions", status_code=201, operation_id=Action.BOOK_SESSION)
def book(service: TheService, person: Asker, asked: UnderAKey, body: BookBody, response: Response) -> BookedAnswer:
    """Book a slot: a client for themselves (rule A2), a therapist for a client of theirs (rule A7)."""
    permit(person, Action.BOOK_SESSION)
    client_id = whose(service, person, therapist_id=body.therapist_id, client_id=body.client_id)
    warnings: list[str] = []

    def act(command: Command) -> Outcome:
        refuse_another_policy(body.accept_policy)
        booked = book_session(
            service.practice, service.claims, service.busy, command, _booking(body, asked.name_id, client_id)
        )
        warnings.extend(booked.warnings)
        return booked.outcome

    done = once(service, asked, act, about=asked.name_id)
    done.tell(response)
    response.headers["Location"] = f"/v1/sessions/{done.subject_id}"
    found = session_for(service.practice, person, done.subject_id, Action.BOOK_SESSION)
    if done.replayed and found.state.booked.charge_timing is ChargeTiming.AT_ONCE:
        warnings.append(CANNOT_BE_REFUNDED)  # what the diary looked like then is not kept; this is
    return BookedAnswer(warnings=warnings, **dict(session_answer(service, person, found, response)))


def refuse_another_policy(accepted: str | None) -> None:
    """Somebody who says yes to another version than the present one has not read the present one."""
    if accepted not in {None, POLICY_VERSION}:
        raise PolicyNotAccepted


def whose(service: Service, person: Person, *, therapist_id: UUID, client_id: UUID | None) -> UUID:
    """Return the client who is booked for. Raises NotThere for people who have nothing to do with the one asking."""
    if person.role is Role.CLIENT:
        if client_id not in {None, person.person_id}:
            raise NotThere
        return person.person_id
    if therapist_id != person.person_id:
        raise NotThere
    if client_id is None:
        missing = {"type": "client_missing", "loc": ("body", "client_id"), "msg": "A therapist says for whom."}
        raise RequestValidationError([missing])
    refuse_strange_client(service.practice, therapist_id=person.person_id, client_id=client_id)
    return client_id


def _booking(body: BookBody, session_id: UUID, client_id: UUID) -> Booking:
    return Booking(
        session_id=session_id,
        therapist_id=body.therapist_id,
        client_id=client_id,
        kind=body.kind,
        starts_at=body.starts_at,
        location_id=body.location_id,
        attendees=tuple(body.attendees),
        settlement=body.settlement,
        client_agreed=body.client_agreed,
        accepted_policy=body.accept_policy,
    )
