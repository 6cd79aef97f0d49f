"""What a sandbox is told when it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from adapters.clock import machine_now
from adapters.ids import new_id


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Where the sandbox is reached, where it keeps its books, and whom it tells of what happened.

    `address` is its own base address, used in links. Without `file` the books live in memory. Without `webhook_url`
    nobody is told. `retry_after_seconds` are the waits between the tries to deliver one webhook; then it gives up.
    """

    address: str = "http://127.0.0.1:12111"
    webhook_url: str | None = None
    webhook_secret: str | None = None
    file: Path | None = None
    retry_after_seconds: tuple[float, ...] = (0.5, 2.0, 8.0, 30.0)
    now: Callable[[], datetime] = machine_now
    new_id: Callable[[], UUID] = new_id
