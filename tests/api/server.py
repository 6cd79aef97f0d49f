"""A running API for tests: the real server on a free port of loopback, its views followed, its work done on demand."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.types import ASGIApp

from adapters.bootstrap import Service
from adapters.clock import machine_now
from adapters.ids import new_id
from adapters.tokens import DevelopmentIssuer, Person
from domain.model import Role
from projections.catalogue import VIEWS
from tests.fakes import FakeGateway
from workers.actors import run
from workers.follower import Follower

LOOPBACK = "127.0.0.1"
START_SECONDS = 20.0
LIFETIME = timedelta(hours=1)


@dataclass
class Api:
    """A running API. `http` asks without a token; `as_` asks as somebody."""

    url: str
    service: Service
    gateway: FakeGateway
    issuer: DevelopmentIssuer
    advance: Callable[[timedelta], None]
    http: httpx.Client
    _asking: list[httpx.Client] = field(default_factory=list)

    def as_(self, person: Person) -> Asking:
        """Return somebody's way to ask."""
        token = self.issuer.issue(person.person_id, person.role, now=machine_now(), lifetime=LIFETIME)
        return self.with_token(token, person=person)

    def with_token(self, token: str, *, person: Person | None = None) -> Asking:
        """Return a way to ask with a token, whatever it is worth."""
        headers = {"Authorization": f"Bearer {token}"}
        http = asking(self.url, headers)
        self._asking.append(http)
        return Asking(http, person or Person(new_id(), Role.CLIENT))

    def do_work(self) -> None:
        """Do all that is due, and what that leads to, until nothing is."""
        self.catch_up()
        while due := self.service.work.take_due():
            for work_id, _ in due:
                run(self.service, work_id)
            self.catch_up()

    def catch_up(self) -> None:
        """Wait until every view has read the log as it is now, also what a neighbour's transaction still hides."""
        head = self.service.log.last()
        deadline = time.monotonic() + START_SECONDS
        while any(self.service.log.behind(view, head) for view in VIEWS):
            assert time.monotonic() < deadline, "the views do not catch up"
            time.sleep(0.01)

    def hang_up(self) -> None:
        """End everybody's connections: the server takes no new ones while too many are open."""
        while self._asking:
            self._asking.pop().close()


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody's way to ask: every POST under a fresh key unless one is given."""

    http: httpx.Client
    person: Person

    @property
    def id(self) -> str:
        return str(self.person.person_id)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=_named(headers))

    def put(self, path: str, body: object, **headers: str) -> httpx.Response:
        return self.http.put(path, json=body, headers=_named(headers))

    def delete(self, path: str, **headers: str) -> httpx.Response:
        return self.http.delete(path, headers=_named(headers))

    def post(self, path: str, body: object, *, key: str | None = None, **headers: str) -> httpx.Response:
        keyed = {"Idempotency-Key": key or new_id().hex, **_named(headers)}
        return self.http.post(path, json=body, headers=keyed)


def asking(url: str, headers: dict[str, str] | None = None) -> httpx.Client:
    """Return a client that speaks to loopback and to nothing else."""
    return httpx.Client(base_url=url, headers=headers, timeout=20, trust_env=False)


def _named(headers: dict[str, str]) -> dict[str, str]:
    """Turn min_position into Min-Position."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port of loopback and yield its address."""
    port = _free_port()
    ready = threading.Event()
    stops: list[Callable[[], object]] = []
    thread = threading.Thread(target=lambda: asyncio.run(_serve(app, port, stops, ready)), name="api")
    thread.start()
    assert ready.wait(START_SECONDS)
    url = f"http://{LOOPBACK}:{port}"
    try:
        _wait_until_live(url)
        yield url
    finally:
        stops[0]()
        thread.join(START_SECONDS)


async def _serve(app: ASGIApp, port: int, stops: list[Callable[[], object]], ready: threading.Event) -> None:
    server = Server(
        app, address=LOOPBACK, port=port, interface=Interfaces.ASGI, websockets=False, log_level=LogLevels.critical
    )
    loop = asyncio.get_running_loop()
    stops.append(lambda: loop.call_soon_threadsafe(server.stop))
    ready.set()
    await server.serve()


@contextmanager
def followed(service: Service) -> Iterator[None]:
    """Keep the views up to date in the background."""
    stopping = threading.Event()
    thread = threading.Thread(target=Follower(service, VIEWS).run, args=(stopping,), name="follower")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def _wait_until_live(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/livez", trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"no API after {START_SECONDS} seconds")
