"""A practice in which much has happened: booked, paid, confirmed, cancelled, given back, missed, reserved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from adapters.ids import new_id
from application.availability import revoke_and_release
from application.diaries import Reservation, release_reserved_slot, reserve_slot
from application.recorded import Logged
from application.sessions import confirm_session, record_attendance
from domain.model import Role, SessionKind
from domain.relationship.relationship import relationship_id_of
from domain.session.events import Attendance, Reason
from projections.catalogue import VIEWS
from tests.adapters.stored import rows_of, wait_until
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
    "reserved_slots_v1": "reserved_slot_id",
    "diary_owners_v1": "diary_id",
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
    reserve_and_release(seeded, client_id, another_id)
    do_what_is_due(seeded)
    return [kept, dropped, given_up, missed, declined]


def reserve_and_release(seeded: Seeded, client_id: UUID, another_id: UUID) -> None:
    """Hold four times: one is kept, one is let go by hand, and two with the client's self-booking."""
    practice, therapist_id = seeded.service.practice, seeded.therapist_id
    command = seeded.command(Role.THERAPIST, therapist_id)
    theirs = relationship_id_of(therapist_id=therapist_id, client_id=client_id, kind=SessionKind.INDIVIDUAL)
    others = relationship_id_of(therapist_id=therapist_id, client_id=another_id, kind=SessionKind.INDIVIDUAL)
    held = [a_reservation(seeded, relationship_id, hour) for hour, relationship_id in ((9, theirs), (11, theirs))]
    held += [a_reservation(seeded, others, hour) for hour in (13, 15)]
    for reservation in held:
        reserve_slot(practice, command, therapist_id, reservation=reservation)
    release_reserved_slot(practice, command, therapist_id, reserved_slot_id=held[1].reserved_slot_id)
    revoke_and_release(practice, command, others)


def a_reservation(seeded: Seeded, relationship_id: UUID, hour: int) -> Reservation:
    """A time on Mondays that may be held for a relationship every other week."""
    return Reservation(
        reserved_slot_id=new_id(),
        relationship_id=relationship_id,
        weekday=0,
        from_minutes=60 * hour,
        duration_minutes=None,
        location_id=seeded.location_id,
        interval_weeks=2,
        anchor=date(2026, 1, 5),
    )


def whole_log(seeded: Seeded) -> list[Logged]:
    """Everything that is stored, in order: as soon as readers may see it, whatever else the server is doing."""
    log = seeded.service.log
    wait_until(lambda: log.head() == log.last())
    return [log._decode(notification) for notification in log.after(0, 10_000)]


def shown(conninfo: str) -> dict[str, list[dict[str, Any]]]:
    """Every view's rows; of the work, what is to be done."""
    return {
        table: rows_of(conninfo, f"select {COLUMNS.get(table, '*')} from {table} order by {by}")  # noqa: S608 - ours
        for table, by in ORDER_OF.items()
    }
