"""Whether this process lives, can work, and how it is doing."""

from __future__ import annotations

import time
from typing import Annotated, cast

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse

from adapters.bootstrap import Service
from adapters.postgres.migrate import check_migrated
from api.auth import TheService
from api.metrics import Metrics
from api.permissions import Action
from api.problems import NotReady
from api.schemas.common import Answer
from projections.catalogue import VIEWS
from projections.view import View

router = APIRouter(tags=["health"])

LAG_LIMIT = 1000
TABLES_SECONDS = 2.0
UNREAD = """
select count(*) as events from (
    select from stored_events
    where notification_id > coalesce(
        (select position from view_positions where view = %(view)s and version = %(version)s), 0)
    limit %(limit)s) as unread
"""
TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"

log = structlog.get_logger()


class AliveAnswer(Answer):
    status: str


class ReadyAnswer(Answer):
    """`lag_events` says how many events each view has yet to read."""

    status: str
    lag_events: dict[str, int]


class ViewBehind(Exception):
    """A view has a thousand events or more to read: what it answers is old."""


class Tables:
    """Whether the database has this version's tables. Every look takes a connection of its own, so a yes holds a while.

    A no is looked at again at once: it should end with the next migration, not after it.
    """

    def __init__(self, conninfo: str, *, holds_seconds: float = TABLES_SECONDS) -> None:
        self._conninfo = conninfo
        self._holds_seconds = holds_seconds
        self._good_until = 0.0

    def check(self) -> None:
        """Raise NotMigrated or LogAheadOfCounter unless this version may work, or what the database says of itself."""
        if time.monotonic() >= self._good_until:
            check_migrated(self._conninfo, VIEWS)
            self._good_until = time.monotonic() + self._holds_seconds


async def the_tables(http: Request) -> Tables:
    """Return what this process knows of the tables."""
    return cast("Tables", http.app.state.tables)


@router.get("/livez", operation_id=Action.SAY_ALIVE)
async def say_alive() -> AliveAnswer:
    """Say that this process answers, whatever the state of anything else."""
    return AliveAnswer(status="alive")


@router.get("/readyz", operation_id=Action.SAY_READY)
def say_ready(service: TheService, tables: Annotated[Tables, Depends(the_tables)]) -> ReadyAnswer:
    """Say whether the database can be reached, has this version's tables, and no view is 1000 events behind."""
    try:
        tables.check()
        return ReadyAnswer(status="ready", lag_events=_refuse_old(_lag(service)))
    except Exception as error:  # noqa: BLE001 - whatever keeps it from working, it is not ready
        log.warning("not ready", error=type(error).__name__)
        raise NotReady from None


@router.get("/metrics", operation_id=Action.READ_METRICS, response_class=PlainTextResponse)
def read_metrics(service: TheService, http: Request) -> Response:
    """Everything counted, in Prometheus's text format."""
    metrics = cast("Metrics", http.app.state.metrics)
    text = metrics.text(work=service.work.unfinished(), lag=_lag(service))
    return Response(text, media_type=TEXT_FORMAT)


def _lag(service: Service) -> dict[str, int]:
    """Count what each view has yet to read, up to the limit, without reading it."""
    return {view.name: _unread(service, view) for view in VIEWS}


def _unread(service: Service, view: View) -> int:
    [row] = service.rows.read(UNREAD, {"view": view.name, "version": view.version, "limit": LAG_LIMIT})
    return int(row["events"])


def _refuse_old(lag: dict[str, int]) -> dict[str, int]:
    if any(events >= LAG_LIMIT for events in lag.values()):
        raise ViewBehind
    return lag
