"""The message broker: it carries hints (the id of a piece of work and nothing else), and may lose all of them."""

from __future__ import annotations

from typing import Any

from dramatiq import Broker
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, Pipelines, ShutdownNotifications, TimeLimit
from dramatiq_postgres import PostgresBroker
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres.pool import APPLICATION_ROLE

POLL_SECONDS = 1.0


def _middleware() -> list[Middleware]:
    """No Retries: the table of work retries, and a traceback in a message's options could hold personal data."""
    return [AgeLimit(), TimeLimit(), ShutdownNotifications(), Callbacks(), Pipelines()]


def open_broker(conninfo: str) -> Broker:
    """Return a broker in our own database, so that nothing more has to be installed."""
    given: dict[str, Any] = {key: value for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    given["options"] = f"{given.get('options', '')} -c role={APPLICATION_ROLE}".strip()
    broker: Broker = PostgresBroker(url=given, results=False, poll_interval=POLL_SECONDS, middleware=_middleware())
    return broker
