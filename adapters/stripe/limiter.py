"""Fewer calls a second than the provider allows, counted on our side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_BURST_SHARE = 5


class Limiter:
    """A token bucket, safe between threads. It holds a fifth of a second's calls, so that no second sees more than
    1.2 times `calls_per_second`. `clock` and `sleep` take and give seconds.
    """

    def __init__(
        self,
        *,
        calls_per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if calls_per_second <= 0:
            raise ValueError("calls_per_second must be more than nothing.")
        self._interval_seconds = 1 / calls_per_second
        self._head_start_seconds = max(calls_per_second / _BURST_SHARE - 1, 0) * self._interval_seconds
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_at = clock() - self._head_start_seconds

    def wait(self) -> None:
        """Return when one more call may be made. Callers are served in the order in which they came."""
        delay_seconds = self._take_turn()
        if delay_seconds > 0:
            self._sleep(delay_seconds)

    def _take_turn(self) -> float:
        with self._lock:
            now = self._clock()
            turn = max(self._next_at, now - self._head_start_seconds)
            self._next_at = turn + self._interval_seconds
            return turn - now
