"""The account that the server runs as, and how a child process is started as that account.

PostgreSQL refuses to run as root. When the diary runs as root, the server gets a number of its own, so that no other
service shares its files. It reaches its folder by an open file descriptor (/proc/self/fd/N): the folders above, such
as a closed home, need not let it pass, and nobody's permissions are changed.
"""

from __future__ import annotations

import errno
import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.postgres.embedded.errors import CannotDropPrivileges

# Between the ranges that Debian and systemd hand out, and inside the 65,536 numbers that a container usually has.
SERVER_UID = 60946
_DROP_ERRORS = (errno.EPERM, errno.EINVAL)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Numbers of the server's account; `dropped` says that we are root and a child must change to it."""

    uid: int
    gid: int
    dropped: bool


def account_for(data: Path) -> Account:
    """Our own account; as root, the owner of the data or, before there are any, the server's own number."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), dropped=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid, dropped=True)
    return Account(uid=SERVER_UID, gid=SERVER_UID, dropped=True)


def account_for_making(account: Account) -> Account:
    """initdb insists on an account with a name; as root, `nobody` makes the cluster, which is given away after."""
    if not account.dropped:
        return account
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotDropPrivileges("There is no account named nobody.") from error
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid, dropped=True)


def spawn(account: Account, command: list[str], **options: Any) -> subprocess.Popen[str]:
    """Start a command as the account, in a session of its own so that Ctrl-C in a terminal reaches only us."""
    if account.dropped:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        return subprocess.Popen(  # noqa: S603 - the command is ours and no shell reads it
            command, stdin=subprocess.DEVNULL, text=True, start_new_session=True, cwd="/", env=_plain_env(), **options
        )
    except OSError as error:
        if account.dropped and error.errno in _DROP_ERRORS:
            raise CannotDropPrivileges from error
        raise


def _plain_env() -> dict[str, str]:
    """PG* variables, the locale and the zone of the caller's shell must not change the server."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": os.defpath, "LC_ALL": "C", **kept}


@contextmanager
def reachable(account: Account, folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The folder's name as a child under this account can open it, and the descriptors that it must inherit."""
    if not account.dropped or not Path("/proc/self/fd").exists():
        yield str(folder), ()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


def give(account: Account, descriptor: int) -> None:
    """Make the account the owner of an open file, when we are root."""
    if account.dropped:
        os.fchown(descriptor, account.uid, account.gid)


def give_tree(account: Account, folder: Path) -> None:
    """Make the account the owner of a folder and all in it, following no link; the folder itself is the last."""
    for _, folders, files, descriptor in os.fwalk(folder, topdown=False):
        for name in (*folders, *files):
            os.chown(name, account.uid, account.gid, dir_fd=descriptor, follow_symlinks=False)
        os.fchown(descriptor, account.uid, account.gid)
