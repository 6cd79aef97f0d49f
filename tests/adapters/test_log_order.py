"""The order of the log is the order of the guards: what was decided later never stands before what it waited for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.ids import new_id
from adapters.postgres.alongside import append
from adapters.postgres.recorder import PracticeRecorder
from application.errors import SomebodyWasFirst
from domain.errors import SlotTaken
from tests.adapters.stored import (
    AT,
    a_claim,
    a_recorder,
    a_request,
    everything_stored,
    rows_of,
    some_events,
    store,
    wait_until,
    wait_until_somebody_waits,
    with_,
)

BLOCK, BOOKING, LATER_BOOKING, FIRST, SECOND = (UUID(int=n) for n in (100, 101, 102, 103, 104))
WEEK = timedelta(weeks=1)
GUARD = UUID(int=200)
WAITING = "select backend_xid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@pytest.fixture
def recorder(any_database: str) -> Iterator[PracticeRecorder]:
    made = a_recorder(any_database)
    yield made
    made.datastore.close()


def test_b3_a_block_that_waited_for_bookings_stands_after_all_of_them_in_the_log(
    any_database: str, recorder: PracticeRecorder
) -> None:
    store(recorder, new_id(), 1, raises={GUARD: 0})
    with recorder.datastore.get_connection() as booking, ThreadPoolExecutor(1) as other:
        booking.execute("begin")
        command_id = new_id()
        booked = append(booking, some_events(BOOKING, 1, command_id=command_id), with_(command_id, rests_on={GUARD: 1}))
        block = other.submit(store, recorder, BLOCK, 1, request=a_request(), raises={GUARD: 1})
        wait_until_somebody_waits(any_database)
        booked += store(recorder, LATER_BOOKING, 1, rests_on={GUARD: 1})
        booking.execute("commit")
        blocked = block.result(timeout=10)

    in_order = [row["originator_id"] for row in sorted(everything_stored(any_database)["stored_events"], key=_position)]
    assert in_order[1:] == [BOOKING, LATER_BOOKING, BLOCK]
    assert sorted([*booked, *blocked]) == [*booked, *blocked]


def _position(row: dict[str, int]) -> int:
    return row["notification_id"]


@pytest.mark.parametrize("version", [0, 1], ids=["a guard that nobody has raised", "a guard that was raised"])
def test_whoever_waits_for_a_guard_has_no_place_in_the_log_yet(
    any_database: str, recorder: PracticeRecorder, version: int
) -> None:
    if version:
        store(recorder, new_id(), 1, raises={GUARD: 0})
    with recorder.datastore.get_connection() as booking, ThreadPoolExecutor(1) as other:
        booking.execute("begin")
        command_id = new_id()
        append(booking, some_events(BOOKING, 1, command_id=command_id), with_(command_id, rests_on={GUARD: version}))
        block = other.submit(store, recorder, BLOCK, 1, request=a_request(), raises={GUARD: version})
        wait_until_somebody_waits(any_database)
        [waiting] = rows_of(any_database, WAITING)
        booking.execute("commit")
        block.result(timeout=10)

    assert waiting == {"backend_xid": None}


def test_a_booking_that_waited_for_a_block_is_decided_again_and_so_stands_after_it(
    any_database: str, recorder: PracticeRecorder
) -> None:
    store(recorder, new_id(), 1, raises={GUARD: 0})
    with recorder.datastore.get_connection() as raising, ThreadPoolExecutor(1) as other:
        raising.execute("begin")
        command_id = new_id()
        blocked = append(raising, some_events(BLOCK, 1, command_id=command_id), with_(command_id, raises={GUARD: 1}))
        booking = other.submit(store, recorder, BOOKING, 1, request=a_request(), rests_on={GUARD: 1})
        wait_until_somebody_waits(any_database)
        raising.execute("commit")
        with pytest.raises(SomebodyWasFirst):
            booking.result(timeout=10)

    assert store(recorder, BOOKING, 1, request=a_request(), rests_on={GUARD: 2}) > blocked


def test_b12_a_cancellation_stands_before_whatever_takes_the_time_that_it_freed(
    any_database: str, recorder: PracticeRecorder
) -> None:
    """A series waits for its first date while its second is cancelled: held guards let neither overtake the other."""
    store(recorder, new_id(), 1, raises={GUARD: 0})
    store(recorder, SECOND, 1, takes=[a_claim(SECOND, starts_at=AT + WEEK, client_id=UUID(int=7))])
    store(recorder, FIRST, 1, takes=[a_claim(FIRST, client_id=UUID(int=8))])
    both = [a_claim(BOOKING), a_claim(LATER_BOOKING, starts_at=AT + WEEK)]
    with recorder.datastore.get_connection() as cancelling, ThreadPoolExecutor(2) as others:
        cancelling.execute("begin")
        command_id = new_id()
        freeing = with_(command_id, releases=[FIRST], holds=[GUARD])
        freed = append(cancelling, some_events(FIRST, 2, command_id=command_id), freeing)
        series = others.submit(store, recorder, BOOKING, 1, takes=both, rests_on={GUARD: 1})
        wait_until_somebody_waits(any_database)
        cancelled = others.submit(store, recorder, SECOND, 2, releases=[SECOND], holds=[GUARD])
        wait_until(lambda: cancelled.done() or len(rows_of(any_database, WAITING)) > 1)
        cancelling.execute("commit")
        outcomes = [_positions(cancelled), _positions(series)]

    told = [positions for positions in (freed, *outcomes) if positions]
    assert told == sorted(told)
    assert freed < outcomes[0]


def _positions(running: Future[list[int]]) -> list[int]:
    """The series may have been in front of the second cancellation and so have found its date taken."""
    try:
        return running.result(timeout=10)
    except SlotTaken:
        return []


def test_b12_whoever_lets_time_go_waits_for_those_who_booked_and_has_no_place_in_the_log_yet(
    any_database: str, recorder: PracticeRecorder
) -> None:
    store(recorder, new_id(), 1, raises={GUARD: 0})
    store(recorder, FIRST, 1, takes=[a_claim(FIRST)])
    with recorder.datastore.get_connection() as booking, ThreadPoolExecutor(1) as other:
        booking.execute("begin")
        command_id = new_id()
        booked = append(booking, some_events(BOOKING, 1, command_id=command_id), with_(command_id, rests_on={GUARD: 1}))
        freeing = other.submit(store, recorder, FIRST, 2, releases=[FIRST], holds=[GUARD])
        wait_until_somebody_waits(any_database)
        [waiting] = rows_of(any_database, WAITING)
        booking.execute("commit")
        freed = freeing.result(timeout=10)

    assert waiting == {"backend_xid": None}
    assert booked < freed
    assert rows_of(any_database, "select version from guards") == [{"version": 1}]
