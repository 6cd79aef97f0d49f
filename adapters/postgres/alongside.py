"""What stands or falls with the events of a transaction: the request's record, guards, claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Connection
from psycopg.rows import DictRow

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

# The order of the columns is that of append_events.
APPEND = f"select append_events({', '.join(['%s'] * 16)}) as before"

# Raised by append_events.
MEANINGS: Mapping[str, type[Exception]] = {"TD001": SomebodyWasFirst, "TD002": SlotTaken, "TD003": ClientBusy}
ALREADY_THERE = {"23505", "23P01"}
"""A unique or an exclusion constraint. Any other violation is a mistake of ours and must not look like a race."""


class Conflict(Exception):
    """Something in the transaction clashed. It may be our own earlier try; if not, `meaning` is what to say."""

    def __init__(self, meaning: Exception) -> None:
        super().__init__(type(meaning).__name__)
        self.meaning = meaning


def hold_request(conn: Connection[DictRow], request: Request) -> None:
    """Let nobody else carry out the same request meanwhile. A twin that is still running is not waited for.

    This comes before the guards, and it is an advisory lock so that it does: a row would give the transaction its
    number, and so its place in the log, before it has waited for what it rests on. Raises RequestInFlight.
    """
    name = f"{request.person_id} {request.route} {request.key}"
    lock = conn.execute(TRY_REQUEST, [name], prepare=True).fetchone()
    if lock is None or not lock["ours"]:
        raise RequestInFlight


def record_request(conn: Connection[DictRow], request: Request, *, alongside: Alongside, event_count: int) -> None:
    """Record the request with the last position of its events. Raises Conflict where it is recorded already."""
    made_by = alongside.command_id, request.subject_id
    values = (*_key(request), request.fingerprint, *made_by, event_count, alongside.recorded_at)
    if conn.execute(INSERT_REQUEST, values, prepare=True).fetchone() is None:
        raise Conflict(recorded_before(conn, request) or RequestDiffers())


def recorded_before(conn: Connection[DictRow], request: Request) -> RequestRepeated | RequestDiffers | None:
    """Return what is to be said of a key that has a record, None where it has none."""
    found = conn.execute(READ_REQUEST, _key(request), prepare=True).fetchone()
    if found is None:
        return None
    return RequestRepeated() if bytes(found["fingerprint"]) == request.fingerprint else RequestDiffers()


def _key(request: Request) -> tuple[UUID, str, str]:
    return request.person_id, request.route, request.key


def append(conn: Connection[DictRow], stored_events: Sequence[StoredEvent], alongside: Alongside) -> list[int]:
    """Hold the guards, win the claims, store the events and let old claims go; return the positions.

    Raises Conflict; the client's overlap is never worded as anybody else's appointment.
    """
    released = _array([session_id.hex for session_id in alongside.releases])
    columns = *_guards(alongside), *_claims(alongside.takes), *_events(stored_events), released
    try:
        row = conn.execute(APPEND, columns, prepare=True).fetchone()
    except psycopg.Error as error:
        if (meaning := _meaning_of(error)) is None:
            raise
        raise Conflict(meaning) from error
    assert row is not None, "a function returns a row"
    return [row["before"] + ordinal for ordinal in range(1, len(stored_events) + 1)]


def _meaning_of(error: psycopg.Error) -> Exception | None:
    state = error.sqlstate or ""
    if state in MEANINGS:
        return MEANINGS[state]()
    missing_predecessor = error.diag.constraint_name == "stored_events_chain"
    return SomebodyWasFirst() if state in ALREADY_THERE or missing_predecessor else None


def _guards(alongside: Alongside) -> list[str]:
    """Each guard once and at its strongest: a lock is never taken again in a stronger form.

    One that is only held has no version: there is nothing to compare it with.
    """
    versions = {**alongside.rests_on, **alongside.raises}
    shared = alongside.rests_on.keys() - alongside.raises.keys()
    assert not shared & alongside.holds, "what is rested on is shared and cannot be held"
    ids = sorted(versions.keys() | alongside.holds)
    return [
        _array([guard_id.hex for guard_id in ids]),
        _array([str(versions.get(guard_id, "null")) for guard_id in ids]),
        _array(["t" if guard_id in alongside.raises else "f" for guard_id in ids]),
    ]


def _claims(takes: Sequence[Claim]) -> list[str]:
    return [
        _array([c.claim_id.hex for c in takes]),
        _array([c.therapist_id.hex for c in takes]),
        _array([c.client_id.hex for c in takes]),
        _array([c.starts_at.isoformat() for c in takes]),
        _array([c.therapist_until.isoformat() for c in takes]),
        _array(["null" if c.client_until is None else c.client_until.isoformat() for c in takes]),
        _array([c.kind.value for c in takes]),
        _array([c.session_id.hex for c in takes]),
    ]


def _events(stored_events: Sequence[StoredEvent]) -> list[str]:
    return [
        _array([str(e.originator_id) for e in stored_events]),
        _array([str(e.originator_version) for e in stored_events]),
        _array([e.topic for e in stored_events]),
        _array([f'"\\\\x{e.state.hex()}"' for e in stored_events]),
    ]


def _array(values: Sequence[str]) -> str:
    """Write a PostgreSQL array of ids, numbers, instants, names or bytes in hex: nothing that needs quoting.

    Dumped by the driver, the sixteen columns of an append cost more than sending them.
    """
    return "{" + ",".join(values) + "}"
