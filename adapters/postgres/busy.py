"""The busy times of the calendars that therapists connected: input, joined when reading, no part of the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore
from psycopg.types.range import TimestamptzRange

from application.ports import BusyTime

OVERLAPPING = """
select lower(period) as starts_at, upper(period) as ends_at from external_busy
where therapist_id = %s and period && %s
order by period
"""
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
REMOVE = "delete from external_busy where therapist_id = %s and calendar_id = %s"
INSERT = """
insert into external_busy (therapist_id, calendar_id, period)
select %s, %s, tstzrange(starts_at, ends_at) from unnest(%s::timestamptz[], %s::timestamptz[]) as p(starts_at, ends_at)
"""


class PostgresExternalBusy:
    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def of_therapist(self, therapist_id: UUID, *, since: datetime, until: datetime) -> Sequence[BusyTime]:
        """Busy times that overlap [since, until), in order; those of two calendars may overlap each other."""
        with self._datastore.get_connection() as conn:
            period = TimestamptzRange(since, until)
            rows = conn.execute(OVERLAPPING, [therapist_id, period], prepare=True).fetchall()
        return [BusyTime(row["starts_at"], row["ends_at"]) for row in rows]

    def replace(self, therapist_id: UUID, calendar_id: UUID, periods: Iterable[BusyTime]) -> None:
        """Let these be a calendar's busy times, all or nothing; none at all empties it.

        What overlaps or touches becomes one. Raises ValueError for a period that is empty or reversed. Two syncs of one
        calendar at once follow each other, so that the times of one of them stand, never a mixture.
        """
        merged = merge(periods)
        starts, ends = [p.starts_at for p in merged], [p.ends_at for p in merged]
        with self._datastore.get_connection() as conn, conn.transaction():
            conn.execute(ONE_AT_A_TIME, [f"external_busy {therapist_id} {calendar_id}"])
            conn.execute(REMOVE, [therapist_id, calendar_id])
            conn.execute(INSERT, [therapist_id, calendar_id, starts, ends])


def merge(periods: Iterable[BusyTime]) -> list[BusyTime]:
    """Return the same times in order, with nothing that overlaps or touches. Raises ValueError."""
    merged: list[BusyTime] = []
    for period in sorted(periods, key=lambda p: p.starts_at):
        if period.starts_at >= period.ends_at:
            raise ValueError("A busy time ends after it starts.")
        if merged and period.starts_at <= merged[-1].ends_at:
            merged[-1] = BusyTime(merged[-1].starts_at, max(merged[-1].ends_at, period.ends_at))
        else:
            merged.append(period)
    return merged
