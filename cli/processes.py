"""The long-running commands: serve, work, sandbox."""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType

import structlog
from fastapi import FastAPI
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from adapters.bootstrap import Service, build, check_start
from adapters.settings import Settings
from api.main import create
from cli.parent import end_with_demo, end_with_server
from workers.main import work

STOP_SECONDS = 10
CONNECTIONS_LIMIT = 1024


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
    """Serve the HTTP API until told to stop. One serving process; run more of them for more.

    What would stop it is found here, before the server's own process starts, so that it ends with a sentence.
    """
    end_with_demo()
    started(settings, conninfo).close()
    os.environ["DIARY_DATABASE_URL"] = conninfo
    server = Granian(
        "cli.processes:api",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.warning,
        backlog=CONNECTIONS_LIMIT,
        backpressure=CONNECTIONS_LIMIT,  # of open connections, idle ones too: the default of 128 lets the next one wait
        workers_kill_timeout=STOP_SECONDS,
    )
    server.serve()


def api() -> FastAPI:
    """What a serving process loads."""
    quiet_logs()
    end_with_server()
    return create()


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
