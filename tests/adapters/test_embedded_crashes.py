"""The embedded PostgreSQL starts again whatever was killed, and touches nothing that is not its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.embedded import (
    EmbeddedPostgres,
    FolderInUse,
    ServerOptions,
)
from adapters.postgres.embedded.account import account_for
from adapters.postgres.embedded.locks import SOCKET_NAME
from tests.adapters.embedded_support import (
    OWNER,
    PATIENCE_SECONDS,
    QUICK,
    WE_ARE_ROOT,
    alive,
    ask,
    killed_owner,
    may_look_into,
    script,
    socket_of,
    store_fact,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "database"


@pytest.fixture
def innocent() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server's own account that has nothing to do with us, nor with any diary."""
    account = {"user": account_for(Path("/nowhere")).uid} if WE_ARE_ROOT else {}
    with subprocess.Popen(["sleep", "60"], **account) as process:  # type: ignore[call-overload]
        yield process
        process.kill()


def test_a_forked_child_neither_stops_the_server_nor_keeps_the_folder(folder: Path) -> None:
    server = EmbeddedPostgres(folder, options=QUICK)
    server.start()
    child = os.fork()
    if child == 0:
        server.stop()
        time.sleep(PATIENCE_SECONDS)
        os._exit(0)

    answer = ask(server, "SELECT 1")
    server.stop()
    with EmbeddedPostgres(folder, options=QUICK) as again:
        answer_again = ask(again, "SELECT 2")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    assert (answer, answer_again) == (1, 2)


def test_the_server_that_a_killed_owner_left_is_replaced_and_loses_nothing(folder: Path) -> None:
    orphan_pid = killed_owner(folder)
    assert alive(orphan_pid)

    with EmbeddedPostgres(folder, options=QUICK) as server:
        answer = ask(server, "SELECT word FROM fact")

    assert (answer, alive(orphan_pid)) == ("kept", False)


def test_a_folder_removed_under_a_living_server_is_made_anew(folder: Path) -> None:
    orphan_pid = killed_owner(folder)
    shutil.rmtree(folder)

    with EmbeddedPostgres(folder, options=QUICK) as server:
        answer = ask(server, "SELECT count(*) FROM pg_class WHERE relname = 'fact'")

    assert (answer, alive(orphan_pid)) == (0, False)


def test_a_folder_moved_under_a_living_server_is_still_its_own(tmp_path: Path) -> None:
    """Where root may not look into other processes (a container), it is refused, and ends with its old path."""
    orphan_pid = killed_owner(tmp_path / "before")
    old_server = EmbeddedPostgres(tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    moved = EmbeddedPostgres(tmp_path / "after", options=ServerOptions(stop_timeout_seconds=5))

    if may_look_into(orphan_pid):
        with moved:
            answer = ask(moved, "SELECT word FROM fact")
        assert (answer, alive(orphan_pid)) == ("kept", False)
    else:
        with pytest.raises(FolderInUse):
            moved.start()
        os.kill(orphan_pid, signal.SIGINT)
        moved.start()
        moved.stop()
    socket_of(old_server).rmdir()


def test_the_server_of_a_folder_is_not_touched_by_a_copy_of_the_folder(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "one", options=QUICK) as original:
        store_fact(original)
        shutil.copytree(tmp_path / "one", tmp_path / "copy")
        with EmbeddedPostgres(tmp_path / "copy", options=QUICK) as copy:
            answers = [ask(server, "SELECT word FROM fact") for server in (original, copy)]

    assert answers == ["kept", "kept"]


def test_a_killed_server_whose_children_still_work_is_started_again(folder: Path) -> None:
    server = EmbeddedPostgres(folder, options=QUICK)
    server.start()
    store_fact(server)
    assert server._process is not None
    busy = psycopg.connect(server.conninfo())
    busy.pgconn.send_query(b"SELECT sum(i) FROM generate_series(1, 10000000) AS i")
    server._process.kill()
    server._process.wait(PATIENCE_SECONDS)
    server.stop()

    with EmbeddedPostgres(folder, options=QUICK) as again:
        answer = ask(again, "SELECT word FROM fact")
    busy.close()

    assert answer == "kept"


def test_a_stranger_who_has_the_old_process_number_is_left_alone(
    folder: Path, innocent: subprocess.Popen[bytes]
) -> None:
    with EmbeddedPostgres(folder, options=QUICK) as server:
        pid_file = server._data / "postmaster.pid"
        lines = pid_file.read_text().split("\n", 1)
        socket = socket_of(server)
    pid_file.write_text(f"{innocent.pid}\n{lines[1]}")
    socket.mkdir(mode=0o700)
    (socket / f"{SOCKET_NAME}.lock").write_text(f"{innocent.pid}\n{lines[1]}")

    with EmbeddedPostgres(folder, options=QUICK) as again:
        answer = ask(again, "SELECT 1")

    assert (answer, innocent.poll()) == (1, None)


def test_a_torn_process_file_does_not_hinder_the_start(folder: Path) -> None:
    with EmbeddedPostgres(folder, options=QUICK) as server:
        pid_file = server._data / "postmaster.pid"
    pid_file.write_bytes(b"\xff\x00")

    with EmbeddedPostgres(folder, options=QUICK) as again:
        answer = ask(again, "SELECT 1")

    assert answer == 1


def test_a_cluster_half_made_by_a_killed_owner_is_made_again(folder: Path) -> None:
    with script(OWNER, str(folder)) as owner:
        while not list(folder.glob("data.new-*/base")) and owner.poll() is None:
            time.sleep(0.002)
        owner.kill()
    half_made = list(folder.glob("data.new-*"))
    assert not (folder / "data").exists()

    with EmbeddedPostgres(folder, options=QUICK) as server:
        answer = ask(server, "SELECT 1")

    assert (len(half_made), answer) == (1, 1)
    until = time.monotonic() + 20
    while list(folder.glob("data.new-*")) and time.monotonic() < until:  # an initdb may outlive its owner for a moment
        with EmbeddedPostgres(folder, options=QUICK):
            pass
    assert not list(folder.glob("data.new-*"))


def test_a_database_not_yet_made_by_a_killed_owner_is_made_at_the_next_start(folder: Path) -> None:
    with (
        EmbeddedPostgres(folder, options=QUICK) as server,
        psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection,
    ):
        connection.execute("DROP DATABASE diary")

    with EmbeddedPostgres(folder, options=QUICK) as again:
        answer = ask(again, "SELECT current_database()")

    assert answer == "diary"
