"""Locks that the kernel releases when their owner dies, and the short folder for the server's socket."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import time
from pathlib import Path

from adapters.postgres.embedded.account import Account, give
from adapters.postgres.embedded.errors import FolderInUse, SocketFolderNotOurs

PORT = 5432  # Only a part of the socket's file name: nothing listens on the network.
SOCKET_NAME = f".s.PGSQL.{PORT}"
_POLL_SECONDS = 0.05


def lock_folder(folder: Path, *, account: Account) -> int:
    """Hold the folder for this process's life by a lock on its file `owner.lock`; raises FolderInUse."""
    descriptor = os.open(folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    return _held(descriptor, folder, account=account)


def lock_for_server(folder: Path, *, account: Account, timeout_seconds: float) -> int:
    """A lock on `server.lock` that the server and its children inherit, and so hold until the last of them has ended.

    Waits for those of an earlier server. It sees what process numbers cannot: a server in another container that
    shares the folder. Raises FolderInUse.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        descriptor = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            return _held(descriptor, folder, account=account)
        except FolderInUse:
            if time.monotonic() > deadline:
                raise
        time.sleep(_POLL_SECONDS)


def socket_folder(folder: Path, *, account: Account, parent: Path) -> Path:
    """A name that fits into the 107 bytes of a socket's path however deep the data lie, and differs for each folder."""
    return parent / f"diary-postgres-{account.uid}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


def lock_socket_folder(path: Path, *, account: Account) -> int:
    """Make and hold the socket's folder. In a place where everybody may write, one made by somebody else or open to
    others is refused; a cleaner of old files leaves a locked folder alone."""
    path.mkdir(mode=0o700, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise SocketFolderNotOurs(str(path)) from error
    found = os.fstat(descriptor)
    if found.st_uid not in (account.uid, os.geteuid()) or stat.S_IMODE(found.st_mode) & 0o077:
        os.close(descriptor)
        raise SocketFolderNotOurs(str(path))
    return _held(descriptor, path, account=account)


def remove_socket_folder(path: Path) -> None:
    """Remove it and what a server that was killed left in it; the caller holds it."""
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        path.joinpath(name).unlink(missing_ok=True)
    path.rmdir()


def release(descriptor: int) -> None:
    """Unlock before closing: a forked child shares the descriptor and would go on holding the lock."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _held(descriptor: int, path: Path, *, account: Account) -> int:
    """The descriptor, locked and given to the account; closed when that fails."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        give(account, descriptor)
    except BlockingIOError as error:
        os.close(descriptor)
        raise FolderInUse(str(path)) from error
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
