"""One running API for all of these tests, on a database of its own; each test brings its own people."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from adapters.bootstrap import build
from adapters.postgres.clock import PracticeClock
from adapters.postgres.pool import connect
from adapters.settings import Settings
from adapters.tokens import DevelopmentIssuer
from api.app import create_app
from tests.api.practice import Practice
from tests.api.server import Api, asking, followed, served
from tests.conftest import TEMPLATE, _fresh_database
from tests.fakes import FakeGateway

TOKEN_SECRET = "api-tests-" * 4
WEBHOOK_SECRET = "whsec_api_tests"  # noqa: S105 - made up


@pytest.fixture(scope="session")
def api(server: str) -> Iterator[Api]:
    """A running API with the payment provider in memory."""
    settings = Settings(
        pool_size=12,
        stripe_key=SecretStr("sk_test_tests"),
        stripe_webhook_secrets=(SecretStr(WEBHOOK_SECRET),),
        master_key=SecretStr(base64.b64encode(b"k" * 32).decode()),
        token_secret=SecretStr(TOKEN_SECRET),
    )
    for conninfo in _fresh_database(server, template=TEMPLATE):
        gateway = FakeGateway()
        service = build(settings, conninfo, gateway=gateway)
        owner = connect(conninfo, pool_size=1, role=None)
        issuer = DevelopmentIssuer(TOKEN_SECRET.encode())
        with served(create_app(service)) as url, followed(service), asking(url) as http:
            yield Api(url, service, gateway, issuer, PracticeClock(owner).advance, http)
        owner.close()


@pytest.fixture
def practice(api: Api) -> Iterator[Practice]:
    """People and sessions by a few words; their connections end with the test."""
    yield Practice(api)
    api.hang_up()
