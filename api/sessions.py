"""Sessions: reading, confirming, cancelling, recording attendance, paying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from api.auth import Asker, TheService
from api.idempotency import Asked, UnderAKey, once
from api.permissions import Action, session_for
from api.positions import tell_position
from api.schemas.common import NOTHING, Nothing
from api.schemas.sessions import AttendanceBody, CancelBody, SessionAnswer
from api.session_answers import session_answer
from api.versions import IfMatch, expected_version
from application import charging, sessions
from application.desk import Cause
from application.practice import Command, Outcome
from application.till import Till
from domain.errors import NothingToPay
from domain.payment.payment import payment_id_of
from domain.session.events import Reason

router = APIRouter(tags=["sessions"])


@router.get("/v1/sessions/{session_id}", operation_id=Action.READ_SESSION)
def read_session(service: TheService, person: Asker, session_id: UUID, response: Response) -> SessionAnswer:
    """Look at a session."""
    found = session_for(service.practice, person, session_id, Action.READ_SESSION)
    return session_answer(service, person, found, response)


@router.post("/v1/sessions/{session_id}/confirm", operation_id=Action.CONFIRM_SESSION)
def confirm(
    service: TheService,
    asked: UnderAKey,
    session_id: UUID,
    response: Response,
    if_match: IfMatch = None,
    _: Nothing = NOTHING,
) -> SessionAnswer:
    """Take a session (rule C2)."""

    def act(command: Command) -> Outcome:
        return sessions.confirm_session(service.practice, command, session_id)

    return _change(service, asked, session_id, Action.CONFIRM_SESSION, act, if_match=if_match, response=response)


@router.post("/v1/sessions/{session_id}/cancel", operation_id=Action.CANCEL_SESSION)
def cancel(
    service: TheService,
    asked: UnderAKey,
    session_id: UUID,
    body: CancelBody,
    response: Response,
    if_match: IfMatch = None,
) -> SessionAnswer:
    """Cancel a session. What the client may have back follows from who, why and when (rules E2, E3)."""

    def act(command: Command) -> Outcome:
        return sessions.cancel_session(service.practice, command, session_id, reason=Reason(body.reason))

    return _change(service, asked, session_id, Action.CANCEL_SESSION, act, if_match=if_match, response=response)


@router.post("/v1/sessions/{session_id}/attendance", operation_id=Action.RECORD_ATTENDANCE)
def record_attendance(
    service: TheService,
    asked: UnderAKey,
    session_id: UUID,
    body: AttendanceBody,
    response: Response,
    if_match: IfMatch = None,
) -> SessionAnswer:
    """Complete the attendance update (rule F1)."""

    def act(command: Command) -> Outcome:
        return sessions.record_attendance(service.practice, command, session_id, outcome=body.outcome)

    return _change(service, asked, session_id, Action.RECORD_ATTENDANCE, act, if_match=if_match, response=response)


def _change(
    service: Service,
    asked: Asked,
    session_id: UUID,
    action: Action,
    act: Callable[[Command], Outcome],
    *,
    if_match: str | None,
    response: Response,
) -> SessionAnswer:
    version = session_for(service.practice, asked.person, session_id, action).version

    def act_on_that_version(command: Command) -> Outcome:
        expected = expected_version(if_match, version=version)
        return act(command if expected is None else replace(command, expects={session_id: expected}))

    once(service, asked, act_on_that_version, about=session_id).tell(response)
    found = session_for(service.practice, asked.person, session_id, action)
    return session_answer(service, asked.person, found, response)


@router.post("/v1/sessions/{session_id}/pay", operation_id=Action.PAY_SESSION)
def pay(
    service: TheService, asked: UnderAKey, session_id: UUID, response: Response, _: Nothing = NOTHING
) -> SessionAnswer:
    """Try again with the present card after a try that failed (rules E7, E8)."""
    # Nothing is recorded under the key: every try has a number and a key of its own at the provider, and one that
    # succeeded leaves nothing to pay.
    found = session_for(service.practice, asked.person, session_id, Action.PAY_SESSION)
    if found.state.booked.charge_at is None:
        raise NothingToPay
    till = Till(service.desk, service.gateway, Cause(f"pay:{asked.name_id}", service.desk.new_id()))
    position = charging.pay(till, payment_id_of(session_id))
    tell_position(response, position)
    found = session_for(service.practice, asked.person, session_id, Action.PAY_SESSION)
    return session_answer(service, asked.person, found, response)
