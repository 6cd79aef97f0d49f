"""The follower: reads the log and writes every view, in batches, one leader a view at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from adapters.bootstrap import Service
from adapters.postgres.log import PositionMoved
from projections.view import View

BATCH = 500
IDLE_SECONDS = 0.03
SETTLING_SECONDS = 0.002
PAUSE_SECONDS = (0.1, 30.0)

log = structlog.get_logger()


class Follower:
    """Keeps the views of one process up to date until it is told to stop."""

    def __init__(self, service: Service, views: Sequence[View]) -> None:
        self._service = service
        self._views = views
        self._positions: dict[str, int] = {}
        self._leadership = service.leadership()

    def run(self, stopping: threading.Event) -> None:
        """Follow until told to stop. Nothing that fails here ends it: it pauses, longer each time, and goes on."""
        pause, longest = PAUSE_SECONDS
        while not stopping.is_set():
            try:
                moved = self.follow_once()
            except Exception as error:  # noqa: BLE001 - a follower outlives any outage; what failed is told
                log.warning("follower paused", error=type(error).__name__, seconds=pause)
                self._positions.clear()
                self._leadership.close()
                stopping.wait(pause)
                pause = min(pause * 2, longest)
            else:
                pause = PAUSE_SECONDS[0]
                if not moved:
                    stopping.wait(IDLE_SECONDS)
        self.close()

    def close(self) -> None:
        """Let every lead go."""
        self._leadership.close()

    def follow_once(self) -> int:
        """Take in what is new, at most a batch for each view that we lead. Return how many events that was."""
        head = self._service.log.head()
        behind = [view for view in self._views if self._positions.get(view.name, -1) < head]
        return sum(self._follow(view) for view in behind if self._leadership.leads(f"view {view.name} {view.version}"))

    def _follow(self, view: View) -> int:
        if view.name not in self._positions:
            self._positions[view.name] = self._service.log.position(view)
        position = self._positions[view.name]
        batch = self._service.log.after(position, BATCH)
        if not batch:
            return 0
        try:
            for poison in self._service.log.take_in(view, batch, position=position):
                place = f"{poison.notification.originator_id}:{poison.notification.originator_version}"
                log.error("stream parked", view=view.name, at=place, error=poison.error)
        except PositionMoved:
            del self._positions[view.name]
            return 0
        self._positions[view.name] = batch[-1].id
        return len(batch)


def catch_up(service: Service, views: Sequence[View], *, until: Callable[[], bool] = lambda: True) -> None:
    """Follow until every view has all that was stored before: for tests and one-off runs.

    What is stored may be out of sight for a moment, below a transaction that began earlier, anywhere in the cluster.
    """
    last, follower = service.log.last(), Follower(service, views)
    try:
        while follower.follow_once() or any(service.log.behind(view, last) for view in views) or not until():
            time.sleep(SETTLING_SECONDS)
    finally:
        follower.close()
