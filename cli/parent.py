"""Children of the demo end with it, even when it is killed and cannot tell them."""

from __future__ import annotations

import os
import signal
import threading
import time

CHILD_OF = "DIARY_DEMO_CHILD_OF"
LOOK_SECONDS = 0.5


def end_with_parent() -> None:
    """Where the demo started this process: watch the demo, and stop in the ordinary way when it is gone."""
    parent = os.environ.get(CHILD_OF)
    if parent is not None:
        threading.Thread(target=_watch, args=(int(parent),), daemon=True, name="parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
