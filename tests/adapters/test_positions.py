"""Positions in the log: strictly ordered, and nothing ever appears behind a reader (decision 0003)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import UUID

import pytest
from eventsourcing.postgres import PostgresApplicationRecorder

from adapters.ids import new_id
from adapters.postgres.alongside import Conflict, append
from adapters.postgres.recorder import PracticeRecorder
from adapters.vault import Vault
from tests.adapters.stored import a_recorder, everything_stored, rows_of, some_events, stock_datastore, store, with_

STREAM = UUID(int=100)
WRITERS = 6
WRITING_SECONDS = 1.5
PATIENCE_SECONDS = 20


@pytest.fixture
def recorder(any_database: str) -> Iterator[PracticeRecorder]:
    made = a_recorder(any_database)
    yield made
    made.datastore.close()


def test_a_second_append_inside_one_transaction_is_an_error(any_database: str, recorder: PracticeRecorder) -> None:
    def append_twice() -> None:
        one, two = new_id(), new_id()
        with recorder.datastore.get_connection() as conn, conn.transaction():
            append(conn, some_events(STREAM, 1, command_id=one), with_(one))
            append(conn, some_events(UUID(int=101), 1, command_id=two), with_(two))

    with pytest.raises(Conflict):
        append_twice()

    assert everything_stored(any_database)["stored_events"] == []


def test_positions_rise_in_the_order_of_one_append_and_from_append_to_append(recorder: PracticeRecorder) -> None:
    positions = [*store(recorder, STREAM, 1, 2, 3), *store(recorder, UUID(int=101), 1), *store(recorder, STREAM, 4)]

    assert sorted(set(positions)) == positions


def positions_beyond(conninfo: str, position: int) -> list[int]:
    """What a reader sees who ignores the horizon."""
    statement = "select notification_id from stored_events where notification_id > %s order by 1"
    return [row["notification_id"] for row in rows_of(conninfo, statement, position)]


def test_a_reader_waits_for_a_writer_who_began_earlier(any_database: str, recorder: PracticeRecorder) -> None:
    command_id = new_id()
    with recorder.datastore.get_connection() as slow:
        slow.execute("begin")
        [early] = append(slow, some_events(STREAM, 1, command_id=command_id), with_(command_id))
        [late] = store(recorder, UUID(int=101), 1)
        seen_early = [n.id for n in recorder.select_notifications(0, 10)]
        seen_by_the_careless = positions_beyond(any_database, 0)
        slow.execute("commit")

    assert ([], [late]) == (seen_early, seen_by_the_careless)
    assert [early, late] == _read_all(recorder, 2)
    assert positions_beyond(any_database, seen_by_the_careless[-1]) == [], (
        "the careless reader never sees the early one"
    )


def _read_all(recorder: PracticeRecorder, count: int) -> list[int]:
    """Read until so many events came: a transaction in another database may hold the horizon back for a moment."""
    patience_ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience_ends_at:
        seen = [n.id for n in recorder.select_notifications(0, count + 1)]
        if len(seen) >= count:
            return seen
        time.sleep(0.01)
    raise TimeoutError("The horizon did not move.")


def test_a_tailing_reader_misses_nothing_that_many_writers_store(any_database: str, recorder: PracticeRecorder) -> None:
    enough, written = threading.Event(), threading.Event()

    def write(seed: int) -> None:
        for number in count(seed):
            store(recorder, new_id(), *range(1, 2 + number % 18))
            if enough.is_set():
                return

    def tail() -> list[int]:
        seen = [0]
        while not written.is_set() or seen[-1] < _last_stored(any_database):
            seen += [n.id for n in recorder.select_notifications(seen[-1], 50, inclusive_of_start=False)]
        return seen[1:]

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        reader = threads.submit(tail)
        writers = [threads.submit(write, seed) for seed in range(WRITERS)]
        time.sleep(WRITING_SECONDS)
        enough.set()
        for writer in writers:
            writer.result()
        written.set()
        seen = reader.result(timeout=PATIENCE_SECONDS)

    assert _stored(any_database) == seen


def _last_stored(conninfo: str) -> int:
    [row] = rows_of(conninfo, "select max(notification_id) as last from stored_events")
    last: int = row["last"]
    return last


def _stored(conninfo: str) -> list[int]:
    return [row["notification_id"] for row in rows_of(conninfo, "select notification_id from stored_events order by 1")]


def test_the_librarys_database_functions_do_lose_an_event(empty_database: str) -> None:
    """The negative control: the same two writers, the library's own recorder, and a reader that misses one."""
    stock = stock_datastore(empty_database)
    recorder = PostgresApplicationRecorder(stock)
    recorder.create_table()
    early, late = ([recorder.construct_pg_stored_event(UUID(int=n), 1, "session.booked", b"{}")] for n in (1, 2))
    with stock.get_connection() as slow:
        slow.execute("begin")
        slow.execute(recorder.sql_invoke_pg_function_insert_events, (early,))
        with stock.get_connection() as fast:
            fast.execute(recorder.sql_invoke_pg_function_insert_events, (late,))
        seen = [n.id for n in recorder.select_notifications(1, 10)]
        slow.execute("commit")

    then = [n.id for n in recorder.select_notifications(seen[-1], 10, inclusive_of_start=False)]

    assert (seen, then) == ([2], [])
    assert len(rows_of(empty_database, "select from stored_events")) == 2
    stock.close()


def test_the_librarys_database_functions_are_refused(database: str) -> None:
    switched_on = stock_datastore(database)

    with pytest.raises(ValueError, match="lose events"):
        PracticeRecorder(switched_on, vault=Vault(b"k" * 32))
