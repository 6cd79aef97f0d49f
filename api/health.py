"""Whether this process lives, can work, and how it is doing."""

from __future__ import annotations

from typing import cast

import structlog
from fastapi import APIRouter, Request, Response

from adapters.bootstrap import Service
from adapters.postgres.migrate import check_migrated
from api.auth import TheService
from api.metrics import Metrics
from api.permissions import Action
from api.problems import NotReady
from api.schemas.common import Answer
from projections.catalogue import VIEWS

router = APIRouter(tags=["health"])

LAG_LIMIT = 1000
TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"

log = structlog.get_logger()


class AliveAnswer(Answer):
    status: str


class ReadyAnswer(Answer):
    """`lag_events` says how many events each view has yet to read, counted up to 1000."""

    status: str
    lag_events: dict[str, int]


@router.get("/livez", operation_id=Action.SAY_ALIVE)
async def say_alive() -> AliveAnswer:
    """Say that this process answers, whatever the state of anything else."""
    return AliveAnswer(status="alive")


@router.get("/readyz", operation_id=Action.SAY_READY)
def say_ready(service: TheService) -> ReadyAnswer:
    """Say whether the database can be reached and has this version's tables."""
    try:
        check_migrated(service.conninfo, VIEWS)
        return ReadyAnswer(status="ready", lag_events=_lag(service))
    except Exception as error:  # noqa: BLE001 - whatever keeps it from working, it is not ready
        log.warning("not ready", error=type(error).__name__)
        raise NotReady from None


@router.get("/metrics", operation_id=Action.READ_METRICS)
def read_metrics(service: TheService, http: Request) -> Response:
    """Everything counted, in Prometheus's text format."""
    metrics = cast("Metrics", http.app.state.metrics)
    text = metrics.text(work=service.work.unfinished(), lag=_lag(service))
    return Response(text, media_type=TEXT_FORMAT)


def _lag(service: Service) -> dict[str, int]:
    return {view.name: len(service.log.after(service.log.position(view), LAG_LIMIT)) for view in VIEWS}
