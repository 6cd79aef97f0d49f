"""Places in the log as opaque strings, and reading one's own writes from a view."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Awaitable, Callable
from typing import Annotated

import anyio
from fastapi import Header, Response
from starlette.concurrency import run_in_threadpool

from api.auth import Asker, TheService
from api.problems import CursorMalformed, PositionMalformed, ProjectionBehind
from projections.view import View

BYTES = 8
LAST = (1 << 63) - 1
WAIT_SECONDS = 2.0
POLL_SECONDS = 0.02
EVENT_POSITION = "Event-Position"


def encode(position: int) -> str:
    """Return a position for people outside."""
    return base64.urlsafe_b64encode(position.to_bytes(BYTES, "big")).rstrip(b"=").decode()


def decode(text: str) -> int | None:
    """Return the position, None where the text is not one of ours."""
    try:
        raw = base64.b64decode(f"{text}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    position = int.from_bytes(raw, "big")
    return position if len(raw) == BYTES and position <= LAST and encode(position) == text else None


def cursor_at(text: str | None) -> int:
    """Return the position that a page begins after; the first page begins after 0. Raises CursorMalformed."""
    position = 0 if text is None else decode(text)
    if position is None:
        raise CursorMalformed
    return position


def tell_position(response: Response, position: int | None) -> None:
    """Say where the log stood after a command, if the command stored anything."""
    if position is not None:
        response.headers[EVENT_POSITION] = encode(position)


MinPosition = Annotated[
    str | None, Header(alias="Min-Position", description="Wait until the view has read this `Event-Position`.")
]


def caught_up(view: View) -> Callable[..., Awaitable[None]]:
    """Return a dependency that waits until the view has read what the reader has seen happen, for 2 s at most.

    Nobody is waited for without a token, nor told anything but that it is needed.
    """

    async def wait(service: TheService, _: Asker, min_position: MinPosition = None) -> None:
        if min_position is None:
            return
        position = decode(min_position)
        if position is None:
            raise PositionMalformed
        deadline = time.monotonic() + WAIT_SECONDS
        while await run_in_threadpool(service.log.behind, view, position):
            if time.monotonic() >= deadline:
                raise ProjectionBehind
            await anyio.sleep(POLL_SECONDS)

    return wait
