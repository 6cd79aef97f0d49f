"""`diary history`: a session replayed from the log, in the terminal (rule K2)."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from rich.console import Console
from rich.table import Table

from adapters.bootstrap import build
from adapters.settings import Settings
from application.practice import Practice
from application.recorded import Recorded
from application.wording import ToldEvent, in_words
from domain.errors import NotThere
from domain.payment.payment import payment_id_of
from domain.session import session as sessions
from domain.session.events import Booked
from domain.session.session import Session


def print_history(settings: Settings, conninfo: str, session_id: UUID, console: Console) -> None:
    """Print each event with who did it, in words, and the state after it. Raises NotThere."""
    service = build(settings, conninfo)
    try:
        events = _events(service.practice, session_id)
    finally:
        service.close()
    table = Table("when (UTC)", "who", "what happened", "the session after it", title=f"Session {session_id}")
    booked = events[0].event
    assert isinstance(booked, Booked), "a session begins with it"
    session: Session | None = None
    for recorded in events:
        if recorded.originator_id == session_id:
            session = sessions.evolve(session, recorded.event)  # type: ignore[arg-type] # this stream holds these
        who = recorded.meta.actor.role.value
        at = f"{recorded.event.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, who, _worded(recorded, booked), _in_short(session))
    console.print(table)


def _worded(recorded: Recorded, booked: Booked) -> str:
    return in_words(cast("ToldEvent", recorded.event), zone=booked.zone, currency=booked.price.currency)


def _events(practice: Practice, session_id: UUID) -> list[Recorded]:
    """The session's events and its payment's, in the order of time; within one instant the session's come first."""
    events = practice.history(session_id)
    if not events or not isinstance(events[0].event, Booked):
        raise NotThere
    together = [*events, *practice.history(payment_id_of(session_id))]
    return sorted(together, key=lambda r: (r.event.at, r.originator_id != session_id, r.originator_version))


def _in_short(session: Session | None) -> str:
    if session is None:
        return ""
    parts = [session.status.value.replace("_", " ")]
    if session.charged_minor:
        parts.append(f"charged {session.charged_minor}")
    if session.refunded_minor:
        parts.append(f"refunded {session.refunded_minor}")
    if session.attendance:
        parts.append(session.attendance.value.replace("_", " "))
    return ", ".join(parts)
