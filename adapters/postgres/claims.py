"""The claims as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.range import TimestamptzRange

from application.claims import ClaimKind
from application.ports import ClaimedTime
from application.practice import ClaimsRead

OF_THERAPIST = """
select lower(therapist_period) as starts_at, upper(therapist_period) as ends_at, session_id, kind from claims
where therapist_id = %s and therapist_period && %s
order by lower(therapist_period), session_id
"""
OF_CLIENT = """
select lower(client_period) as starts_at, upper(client_period) as ends_at, session_id, kind from claims
where client_id = %s and client_period && %s
order by lower(client_period), session_id
"""


class PostgresClaims:
    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def of_therapist(self, therapist_id: UUID, *, since: datetime, until: datetime) -> Sequence[ClaimedTime]:
        """Claims that overlap [since, until), in order."""
        return self._overlapping(OF_THERAPIST, therapist_id, TimestamptzRange(since, until))

    def of_client(self, client_id: UUID, *, since: datetime, until: datetime) -> Sequence[ClaimedTime]:
        """The client's own times that overlap [since, until), in order and without gaps."""
        return self._overlapping(OF_CLIENT, client_id, TimestamptzRange(since, until))

    def _overlapping(self, statement: str, person_id: UUID, period: TimestamptzRange) -> list[ClaimedTime]:
        with self._datastore.get_connection() as conn:
            return _claimed(conn.execute(statement, [person_id, period], prepare=True))


def claims_not_over(conn: Connection[DictRow], read: ClaimsRead) -> tuple[ClaimedTime, ...]:
    """Return all of the therapist's claims that end after an instant, in order: none may be missing from an answer.

    It is a statement of its own: inside a transaction that holds the therapist's guard it sees every booking that came
    before, also one that was stored while the guard was waited for.
    """
    columns = read.therapist_id, TimestamptzRange(read.since, None)
    return tuple(_claimed(conn.execute(OF_THERAPIST, columns, prepare=True)))


def _claimed(rows: Iterable[DictRow]) -> list[ClaimedTime]:
    return [ClaimedTime(r["starts_at"], r["ends_at"], r["session_id"], ClaimKind(r["kind"])) for r in rows]
