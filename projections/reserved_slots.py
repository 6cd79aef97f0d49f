"""Which times are reserved for whom, one row a slot: clients find theirs with any therapist (rule B5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from application.recorded import Logged
from domain.diary.events import Opened, ReservedSlotReleased, SlotReserved
from projections.view import Rows, View

TABLE = "reserved_slots_v1"
OWNERS = "diary_owners_v1"

DDL = f"""
create table {OWNERS} (
    diary_id uuid primary key,
    therapist_id uuid not null
);
create table {TABLE} (
    reserved_slot_id uuid primary key,
    therapist_id uuid not null,
    client_id uuid not null,
    relationship_id uuid not null,
    weekday integer not null,
    from_minutes integer not null,
    duration_minutes integer not null,
    location_id uuid not null,
    interval_weeks integer not null,
    anchor date not null,
    released text
);
create index on {TABLE} (client_id) where released is null;
"""

OPEN = f"insert into {OWNERS} (diary_id, therapist_id) values (%(diary_id)s, %(therapist_id)s) on conflict do nothing"
RESERVE = f"""
insert into {TABLE} (reserved_slot_id, therapist_id, client_id, relationship_id, weekday, from_minutes,
                     duration_minutes, location_id, interval_weeks, anchor)
select %(reserved_slot_id)s, therapist_id, %(client_id)s, %(relationship_id)s, %(weekday)s, %(from_minutes)s,
       %(duration_minutes)s, %(location_id)s, %(interval_weeks)s, %(anchor)s
from {OWNERS} where diary_id = %(diary_id)s
on conflict (reserved_slot_id) do update
set client_id = excluded.client_id, relationship_id = excluded.relationship_id, weekday = excluded.weekday,
    from_minutes = excluded.from_minutes, duration_minutes = excluded.duration_minutes,
    location_id = excluded.location_id, interval_weeks = excluded.interval_weeks, anchor = excluded.anchor,
    released = null
"""
"""A slot that was let go may be reserved again under its id, also as another."""

RELEASE = f"update {TABLE} set released = %(cause)s where reserved_slot_id = %(reserved_slot_id)s"


def apply(rows: Rows, logged: Logged) -> None:
    """Take in one event."""
    diary_id, event = logged.recorded.originator_id, logged.recorded.event
    match event:
        case Opened():
            rows.write(OPEN, {"diary_id": diary_id, "therapist_id": event.therapist_id})
        case SlotReserved():
            rows.write(RESERVE, event.model_dump(exclude={"at"}) | {"diary_id": diary_id})
        case ReservedSlotReleased():
            rows.write(RELEASE, {"reserved_slot_id": event.reserved_slot_id, "cause": event.cause.value})
        case _:
            pass


VIEW = View(name="reserved_slots", version=1, ddl=DDL, apply=apply)

OF_CLIENT = f"""
select * from {TABLE} where client_id = %(client_id)s and released is null
order by anchor, from_minutes, reserved_slot_id limit %(limit)s
"""


def of_client(rows: Rows, client_id: UUID, *, limit: int) -> list[dict[str, Any]]:
    """A client's reserved slots with all therapists, at most `limit`: those that began first."""
    return rows.read(OF_CLIENT, {"client_id": client_id, "limit": limit})
