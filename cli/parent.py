"""Children end with their parent, even when it is killed and cannot tell them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

CHILD_OF = "DIARY_DEMO_CHILD_OF"
LOOK_SECONDS = 0.5


def end_with_demo() -> None:
    """Where the demo started this process: stop in the ordinary way when the demo is gone."""
    demo = os.environ.get(CHILD_OF)
    if demo is not None:
        _watch(int(demo), lambda: os.kill(os.getpid(), signal.SIGTERM))


def end_with_server() -> None:
    """In a serving process: end at once when the one that started it is gone, and with it the port."""
    _watch(os.getppid(), lambda: os._exit(1))


def _watch(parent: int, end: Callable[[], None]) -> None:
    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        end()

    threading.Thread(target=look, daemon=True, name="parent").start()
