"""The relay: tells the broker which pieces of work are due. A hint may be lost; the sweep sends it again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from adapters.postgres.work import WorkTable

IDLE_SECONDS = 0.1
PAUSE_SECONDS = 1.0

log = structlog.get_logger()


def relay_once(work: WorkTable, send: Callable[[str, str], None]) -> int:
    """Send what is due and unsent, or whose lease or hint has died. Return how many hints that was."""
    for work_id in work.park_lost():
        log.error("work parked", work=work_id, error="lost")
    due = work.take_due()
    for work_id, kind in due:
        send(work_id, kind)
    return len(due)


def run_relay(work: WorkTable, send: Callable[[str, str], None], stopping: threading.Event) -> None:
    """Relay until told to stop. An outage of the database or the broker only delays."""
    while not stopping.is_set():
        try:
            sent = relay_once(work, send)
        except Exception as error:  # noqa: BLE001 - the relay outlives any outage; what failed is told
            log.warning("relay paused", error=type(error).__name__)
            stopping.wait(PAUSE_SECONDS)
        else:
            if not sent:
                stopping.wait(IDLE_SECONDS)
