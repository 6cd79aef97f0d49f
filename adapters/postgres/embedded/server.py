"""A PostgreSQL of our own: started, found again after a crash, and stopped, in one folder.

    with EmbeddedPostgres(Path("var/database")) as server:
        psycopg.connect(server.conninfo())

In the folder: `data` (the cluster), `server.log`, `owner.lock`, `server.lock`. It listens on a unix socket only.
Its owner holds the folder by a lock that the kernel releases whatever way the owner dies; the next owner stops the
server that a killed one left, and starts its own.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from adapters.postgres.embedded.account import Account, account_for, reachable, spawn
from adapters.postgres.embedded.binaries import Install, reachable_install
from adapters.postgres.embedded.cluster import SUPERUSER, ensure_cluster
from adapters.postgres.embedded.errors import (
    FolderUnusable,
    ServerDidNotStart,
)
from adapters.postgres.embedded.locks import (
    PORT,
    lock_folder,
    lock_for_server,
    lock_socket_folder,
    release,
    remove_socket_folder,
    socket_folder,
)
from adapters.postgres.embedded.log import BoundedLog
from adapters.postgres.embedded.options import ServerOptions
from adapters.postgres.embedded.process import remove_leftovers, stop_orphan, stop_server

DATABASE = "diary"
_CONNECT_TIMEOUT_SECONDS = 5
_POLL_SECONDS = 0.02
_DEFAULT_OPTIONS = ServerOptions()


class EmbeddedPostgres:
    """The owner of the server of one folder, for one process; its children may connect, and do not stop it."""

    def __init__(self, folder: Path, *, options: ServerOptions = _DEFAULT_OPTIONS) -> None:
        self.folder = folder.resolve()
        self._data = self.folder / "data"
        self._options = options
        self._log = BoundedLog(self.folder / "server.log", limit_bytes=options.log_limit_bytes)
        self._process: subprocess.Popen[str] | None = None
        self._locks: list[int] = []
        self._held_socket: Path | None = None
        self._owner_pid = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server, making the cluster and its database the first time; returns when it takes connections.

        Raises FolderInUse when another process, or another object of this one, has the folder, and the other refusals
        of this module.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            account = account_for(self._data)
            lock = lock_folder(self.folder, account=account)
        except OSError as error:
            raise _unusable(error) from error
        self._locks.append(lock)
        self._owner_pid = os.getpid()
        atexit.register(self.stop)
        try:
            self._bring_up(account)
        except OSError as error:
            self.stop()
            raise _unusable(error) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, fast, then immediately, and let the folder go; nothing happens when asked twice or in a
        child that was forked. Raises ServerWillNotStop."""
        if self._owner_pid != os.getpid():
            return
        process, self._process = self._process, None
        try:
            if process is not None:
                stop_server(
                    process.pid,
                    gone=lambda: process.poll() is not None,
                    timeout_seconds=self._options.stop_timeout_seconds,
                )
            if self._held_socket is not None:
                remove_socket_folder(self._held_socket)
        finally:
            self._let_go()

    def running(self) -> bool:
        """Whether the server that this object started lives."""
        return self._process is not None and self._process.poll() is None

    def conninfo(self, dbname: str = DATABASE, *, user: str = SUPERUSER) -> str:
        """A libpq address for any process of this account, also before the start and in other processes."""
        host = quote(str(self._socket(account_for(self._data))), safe="")
        return f"postgresql://{quote(user, safe='')}@/{quote(dbname, safe='')}?host={host}&port={PORT}"

    def _socket(self, account: Account) -> Path:
        return socket_folder(self.folder, account=account, parent=self._options.socket_parent)

    def _bring_up(self, account: Account) -> None:
        socket = self._socket(account)
        self._locks.append(lock_socket_folder(socket, account=account))
        stop_orphan(self._data, socket=socket, timeout_seconds=self._options.stop_timeout_seconds)
        patience_seconds = self._options.stop_timeout_seconds
        server_lock = lock_for_server(self.folder, account=account, timeout_seconds=patience_seconds)
        self._held_socket = socket
        try:
            remove_leftovers(self._data, socket=socket)
            install = reachable_install(account)
            ensure_cluster(self._data, account=account, install=install)
            log_start_bytes = self._launch(account, install=install, socket=socket, server_lock=server_lock)
        finally:
            os.close(server_lock)
        self._wait_until_ready(log_start_bytes)
        self._log.keep_small()

    def _launch(self, account: Account, *, install: Install, socket: Path, server_lock: int) -> int:
        """Start the process; gives where its words begin in the log, in bytes."""
        log = self._log.open_for_server(account)
        log_start_bytes = self._log.size_bytes()
        try:
            with reachable(account, self._data) as (name, descriptors):
                command = [str(install.bin / "postgres"), "-D", name, *self._options.command_line(socket)]
                self._process = spawn(account, command, pass_fds=(*descriptors, server_lock), stdout=log, stderr=log)
        finally:
            os.close(log)
        return log_start_bytes

    def _wait_until_ready(self, log_start_bytes: int) -> None:
        """Until the first connection; raises ServerDidNotStart when the server ends or the time does."""
        deadline = time.monotonic() + self._options.start_timeout_seconds
        while self.running():
            try:
                self._ensure_database()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    seconds = self._options.start_timeout_seconds
                    raise ServerDidNotStart(f"It took no connection within {seconds:g} seconds: {error}") from error
            time.sleep(_POLL_SECONDS)
        raise ServerDidNotStart(f"The end of {self.folder / 'server.log'}: {self._log.since(log_start_bytes)}")

    def _ensure_database(self) -> None:
        """At each start, for an owner may be killed between making the cluster and making the database."""
        address = self.conninfo("postgres")
        with psycopg.connect(address, connect_timeout=_CONNECT_TIMEOUT_SECONDS, autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _let_go(self) -> None:
        self._log.close()
        self._held_socket = None
        atexit.unregister(self.stop)
        while self._locks:
            release(self._locks.pop())
        self._owner_pid = 0


def _unusable(error: OSError) -> FolderUnusable:
    """Which of the many things that can be wrong with a folder it is, only the system's own words say."""
    return FolderUnusable(f"Set DIARY_FOLDER to one that can be made and written: {error}")
