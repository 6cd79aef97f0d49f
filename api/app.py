"""The HTTP API as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from adapters.bootstrap import Service
from adapters.tokens import DevelopmentIssuer
from api import (
    availability,
    bookings,
    calendars,
    clients,
    diaries,
    handlers,
    health,
    histories,
    openapi,
    openings,
    problem_pages,
    reference,
    series,
    sessions,
    therapists,
    views,
    webhook,
)
from api.edge import Edge
from api.metrics import Metrics

BODY_LIMIT_BYTES = 64 * 1024
WEBHOOK_LIMIT_BYTES = 256 * 1024

ROUTERS = (
    therapists,
    availability,
    diaries,
    openings,
    clients,
    bookings,
    series,
    sessions,
    calendars,
    views,
    histories,
    health,
    problem_pages,
)


def create_app(service: Service) -> FastAPI:
    """Return the application over a service; it closes the service when it is shut down.

    The limits on bodies are the routers', so that `Edge` lies outside of them and words their refusals.
    """
    app = FastAPI(
        title="Therapy Diary",
        version="1",
        description=openapi.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.service = service
    app.state.issuer = DevelopmentIssuer(service.settings.required("token_secret").get_secret_value().encode())
    app.state.metrics = Metrics()
    app.state.tables = health.Tables(service.conninfo)
    app.add_middleware(Edge, metrics=app.state.metrics)
    handlers.install(app)
    for module in ROUTERS:
        app.include_router(module.router, max_body_size=BODY_LIMIT_BYTES)
    app.include_router(webhook.router, max_body_size=WEBHOOK_LIMIT_BYTES)
    openapi.describe(app)
    app.add_route("/docs", reference.page)
    app.add_route("/", reference.to_the_page)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """No more threads than connections: one more would only wait for a connection, and time out."""
    service: Service = app.state.service
    anyio.to_thread.current_default_thread_limiter().total_tokens = service.settings.pool_size
    yield
    service.close()
