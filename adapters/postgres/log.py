"""The log of the whole practice, and how far each view has read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from eventsourcing.persistence import InterfaceError, Notification, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg import Error as PsycopgError
from psycopg import InterfaceError as PsycopgInterfaceError
from psycopg import OperationalError as PsycopgOperationalError
from psycopg.rows import DictRow

from adapters.event_mapper import EventMapper, NewerEvent
from adapters.postgres.recorder import PracticeRecorder, notification_in
from adapters.postgres.rows import ConnectionRows
from application.recorded import Logged
from projections.view import View, apply_all

HEAD = """
select max(notification_id) as head from stored_events
where notification_id < ((pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (select base from log_base)) << 20)
"""
LAST = "select max(notification_id) as last from stored_events"
POSITION = "select position from view_positions where view = %s and version = %s"
ADVANCE = "update view_positions set position = %s where view = %s and version = %s and position = %s"
PARKED = "select distinct originator_id from parked_events where view = %s and version = %s"
PARK = """
insert into parked_events (view, version, originator_id, originator_version, position, error)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing
"""
OF_STREAMS = """
select originator_id, originator_version, topic, state, notification_id from stored_events
where originator_id = any(%s) order by notification_id
"""
BEHIND = """
select exists (
    select from stored_events
    where notification_id > coalesce((select position from view_positions where view = %s and version = %s), 0)
      and notification_id <= %s) as behind
"""


PASSING = {"08", "40", "53", "55", "57", "58"}
"""SQLSTATE classes of what passes: lost connections, deadlocks, want of resources, locks, shutdowns, the system."""


STREAM_PARKED = "stream_parked"
"""What is written beside the events that come after a parked one: they are not the cause."""


class PositionMoved(Exception):
    """Another follower wrote this view: we are not its leader any more."""


@dataclass(frozen=True, slots=True)
class Poison:
    """An event that a view cannot take in. `error` is the kind of failure, never its text."""

    notification: Notification
    error: str


class Log:
    """Reads the log and writes views."""

    def __init__(self, datastore: PostgresDatastore, recorder: PracticeRecorder) -> None:
        self._datastore = datastore
        self._recorder = recorder
        self._mapper = EventMapper()

    def head(self) -> int:
        """Return the last position that readers may see, 0 for an empty log."""
        with self._datastore.get_connection() as conn:
            row = conn.execute(HEAD, prepare=True).fetchone()
        return (row and row["head"]) or 0

    def last(self) -> int:
        """Return the last position that is stored, whether readers may see it yet or not, 0 for an empty log."""
        with self._datastore.get_connection() as conn:
            row = conn.execute(LAST, prepare=True).fetchone()
        return (row and row["last"]) or 0

    def after(self, position: int, limit: int) -> Sequence[Notification]:
        """Return the log after a position, in order."""
        return self._recorder.select_notifications(position, limit, inclusive_of_start=False)

    def of_streams(self, *stream_ids: UUID) -> list[Logged]:
        """Return everything that happened to these streams, in the order of the log."""
        with self._datastore.get_connection() as conn:
            rows = conn.execute(OF_STREAMS, [list(stream_ids)], prepare=True).fetchall()
        return [self._decode(notification_in(row)) for row in rows]

    def position(self, view: View) -> int:
        """Return how far a view has read."""
        with self._datastore.get_connection() as conn:
            row = conn.execute(POSITION, [view.name, view.version], prepare=True).fetchone()
        return row["position"] if row else 0

    def behind(self, view: View, position: int) -> bool:
        """Say whether a view has yet to read an event at or before a position."""
        with self._datastore.get_connection() as conn:
            row = conn.execute(BEHIND, [view.name, view.version, position], prepare=True).fetchone()
        return bool(row and row["behind"])

    def take_in(self, view: View, batch: Sequence[Notification], *, position: int) -> Sequence[Poison]:
        """Write a batch and the position in one transaction. Return what made it park.

        An event that cannot be taken in parks its stream for this view; the rest goes on. Raises PositionMoved, and
        NewerEvent for what only the next version can read: parked, it would be lost to a view that is kept.
        """
        try:
            self._take_in_all(view, batch, position)
            return ()
        except (PositionMoved, NewerEvent):
            raise
        except Exception as error:
            if _is_outage(error):
                raise
            return self._take_in_singly(view, batch, position)

    def _take_in_all(self, view: View, batch: Sequence[Notification], position: int) -> None:
        with self._datastore.get_connection() as conn, conn.transaction():
            parked = self._parked_streams(conn, view)
            logged = [self._decode(n) for n in batch if n.originator_id not in parked]
            with conn.pipeline():
                apply_all(view, ConnectionRows(conn), logged)
            for notification in batch:
                if notification.originator_id in parked:
                    self._park(conn, view, Poison(notification, STREAM_PARKED))
            self._advance(conn, view, old=position, new=batch[-1].id)

    def _take_in_singly(self, view: View, batch: Sequence[Notification], position: int) -> Sequence[Poison]:
        poisons: list[Poison] = []
        with self._datastore.get_connection() as conn, conn.transaction():
            parked = self._parked_streams(conn, view)
            for notification in batch:
                if (error := self._try_one(conn, view, notification, parked)) is not None:
                    poison = Poison(notification, error)
                    self._park(conn, view, poison)
                    if error != STREAM_PARKED:
                        parked.add(_stream(notification))
                        poisons.append(poison)
            self._advance(conn, view, old=position, new=batch[-1].id)
        return poisons

    def _try_one(
        self, conn: Connection[DictRow], view: View, notification: Notification, parked: set[UUID]
    ) -> str | None:
        if notification.originator_id in parked:
            return STREAM_PARKED
        try:
            with conn.transaction():
                view.apply(ConnectionRows(conn), self._decode(notification))
        except NewerEvent:
            raise
        except Exception as error:
            if _is_outage(error):
                raise
            return type(error).__name__
        return None

    def _decode(self, notification: Notification) -> Logged:
        stored = StoredEvent(
            notification.originator_id, notification.originator_version, notification.topic, notification.state
        )
        return Logged(notification.id, notification.topic, self._mapper.to_recorded(stored))

    def _parked_streams(self, conn: Connection[DictRow], view: View) -> set[UUID]:
        rows = conn.execute(PARKED, [view.name, view.version], prepare=True).fetchall()
        return {row["originator_id"] for row in rows}

    def _park(self, conn: Connection[DictRow], view: View, poison: Poison) -> None:
        n = poison.notification
        place = n.originator_id, n.originator_version, n.id
        conn.execute(PARK, (view.name, view.version, *place, poison.error), prepare=True)

    def _advance(self, conn: Connection[DictRow], view: View, *, old: int, new: int) -> None:
        moved = conn.execute(ADVANCE, [new, view.name, view.version, old], prepare=True)
        if moved.rowcount != 1:
            raise PositionMoved


def _stream(notification: Notification) -> UUID:
    return cast("UUID", notification.originator_id)


def _is_outage(error: Exception) -> bool:
    """Say whether the database failed us, as against the event: what it cannot do at all is the event's fault."""
    if not isinstance(error, OperationalError | InterfaceError | PsycopgOperationalError | PsycopgInterfaceError):
        return False
    cause = error if isinstance(error, PsycopgError) else error.__cause__
    state = cause.sqlstate if isinstance(cause, PsycopgError) else None
    return state is None or state[:2] in PASSING
