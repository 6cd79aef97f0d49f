"""What the log says that the tables have to hold after the diary's race: claims, the calendar, reserved slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from application.recorded import Logged
from domain.diary.events import Opened, ReservedSlotReleased, SlotReserved
from domain.session.events import Booked, BookingPlaced, Cancelled, Confirmed

Table: TypeAlias = dict[UUID, dict[str, Any]]
CLAIMS = """
select session_id, therapist_id, client_id, kind, lower(therapist_period) as starts_at,
       upper(therapist_period) as ends_at, lower(client_period) as client_from, upper(client_period) as client_until
from claims
"""
STATUS = {BookingPlaced: "unconfirmed", Confirmed: "confirmed", Cancelled: "cancelled"}


def differences(conninfo: str, log: Sequence[Logged]) -> dict[str, int]:
    """Return in how many rows each table is not what the log says."""
    return {
        name: _differing(_rows(conninfo, statement, key), fold(log)) for name, (statement, key, fold) in TABLES.items()
    }


def _differing(stored: Table, folded: Table) -> int:
    return sum(stored.get(key) != folded.get(key) for key in stored.keys() | folded.keys())


def _rows(conninfo: str, statement: str, key: str) -> Table:
    with psycopg.connect(conninfo, row_factory=dict_row) as conn:
        return {row[key]: row for row in conn.execute(statement.encode())}


def claims(log: Sequence[Logged]) -> Table:
    """Return a claim for each session that is not cancelled."""
    return {
        session_id: _claim(session_id, booked) for session_id, booked, status in _told(log) if status != "cancelled"
    }


def _claim(session_id: UUID, booked: Booked) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "therapist_id": booked.therapist_id,
        "client_id": booked.client_id,
        "kind": "session",
        "starts_at": booked.slot.starts_at,
        "ends_at": booked.slot.ends_at + timedelta(minutes=booked.gap_minutes),
        "client_from": booked.slot.starts_at,
        "client_until": booked.slot.ends_at,
    }


def _told(log: Sequence[Logged]) -> list[tuple[UUID, Booked, str]]:
    """Return every session with how it was booked and where it stands now."""
    booked: dict[UUID, Booked] = {}
    status: dict[UUID, str] = {}
    for logged in log:
        session_id, event = logged.recorded.originator_id, logged.recorded.event
        if isinstance(event, Booked):
            booked[session_id], status[session_id] = event, "being_booked"
        elif isinstance(event, BookingPlaced | Confirmed | Cancelled):
            status[session_id] = STATUS[type(event)]
    return [(session_id, one, status[session_id]) for session_id, one in booked.items()]


def calendar(log: Sequence[Logged]) -> Table:
    """Return the calendar's rows."""
    return {session_id: _appointment(session_id, booked, status) for session_id, booked, status in _told(log)}


def _appointment(session_id: UUID, booked: Booked, status: str) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "relationship_id": booked.relationship_id,
        "therapist_id": booked.therapist_id,
        "client_id": booked.client_id,
        "kind": booked.kind.value,
        "starts_at": booked.slot.starts_at,
        "ends_at": booked.slot.ends_at,
        "busy_until": booked.slot.ends_at + timedelta(minutes=booked.gap_minutes),
        "zone": booked.zone,
        "medium": booked.slot.location.medium.value,
        "location_id": booked.slot.location.location_id,
        "attendees": booked.attendees,
        "status": status,
    }


def reserved_slots(log: Sequence[Logged]) -> Table:
    """Return the rows of the view of reserved slots."""
    owners: dict[UUID, UUID] = {}
    rows: Table = {}
    for logged in log:
        diary_id = logged.recorded.originator_id
        match logged.recorded.event:
            case Opened(therapist_id=therapist_id):
                owners[diary_id] = therapist_id
            case SlotReserved() as event:
                own = {"therapist_id": owners[diary_id], "released": None}
                rows[event.reserved_slot_id] = dict(event.model_dump(exclude={"at"})) | own
            case ReservedSlotReleased() as event:
                rows[event.reserved_slot_id]["released"] = event.cause.value
            case _:
                pass
    return rows


TABLES: Mapping[str, tuple[str, str, Callable[[Sequence[Logged]], Table]]] = {
    "claims": (CLAIMS, "session_id", claims),
    "calendar": ("select * from calendar_v1", "session_id", calendar),
    "reserved_slots": ("select * from reserved_slots_v1", "reserved_slot_id", reserved_slots),
}
