"""What happened to a session or a relationship, its payment included, in the order of the log (rules K1, K3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from application.recorded import Logged
from domain.payment.events import Due
from domain.relationship.events import Opened
from domain.session.events import Booked
from projections.view import Rows, View

TABLE = "histories_v1"
SUBJECTS = "history_subjects_v1"

DDL = f"""
create table {SUBJECTS} (
    stream_id uuid primary key,
    subject_id uuid not null
);
create table {TABLE} (
    position bigint primary key,
    subject_id uuid not null,
    stream_id uuid not null,
    stream_version bigint not null,
    name text not null,
    at timestamptz not null,
    actor_role text not null,
    actor_id uuid,
    on_behalf_of uuid,
    command_id uuid not null,
    correlation_id uuid not null,
    causation text,
    data jsonb not null
);
create index on {TABLE} (subject_id, position);
create index on {TABLE} (correlation_id);
"""

FOLLOW = f"""
insert into {SUBJECTS} (stream_id, subject_id) values (%(stream_id)s, %(subject_id)s)
on conflict (stream_id) do nothing
"""
WRITE = f"""
insert into {TABLE} (position, subject_id, stream_id, stream_version, name, at, actor_role, actor_id, on_behalf_of,
                     command_id, correlation_id, causation, data)
select %(position)s, subject_id, %(stream_id)s, %(stream_version)s, %(name)s, %(at)s, %(actor_role)s, %(actor_id)s,
       %(on_behalf_of)s, %(command_id)s, %(correlation_id)s, %(causation)s, %(data)s::jsonb
from {SUBJECTS} where stream_id = %(stream_id)s
on conflict (position) do nothing
"""
TOLD = ("session.", "relationship.", "payment.")


def apply(rows: Rows, logged: Logged) -> None:
    """Take in one event."""
    if not logged.stored_name.startswith(TOLD):
        return
    stream_id, event = logged.recorded.originator_id, logged.recorded.event
    match event:
        case Booked() | Opened():
            rows.write(FOLLOW, {"stream_id": stream_id, "subject_id": stream_id})
        case Due():
            rows.write(FOLLOW, {"stream_id": stream_id, "subject_id": event.session_id})
        case _:
            pass
    rows.write(WRITE, _row(logged))


def _row(logged: Logged) -> dict[str, object]:
    recorded, meta = logged.recorded, logged.recorded.meta
    return {
        "position": logged.position,
        "stream_id": recorded.originator_id,
        "stream_version": recorded.originator_version,
        "name": logged.stored_name,
        "at": recorded.event.at,
        "actor_role": meta.actor.role.value,
        "actor_id": meta.actor.person_id,
        "on_behalf_of": meta.on_behalf_of,
        "command_id": meta.command_id,
        "correlation_id": meta.correlation_id,
        "causation": meta.causation,
        "data": recorded.event.model_dump_json(),
    }


VIEW = View(name="histories", version=1, ddl=DDL, apply=apply)

OF = f"""
select * from {TABLE} where subject_id = %(subject_id)s and position > %(after)s order by position limit %(limit)s
"""


def of(rows: Rows, subject_id: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """The events of one session or relationship after a position, at most `limit`, in order."""
    return rows.read(OF, {"subject_id": subject_id, "after": after, "limit": limit})
