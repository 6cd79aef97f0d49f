"""A practice in which much has happened: booked, paid, confirmed, cancelled, given back, missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from application.recorded import Logged
from application.sessions import confirm_session, record_attendance
from domain.model import Role
from domain.session.events import Attendance, Reason
from projections.catalogue import VIEWS
from tests.adapters.stored import rows_of
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_client
from workers.actors import run
from workers.follower import catch_up

ORDER_OF = {
    "work": "work_id",
    "calendar_v1": "session_id",
    "dashboard_v1": "session_id",
    "histories_v1": "position",
    "history_subjects_v1": "stream_id",
}
COLUMNS = {"work": "work_id, kind, subject, due_at, causation, correlation_id"}
"""Of the work only what is to be done is a matter of the log; what was done is not."""


def do_what_is_due(seeded: Seeded) -> None:
    """Follow the log and do the work that it leads to, until there is none. What is put back stays for later."""
    service = seeded.service
    while True:
        catch_up(service, VIEWS)
        due = service.work.take_due()
        if not due:
            return
        for work_id, _ in due:
            run(service, work_id)


def told_story(seeded: Seeded, gateway: FakeGateway, advance: Callable[[timedelta], None]) -> list[UUID]:
    """Let five sessions go their ways; return them."""
    at = seeded.full_hour(days=3)
    client_id, another_id = a_client(seeded), a_client(seeded)
    kept, dropped, given_up, missed = (seeded.book(client_id, at + timedelta(hours=n)) for n in range(4))
    do_what_is_due(seeded)
    gateway.refuse_cards = "insufficient_funds"
    declined = seeded.book(another_id, at + timedelta(hours=5))
    do_what_is_due(seeded)
    gateway.refuse_cards = None
    seeded.cancel(dropped)
    seeded.cancel(given_up, by=Role.THERAPIST, reason=Reason.ILLNESS)
    for session_id in (kept, missed):
        confirm_session(seeded.service.practice, seeded.command(Role.THERAPIST, seeded.therapist_id), session_id)
    do_what_is_due(seeded)
    advance(timedelta(days=5))
    outcomes = (kept, Attendance.ATTENDED), (missed, Attendance.THERAPIST_COULD_NOT)
    for session_id, outcome in outcomes:
        command = seeded.command(Role.THERAPIST, seeded.therapist_id)
        record_attendance(seeded.service.practice, command, session_id, outcome=outcome)
    do_what_is_due(seeded)
    return [kept, dropped, given_up, missed, declined]


def whole_log(seeded: Seeded) -> list[Logged]:
    """Everything that is stored, in order."""
    service = seeded.service
    return [service.log._decode(notification) for notification in service.log.after(0, 10_000)]


def shown(conninfo: str) -> dict[str, list[dict[str, Any]]]:
    """Every view's rows; of the work, what is to be done."""
    return {
        table: rows_of(conninfo, f"select {COLUMNS.get(table, '*')} from {table} order by {by}")  # noqa: S608 - ours
        for table, by in ORDER_OF.items()
    }
