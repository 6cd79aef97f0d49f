"""The table of work: what is due, who holds it, and how it ended. The truth; a broker only carries hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore

LEASE_SECONDS = 120
RESEND_SECONDS = 15
FAILURES_LIMIT = 20
WAITING_LIMIT_DAYS = 30
OUTSTANDING_LIMIT = 200
LONGEST_PAUSE_SECONDS = 3600

# What is due is judged by the practice's time, leases and pauses by the machine's.
TAKE_DUE = """
with outstanding as (
    select count(*) as n from work
    where state = 'ready' and sent_at > clock_timestamp() - make_interval(secs => %(resend)s)
), due as (
    select work_id from work
    where due_at <= (select practice_now())
      and (state = 'ready' and retry_at <= clock_timestamp()
           or state = 'leased' and lease_until < clock_timestamp())
      and (sent_at is null or sent_at < clock_timestamp() - make_interval(secs => %(resend)s))
    order by due_at
    limit greatest(0, %(limit)s - (select n from outstanding))
    for update skip locked
)
update work set sent_at = clock_timestamp() from due where work.work_id = due.work_id
returning work.work_id, work.kind
"""
# Whoever holds such a piece dies of it, again and again; attempts are counted when a lease is taken, so that shows.
PARK_LOST = """
update work set state = 'parked', lease_until = null, last_error = 'lost'
where state = 'leased' and lease_until < clock_timestamp() and attempts - waits >= %s
returning work_id
"""
LEASE = """
update work set state = 'leased', lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
                fence = fence + 1, attempts = attempts + 1
where work_id = %(work_id)s and due_at <= practice_now()
  and (state = 'ready' and retry_at <= clock_timestamp() or state = 'leased' and lease_until < clock_timestamp())
returning work_id, kind, subject, fence, attempts, correlation_id
"""
CLOSE = """
update work set state = 'done', closed_at = clock_timestamp(), lease_until = null, last_error = null
where work_id = %(work_id)s and fence = %(fence)s and state = 'leased'
"""
PUT_BACK = """
update work set state = case when attempts - waits >= %(failures_limit)s then 'parked' else 'ready' end,
                lease_until = null, last_error = %(code)s, sent_at = null,
                retry_at = clock_timestamp()
                    + make_interval(secs => least(%(longest)s, power(2, least(attempts, 16)) * 0.25))
where work_id = %(work_id)s and fence = %(fence)s and state = 'leased'
returning state
"""
# Waiting is not failing: an outage of the provider may last for hours, and a refund is pending for days.
WAIT = """
update work set state = case when waiting_since < clock_timestamp() - make_interval(days => %(waiting_limit)s)
                             then 'parked' else 'ready' end,
                waiting_since = coalesce(waiting_since, clock_timestamp()),
                waits = waits + 1, lease_until = null, last_error = %(code)s, sent_at = null,
                retry_at = clock_timestamp()
                    + make_interval(secs => least(%(longest)s, power(2, least(waits, 16)) * 0.5))
where work_id = %(work_id)s and fence = %(fence)s and state = 'leased'
returning state
"""
UNPARK = """
update work set state = 'ready', attempts = 0, waits = 0, waiting_since = null, sent_at = null, retry_at = 'epoch'
where state = 'parked' and work_id = any(%s) returning work_id
"""
PARKED = "select work_id, last_error from work where state = 'parked' order by due_at, work_id limit %s"
ADD = """
insert into work (work_id, kind, subject, due_at, causation, correlation_id)
values (%(work_id)s, %(kind)s, %(subject)s, practice_now(), %(causation)s, %(correlation_id)s)
on conflict (work_id) do nothing
"""
OPEN = "select state, count(*) as n from work where state <> 'done' group by state"


@dataclass(frozen=True, slots=True)
class Lease:
    """A piece of work in hand. Whoever comes with an older fence has lost it."""

    work_id: str
    kind: str
    subject: str
    fence: int
    attempts: int
    correlation_id: UUID


class WorkTable:
    """Times are in seconds. A lease that has ended, and a hint that nobody took up in time, are sent again."""

    def __init__(
        self,
        datastore: PostgresDatastore,
        *,
        lease_seconds: float = LEASE_SECONDS,
        resend_seconds: float = RESEND_SECONDS,
    ) -> None:
        self._datastore = datastore
        self._lease_seconds = lease_seconds
        self._resend_seconds = resend_seconds

    def take_due(self) -> Sequence[tuple[str, str]]:
        """Mark what is due as sent and return (work_id, kind), no more than free workers can take."""
        limits = {"resend": self._resend_seconds, "limit": OUTSTANDING_LIMIT}
        with self._datastore.get_connection() as conn:
            rows = conn.execute(TAKE_DUE, limits, prepare=True).fetchall()
        return [(row["work_id"], row["kind"]) for row in rows]

    def park_lost(self) -> Sequence[str]:
        """Park what was leased as often as may be and never came back. Return which."""
        with self._datastore.get_connection() as conn:
            return [row["work_id"] for row in conn.execute(PARK_LOST, [FAILURES_LIMIT], prepare=True).fetchall()]

    def lease(self, work_id: str) -> Lease | None:
        """Take a piece of work in hand, None where it is done, early, parked or in somebody else's."""
        with self._datastore.get_connection() as conn:
            row = conn.execute(LEASE, {"work_id": work_id, "lease": self._lease_seconds}, prepare=True).fetchone()
        return Lease(**row) if row else None

    def close(self, lease: Lease) -> bool:
        """Mark it done; False where the lease had been lost meanwhile."""
        with self._datastore.get_connection() as conn:
            row = {"work_id": lease.work_id, "fence": lease.fence}
            return conn.execute(CLOSE, row, prepare=True).rowcount == 1

    def put_back(self, lease: Lease, *, code: str) -> str | None:
        """After a failure: let it be tried again after a pause that grows, or park it after twenty.

        Return its state, None where the lease was lost.
        """
        return self._give_back(PUT_BACK, lease, code=code, failures_limit=FAILURES_LIMIT)

    def wait(self, lease: Lease, *, code: str) -> str | None:
        """Nothing failed, the answer is not there yet: look again after a pause that grows; park it after thirty days.

        Return its state, None where the lease was lost.
        """
        return self._give_back(WAIT, lease, code=code, waiting_limit=WAITING_LIMIT_DAYS)

    def _give_back(self, statement: str, lease: Lease, **limits: object) -> str | None:
        parameters = {
            "work_id": lease.work_id,
            "fence": lease.fence,
            "longest": LONGEST_PAUSE_SECONDS,
            **limits,
        }
        with self._datastore.get_connection() as conn:
            row = conn.execute(statement, parameters, prepare=True).fetchone()
        return row["state"] if row else None

    def parked(self, limit: int) -> Sequence[tuple[str, str]]:
        """Return (work_id, error code) of what was parked, at most `limit`, oldest first."""
        with self._datastore.get_connection() as conn:
            return [(row["work_id"], row["last_error"]) for row in conn.execute(PARKED, [limit]).fetchall()]

    def unpark(self, work_ids: Sequence[str]) -> Sequence[str]:
        """Let parked work be tried anew. Return which was."""
        with self._datastore.get_connection() as conn:
            return [row["work_id"] for row in conn.execute(UNPARK, [list(work_ids)]).fetchall()]

    def unfinished(self) -> dict[str, int]:
        """Return how many pieces of work are ready, leased and parked."""
        with self._datastore.get_connection() as conn:
            return {row["state"]: row["n"] for row in conn.execute(OPEN).fetchall()}
