"""Work: every piece once, whoever dies, whatever the broker forgets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from adapters.bootstrap import Service
from adapters.postgres.work import FAILURES_LIMIT, LEASE_SECONDS, LONGEST_PAUSE_SECONDS, Lease, WorkTable
from projections.catalogue import VIEWS
from tests.adapters.stored import as_owner, rows_of
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_client, a_therapist
from tests.workers.story import do_what_is_due
from tests.workers.test_follower import eventually
from workers.actors import run
from workers.follower import catch_up
from workers.main import work
from workers.relay import relay_once

LEASE_ENDS = "update work set lease_until = now() - interval '1 second', sent_at = now() - interval '1 minute'"
HINT_LOST = "update work set sent_at = now() - interval '1 minute' where state = 'ready'"
PAUSE_ENDS = "update work set retry_at = 'epoch'"

KEEP_MESSAGES = """
create table kept_messages as select * from dramatiq.queue with no data;
grant insert on kept_messages to diary_app;
create function keep_message() returns trigger language plpgsql as
    $$ begin insert into public.kept_messages select new.*; return new; end $$;
create trigger keep_message after insert or update on dramatiq.queue for each row execute function keep_message();
"""


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


@pytest.fixture
def table(service: Service) -> WorkTable:
    return service.work


def some_work(conninfo: str, *, pieces: int = 1, due_in: timedelta = timedelta()) -> list[str]:
    """Put pieces of work into the table; return their ids."""
    ids = [f"observe_intent:{n}" for n in range(pieces)]
    for work_id in ids:
        as_owner(
            conninfo,
            "insert into work (work_id, kind, subject, due_at, correlation_id)"
            " values (%s, 'observe_intent', 'pi_1', practice_now() + %s, %s)",
            work_id,
            due_in,
            UUID(int=1),
        )
    return ids


def state_of(conninfo: str) -> list[tuple[str, int, str | None]]:
    rows = rows_of(conninfo, "select state, attempts, last_error from work order by work_id")
    return [(row["state"], row["attempts"], row["last_error"]) for row in rows]


def lease(table: WorkTable, work_id: str) -> Lease:
    taken = table.lease(work_id)
    assert taken is not None, f"{work_id} is not to be had"
    return taken


def test_what_is_due_is_sent_once(database: str, table: WorkTable) -> None:
    ids = some_work(database, pieces=3)
    sent: list[str] = []

    counts = [relay_once(table, lambda work_id, _: sent.append(work_id)) for _ in range(3)]

    assert counts == [3, 0, 0]
    assert ids == sorted(sent)


def test_what_is_not_due_yet_is_neither_sent_nor_leased(
    database: str, table: WorkTable, advance: Callable[[timedelta], None]
) -> None:
    [work_id] = some_work(database, due_in=timedelta(hours=1))
    early = (table.take_due(), table.lease(work_id))

    advance(timedelta(hours=1))

    assert early == ([], None)
    assert [(work_id, "observe_intent")] == table.take_due()


def test_no_more_is_sent_than_may_be_outstanding(database: str, table: WorkTable) -> None:
    as_owner(
        database,
        "insert into work (work_id, kind, subject, due_at, correlation_id)"
        " select 'w' || n, 'observe_intent', 'pi', now(), gen_random_uuid() from generate_series(1, 250) n",
    )

    sent = [len(table.take_due()), len(table.take_due())]
    lease(table, rows_of(database, "select work_id from work where sent_at is not null limit 1")[0]["work_id"])

    assert [*sent, len(table.take_due())] == [200, 0, 1]


def test_a_lease_is_given_to_one_alone(database: str, table: WorkTable) -> None:
    [work_id] = some_work(database)

    assert lease(table, work_id).attempts == 1
    assert table.lease(work_id) is None


def test_a_lease_that_has_ended_is_sent_again_and_its_former_holder_can_close_nothing(
    database: str, table: WorkTable
) -> None:
    [work_id] = some_work(database)
    table.take_due()
    zombie = lease(table, work_id)
    as_owner(database, LEASE_ENDS)

    sent_again = table.take_due()
    heir = lease(table, work_id)
    of_the_zombie = (table.close(zombie), table.put_back(zombie, code="zombie"))

    assert [(work_id, "observe_intent")] == sent_again
    assert of_the_zombie == (False, None)
    assert state_of(database) == [("leased", 2, None)]
    assert table.close(heir)
    assert not table.close(heir)
    assert table.lease(work_id) is None


def test_a_lease_lasts_as_long_as_it_is_told(database: str, service: Service) -> None:
    ids = some_work(database, pieces=2)
    lease(service.work, ids[0])
    lease(WorkTable(service.datastore, lease_seconds=0.0), ids[1])

    assert service.work.lease(ids[0]) is None
    assert lease(service.work, ids[1]).fence == 2
    left = rows_of(database, "select extract(epoch from lease_until - now()) as seconds from work order by work_id")
    assert all(0 < row["seconds"] <= LEASE_SECONDS for row in left)


def test_what_is_put_back_waits_longer_each_time_and_is_parked_in_the_end(database: str, table: WorkTable) -> None:
    [work_id] = some_work(database)
    pauses, states = [], []
    for _ in range(FAILURES_LIMIT):
        states.append(table.put_back(lease(table, work_id), code="why"))
        [row] = rows_of(database, "select extract(epoch from retry_at - now()) as pause from work")
        pauses.append(round(float(row["pause"]), 1))
        if states[-1] == "ready":
            assert table.lease(work_id) is None
            as_owner(database, PAUSE_ENDS)

    assert [*["ready"] * (FAILURES_LIMIT - 1), "parked"] == states
    assert sorted(pauses) == pauses
    assert (pauses[0] <= 0.5, pauses[-1] <= LONGEST_PAUSE_SECONDS) == (True, True)
    as_owner(database, PAUSE_ENDS)
    assert table.take_due() == []
    assert table.unfinished() == {"parked": 1}


def test_waiting_for_an_answer_is_not_failing(database: str, table: WorkTable) -> None:
    [work_id] = some_work(database)
    for _ in range(FAILURES_LIMIT * 2):
        assert table.wait(lease(table, work_id), code="provider_unsure") == "ready"
        as_owner(database, PAUSE_ENDS)

    as_owner(database, "update work set waiting_since = waiting_since - interval '31 days'")
    state = table.wait(lease(table, work_id), code="provider_unsure")

    assert (state, table.parked(10)) == ("parked", [(work_id, "provider_unsure")])


def test_work_that_was_made_long_before_it_is_due_has_not_waited_yet(database: str, table: WorkTable) -> None:
    [work_id] = some_work(database)
    as_owner(database, "update work set created_at = created_at - interval '200 days'")

    assert [table.wait(lease(table, work_id), code="provider_unsure")] == ["ready"]


def test_parked_work_is_tried_anew_when_somebody_says_so(database: str, table: WorkTable) -> None:
    [work_id] = some_work(database)
    as_owner(database, "update work set state = 'parked', attempts = 20, last_error = 'why'")

    taken = table.unpark([work_id, "nothing:like:it"])

    assert (taken, table.parked(10), lease(table, work_id).attempts) == ([work_id], [], 1)


def test_what_kills_its_worker_every_time_is_parked_too_and_told_of(database: str, table: WorkTable) -> None:
    some_work(database)
    as_owner(database, "update work set state = 'leased', attempts = %s", FAILURES_LIMIT)
    as_owner(database, LEASE_ENDS)

    with capture_logs() as told:
        relay_once(table, lambda *_: None)

    assert [(entry["event"], entry["error"]) for entry in told] == [("work parked", "lost")]
    assert state_of(database) == [("parked", FAILURES_LIMIT, "lost")]


def test_a_refused_errand_keeps_a_code_and_nothing_personal(
    seeded: Seeded, database: str, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("Ada Client, ada@example.org")

    monkeypatch.setattr(gateway, "create_intent", fail)
    seeded.book(a_client(seeded), seeded.full_hour(days=3))

    with capture_logs() as told:
        do_what_is_due(seeded)

    [failed] = rows_of(database, "select * from work where kind = 'charge'")
    assert (failed["state"], failed["last_error"], failed["attempts"]) == ("ready", "RuntimeError", 1)
    assert "Ada" not in str(failed) + str(told)


def test_the_same_event_taken_in_again_adds_no_work(service: Service, seeded: Seeded, database: str) -> None:
    seeded.book(a_client(seeded), seeded.full_hour(days=3))
    do_what_is_due(seeded)
    before = state_of(database)
    as_owner(database, "update view_positions set position = 0 where view = 'work'")

    catch_up(service, VIEWS)

    assert before == state_of(database)


# --- the real broker ----------------------------------------------------------------------------------------------


@pytest.fixture
def working(service: Service) -> Iterator[None]:
    """A whole worker: follower, relay, and dramatiq on PostgreSQL."""
    stopping = threading.Event()
    worker = threading.Thread(target=work, args=(service, stopping))
    worker.start()
    yield
    stopping.set()
    worker.join(30)
    assert not worker.is_alive()


@pytest.mark.usefixtures("working")
def test_a_worker_takes_the_money_of_a_booking(seeded: Seeded, database: str, gateway: FakeGateway) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=3))

    eventually(lambda: seeded.told(session_id)[-1:] == ["BookingPlaced"])

    eventually(lambda: not rows_of(database, "select from work where state = 'leased'"))
    assert gateway.charged_minor == 8000
    assert [
        (row["kind"], row["state"], row["attempts"])
        for row in rows_of(database, "select * from work where due_at <= practice_now()")
    ] == [("charge", "done", 1)]


@pytest.mark.usefixtures("working")
def test_the_whole_broker_may_be_lost_and_nothing_with_it(
    seeded: Seeded, database: str, advance: Callable[[timedelta], None]
) -> None:
    client_id = a_client(seeded)
    told = []
    for n in range(4):
        session_id = seeded.book(client_id, seeded.full_hour(days=3 + n))
        as_owner(database, "truncate dramatiq.queue")
        as_owner(database, HINT_LOST)
        told.append(session_id)
    advance(timedelta(seconds=1))

    def all_placed() -> bool:
        as_owner(database, HINT_LOST)
        return all(seeded.told(session_id)[-1] == "BookingPlaced" for session_id in told)

    eventually(all_placed)
    eventually(lambda: set(state_of(database)) <= {("ready", 0, None), ("done", 1, None)})


@pytest.mark.usefixtures("working")
def test_the_brokers_rows_hold_ids_alone(
    seeded: Seeded, database: str, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("Ada Client, ada@example.org")

    as_owner(database, KEEP_MESSAGES)
    monkeypatch.setattr(gateway, "create_intent", fail)
    seeded.book(a_client(seeded), seeded.full_hour(days=3))

    eventually(lambda: any(row["attempts"] > 1 for row in rows_of(database, "select attempts from work")))

    messages = rows_of(database, "select * from kept_messages")
    assert len(messages) > 1
    assert not [word for word in ("Ada", "example.org", "Traceback", "RuntimeError") if word in str(messages)]
    assert {1} == {len(row["message"]["args"]) for row in messages}


def test_a_piece_of_work_of_an_unknown_kind_harms_nobody(database: str, service: Service) -> None:
    [work_id] = some_work(database)
    as_owner(database, "update work set kind = 'unheard_of'")

    run(service, work_id)

    assert state_of(database) == [("ready", 1, "ValueError")]
