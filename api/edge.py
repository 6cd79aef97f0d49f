"""What every answer has in common: counted, timed, with its safety headers, and never a raw failure."""

from __future__ import annotations

import time
import traceback
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.permissions import PERMISSIONS, Action
from api.problems import MEDIA_TYPE, BodyTooLarge, InternalError, problem

TOO_LARGE = 413

log = structlog.get_logger()


class Edge:
    """The outermost layer around the routes."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"]
        answer = _Answer(scope, receive, _without_body(send) if method == "HEAD" else send)
        if method == "HEAD":
            scope["method"] = "GET"  # in place: the route that is found is told in this very scope
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - whatever it was, people are told without details and we with a place
            await answer.fail(error)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.count(method, _template(scope), answer.status or 0, seconds=seconds)


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._replaced = False
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            if self.status == TOO_LARGE and headers.get("content-type") != MEDIA_TYPE:
                await self._say_too_large()
                return
            self._add(headers)
        await self._send(message)

    async def _say_too_large(self) -> None:
        """The body limiter answers in plain text, from outside the exception handlers."""
        await problem(BodyTooLarge())(self._scope, self._receive, self.send)
        self._replaced = True

    async def fail(self, error: Exception) -> None:
        """Answer a failure that nobody expected. The log has its kind and place: its text may hold personal data."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename}:{last.lineno}"
        log.error("request failed", route=_template(self._scope), error=type(error).__name__, place=place)
        if self.status is None:
            await problem(InternalError())(self._scope, self._receive, self.send)

    def _add(self, headers: MutableHeaders) -> None:
        headers["X-Content-Type-Options"] = "nosniff"
        if self._scope["path"].startswith("/v1") and not _is_public(self._scope):
            headers["Cache-Control"] = "no-store"


def _without_body(send: Send) -> Send:
    """Return a way to send an answer's headers only: HEAD is answered like GET."""

    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head


def _route(scope: Scope) -> Any:
    return scope.get("route")


def _template(scope: Scope) -> str:
    """Return the route's path with its parameters by name: paths themselves hold ids and have no end."""
    return getattr(_route(scope), "path", "none")


def _is_public(scope: Scope) -> bool:
    operation_id = getattr(_route(scope), "operation_id", None)
    return operation_id is not None and PERMISSIONS[Action(operation_id)] is None
