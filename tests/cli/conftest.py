"""A terminal with a therapist's diary behind it."""

from __future__ import annotations

import os

import pytest

from adapters.bootstrap import Service
from tests.cli.diary_terminal import ZONE, Terminal
from tests.cli.test_commands import SECRETS
from tests.seeded import a_therapist


@pytest.fixture
def terminal(
    service: Service, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """A terminal where nothing is set but what the service needs, and a therapist in London who works at all hours."""
    for name in [name for name in os.environ if name.startswith("DIARY_")]:
        monkeypatch.delenv(name)
    for name, value in {**SECRETS, "DIARY_DATABASE_URL": database}.items():
        monkeypatch.setenv(name, value)
    return Terminal(a_therapist(service, zone=ZONE), monkeypatch, capsys)
