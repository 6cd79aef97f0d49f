"""`diary demo`: the whole service on one machine, with a payment sandbox and a clock that can be set."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console

from adapters.postgres.clock import PracticeClock
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import connect
from adapters.settings import Settings
from cli.parent import CHILD_OF
from cli.place import DEMO_FILE, DemoAddresses, DemoSecrets, demo_secrets, write_private
from cli.samples import farewell, leave_something_to_do, seed
from cli.tour import CHAPTERS, play
from projections.catalogue import VIEWS

LOOPBACK = "127.0.0.1"
SANDBOX_PORT = 12111
BEGUN_FILE = "begun"
START_SECONDS = 30
STOP_SECONDS = 15
LOOK_SECONDS = 0.2


class DemoFailed(Exception):
    """A part of the demo ended by itself; its log says why."""


def run_demo(settings: Settings, console: Console) -> None:
    """Start everything, show the way around, and wait until told to stop.

    Raises FolderInUse where another demo runs on the folder, DemoFailed where a part ends by itself.
    """
    folder = settings.folder.resolve()
    stopping = _told_to_stop()
    with EmbeddedPostgres(folder / "postgres") as server:
        conninfo = server.conninfo()
        migrate(conninfo, VIEWS)
        secrets = demo_secrets(folder)
        addresses = DemoAddresses(
            pid=os.getpid(),
            api=f"http://{LOOPBACK}:{_free_port(settings.port)}",
            sandbox=f"http://{LOOPBACK}:{_free_port(SANDBOX_PORT)}",
            conninfo=conninfo,
        )
        with _children(folder, settings, secrets, addresses) as children:
            _wait_until_up(addresses, children)
            write_private(folder / DEMO_FILE, json.dumps(asdict(addresses)))
            try:
                seed(addresses, secrets)
                _begin_once(folder, addresses, secrets, console)
                farewell(addresses, secrets, folder, console, now=_practice_now(conninfo))
                _wait(server, children, stopping)
                console.print("Stopping…")
            finally:
                (folder / DEMO_FILE).unlink(missing_ok=True)


def _practice_now(conninfo: str) -> datetime:
    owner = connect(conninfo, pool_size=1, role=None)
    try:
        return PracticeClock(owner).now()
    finally:
        owner.close()


def _begin_once(folder: Path, addresses: DemoAddresses, secrets: DemoSecrets, console: Console) -> None:
    """A newcomer sees one session's whole life before the first question; the demo's clock moves for it."""
    begun = folder / BEGUN_FILE
    if not begun.exists():
        play(folder, CHAPTERS[:1], console)
        leave_something_to_do(addresses, secrets)
        begun.touch()


def _told_to_stop() -> threading.Event:
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def _free_port(wished: int) -> int:
    """Return the wished port if nobody has it, else any free one, so that two demos never clash."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("the kernel gives a free port for 0")


@contextmanager
def _children(
    folder: Path, settings: Settings, secrets: DemoSecrets, addresses: DemoAddresses
) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
    """Run the parts as processes of their own, and stop them in the end."""
    api_port, sandbox_port = (address.rsplit(":", 1)[1] for address in (addresses.api, addresses.sandbox))
    environment = os.environ | {
        CHILD_OF: str(os.getpid()),
        "DIARY_FOLDER": str(folder),
        "DIARY_DATABASE_URL": addresses.conninfo,
        "DIARY_HOST": LOOPBACK,
        "DIARY_PORT": api_port,
        "DIARY_STRIPE_KEY": secrets.stripe_key,
        "DIARY_STRIPE_URL": addresses.sandbox,
        "DIARY_STRIPE_WEBHOOK_SECRETS": secrets.webhook_secret,
        "DIARY_MASTER_KEY": secrets.master_key,
        "DIARY_TOKEN_SECRET": secrets.token_secret,
        "DIARY_STRIPE_CALLS_PER_SECOND": str(settings.stripe_calls_per_second),
    }
    webhook = f"{addresses.api}/v1/webhooks/stripe"
    commands = {
        "sandbox": ["sandbox", "--port", sandbox_port, "--webhook-url", webhook],
        "serve": ["serve"],
        "work": ["work"],
    }
    children = {name: _start(folder, name, command, environment) for name, command in commands.items()}
    try:
        yield children
    finally:
        for child in children.values():
            child.terminate()
        for child in children.values():
            _end(child)


def _start(folder: Path, name: str, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "cli", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the demo, which stops them in order
        )


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _wait_until_up(addresses: DemoAddresses, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + START_SECONDS
    for url in (f"{addresses.sandbox}/livez", f"{addresses.api}/readyz"):
        while not _answers(url):
            _check(children)
            if time.monotonic() > until:
                raise DemoFailed(f"Nothing answers at {url}; the logs in the demo's folder say why.")
            time.sleep(LOOK_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _check(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise DemoFailed(f"`diary {name}` ended by itself; {name}.log in the demo's folder says why.")


def _wait(server: EmbeddedPostgres, children: Mapping[str, subprocess.Popen[bytes]], stopping: threading.Event) -> None:
    while not stopping.wait(LOOK_SECONDS):
        _check(children)
        if not server.running():
            raise DemoFailed("PostgreSQL ended by itself; postgres/server.log in the demo's folder says why.")
