"""The claims as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore
from psycopg.types.range import TimestamptzRange

from application.ports import ClaimedTime

OVERLAPPING = """
select lower(therapist_period) as starts_at, upper(therapist_period) as ends_at, session_id from claims
where therapist_id = %s and therapist_period && %s
order by lower(therapist_period)
"""


class PostgresClaims:
    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def of_therapist(self, therapist_id: UUID, *, since: datetime, until: datetime) -> Sequence[ClaimedTime]:
        """Claims that overlap [since, until), in order."""
        with self._datastore.get_connection() as conn:
            rows = conn.execute(OVERLAPPING, [therapist_id, TimestamptzRange(since, until)], prepare=True).fetchall()
        return [ClaimedTime(row["starts_at"], row["ends_at"], row["session_id"]) for row in rows]
