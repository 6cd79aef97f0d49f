"""What the tests of the embedded PostgreSQL share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from adapters.postgres.embedded import (
    EmbeddedPostgres,
    ServerOptions,
)
from adapters.postgres.embedded.account import account_for
from adapters.postgres.embedded.process import _command_line

PROJECT = Path(__file__).parents[2]
QUICK = ServerOptions(settings={"fsync": "off"})
PATIENCE_SECONDS = 30
WE_ARE_ROOT = os.geteuid() == 0
NOBODY_UID = 65534

# An owner in a process of its own: it stores one fact, says so, and waits to be killed.
OWNER = """
import sys, time
from pathlib import Path
import psycopg
from adapters.postgres.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
with psycopg.connect(server.conninfo()) as connection:
    connection.execute("CREATE TABLE fact AS SELECT 'kept' AS word")
print(server._process.pid, flush=True)
time.sleep(60)
"""

# Root becomes an ordinary user after everything is imported and the programs are where that user may run them, so that
# the test holds wherever the project lies.
ORDINARY_USER = """
import os, sys
from pathlib import Path
import psycopg
from adapters.postgres.embedded import binaries
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.embedded.account import Account
closed, own, uid = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
with EmbeddedPostgres(closed) as server, psycopg.connect(server.conninfo()) as connection:
    connection.execute("SELECT 1")
install = binaries.reachable_install(Account(uid=uid, gid=uid, dropped=True))
binaries._wheel_folder = lambda: install.bin.parent
os.setgroups([]); os.setgid(uid); os.setuid(uid)
with EmbeddedPostgres(own) as server:
    with psycopg.connect(server.conninfo()) as connection:
        connection.execute("CREATE TABLE fact AS SELECT 'kept' AS word")
try:
    EmbeddedPostgres(closed).start()
except Exception as refusal:
    print(type(refusal).__name__)
"""


def script(text: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", text, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def killed_owner(folder: Path) -> int:
    """The pid of the server that an owner left when it was killed."""
    with script(OWNER, str(folder)) as owner:
        assert owner.stdout is not None
        server_pid = int(owner.stdout.readline())
        owner.kill()
    return server_pid


def ask(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def store_fact(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.conninfo()) as connection:
        connection.execute("CREATE TABLE fact AS SELECT 'kept' AS word")


def alive(pid: int) -> bool:
    """Living, not only waiting for its parent to look."""
    return any(_command_line(pid))


def may_look_into(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").stat() is not None
    except OSError:
        return False


def socket_of(server: EmbeddedPostgres) -> Path:
    return server._socket(account_for(server._data))
