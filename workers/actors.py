"""The one actor: lease a piece of work, do its errand, close it. Everything it catches it closes with a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from dramatiq import Actor, Broker

from adapters.bootstrap import Service
from adapters.postgres.work import Lease
from application.desk import Cause
from application.errands import ERRANDS
from application.errors import TryLater
from application.policies import TaskKind
from application.ports import GatewayRefused, GatewayUnsure
from application.till import Till
from domain.errors import Refusal

QUEUES: Mapping[TaskKind, str] = {TaskKind.REFUND: "refunds"}
DEFAULT_QUEUE = "work"

log = structlog.get_logger()


def run(service: Service, work_id: str) -> None:
    """Do one piece of work if it is due and free. An exception must not leave: brokers keep tracebacks."""
    lease = service.work.lease(work_id)
    if lease is None:
        return
    state, code = _try(service, lease)
    if state == "parked":
        log.error("work parked", work=work_id, error=code)


def _try(service: Service, lease: Lease) -> tuple[str | None, str]:
    """Do it, and close the row or give it back. Return its state and a code that holds nothing personal."""
    till = Till(service.desk, service.gateway, Cause(lease.work_id, lease.correlation_id))
    try:
        code = _failure(till, lease)
    except TryLater as later:
        return service.work.wait(lease, code=later.code), later.code
    except GatewayUnsure:
        return service.work.wait(lease, code="provider_unsure"), "provider_unsure"
    if code is None:
        service.work.close(lease)
        return "done", ""
    return service.work.put_back(lease, code=code), code


def _failure(till: Till, lease: Lease) -> str | None:
    """Return None when done, else what went wrong. Raises TryLater, GatewayUnsure where nothing did."""
    try:
        ERRANDS[TaskKind(lease.kind)](till, lease.subject)
        return None
    except (TryLater, GatewayUnsure):
        raise
    except GatewayRefused as refused:
        return f"provider:{refused.code}"
    except Refusal as refusal:
        return f"refused:{refusal.code()}"
    except Exception as error:  # noqa: BLE001 - whatever it was, the row keeps its code and is tried again or parked
        log.warning("work failed", work=lease.work_id, error=type(error).__name__)
        return type(error).__name__


def declare(broker: Broker, service: Service) -> Callable[[str, str], None]:
    """Declare the actor on each queue and return a function that sends it (work_id, kind)."""

    def do(work_id: str) -> None:
        try:
            run(service, work_id)
        except Exception as error:  # noqa: BLE001 - the table cannot be reached; the sweep sends it again
            log.warning("work left", work=work_id, error=type(error).__name__)

    def on(queue: str) -> Actor[[str], None]:
        declared: Actor[[str], None] = Actor(
            do, broker=broker, actor_name=f"run_{queue}", queue_name=queue, priority=0, options={}
        )
        return declared

    actors = {queue: on(queue) for queue in {DEFAULT_QUEUE, *QUEUES.values()}}

    def send(work_id: str, kind: str) -> None:
        actors[QUEUES.get(TaskKind(kind), DEFAULT_QUEUE)].send(work_id)

    return send
