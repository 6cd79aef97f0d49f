"""What stands or falls with the events of a transaction: the request's record, guards, claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.range import TimestamptzRange

from application.claims import Claim
from application.errors import RequestDiffers, RequestInFlight, RequestRepeated, SomebodyWasFirst
from application.practice import Alongside, Request
from domain.errors import ClientBusy, SlotTaken

TRY_REQUEST = "select pg_try_advisory_xact_lock(hashtextextended(%s, 0)) as ours"
INSERT_REQUEST = """
insert into requests (person_id, route, key, fingerprint, command_id, subject_id, position, recorded_at)
values (%s, %s, %s, %s, %s, %s, ((pg_current_xact_id()::text::bigint + (select base from log_base)) << 20) + %s, %s)
on conflict do nothing returning key
"""
READ_REQUEST = "select fingerprint from requests where person_id = %s and route = %s and key = %s"

MAKE_GUARD = "insert into guards (guard_id, version) values (%s, 0) on conflict do nothing"
RAISE_GUARD = "select version from guards where guard_id = %s for update"
REST_ON_GUARD = "select version from guards where guard_id = %s for share"
MOVE_GUARD = "update guards set version = version + 1 where guard_id = %s"

# `on conflict do nothing` never deadlocks where plain inserts into an exclusion constraint sometimes do.
CLAIM = """
insert into claims (therapist_id, client_id, therapist_period, client_period, kind, session_id)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing returning session_id
"""
WHO_CLASHES = """
select exists (select from claims where therapist_id = %s and therapist_period && %s and session_id <> %s) as therapist
"""
RELEASE = "delete from claims where session_id = any(%s)"


class Conflict(Exception):
    """Something in the transaction clashed. It may be our own earlier try; if not, `meaning` is what to say."""

    def __init__(self, meaning: Exception) -> None:
        super().__init__(type(meaning).__name__)
        self.meaning = meaning


def insert_request(conn: Connection[DictRow], request: Request, *, alongside: Alongside, event_count: int) -> None:
    """Record the request, or find it recorded. A twin that is still running is not waited for."""
    name = f"{request.person_id} {request.route} {request.key}"
    lock = conn.execute(TRY_REQUEST, [name], prepare=True).fetchone()
    if lock is None or not lock["ours"]:
        raise RequestInFlight
    key = request.person_id, request.route, request.key
    made_by = alongside.command_id, request.subject_id
    values = (*key, request.fingerprint, *made_by, event_count, alongside.recorded_at)
    if conn.execute(INSERT_REQUEST, values, prepare=True).fetchone() is not None:
        return
    found = conn.execute(READ_REQUEST, key, prepare=True).fetchone()
    same = found is not None and bytes(found["fingerprint"]) == request.fingerprint
    raise Conflict(RequestRepeated() if same else RequestDiffers())


def keep_guards(conn: Connection[DictRow], *, raises: Mapping[UUID, int], rests_on: Mapping[UUID, int]) -> None:
    """Hold each guard at the version it was read at; the strongest locks first, never upgraded."""
    for guard_id, version in sorted(raises.items()):
        conn.execute(MAKE_GUARD, [guard_id], prepare=True)
        _hold(conn, RAISE_GUARD, guard_id, version)
        conn.execute(MOVE_GUARD, [guard_id], prepare=True)
    for guard_id, version in sorted(rests_on.items()):
        if guard_id not in raises:
            _hold(conn, REST_ON_GUARD, guard_id, version)


def _hold(conn: Connection[DictRow], statement: str, guard_id: UUID, version: int) -> None:
    row = conn.execute(statement, [guard_id], prepare=True).fetchone()  # type: ignore[arg-type] # our own two texts
    if (row["version"] if row else 0) != version:
        raise Conflict(SomebodyWasFirst())


def insert_claims(conn: Connection[DictRow], claims: Sequence[Claim]) -> None:
    """Win every claim or none. The client's overlap is never worded as anybody else's appointment."""
    for claim in claims:
        therapist_period = TimestamptzRange(claim.starts_at, claim.therapist_until)
        client_period = TimestamptzRange(claim.starts_at, claim.client_until)
        whose = claim.therapist_id, claim.client_id, therapist_period, client_period, claim.kind.value, claim.session_id
        if conn.execute(CLAIM, whose, prepare=True).fetchone() is None:
            clash = (claim.therapist_id, therapist_period, claim.session_id)
            row = conn.execute(WHO_CLASHES, clash, prepare=True).fetchone()
            raise Conflict(SlotTaken() if row and row["therapist"] else ClientBusy())


def release_claims(conn: Connection[DictRow], sessions: Sequence[UUID]) -> None:
    """Let go of everything that these sessions held."""
    if sessions:
        conn.execute(RELEASE, [list(sessions)], prepare=True)
