"""What the server loads: `granian --interface asgi --factory api.main:create`."""

from __future__ import annotations

from fastapi import FastAPI

from adapters.bootstrap import build, check_start
from adapters.settings import read_settings
from api.app import create_app


def create() -> FastAPI:
    """Return the application for the settings of this environment.

    Raises WrongSettings, NotMigrated, LogAheadOfCounter, ClockSkewed: a server that cannot work does not start.
    """
    settings = read_settings()
    service = build(settings, settings.required("database_url").get_secret_value())
    check_start(service)
    return create_app(service)
