"""One PostgreSQL for the whole run, a fresh database for each test that asks for one."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from adapters.bootstrap import Service, build
from adapters.ids import new_id
from adapters.postgres.clock import PracticeClock
from adapters.postgres.embedded import EmbeddedPostgres, ServerOptions
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import connect
from adapters.settings import Settings
from projections.catalogue import VIEWS
from tests.fakes import FakeGateway

TEMPLATE = "template_diary"
QUICK = ServerOptions(settings={"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"})
OTHER_SERVER = "DIARY_TEST_DATABASE_URL"

_server = pytest.StashKey[EmbeddedPostgres]()
_folder = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server once, in the process that hands out the tests."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="diary-tests-"))
    server = EmbeddedPostgres(folder / "postgres", options=QUICK)
    server.start()
    config.stash[_server], config.stash[_folder] = server, folder
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    migrate(server.conninfo(TEMPLATE), VIEWS)


def pytest_configure_node(node: object) -> None:
    """Tell each worker where the server is."""
    config, workerinput = node.config, node.workerinput  # type: ignore[attr-defined] # xdist's own object
    workerinput["server"] = config.stash[_server].conninfo("postgres")


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server in config.stash:
        config.stash[_server].stop()
        shutil.rmtree(config.stash[_folder])


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> str:
    """The address of the run's server, its database `postgres`."""
    workerinput = getattr(request.config, "workerinput", None)
    if workerinput is not None:
        return cast("str", workerinput["server"])
    return request.config.stash[_server].conninfo("postgres")


def _fresh_database(server: str, *, template: str | None) -> Iterator[str]:
    name = f"test_{new_id().hex}"
    with psycopg.connect(server, autocommit=True) as conn:
        statement = sql.SQL("create database {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        conn.execute(statement)
    yield make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    yield from _fresh_database(server, template=TEMPLATE)


@pytest.fixture
def empty_database(server: str) -> Iterator[str]:
    """The address of a fresh database with nothing in it."""
    yield from _fresh_database(server, template=None)


SERVERS = ["embedded", "other"] if OTHER_SERVER in os.environ else ["embedded"]


@pytest.fixture(params=SERVERS)
def any_database(request: pytest.FixtureRequest, server: str) -> Iterator[str]:
    """A fresh, migrated database on the embedded server, and on another version where one is at hand."""
    if request.param == "embedded":
        yield from _fresh_database(server, template=TEMPLATE)
        return
    for conninfo in _fresh_database(os.environ[OTHER_SERVER], template=None):
        migrate(conninfo, VIEWS)
        yield conninfo


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tested."""
    if OTHER_SERVER not in os.environ:
        terminalreporter.write_line(
            f"NOT TESTED on a second PostgreSQL: {OTHER_SERVER} is not set. The embedded server was tested alone."
        )


@pytest.fixture
def settings() -> Settings:
    """Settings of a service under test."""
    return Settings(
        pool_size=8,
        stripe_key=SecretStr("sk_test_tests"),
        master_key=SecretStr(base64.b64encode(b"k" * 32).decode()),
        token_secret=SecretStr("tests-" * 8),
    )


@pytest.fixture
def gateway() -> FakeGateway:
    """A payment provider in memory."""
    return FakeGateway()


@pytest.fixture
def service(database: str, settings: Settings, gateway: FakeGateway) -> Iterator[Service]:
    """A whole service on a fresh database, with the payment provider in memory."""
    service = build(settings, database, gateway=gateway)
    yield service
    service.close()


@pytest.fixture
def advance(database: str) -> Iterator[Callable[[timedelta], None]]:
    """Move the practice's time forward."""
    owner = connect(database, pool_size=1, role=None)
    yield PracticeClock(owner).advance
    owner.close()
