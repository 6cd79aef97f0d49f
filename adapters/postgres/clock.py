"""The practice's time: the database's clock plus a shift that only a demo sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from eventsourcing.postgres import PostgresDatastore

NOW = "select practice_now() as now"
SKEW = "select clock_timestamp() as now"
ADVANCE = "update practice_clock set shift = shift + %s returning shift"


class PracticeClock:
    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def now(self) -> datetime:
        """Return the practice's time, in UTC."""
        return self._read(NOW)

    def database_now(self) -> datetime:
        """Return the database's own time, unshifted."""
        return self._read(SKEW)

    def _read(self, statement: str) -> datetime:
        with self._datastore.get_connection() as conn:
            row = conn.execute(statement, prepare=True).fetchone()
        assert row is not None
        now: datetime = row["now"]
        return now.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the practice's time forward. Only the owner's role may: a demo's, never a service's."""
        with self._datastore.get_connection() as conn:
            conn.execute(ADVANCE, [by])
