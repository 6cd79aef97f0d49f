"""The sandbox as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.sandbox.control import control_routes
from adapters.sandbox.front import Front
from adapters.sandbox.pages import Pages
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.settings import SandboxSettings
from adapters.sandbox.webhooks import Courier


def create_sandbox(settings: SandboxSettings) -> Starlette:
    """Build a sandbox that behaves as Stripe does on the path from a saved card to a refund.

    `/v1/...` is Stripe's API, `/sandbox/...` the controls and pages, `/livez` says that it is up. Webhooks are
    delivered while the application's lifespan runs.
    """
    sandbox = Sandbox(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        courier = Courier(sandbox)
        courier.start()
        try:
            yield
        finally:
            courier.stop()

    api = Route("/v1/{path:path}", Front(sandbox).answer, methods=["GET", "POST", "DELETE", "OPTIONS"])
    live = Route("/livez", _live, methods=["GET"])
    return Starlette(routes=[api, live, *control_routes(sandbox), *Pages(sandbox).routes()], lifespan=lifespan)


async def _live(_: Request) -> Response:
    return PlainTextResponse("ok")
