"""The event store's recorder: events, claims, guards and the request's record in one transaction, without a table lock.

A position is the transaction's number, then the event's place in it. Readers stay below the oldest transaction still
running, so nothing ever appears behind them, and writers never wait for each other (decision 0003).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
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
from psycopg import Connection, errors
from psycopg.rows import DictRow

from adapters.event_mapper import command_of
from adapters.postgres.alongside import Conflict, append, hold_request, record_request, recorded_before
from adapters.postgres.claims import claims_not_over
from adapters.vault import Vault
from application.errors import StoreUnavailable
from application.ports import ClaimedTime
from application.practice import Alongside, ClaimsRead, Stored
from application.reading import Linked

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
STREAMS = """
select e.originator_id, e.originator_version, e.topic, e.state, e.hash
from unnest(%s::uuid[], %s::bigint[]) as wanted(id, version)
cross join lateral (
    select originator_id, originator_version, topic, state, hash from stored_events
    where originator_id = wanted.id and originator_version >= wanted.version
    order by originator_version
) as e
order by e.originator_id, e.originator_version
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
        """Store all or nothing and return the positions: `store` by the library's name."""
        assert alongside is not None, "every append says what it rests on"
        return self.store(stored_events, alongside=alongside).positions

    def store(self, stored_events: Sequence[StoredEvent], *, alongside: Alongside) -> Stored:
        """Store all or nothing.

        An answer lost after COMMIT comes back as a conflict with ourselves: what is stored then carries our command's
        id, and is the answer. Raises SomebodyWasFirst, SlotTaken, ClientBusy, RequestInFlight, RequestRepeated,
        RequestDiffers, StoreUnavailable.
        """
        if len(stored_events) >= EVENTS_LIMIT:
            raise ValueError("Too many events for one transaction.")
        try:
            return _again_when_cut(lambda: self._store(stored_events, alongside))
        except Conflict as conflict:
            meaning = conflict.meaning
        return _again_when_cut(lambda: self._stored_before(stored_events, alongside, meaning))

    def _store(self, stored_events: Sequence[StoredEvent], alongside: Alongside) -> Stored:
        with self.datastore.get_connection() as conn:
            if alongside.request is None and not alongside.sealed and alongside.reads_claims is None:
                return Stored(append(conn, stored_events, alongside))  # one statement is a transaction of its own
            with conn.transaction():
                return self._store_all(conn, stored_events, alongside)

    def _store_all(
        self, conn: Connection[DictRow], stored_events: Sequence[StoredEvent], alongside: Alongside
    ) -> Stored:
        """The first row is written by `append`, once the guards are held: the transaction's number comes with it, and
        so the order of the log is that of the guards."""
        if alongside.request is not None:
            hold_request(conn, alongside.request)
        positions = append(conn, stored_events, alongside)
        if alongside.request is not None:
            record_request(conn, alongside.request, alongside=alongside, event_count=len(stored_events))
        for sealed in alongside.sealed:
            self.vault.seal(conn, sealed)
        return Stored(positions, _claims_asked_for(conn, alongside))

    def _stored_before(self, stored_events: Sequence[StoredEvent], alongside: Alongside, meaning: Exception) -> Stored:
        """Return what our own earlier try stored, whose answer was lost.

        Raises RequestRepeated or RequestDiffers where another command carried the request out, whatever it was that
        clashed: what that command made may well be in our way. Where neither did, raises `meaning`: the clash's own.
        """
        with self.datastore.get_connection() as conn:
            if (positions := _ours(conn, stored_events, alongside)) is not None:
                return Stored(positions, _claims_asked_for(conn, alongside))
            repeated = alongside.request and recorded_before(conn, alongside.request)
        raise repeated or meaning from None

    def claims_of(self, read: ClaimsRead) -> tuple[ClaimedTime, ...]:
        """Return claims as they are now, in order and at most 1000."""

        def find() -> tuple[ClaimedTime, ...]:
            with self.datastore.get_connection() as conn:
                return claims_not_over(conn, read)

        return _again_when_cut(find)

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
            return [_event_in(row) for row in rows]

        return _again_when_cut(read)

    def select_streams(self, from_versions: Mapping[UUID, int]) -> Mapping[UUID, Sequence[Linked]]:
        """Return each stream's events in order, from a version on and with it, all as of one instant.

        A stream without such events is left out. Raises StoreUnavailable.
        """
        wanted = list(from_versions), list(from_versions.values())

        def read() -> dict[UUID, list[Linked]]:
            with self.datastore.get_connection() as conn:
                rows = conn.execute(STREAMS, wanted, prepare=True).fetchall()
            return {
                stream_id: [Linked(_event_in(row), bytes(row["hash"])) for row in of_stream]
                for stream_id, of_stream in groupby(rows, key=lambda row: row["originator_id"])
            }

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


def _event_in(row: DictRow) -> StoredEvent:
    return StoredEvent(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))


def _claims_asked_for(conn: Connection[DictRow], alongside: Alongside) -> tuple[ClaimedTime, ...]:
    return () if alongside.reads_claims is None else claims_not_over(conn, alongside.reads_claims)


def _ours(conn: Connection[DictRow], stored_events: Sequence[StoredEvent], alongside: Alongside) -> list[int] | None:
    """Return the positions of what this very command stored, None where it stored nothing."""
    if stored_events:
        places = [e.originator_id for e in stored_events], [e.originator_version for e in stored_events]
        rows = conn.execute(STORED, places, prepare=True).fetchall()
        ours = [row["notification_id"] for row in rows if command_of(_event_in(row)) == alongside.command_id]
        return ours if len(ours) == len(stored_events) else None
    if alongside.request is None:
        return None
    key = alongside.request.person_id, alongside.request.route, alongside.request.key
    found = conn.execute(REQUEST_STORED, key, prepare=True).fetchone()
    return [] if found and found["command_id"] == alongside.command_id else None


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
