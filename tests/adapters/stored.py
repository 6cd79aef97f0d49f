"""What the tests of the event store share: events made by hand, appends, and ways to look at what is stored."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import psycopg
from eventsourcing.persistence import OperationalError, StoredEvent
from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from adapters.ids import new_id
from adapters.postgres.pool import connect
from adapters.postgres.recorder import PracticeRecorder
from adapters.vault import Vault
from application.claims import Claim, ClaimKind
from application.practice import Alongside, ClaimsRead, Request, Sealed

AT = datetime(2030, 1, 7, 9, tzinfo=UTC)
THERAPIST, CLIENT, PERSON = (UUID(int=n) for n in (1, 2, 3))
PATIENCE_SECONDS = 20
LENGTH, GAP = timedelta(minutes=50), timedelta(minutes=10)


def a_recorder(conninfo: str, *, pool_size: int = 20) -> PracticeRecorder:
    """The recorder under test, as the application's role."""
    return PracticeRecorder(connect(conninfo, pool_size=pool_size), vault=Vault(b"k" * 32))


def stock_datastore(conninfo: str) -> PostgresDatastore:
    """The library's own, with its database functions, which lose events for a tailing reader."""
    datastore = PostgresDatastore("", "", "", "", "", pool_size=3, enable_db_functions=True)
    datastore.pool.kwargs = {**conninfo_to_dict(conninfo), "row_factory": dict_row}
    return datastore


def an_event(stream_id: UUID, *, version: int = 1, command_id: UUID, text: str = "") -> StoredEvent:
    """An event with nothing in it but the command that stores it."""
    state = json.dumps({"shape": 0, "data": {"text": text}, "meta": {"command_id": str(command_id)}})
    return StoredEvent(stream_id, version, "session.booked", state.encode())


def some_events(stream_id: UUID, *versions: int, command_id: UUID, text: str = "") -> list[StoredEvent]:
    """Events of one stream, in one append."""
    return [an_event(stream_id, version=v, command_id=command_id, text=text) for v in versions]


def a_claim(
    session_id: UUID, *, starts_at: datetime = AT, therapist_id: UUID = THERAPIST, client_id: UUID = CLIENT
) -> Claim:
    """Fifty minutes with a gap of ten."""
    ends_at = starts_at + LENGTH
    return Claim(
        claim_id=uuid5(session_id, starts_at.isoformat()),
        therapist_id=therapist_id,
        starts_at=starts_at,
        therapist_until=ends_at + GAP,
        client_id=client_id,
        client_until=ends_at,
        kind=ClaimKind.SESSION,
        session_id=session_id,
    )


def with_(
    command_id: UUID,
    *,
    request: Request | None = None,
    rests_on: Mapping[UUID, int] | None = None,
    raises: Mapping[UUID, int] | None = None,
    takes: Iterable[Claim] = (),
    releases: Iterable[UUID] = (),
    sealed: Iterable[Sealed] = (),
    reads_claims: ClaimsRead | None = None,
    holds: Iterable[UUID] = (),
) -> Alongside:
    """What goes with an append; nothing, unless told."""
    return Alongside(
        request=request,
        command_id=command_id,
        recorded_at=AT,
        rests_on=rests_on or {},
        raises=raises or {},
        takes=sorted(takes, key=lambda claim: claim.starts_at),
        releases=sorted(releases),
        sealed=tuple(sealed),
        reads_claims=reads_claims,
        holds=frozenset(holds),
    )


def a_request(*, key: str = "key-1", fingerprint: bytes = b"body") -> Request:
    """A request with an Idempotency-Key."""
    return Request(PERSON, "POST /sessions", key, fingerprint, UUID(int=9))


def store(recorder: PracticeRecorder, stream_id: UUID, *versions: int, **alongside: Any) -> list[int]:
    """Append events under a command of their own."""
    command_id = new_id()
    stored = some_events(stream_id, *versions, command_id=command_id)
    return list(recorder.insert_events(stored, alongside=with_(command_id, **alongside)))


def rows_of(conninfo: str, statement: str, *parameters: object) -> list[dict[str, Any]]:
    """Ask as the owner."""
    with psycopg.connect(conninfo, row_factory=dict_row) as conn:
        return conn.execute(statement.encode(), parameters).fetchall()


def as_owner(conninfo: str, statement: str, *parameters: object) -> None:
    """Do as the owner what the application may not."""
    with psycopg.connect(conninfo) as conn:
        conn.execute(statement.encode(), parameters or None)


def everything_stored(conninfo: str) -> dict[str, list[dict[str, Any]]]:
    """All that an append may write."""
    tables = "stored_events", "claims", "guards", "requests", "vault"
    return {table: rows_of(conninfo, f"select * from {table} order by 1, 2") for table in tables}  # noqa: S608 - ours


class Losing:
    """A datastore's connections, where the next answers are lost: `after` or `before` the work was done."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        self._get = datastore.get_connection
        self.after = 0
        self.before = 0
        self.asked = 0
        datastore.get_connection = self.get_connection  # type: ignore[method-assign] # as a cut cable would

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        self.asked += 1
        if self.before:
            self.before -= 1
            raise OperationalError from psycopg.OperationalError("the connection is lost")
        with self._get() as conn:
            yield conn
        if self.after:
            self.after -= 1
            raise OperationalError from psycopg.OperationalError("the connection is lost")


def wait_until_somebody_waits(conninfo: str) -> None:
    """Return when a statement of this database waits for another's lock."""
    waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    wait_until(lambda: bool(rows_of(conninfo, waiting)))


def wait_until(holds: Callable[[], bool]) -> None:
    """Return when something holds, which has to be soon."""
    patience_ends_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < patience_ends_at, "it does not come"
        time.sleep(0.01)


def cut_connections(conninfo: str) -> int:
    """Let the server end every other connection to this database; return how many."""
    return len(
        rows_of(
            conninfo,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()",
        )
    )
