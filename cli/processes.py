"""The long-running commands: serve, work, sandbox."""

from __future__ import annotations

import errno
import gc
import logging
import os
import signal
import socket
import threading
from types import FrameType

import structlog
from fastapi import FastAPI
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from adapters.bootstrap import Service, build, check_start
from adapters.settings import Settings, WrongSettings
from api.main import create
from cli.parent import end_with_demo, end_with_server
from workers.main import work

STOP_SECONDS = 10
CONNECTIONS_LIMIT = 1024


class PortInUse(Exception):
    """Somebody else listens on DIARY_HOST:DIARY_PORT; stop that, or set DIARY_PORT to another port."""


def quiet_logs() -> None:
    """Log what matters, one line each, ids and codes only."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
    )


def started(settings: Settings, conninfo: str) -> Service:
    """Return a service that may work here. Raises NotMigrated, LogAheadOfCounter, ClockSkewed, WrongSettings."""
    service = build(settings, conninfo)
    check_start(service)
    return service


def serve(settings: Settings, conninfo: str) -> None:
    """Serve the HTTP API until told to stop. One serving process; run more of them, on other ports, for more.

    What would stop it is found here, before the server's own process starts, so that it ends with a sentence.
    Raises PortInUse, WrongSettings, DatabaseUnreachable, NotMigrated, LogAheadOfCounter, ClockSkewed.
    """
    end_with_demo()
    started(settings, conninfo).close()
    address = free_address(settings.host, port=settings.port)
    os.environ["DIARY_DATABASE_URL"] = conninfo
    server = Granian(
        "cli.processes:api",
        factory=True,
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.warning,
        backlog=CONNECTIONS_LIMIT,
        backpressure=CONNECTIONS_LIMIT,  # of open connections, idle ones too: the default of 128 lets the next one wait
        workers_kill_timeout=STOP_SECONDS,
    )
    server.serve()


def free_address(host: str, *, port: int) -> str:
    """Return the IP address that a host means. Raises WrongSettings, and PortInUse where somebody listens there.

    The server itself shares its port with whoever else shares it, and each of the two would get a part of the requests;
    so one socket that shares with nobody asks first.
    """
    family, address = _ip_address(host)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else an earlier server's last connections are met
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(_in_use(host, port=port)) from error
            raise WrongSettings(f"DIARY_HOST, DIARY_PORT: cannot listen on {host}:{port}: {error.strerror}") from error
    return address


def _in_use(host: str, *, port: int) -> str:
    return (
        f"Somebody else listens on DIARY_HOST:DIARY_PORT, which is {host}:{port}; "
        "stop that, or set DIARY_PORT to another port."
    )


def _ip_address(host: str) -> tuple[socket.AddressFamily, str]:
    """The server takes numbers alone. Of a name that has both kinds of address we take one that everybody can reach."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WrongSettings("DIARY_HOST: is neither an IP address nor a name that leads to one") from error
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, str(address[0])


def api() -> FastAPI:
    """What a serving process loads."""
    quiet_logs()
    end_with_server()
    app = create()
    # What is there from the start stays until the end. Left among the rest, every full collection would walk all of it
    # and let a request wait for a tenth of a second.
    gc.collect()
    gc.freeze()
    return app


def run_worker(settings: Settings, conninfo: str) -> None:
    """Follow the log, relay what is due and do it, until told to stop."""
    end_with_demo()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    service = started(settings, conninfo)
    try:
        work(service, stopping)
    finally:
        service.close()
