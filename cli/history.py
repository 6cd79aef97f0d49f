"""`diary history`: a session replayed from the log, in the terminal (rule K2)."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from rich.console import Console
from rich.table import Table

from adapters.bootstrap import Service, build
from adapters.settings import Settings
from application.recorded import Recorded
from application.wording import ToldEvent, in_words, money_in_words
from domain.errors import NotThere
from domain.model import Money
from domain.payment.payment import payment_id_of
from domain.session import session as sessions
from domain.session.events import Booked
from domain.session.session import Session


def print_history(settings: Settings, conninfo: str, session_id: UUID, console: Console) -> None:
    """Print each event with who did it, in words, and the state after it. Raises NotThere."""
    service = build(settings, conninfo)
    try:
        events = _events(service, session_id)
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


def _events(service: Service, session_id: UUID) -> list[Recorded]:
    """The session's events and its payment's, in the order of the log."""
    events = [logged.recorded for logged in service.log.of_streams(session_id, payment_id_of(session_id))]
    if not events or not isinstance(events[0].event, Booked):
        raise NotThere
    return events


def _in_short(session: Session | None) -> str:
    if session is None:
        return ""
    parts = [session.status.value.replace("_", " ")]
    if session.charged_minor:
        parts.append(f"charged {_worth(session.charged_minor, session)}")
    if session.refunded_minor:
        parts.append(f"given back {_worth(session.refunded_minor, session)}")
    if session.attendance:
        parts.append(session.attendance.value.replace("_", " "))
    return ", ".join(parts)


def _worth(amount_minor: int, session: Session) -> str:
    return money_in_words(Money(amount_minor=amount_minor, currency=session.booked.price.currency))
