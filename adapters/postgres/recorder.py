"""The event store's recorder: events, claims, guards and the request's record in one transaction, without a table lock.

A position is the transaction's number, then the event's place in it. Readers stay below the oldest transaction still
running, so nothing ever appears behind them, and writers never wait for each other (decision 0003).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    InterfaceError,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import errors
from psycopg.rows import DictRow

from adapters.event_mapper import command_of
from adapters.postgres.alongside import Conflict, append, insert_request
from adapters.vault import Vault
from application.errors import StoreUnavailable
from application.practice import Alongside

T = TypeVar("T")

TAIL = """
select originator_id, originator_version, topic, state, notification_id from stored_events
where notification_id > %s
  and notification_id < ((pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (select base from log_base)) << 20)
  and notification_id <= %s
order by notification_id limit %s
"""
STREAM = """
select originator_id, originator_version, topic, state from stored_events
where originator_id = %s and originator_version > %s and originator_version <= %s
order by originator_version limit %s
"""
STORED = """
select s.originator_id, s.originator_version, s.topic, s.state, s.notification_id from stored_events s
join unnest(%s::uuid[], %s::bigint[]) as e(id, version) on s.originator_id = e.id and s.originator_version = e.version
order by s.notification_id
"""
REQUEST_STORED = "select command_id, position from requests where person_id = %s and route = %s and key = %s"
GUARDS = "select guard_id, version from guards where guard_id = any(%s)"

EVENTS_LIMIT = 1 << 20
"""Ordinals have twenty bits: more events than that do not fit into one transaction."""

TRIES_LIMIT = 4
PAUSE_SECONDS = 0.05
ALL_TRIES_SECONDS = 3.0
END_OF_LOG = (1 << 63) - 1


class PracticeRecorder(PostgresApplicationRecorder):
    """`insert_events` takes what is stored alongside as a keyword; everything else is the library's recorder."""

    def __init__(self, datastore: PostgresDatastore, *, vault: Vault) -> None:
        if datastore.enable_db_functions:
            raise ValueError("The library's database functions lose events for a tailing reader; switch them off.")
        super().__init__(datastore, events_table_name="stored_events")
        self.vault = vault

    def create_table(self) -> None:
        """Refuse: tables are made by `diary migrate` alone."""
        raise PermissionError("Tables are made by `diary migrate`.")

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, alongside: Alongside | None = None, **_: Any
    ) -> Sequence[int]:
        """Store all or nothing and return the positions.

        An answer lost after COMMIT comes back as a conflict with ourselves: what is stored then carries our command's
        id, and is the answer. Raises SomebodyWasFirst, SlotTaken, ClientBusy, RequestInFlight, RequestRepeated,
        StoreUnavailable.
        """
        if len(stored_events) >= EVENTS_LIMIT:
            raise ValueError("Too many events for one transaction.")
        assert alongside is not None, "every append says what it rests on"
        try:
            return _again_when_cut(lambda: self._insert(stored_events, alongside))
        except Conflict as conflict:
            if (positions := self._stored_before(stored_events, alongside)) is not None:
                return positions
            raise conflict.meaning from None

    def _insert(self, stored_events: Sequence[StoredEvent], alongside: Alongside) -> list[int]:
        with self.datastore.get_connection() as conn:
            if alongside.request is None and not alongside.sealed:
                return append(conn, stored_events, alongside)  # one statement is a transaction of its own
            with conn.transaction():
                if alongside.request is not None:
                    insert_request(conn, alongside.request, alongside=alongside, event_count=len(stored_events))
                positions = append(conn, stored_events, alongside)
                for sealed in alongside.sealed:
                    self.vault.seal(conn, sealed)
                return positions

    def _stored_before(self, stored_events: Sequence[StoredEvent], alongside: Alongside) -> list[int] | None:
        """Return the positions of our own earlier try whose answer was lost, None where somebody else was first."""
        return _again_when_cut(lambda: self._find(stored_events, alongside))

    def _find(self, stored_events: Sequence[StoredEvent], alongside: Alongside) -> list[int] | None:
        with self.datastore.get_connection() as conn:
            if stored_events:
                places = [e.originator_id for e in stored_events], [e.originator_version for e in stored_events]
                rows = conn.execute(STORED, places, prepare=True).fetchall()
                ours = [row["notification_id"] for row in rows if _command_in(row) == alongside.command_id]
                return ours if len(ours) == len(stored_events) else None
            if alongside.request is None:
                return None
            key = alongside.request.person_id, alongside.request.route, alongside.request.key
            found = conn.execute(REQUEST_STORED, key, prepare=True).fetchone()
            return [] if found and found["command_id"] == alongside.command_id else None

    def guard_versions(self, guard_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Return the present version of each guard; a guard that does not exist is at 0."""

        def read() -> dict[UUID, int]:
            with self.datastore.get_connection() as conn:
                rows = conn.execute(GUARDS, [list(guard_ids)], prepare=True).fetchall()
            found = {row["guard_id"]: row["version"] for row in rows}
            return {guard_id: found.get(guard_id, 0) for guard_id in guard_ids}

        return _again_when_cut(read)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return a stream's events after `gt`, up to `lte`. Raises StoreUnavailable within seconds, not minutes."""
        assert not desc, "streams are read forwards"
        place = originator_id, gt or 0, END_OF_LOG if lte is None else lte, limit

        def read() -> list[StoredEvent]:
            with self.datastore.get_connection() as conn:
                rows = conn.execute(STREAM, place, prepare=True).fetchall()
            return [
                StoredEvent(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))
                for row in rows
            ]

        return _again_when_cut(read)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return the log after `start`, below the horizon: nothing can appear behind what is returned."""
        assert not topics, "readers take every event, so that their position always moves"
        after = (start or 0) - (1 if inclusive_of_start else 0)
        with self.datastore.get_connection() as conn:
            rows = conn.execute(TAIL, (after, END_OF_LOG if stop is None else stop, limit), prepare=True).fetchall()
        return [notification_in(row) for row in rows]


def notification_in(row: DictRow) -> Notification:
    """Return a row of the log as the library's notification."""
    return Notification(
        originator_id=row["originator_id"],
        originator_version=row["originator_version"],
        topic=row["topic"],
        state=bytes(row["state"]),
        id=row["notification_id"],
    )


def _command_in(row: DictRow) -> UUID:
    stored = StoredEvent(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))
    return command_of(stored)


def _again_when_cut(work: Callable[[], T]) -> T:
    """Try again after a cut connection or a deadlock, a few times; everything tried here can be repeated.

    All tries together end after a few seconds: whoever waits for an answer would rather have a refusal.
    """
    deadline = time.monotonic() + ALL_TRIES_SECONDS
    for number in range(1, TRIES_LIMIT + 1):
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            last = number == TRIES_LIMIT or time.monotonic() > deadline
            if last or not _worth_another_try(error):
                raise StoreUnavailable from error
            time.sleep(PAUSE_SECONDS * number)
    raise AssertionError("unreachable")


def _worth_another_try(error: Exception) -> bool:
    cause = error.__cause__
    if isinstance(cause, errors.DeadlockDetected | errors.SerializationFailure | errors.AdminShutdown):
        return True
    return isinstance(cause, psycopg.Error) and cause.sqlstate is None
