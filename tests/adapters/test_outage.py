"""PostgreSQL goes away and comes back: refusals meanwhile, and work as before soon after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from adapters.bootstrap import Service, build
from adapters.ids import new_id
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.settings import Settings
from application.errors import StoreUnavailable
from application.recorded import Recorded
from projections.catalogue import VIEWS
from tests.conftest import QUICK
from tests.fakes import FakeGateway
from tests.seeded import a_client, a_therapist

PATIENCE_SECONDS = 30


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, since it is going to stop it."""
    with EmbeddedPostgres(tmp_path / "postgres", options=QUICK) as server:
        yield server


@pytest.fixture
def service(server: EmbeddedPostgres, settings: Settings) -> Iterator[Service]:
    migrate(server.conninfo(), VIEWS)
    service = build(settings, server.conninfo(), gateway=FakeGateway())
    yield service
    service.close()


def test_reads_are_refused_while_the_database_is_away_and_work_again_when_it_is_back(
    server: EmbeddedPostgres, service: Service
) -> None:
    seeded = a_therapist(service)
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=3))
    server.stop()
    with pytest.raises(StoreUnavailable):
        service.practice.history(session_id)
    with pytest.raises(StoreUnavailable):
        service.practice.guards(new_id())

    server.start()

    assert [r.originator_version for r in eventually_read(service, session_id)] == [1]


def eventually_read(service: Service, session_id: UUID) -> list[Recorded]:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return service.practice.history(session_id)
        except StoreUnavailable:
            assert time.monotonic() < until, "the pool does not come back"
