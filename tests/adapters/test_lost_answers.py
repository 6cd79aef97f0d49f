"""An answer lost on the way: what was stored is recognised, what was not is stored, and nothing is stored twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.conninfo import make_conninfo

from adapters.ids import new_id
from adapters.postgres.recorder import TRIES_LIMIT, PracticeRecorder
from application.errors import StoreUnavailable
from application.practice import ClaimsRead, Sealed
from tests.adapters.stored import (
    AT,
    CLIENT,
    THERAPIST,
    Losing,
    a_claim,
    a_recorder,
    a_request,
    cut_connections,
    everything_stored,
    store,
    wait_until_somebody_waits,
    with_,
)

STREAM = UUID(int=100)
GUARD, OTHER_GUARD = UUID(int=200), UUID(int=201)
MOVED = AT + timedelta(hours=1)


@pytest.fixture
def recorder(any_database: str) -> Iterator[PracticeRecorder]:
    made = a_recorder(any_database)
    yield made
    made.datastore.close()


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"takes": [a_claim(STREAM)]},
        {"takes": [a_claim(STREAM), a_claim(STREAM, starts_at=MOVED)]},
        {"raises": {GUARD: 0}},
        {"rests_on": {GUARD: 0}},
        {"request": a_request()},
        {"sealed": [Sealed(CLIENT, "name", "Ada")]},
        {"raises": {GUARD: 0}, "reads_claims": ClaimsRead(THERAPIST, AT)},
        {"request": a_request(), "raises": {GUARD: 0}, "takes": [a_claim(STREAM)], "releases": [UUID(int=101)]},
    ],
    ids=[
        "events",
        "a claim",
        "two claims",
        "a raised guard",
        "a guard",
        "a request",
        "a sealed name",
        "claims read",
        "all of it",
    ],
)
def test_an_answer_lost_after_the_commit_is_given_all_the_same(
    any_database: str, recorder: PracticeRecorder, beside: dict[str, Any]
) -> None:
    losing = Losing(recorder.datastore)
    losing.after = 1

    positions = store(recorder, STREAM, 1, 2, **beside)

    assert positions == [row["notification_id"] for row in everything_stored(any_database)["stored_events"]]
    assert losing.asked > 1


def test_the_answer_to_a_request_that_changed_nothing_is_given_too(
    any_database: str, recorder: PracticeRecorder
) -> None:
    Losing(recorder.datastore).after = 1
    command_id = new_id()

    positions = recorder.insert_events([], alongside=with_(command_id, request=a_request()))

    assert positions == []
    assert [command_id] == [row["command_id"] for row in everything_stored(any_database)["requests"]]


def test_what_was_lost_before_the_commit_is_stored_by_the_next_try(
    any_database: str, recorder: PracticeRecorder
) -> None:
    Losing(recorder.datastore).before = 2

    positions = store(recorder, STREAM, 1, takes=[a_claim(STREAM)])

    assert positions == [row["notification_id"] for row in everything_stored(any_database)["stored_events"]]


def test_a_connection_that_the_server_cut_is_replaced(any_database: str, recorder: PracticeRecorder) -> None:
    store(recorder, STREAM, 1)
    cut_connections(any_database)

    positions = store(recorder, STREAM, 2)

    assert len(positions) == 1


def test_after_a_few_tries_the_store_is_unavailable(any_database: str, recorder: PracticeRecorder) -> None:
    losing = Losing(recorder.datastore)
    losing.before = 100

    with pytest.raises(StoreUnavailable):
        store(recorder, STREAM, 1)

    assert losing.asked == TRIES_LIMIT
    assert everything_stored(any_database)["stored_events"] == []


def test_a_deadlock_is_tried_again(any_database: str) -> None:
    """Somebody outside the store's order of locks holds one guard and wants the other."""
    recorder = a_recorder(make_conninfo(any_database, options="-c deadlock_timeout=20ms"))
    store(recorder, UUID(int=101), 1, raises={GUARD: 0, OTHER_GUARD: 0})
    with a_recorder(any_database).datastore.get_connection() as other, ThreadPoolExecutor(1) as threads:
        other.execute("begin")
        other.execute("select from guards where guard_id = %s for update", [OTHER_GUARD])
        ours = threads.submit(store, recorder, STREAM, 1, raises={GUARD: 1, OTHER_GUARD: 1})
        wait_until_somebody_waits(any_database)
        other.execute("select from guards where guard_id = %s for update", [GUARD])
        other.execute("commit")

        assert len(ours.result(timeout=10)) == 1
    recorder.datastore.close()
