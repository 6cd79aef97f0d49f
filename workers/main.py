"""One worker process: follower, relay and actors, until told to stop."""

from __future__ import annotations

import threading

import structlog
from dramatiq import Worker

from adapters.bootstrap import Service
from adapters.broker import open_broker
from projections.catalogue import VIEWS
from workers.actors import declare
from workers.follower import Follower
from workers.relay import run_relay

STOP_SECONDS = 10
TIDY_SECONDS = 3600

log = structlog.get_logger()


def work(service: Service, stopping: threading.Event) -> None:
    """Run until `stopping` is set. What was in hand is finished or left to the next sweep."""
    broker = open_broker(service.conninfo)
    send = declare(broker, service)
    worker = Worker(broker, worker_threads=service.settings.worker_threads)
    follower = Follower(service, VIEWS)
    threads = [
        threading.Thread(target=tidy, args=(service, stopping), name="tidy"),
        threading.Thread(target=follower.run, args=(stopping,), name="follower"),
        threading.Thread(target=run_relay, args=(service.work, send, stopping), name="relay"),
    ]
    worker.start()
    for thread in threads:
        thread.start()
    log.info("working", threads=service.settings.worker_threads)
    stopping.wait()
    worker.stop(timeout=STOP_SECONDS * 1000)
    for thread in threads:
        thread.join(STOP_SECONDS)
    broker.close()


def tidy(service: Service, stopping: threading.Event) -> None:
    """Forget requests that are older than they are kept, every hour; an outage only puts it off."""
    while not stopping.is_set():
        try:
            service.requests.forget_old()
        except Exception as error:  # noqa: BLE001 - the worker outlives any outage; what failed is told
            log.warning("tidying put off", error=type(error).__name__)
        stopping.wait(TIDY_SECONDS)
