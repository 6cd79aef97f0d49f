"""Making the tables: from nothing, again, from many places at once, and after a restore into a new cluster."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from adapters.postgres.migrate import LogAheadOfCounter, NotMigrated, check_migrated, lift_log_base, migrate, migrations
from projections.catalogue import VIEWS
from tests.adapters.stored import a_recorder, as_owner, rows_of, store

PROJECT = Path(__file__).parents[2]
PROCESSES = 6
MIGRATE = """
import sys
from adapters.postgres.migrate import migrate
from projections.catalogue import VIEWS
print("ready", flush=True)
sys.stdin.readline()
print(len(migrate(sys.argv[1], VIEWS)))
"""
FAR_AHEAD = """
insert into stored_events (originator_id, originator_version, topic, state, notification_id, hash)
values (%s, 1, 'session.booked', '', ((pg_current_xact_id()::text::bigint + 1000000) << 20) + 7, '')
"""


def test_everything_is_made_from_nothing_and_the_second_time_nothing(empty_database: str) -> None:
    first, second = migrate(empty_database, VIEWS), migrate(empty_database, VIEWS)

    files = ["0001_practice.sql", "0002_external_busy.sql", "0003_work_waiting_since.sql", "0004_held_guards.sql"]
    assert [*files, *(f"view {v.name} {v.version}" for v in VIEWS), "dramatiq's tables"] == first
    assert second == []
    check_migrated(empty_database, VIEWS)


def test_six_processes_may_migrate_at_once(empty_database: str) -> None:
    command = [sys.executable, "-c", MIGRATE, empty_database]
    started = [
        subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    ready = [process.stdout.readline() for process in started if process.stdout is not None]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()

    did = sorted(process.communicate(timeout=60)[0].strip() for process in started)

    assert ready == ["ready\n"] * PROCESSES
    assert ["0"] * (PROCESSES - 1) + [str(len(VIEWS) + len(list(migrations())) + 1)] == did
    check_migrated(empty_database, VIEWS)


def test_the_application_works_on_what_was_made_and_owns_none_of_it(empty_database: str) -> None:
    migrate(empty_database, VIEWS)

    owned = rows_of(empty_database, "select relname from pg_class where relowner = 'diary_app'::regrole")

    assert owned == []


def test_a_database_of_an_earlier_version_is_brought_to_this_one_and_keeps_its_log(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *later = migrations()
    with monkeypatch.context() as earlier:
        earlier.setattr("adapters.postgres.migrate.migrations", lambda: iter([first]))
        migrate(empty_database, VIEWS)
    recorder = a_recorder(empty_database, pool_size=2)
    store(recorder, UUID(int=2), 1)
    recorder.datastore.close()
    with pytest.raises(NotMigrated):
        check_migrated(empty_database, VIEWS)

    done = migrate(empty_database, VIEWS)

    assert [migration.name for migration in later] == done
    assert len(rows_of(empty_database, "select from stored_events")) == 1
    check_migrated(empty_database, VIEWS)


def test_a_fresh_database_is_not_migrated(empty_database: str) -> None:
    with pytest.raises(NotMigrated):
        check_migrated(empty_database, VIEWS)


def test_a_database_without_one_of_the_views_is_not_migrated(database: str) -> None:
    as_owner(database, "delete from view_positions where view = 'calendar'")

    with pytest.raises(NotMigrated):
        check_migrated(database, VIEWS)


def test_a_log_restored_into_a_new_cluster_is_refused_until_its_base_is_lifted(database: str) -> None:
    as_owner(database, FAR_AHEAD, UUID(int=1))

    with pytest.raises(LogAheadOfCounter):
        check_migrated(database, VIEWS)
    lift_log_base(database)

    check_migrated(database, VIEWS)
    assert lift_log_base(database) == 0


def test_after_the_lift_new_events_come_last_and_readers_see_all_of_them(database: str) -> None:
    as_owner(database, FAR_AHEAD, UUID(int=1))
    lift_log_base(database)
    recorder = a_recorder(database, pool_size=2)

    [position] = store(recorder, UUID(int=2), 1)

    seen: list[int] = []
    while len(seen) < 2:  # another database's transaction may hold the horizon back for a moment
        seen = [n.id for n in recorder.select_notifications(0, 10)]
    assert seen[0] < position == seen[1]
    recorder.datastore.close()
