"""Which process is the server of a folder, and how it is stopped. A process that is not is never touched."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from adapters.postgres.embedded.errors import ServerWillNotStop
from adapters.postgres.embedded.locks import SOCKET_NAME

_IMMEDIATE_STOP_SECONDS = 15  # The server itself kills what does not end within five.
_POLL_SECONDS = 0.02
_PS_TIMEOUT_SECONDS = 10


def stop_orphan(data: Path, *, socket: Path, timeout_seconds: float) -> None:
    """Stop the server that a killed owner left; the caller holds the folder's lock, so no living owner stands behind.

    A lock file may name a number that another process has by now: that one is left alone. Raises ServerWillNotStop.
    """
    for pid in {named for file in _lock_files(data, socket) if (named := _named_pid(file))}:
        stop_server(pid, gone=partial(_is_gone, pid, data, socket), timeout_seconds=timeout_seconds)


def remove_leftovers(data: Path, *, socket: Path) -> None:
    """Remove the lock files of a server that is known to be gone: it would not start while their number is in use."""
    for leftover in (*_lock_files(data, socket), socket / SOCKET_NAME):
        leftover.unlink(missing_ok=True)


def _lock_files(data: Path, socket: Path) -> tuple[Path, Path]:
    return data / "postmaster.pid", socket / f"{SOCKET_NAME}.lock"


def stop_server(pid: int, *, gone: Callable[[], bool], timeout_seconds: float) -> None:
    """Fast shutdown, then immediate: never SIGKILL, which would leave the server's children behind."""
    for order, patience_seconds in ((signal.SIGINT, timeout_seconds), (signal.SIGQUIT, _IMMEDIATE_STOP_SECONDS)):
        if gone():
            return
        try:
            os.kill(pid, order)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise ServerWillNotStop(f"Its process {pid} belongs to another account.") from error
        if _becomes(gone, within_seconds=patience_seconds):
            return
    raise ServerWillNotStop(f"Its process is {pid}.")


def _becomes(condition: Callable[[], bool], *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _named_pid(lock_file: Path) -> int | None:
    """The number on the first line; None for no file, a torn one, or a number that is not a server's."""
    try:
        first, _, _ = lock_file.read_text(errors="replace").partition("\n")
    except FileNotFoundError:
        return None
    return int(first) if first.isascii() and first.isdecimal() and int(first) > 1 else None


def _is_gone(pid: int, data: Path, socket: Path) -> bool:
    return not _is_server(pid, data, socket)


def _is_server(pid: int, data: Path, socket: Path) -> bool:
    """A server works in its data folder, also after a move, and carries its socket's folder among its arguments; in a
    container root may read only the latter."""
    arguments = _command_line(pid)
    if not any(Path(argument).name == "postgres" for argument in arguments):
        return False
    return any(str(socket) in argument for argument in arguments) or _works_in(pid, data)


def _works_in(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:  # The process ended, or its folder is not ours to read: not known to be the server.
        return False


def _command_line(pid: int) -> list[str]:
    """The arguments of a process; empty for none, and for one that has ended and waits for its parent."""
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
        except OSError:  # It ended between the look and the read.
            return []
    shown = subprocess.run(  # noqa: S603 - the pid is a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_PS_TIMEOUT_SECONDS,
    )
    return shown.stdout.split()
