"""Who is where, when: one row a session, for the therapist's calendar and the client's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from application.recorded import Logged
from domain.session.events import Booked, BookingPlaced, Cancelled, Confirmed
from domain.session.session import Status
from projections.view import Rows, View

TABLE = "calendar_v1"

DDL = f"""
create table {TABLE} (
    session_id uuid primary key,
    relationship_id uuid not null,
    therapist_id uuid not null,
    client_id uuid not null,
    kind text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    busy_until timestamptz not null,
    zone text not null,
    medium text not null,
    location_id uuid not null,
    attendees integer not null,
    status text not null
);
create index on {TABLE} (therapist_id, starts_at);
create index on {TABLE} (client_id, starts_at);
"""

BOOK = f"""
insert into {TABLE} (session_id, relationship_id, therapist_id, client_id, kind, starts_at, ends_at, busy_until, zone,
                     medium, location_id, attendees, status)
values (%(session_id)s, %(relationship_id)s, %(therapist_id)s, %(client_id)s, %(kind)s, %(starts_at)s, %(ends_at)s,
        %(busy_until)s, %(zone)s, %(medium)s, %(location_id)s, %(attendees)s, %(status)s)
on conflict (session_id) do nothing
"""
SET_STATUS = f"update {TABLE} set status = %(status)s where session_id = %(session_id)s"

STATUS_AFTER = {
    BookingPlaced: Status.UNCONFIRMED,
    Confirmed: Status.CONFIRMED,
    Cancelled: Status.CANCELLED,
}


def apply(rows: Rows, logged: Logged) -> None:
    """Take in one event."""
    session_id, event = logged.recorded.originator_id, logged.recorded.event
    match event:
        case Booked():
            rows.write(BOOK, _row(session_id, event))
        case BookingPlaced() | Confirmed() | Cancelled():
            rows.write(SET_STATUS, {"session_id": session_id, "status": STATUS_AFTER[type(event)].value})
        case _:
            pass


def _row(session_id: UUID, booked: Booked) -> dict[str, object]:
    ends_at = booked.slot.ends_at
    return {
        "session_id": session_id,
        "relationship_id": booked.relationship_id,
        "therapist_id": booked.therapist_id,
        "client_id": booked.client_id,
        "kind": booked.kind.value,
        "starts_at": booked.slot.starts_at,
        "ends_at": ends_at,
        "busy_until": ends_at + timedelta(minutes=booked.gap_minutes),
        "zone": booked.zone,
        "medium": booked.slot.location.medium.value,
        "location_id": booked.slot.location.location_id,
        "attendees": booked.attendees,
        "status": Status.BEING_BOOKED.value,
    }


VIEW = View(name="calendar", version=1, ddl=DDL, apply=apply)

BETWEEN = f"""
select * from {TABLE}
where {{whose}} = %(person_id)s and starts_at < %(until)s and ends_at > %(since)s and status <> 'cancelled'
order by starts_at, session_id limit %(limit)s
"""


def of_therapist(
    rows: Rows, therapist_id: UUID, *, since: datetime, until: datetime, limit: int
) -> list[dict[str, Any]]:
    """A therapist's live sessions that touch [since, until), at most `limit`, in order."""
    return _between(rows, "therapist_id", therapist_id, since, until, limit)


def of_client(rows: Rows, client_id: UUID, *, since: datetime, until: datetime, limit: int) -> list[dict[str, Any]]:
    """A client's live sessions that touch [since, until), at most `limit`, in order."""
    return _between(rows, "client_id", client_id, since, until, limit)


def _between(
    rows: Rows, whose: str, person_id: UUID, since: datetime, until: datetime, limit: int
) -> list[dict[str, Any]]:
    parameters = {"person_id": person_id, "since": since, "until": until, "limit": limit}
    return rows.read(BETWEEN.format(whose=whose), parameters)
