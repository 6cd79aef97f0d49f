"""What is claimed, as it is read: of a therapist, of a client, and under the guard that a block raises."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from adapters.ids import new_id
from adapters.postgres.alongside import append
from adapters.postgres.claims import PostgresClaims
from adapters.postgres.recorder import PracticeRecorder
from application.claims import Claim, ClaimKind
from application.ports import ClaimedTime
from application.practice import ClaimsRead, Request
from tests.adapters.stored import (
    AT,
    CLIENT,
    GAP,
    LENGTH,
    THERAPIST,
    a_claim,
    a_recorder,
    a_request,
    as_owner,
    some_events,
    store,
    wait_until_somebody_waits,
    with_,
)

BLOCK, EARLIER, LATER = (UUID(int=n) for n in (100, 101, 102))
GUARD = UUID(int=200)
HOUR = timedelta(hours=1)
MANY_CLAIMS = """
insert into claims (claim_id, therapist_id, client_id, therapist_period, kind, session_id)
select gen_random_uuid(), %s, %s, tstzrange(start, start + interval '1 hour'), 'session', gen_random_uuid()
from generate_series(%s::timestamptz, %s::timestamptz, interval '1 hour') as start
"""


@pytest.fixture
def recorder(any_database: str) -> Iterator[PracticeRecorder]:
    made = a_recorder(any_database)
    yield made
    made.datastore.close()


def claimed(claim: Claim) -> ClaimedTime:
    """The therapist's side of a claim."""
    return ClaimedTime(claim.starts_at, claim.therapist_until, claim.session_id, claim.kind)


def clashes(recorder: PracticeRecorder, *versions: int, request: Request | None = None) -> tuple[ClaimedTime, ...]:
    """Store what raises the guard, and return the claims that were read under it."""
    command_id = new_id()
    raises = {GUARD: versions[0] - 1} if versions else {}
    beside = with_(command_id, request=request, raises=raises, reads_claims=ClaimsRead(THERAPIST, AT))
    return recorder.store(some_events(BLOCK, *versions, command_id=command_id), alongside=beside).claims


# --- read under the guard (rule B3) -------------------------------------------------------------------------------


@pytest.mark.parametrize("request_of_block", [None, a_request()], ids=["without a key", "with a key"])
def test_b3_a_booking_stored_while_the_block_waited_is_among_its_clashes(
    any_database: str, recorder: PracticeRecorder, request_of_block: Request | None
) -> None:
    clashes(recorder, 1)
    with recorder.datastore.get_connection() as booking, ThreadPoolExecutor(1) as other:
        booking.execute("begin")
        command_id = new_id()
        beside = with_(command_id, rests_on={GUARD: 1}, takes=[a_claim(EARLIER)])
        append(booking, some_events(EARLIER, 1, command_id=command_id), beside)
        block = other.submit(clashes, recorder, 2, request=request_of_block)
        wait_until_somebody_waits(any_database)
        booking.execute("commit")

        assert block.result(timeout=10) == (claimed(a_claim(EARLIER)),)


def test_b3_the_clashes_are_the_therapists_claims_that_are_not_over_in_order(recorder: PracticeRecorder) -> None:
    later, earlier = a_claim(LATER, starts_at=AT + HOUR), a_claim(EARLIER, starts_at=AT - LENGTH)
    over, of_another = a_claim(new_id(), starts_at=AT - LENGTH - GAP - HOUR), a_claim(new_id(), therapist_id=new_id())
    for claim in (later, earlier, over, replace(of_another, client_id=new_id())):
        store(recorder, claim.session_id, 1, takes=[claim])

    assert clashes(recorder, 1) == (claimed(earlier), claimed(later))


def test_b3_where_nothing_is_stored_the_clashes_are_read_all_the_same(recorder: PracticeRecorder) -> None:
    store(recorder, EARLIER, 1, takes=[a_claim(EARLIER)])

    with_a_key = clashes(recorder, request=a_request())
    without = recorder.claims_of(ClaimsRead(THERAPIST, AT))

    assert with_a_key == without == (claimed(a_claim(EARLIER)),)


def test_b3_however_many_claims_there_are_none_is_missing(any_database: str, recorder: PracticeRecorder) -> None:
    as_owner(any_database, MANY_CLAIMS, THERAPIST, CLIENT, AT, AT + 2500 * HOUR)

    found = clashes(recorder, 1)

    assert (len(found), found[0].starts_at) == (2501, AT)


# --- of a client, of a therapist ----------------------------------------------------------------------------------


def test_b2_a_client_is_busy_with_any_therapist_and_without_the_gap(recorder: PracticeRecorder) -> None:
    with_another = replace(a_claim(LATER, starts_at=AT + HOUR), therapist_id=new_id())
    of_another = a_claim(new_id(), starts_at=AT + 2 * HOUR, client_id=new_id())
    for claim in (with_another, a_claim(EARLIER), of_another):
        store(recorder, claim.session_id, 1, takes=[claim])

    found = PostgresClaims(recorder.datastore).of_client(CLIENT, since=AT, until=AT + 4 * HOUR)

    assert found == [
        ClaimedTime(AT, AT + LENGTH, EARLIER, ClaimKind.SESSION),
        ClaimedTime(AT + HOUR, AT + HOUR + LENGTH, LATER, ClaimKind.SESSION),
    ]


def test_b12_a_time_that_is_only_held_for_a_client_is_not_theirs(recorder: PracticeRecorder) -> None:
    held = replace(a_claim(EARLIER), client_until=None)
    store(recorder, EARLIER, 1, takes=[held])
    claims = PostgresClaims(recorder.datastore)

    of_client = claims.of_client(CLIENT, since=AT, until=AT + HOUR)
    of_therapist = claims.of_therapist(THERAPIST, since=AT, until=AT + HOUR)

    assert (of_client, of_therapist) == ([], [claimed(held)])


@pytest.mark.parametrize(
    ("since", "until", "busy"),
    [
        (AT - HOUR, AT, 0),
        (AT - HOUR, AT + timedelta(minutes=1), 1),
        (AT + LENGTH - timedelta(minutes=1), AT + HOUR, 1),
        (AT + LENGTH, AT + HOUR, 0),
    ],
)
def test_a_clients_times_are_half_open(recorder: PracticeRecorder, since: datetime, until: datetime, busy: int) -> None:
    store(recorder, EARLIER, 1, takes=[a_claim(EARLIER)])

    found = PostgresClaims(recorder.datastore).of_client(CLIENT, since=since, until=until)

    assert len(found) == busy
