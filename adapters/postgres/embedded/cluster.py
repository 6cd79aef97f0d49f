"""The data folder of the server: made once and whole, never half."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from adapters.postgres.embedded.account import Account, account_for_making, give_tree, reachable, spawn
from adapters.postgres.embedded.binaries import Install
from adapters.postgres.embedded.errors import ClusterNotMade, WrongServerVersion

SUPERUSER = "postgres"
_STAGING = "data.new-"
_INITDB_TIMEOUT_SECONDS = 120
_INITDB_OPTIONS = [
    # The builtin provider sorts the same on every machine; a system library's locale changes with its release.
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale", "--encoding=UTF8"),
    # Who may open the socket is decided by its folder (0700); there is no other way in.
    *("--auth-local=trust", "--auth-host=reject", f"--username={SUPERUSER}", "--no-instructions"),
]


def ensure_cluster(data: Path, *, account: Account, install: Install) -> None:
    """Make the data folder if it is not there; raises ClusterNotMade, WrongServerVersion."""
    _remove_interrupted(data.parent)
    if not data.exists():
        _make(data, account=account, install=install)
    elif account.dropped and data.stat().st_uid == 0:
        give_tree(account, data)  # Root copied it here, from a backup for example.
    found = int(data.joinpath("PG_VERSION").read_text())
    if found != install.major:
        raise WrongServerVersion(f"The folder has version {found}, this release has {install.major}.")


def _remove_interrupted(folder: Path) -> None:
    """Remove what killed runs left; an initdb that outlived its killed owner may still write there for a second, so
    what cannot be removed now is left for the next start, and every run has a name of its own."""
    for leftover in folder.glob(f"{_STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _make(data: Path, *, account: Account, install: Install) -> None:
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=data.parent))
    maker = account_for_making(account)
    if maker.dropped:
        give_tree(maker, staging)
    _run_initdb(staging, account=maker, install=install)
    if account.dropped:
        give_tree(account, staging)
    staging.rename(data)
    _sync_folder(data.parent)


def _run_initdb(staging: Path, *, account: Account, install: Install) -> None:
    with reachable(account, staging) as (name, descriptors):
        command = [str(install.bin / "initdb"), "-D", name, *_INITDB_OPTIONS]
        process = spawn(
            account, command, pass_fds=descriptors, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, umask=0o077
        )
    try:
        answer, _ = process.communicate(timeout=_INITDB_TIMEOUT_SECONDS)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if process.returncode != 0:
        raise ClusterNotMade(f"initdb says: {answer.strip()[-1000:]}")


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when the folder that holds the name has been written."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
