"""The long-running commands: serve, work, sandbox."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from types import FrameType

import structlog
from api.app import create_app
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from adapters.bootstrap import Service, build, check_start
from adapters.settings import Settings
from cli.parent import end_with_parent
from workers.main import work


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
    """Serve the HTTP API until told to stop. One process; run more of them for more."""
    end_with_parent()
    service = started(settings, conninfo)
    try:
        asyncio.run(_serve(service, settings))
    finally:
        service.close()


async def _serve(service: Service, settings: Settings) -> None:
    server = Server(
        create_app(service),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.warning,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


def run_worker(settings: Settings, conninfo: str) -> None:
    """Follow the log, relay what is due and do it, until told to stop."""
    end_with_parent()
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
