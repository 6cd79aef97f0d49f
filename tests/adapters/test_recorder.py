"""The event store: all or nothing, no gap, no change unnoticed, and an answer for every append."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from eventsourcing.persistence import ProgrammingError
from psycopg import errors

from adapters.ids import new_id
from adapters.postgres.alongside import append
from adapters.postgres.clock import PracticeClock
from adapters.postgres.recorder import PracticeRecorder
from application.errors import RequestDiffers, RequestInFlight, RequestRepeated, SomebodyWasFirst
from application.practice import Sealed
from domain.errors import ClientBusy, SlotTaken
from tests.adapters.stored import (
    AT,
    PERSON,
    a_claim,
    a_recorder,
    a_request,
    an_event,
    as_owner,
    everything_stored,
    rows_of,
    some_events,
    store,
    wait_until_somebody_waits,
    with_,
)

STREAM = UUID(int=100)
GUARD = UUID(int=200)


@pytest.fixture
def recorder(any_database: str) -> Iterator[PracticeRecorder]:
    made = a_recorder(any_database)
    yield made
    made.datastore.close()


# --- all or nothing -----------------------------------------------------------------------------------------------


def test_events_claims_guards_and_request_are_stored_together(any_database: str, recorder: PracticeRecorder) -> None:
    command_id = new_id()

    positions = recorder.insert_events(
        some_events(STREAM, 1, 2, command_id=command_id),
        alongside=with_(command_id, request=a_request(), raises={GUARD: 0}, takes=[a_claim(STREAM)]),
    )

    stored = everything_stored(any_database)
    assert list(positions) == [row["notification_id"] for row in stored["stored_events"]]
    assert [row["session_id"] for row in stored["claims"]] == [STREAM]
    assert [(row["guard_id"], row["version"]) for row in stored["guards"]] == [(GUARD, 1)]
    assert [(command_id, max(positions))] == [(row["command_id"], row["position"]) for row in stored["requests"]]


def test_an_old_claim_goes_in_the_transaction_that_wins_the_new_one(
    any_database: str, recorder: PracticeRecorder
) -> None:
    store(recorder, STREAM, 1, takes=[a_claim(STREAM)])
    other = new_id()

    store(recorder, other, 1, takes=[a_claim(other, starts_at=AT + timedelta(hours=1))], releases=[STREAM])

    assert [other] == [row["session_id"] for row in everything_stored(any_database)["claims"]]


ONE_MOVES_A_GUARD, ONE_TAKES_THE_TIME = {"raises": {GUARD: 0}}, {"takes": [a_claim(UUID(int=300))]}


@pytest.mark.parametrize(
    ("first", "second", "refusal"),
    [
        (ONE_MOVES_A_GUARD, {"rests_on": {GUARD: 0}}, SomebodyWasFirst),
        (ONE_MOVES_A_GUARD, {"raises": {GUARD: 0}}, SomebodyWasFirst),
        (ONE_TAKES_THE_TIME, {"takes": [a_claim(STREAM, client_id=new_id())]}, SlotTaken),
        (ONE_TAKES_THE_TIME, {"takes": [a_claim(STREAM, therapist_id=new_id())]}, ClientBusy),
        ({"request": a_request()}, {"request": a_request()}, RequestRepeated),
        ({"request": a_request()}, {"request": a_request(fingerprint=b"another body")}, RequestDiffers),
    ],
    ids=["guard moved under a booking", "guard moved twice", "slot taken", "client busy", "repeated", "differs"],
)
def test_a_clash_leaves_nothing_behind(
    any_database: str,
    recorder: PracticeRecorder,
    first: dict[str, object],
    second: dict[str, object],
    refusal: type[Exception],
) -> None:
    store(recorder, UUID(int=300), 1, **first)
    before = everything_stored(any_database)
    beside = {
        "takes": [a_claim(STREAM, therapist_id=UUID(int=8), client_id=UUID(int=9))],
        "raises": {UUID(int=201): 0},
        "request": a_request(key="key-2"),
        "sealed": [Sealed(PERSON, "name", "Ada")],
    }

    with pytest.raises(refusal):
        store(recorder, STREAM, 1, **{**beside, **second})

    assert before == everything_stored(any_database)


@pytest.mark.parametrize(("body", "said"), [(b"body", RequestRepeated), (b"another body", RequestDiffers)])
@pytest.mark.parametrize(
    ("clash", "refusal"),
    [
        ({"raises": {GUARD: 0}}, SomebodyWasFirst),
        ({"takes": [a_claim(STREAM, client_id=new_id())]}, SlotTaken),
        ({"takes": [a_claim(STREAM, therapist_id=new_id())]}, ClientBusy),
    ],
    ids=["guard moved", "slot taken", "client busy"],
)
def test_a_repeated_request_is_told_so_though_what_the_first_one_did_is_in_its_way(
    recorder: PracticeRecorder, clash: dict[str, object], refusal: type[Exception], body: bytes, said: type[Exception]
) -> None:
    first = UUID(int=300)
    store(recorder, first, 1, request=a_request(), raises={GUARD: 0}, takes=[a_claim(first)])

    with pytest.raises(said):
        store(recorder, STREAM, 1, request=a_request(fingerprint=body), **clash)
    with pytest.raises(refusal):
        store(recorder, STREAM, 1, request=a_request(key="key-2", fingerprint=body), **clash)


def test_a_repeated_request_that_changes_the_same_stream_is_told_so(recorder: PracticeRecorder) -> None:
    store(recorder, STREAM, 1, request=a_request())

    with pytest.raises(RequestRepeated):
        store(recorder, STREAM, 1, request=a_request())


def test_the_second_of_two_appends_to_one_version_is_told_that_somebody_was_first(
    any_database: str, recorder: PracticeRecorder
) -> None:
    store(recorder, STREAM, 1)
    before = everything_stored(any_database)

    with pytest.raises(SomebodyWasFirst):
        store(recorder, STREAM, 1, takes=[a_claim(STREAM)], raises={GUARD: 0})

    assert before == everything_stored(any_database)


def test_a_gap_in_a_stream_is_refused(any_database: str, recorder: PracticeRecorder) -> None:
    store(recorder, STREAM, 1)

    with pytest.raises(SomebodyWasFirst):
        store(recorder, STREAM, 3)

    assert [row["originator_version"] for row in everything_stored(any_database)["stored_events"]] == [1]


def test_two_commands_that_want_the_very_same_bytes_are_told_apart(recorder: PracticeRecorder) -> None:
    def same_words(command_id: UUID) -> list[int]:
        stored = some_events(STREAM, 1, command_id=command_id, text="the same")
        return list(recorder.insert_events(stored, alongside=with_(command_id)))

    same_words(new_id())

    with pytest.raises(SomebodyWasFirst):
        same_words(new_id())


def test_a_twin_of_a_running_request_is_refused_at_once(recorder: PracticeRecorder) -> None:
    request = a_request()
    name = f"{request.person_id} {request.route} {request.key}"
    with recorder.datastore.get_connection() as running, running.transaction():
        running.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])

        with pytest.raises(RequestInFlight):
            store(recorder, STREAM, 1, request=request)


def test_a_booking_that_rests_on_a_guard_nobody_has_raised_yet_waits_for_the_first_who_does(
    any_database: str, recorder: PracticeRecorder
) -> None:
    with recorder.datastore.get_connection() as raising, ThreadPoolExecutor(1) as other:
        command_id = new_id()
        raising.execute("begin")
        append(raising, [an_event(UUID(int=301), command_id=command_id)], with_(command_id, raises={GUARD: 0}))
        booking = other.submit(store, recorder, STREAM, 1, rests_on={GUARD: 0})
        wait_until_somebody_waits(any_database)
        raising.execute("commit")

        with pytest.raises(SomebodyWasFirst):
            booking.result(timeout=10)


def test_bookings_of_one_therapist_run_side_by_side(recorder: PracticeRecorder) -> None:
    store(recorder, UUID(int=301), 1, raises={GUARD: 0})
    with recorder.datastore.get_connection() as one, one.transaction():
        command_id = new_id()
        append(one, [an_event(UUID(int=302), command_id=command_id)], with_(command_id, rests_on={GUARD: 1}))

        with ThreadPoolExecutor(1) as other:
            positions = other.submit(store, recorder, STREAM, 1, rests_on={GUARD: 1}).result(timeout=10)

    assert len(positions) == 1


# --- tamper evidence ----------------------------------------------------------------------------------------------


def broken_links(conninfo: str) -> list[tuple[UUID, int]]:
    """Compute every stream's chain anew; return the places where it does not hold."""
    before: dict[UUID, bytes] = {}
    versions: dict[UUID, int] = {}
    broken = []
    for row in rows_of(conninfo, "select * from stored_events order by originator_id, originator_version"):
        stream_id, version, topic = row["originator_id"], row["originator_version"], row["topic"].encode()
        link = before.get(stream_id, b"") + stream_id.bytes + version.to_bytes(8, "big")
        link += len(topic).to_bytes(4, "big") + topic + bytes(row["state"])
        whole = hashlib.sha256(link).digest() == bytes(row["hash"]) and version == versions.get(stream_id, 0) + 1
        broken += [] if whole else [(stream_id, version)]
        before[stream_id], versions[stream_id] = bytes(row["hash"]), version
    return broken


def test_each_event_is_chained_to_the_one_before_also_within_one_append(
    any_database: str, recorder: PracticeRecorder
) -> None:
    other, command_id = UUID(int=101), new_id()

    store(recorder, STREAM, 1, 2, 3)
    mixed = [*some_events(other, 1, command_id=command_id), *some_events(STREAM, 4, 5, command_id=command_id)]
    recorder.insert_events(mixed, alongside=with_(command_id))

    assert broken_links(any_database) == []
    assert len({bytes(row["hash"]) for row in everything_stored(any_database)["stored_events"]}) == 6


@pytest.mark.parametrize(
    ("tampering", "found_at"),
    [
        ("update stored_events set state = 'changed' where originator_version = 2", 2),
        ("update stored_events set topic = 'session.cancelled' where originator_version = 2", 2),
        ("delete from stored_events where originator_version = 2", 3),
        ("delete from stored_events where originator_version = 1", 2),
    ],
    ids=["changed", "renamed", "removed", "first removed"],
)
def test_what_the_owner_changes_is_found_by_computing_the_chain_anew(
    any_database: str, recorder: PracticeRecorder, tampering: str, found_at: int
) -> None:
    store(recorder, STREAM, 1, 2, 3)

    as_owner(any_database, tampering)

    assert (STREAM, found_at) in broken_links(any_database)


@pytest.mark.parametrize(
    "statement",
    [
        "update stored_events set state = ''",
        "delete from stored_events",
        "truncate stored_events",
        "alter table stored_events disable trigger chain_event",
        "drop table stored_events",
        "update log_base set base = 1",
        "update practice_clock set shift = '1 day'",
        "update requests set position = 0",
        "update claims set therapist_id = client_id",
    ],
)
def test_the_application_cannot_change_what_is_stored(recorder: PracticeRecorder, statement: str) -> None:
    store(recorder, STREAM, 1)

    with pytest.raises(ProgrammingError) as refused, recorder.datastore.get_connection() as conn:
        conn.execute(statement.encode())

    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege)


def test_a_service_cannot_move_the_practices_clock(recorder: PracticeRecorder) -> None:
    with pytest.raises(ProgrammingError):
        PracticeClock(recorder.datastore).advance(timedelta(days=1))


def test_tables_are_made_by_migrations_alone(recorder: PracticeRecorder) -> None:
    with pytest.raises(PermissionError):
        recorder.create_table()
