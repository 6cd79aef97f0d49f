"""The follower: one leader a view, nothing lost by a crash or a cut, and a poison event stops its own stream only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from eventsourcing.persistence import OperationalError
from structlog.testing import capture_logs

from adapters.bootstrap import Service
from adapters.event_mapper import NewerEvent
from adapters.postgres.log import PositionMoved
from application.recorded import Logged
from domain.session.events import Booked
from projections.catalogue import VIEWS
from projections.view import Rows, View
from tests.adapters.stored import as_owner, cut_connections, rows_of
from tests.seeded import Seeded, a_client, a_therapist
from workers.follower import Follower, catch_up

PATIENCE_SECONDS = 20

DDL = "create table seen_v1 (position bigint primary key, stream_id uuid not null)"
SEE = "insert into seen_v1 (position, stream_id) values (%(position)s, %(stream_id)s)"


def see(rows: Rows, logged: Logged) -> None:
    """Write every event down: one that comes twice is an error."""
    rows.write(SEE, {"position": logged.position, "stream_id": logged.recorded.originator_id})


def a_view(conninfo: str, apply: Callable[[Rows, Logged], None] = see) -> View:
    """A view of our own, made."""
    as_owner(conninfo, DDL)
    as_owner(conninfo, "grant select, insert on seen_v1 to diary_app")
    as_owner(conninfo, "insert into view_positions (view, version, position) values ('seen', 1, 0)")
    return View(name="seen", version=1, ddl=DDL, apply=apply)


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


def seen(conninfo: str) -> list[int]:
    return [row["position"] for row in rows_of(conninfo, "select position from seen_v1 order by 1")]


def stored(conninfo: str) -> list[int]:
    return [row["p"] for row in rows_of(conninfo, "select notification_id as p from stored_events order by 1")]


def position(conninfo: str) -> int:
    [row] = rows_of(conninfo, "select position from view_positions where view = 'seen'")
    reached: int = row["position"]
    return reached


def eventually(true: Callable[[], bool]) -> None:
    patience_ends_at = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < patience_ends_at, "it did not come about"
        time.sleep(0.01)


@contextmanager
def following(follower: Follower) -> Iterator[None]:
    """Let a follower run in a thread of its own."""
    stopping = threading.Event()
    thread = threading.Thread(target=follower.run, args=(stopping,))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "a follower that is told to stop has to stop"


def test_every_event_is_taken_in_once_and_in_order(service: Service, seeded: Seeded, database: str) -> None:
    view = a_view(database)

    catch_up(service, [view])
    seeded.book(a_client(seeded), seeded.full_hour(days=3))
    catch_up(service, [view])

    assert stored(database) == seen(database)
    assert stored(database)[-1] == position(database)


def test_a_poison_event_parks_its_stream_alone_and_tells_of_it(service: Service, seeded: Seeded, database: str) -> None:
    client_id = a_client(seeded)
    poisoned, other = (seeded.book(client_id, seeded.full_hour(days=days)) for days in (3, 4))

    def choke(rows: Rows, logged: Logged) -> None:
        if logged.recorded.originator_id == poisoned and isinstance(logged.recorded.event, Booked):
            raise LookupError("Ada Client")
        see(rows, logged)

    view = a_view(database, choke)
    with capture_logs() as told:
        catch_up(service, [view])
    seeded.cancel(poisoned)
    seeded.cancel(other)
    catch_up(service, [view])

    left_out = {row["position"] for row in rows_of(database, "select position from parked_events")}
    streams = "select count(*) as n from seen_v1 where stream_id = %s"
    assert sorted(set(stored(database)) - left_out) == seen(database)
    assert [(rows_of(database, streams, session)[0]["n"],) for session in (poisoned, other)] == [(0,), (2,)]
    alarms = [(entry["event"], entry["log_level"], entry["error"]) for entry in told]
    assert alarms == [("stream parked", "error", "LookupError")]
    assert "Ada" not in str(told) + str(rows_of(database, "select * from parked_events"))


@pytest.mark.parametrize(
    "statement",
    [
        "insert into seen_v1 (position, stream_id) values (%(position)s, null)",
        "insert into nowhere_v1 values (1)",
        "select 1/0",
        "insert into seen_v1 (position, stream_id) select 0, repeat('x', 10)::uuid",
    ],
    ids=["not null", "no such table", "division", "not a uuid"],
)
def test_an_event_that_the_database_refuses_is_poison_too(
    service: Service, seeded: Seeded, database: str, statement: str
) -> None:
    poisoned = seeded.book(a_client(seeded), seeded.full_hour(days=3))

    def choke(rows: Rows, logged: Logged) -> None:
        if logged.recorded.originator_id == poisoned:
            rows.write(statement, {"position": logged.position})
        else:
            see(rows, logged)

    catch_up(service, [a_view(database, choke)])

    parked = rows_of(database, "select distinct originator_id from parked_events")
    assert [poisoned] == [row["originator_id"] for row in parked]
    assert len(stored(database)) - len(service.practice.history(poisoned)) == len(seen(database))


def test_an_unreadable_event_parks_its_stream(service: Service, database: str) -> None:
    view = a_view(database)
    unreadable = """
    insert into stored_events values
        (%s, 1, 'session.booked', '{}', (pg_current_xact_id()::text::bigint << 20) + 1, '')
    """
    as_owner(database, unreadable, UUID(int=77))

    catch_up(service, [view])

    assert [(UUID(int=77), "UnreadableEvent")] == [
        (row["originator_id"], row["error"]) for row in rows_of(database, "select * from parked_events")
    ]


def test_one_of_two_followers_leads_and_the_other_takes_over_when_it_dies(
    service: Service, seeded: Seeded, database: str
) -> None:
    view = a_view(database)
    first, second = Follower(service, [view]), Follower(service, [view])
    eventually(lambda: first.follow_once() + len(seen(database)) > 0)
    seeded.book(a_client(seeded), seeded.full_hour(days=3))
    eventually(lambda: service.log.head() == stored(database)[-1])
    moved_by_second = second.follow_once()

    dead = first._leadership._conn
    assert dead is not None
    rows_of(database, "select pg_terminate_backend(%s)", dead.info.backend_pid)
    eventually(lambda: second.follow_once() == 0 and stored(database) == seen(database))

    assert (moved_by_second, first.follow_once()) == (0, 0)
    first.close()
    second.close()


@pytest.mark.usefixtures("seeded")
def test_two_followers_who_both_believe_to_lead_do_not_write_twice(service: Service, database: str) -> None:
    view = a_view(database)
    eventually(lambda: service.log.head() == service.log.last())
    batch = service.log.after(0, 100)
    service.log.take_in(view, batch, position=0)

    with pytest.raises(PositionMoved):
        service.log.take_in(view, batch, position=0)

    assert [n.id for n in batch] == seen(database)


def test_a_follower_outlives_the_loss_of_every_connection(service: Service, seeded: Seeded, database: str) -> None:
    view = a_view(database)
    with following(Follower(service, [view])):
        eventually(lambda: stored(database) == seen(database))
        for days in (3, 4, 5):
            cut_connections(database)
            service.datastore.pool.check()
            seeded.book(a_client(seeded), seeded.full_hour(days=days))

        eventually(lambda: stored(database) == seen(database))

    assert stored(database)[-1] == position(database)


def test_rows_and_position_move_together_or_not_at_all(service: Service, seeded: Seeded, database: str) -> None:
    view = a_view(database)
    catch_up(service, [view])
    before = (seen(database), position(database))
    seeded.book(a_client(seeded), seeded.full_hour(days=3))

    def die_at_the_end(rows: Rows, logged: Logged) -> None:
        see(rows, logged)
        if logged.position == stored(database)[-1]:
            rows.read("select 1", {})
            cut_connections(database)

    dying = Follower(service, [View(name="seen", version=1, ddl=DDL, apply=die_at_the_end)])
    with pytest.raises(OperationalError):
        eventually(lambda: dying.follow_once() > 0)
    dying.close()

    service.datastore.pool.check()
    assert before == (seen(database), position(database))
    catch_up(service, [view])
    assert stored(database) == seen(database)


def test_what_a_newer_version_wrote_is_waited_for_and_not_parked(
    service: Service, seeded: Seeded, database: str
) -> None:
    view = a_view(database)
    seeded.book(a_client(seeded), seeded.full_hour(days=3))
    as_owner(database, "update stored_events set topic = 'session.of_tomorrow' where topic = 'session.booked'")

    with pytest.raises(NewerEvent):
        catch_up(service, [view])

    assert rows_of(database, "select from parked_events") == []
    as_owner(database, "update stored_events set topic = 'session.booked' where topic = 'session.of_tomorrow'")
    catch_up(service, [view])
    assert stored(database) == seen(database)


@pytest.mark.usefixtures("seeded")
def test_a_follower_that_is_told_to_stop_stops(service: Service) -> None:
    with following(Follower(service, VIEWS)):
        eventually(lambda: service.log.position(VIEWS[0]) >= service.log.last() > 0)
    before = service.log.position(VIEWS[0])
    a_therapist(service)

    assert service.log.position(VIEWS[0]) == before
