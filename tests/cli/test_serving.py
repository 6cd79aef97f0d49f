"""Where `diary serve` listens, and what it says when it cannot."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from adapters.settings import WrongSettings
from cli.processes import _ip_address, free_address
from tests.cli.test_commands import BASE, SECRETS, diary

START_SECONDS = 30
STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listener() -> Iterator[int]:
    """Somebody who listens, ready to share the port as the server is; gives the port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[None]:
    """A `diary serve` that has come up."""
    environment = BASE | {"DIARY_FOLDER": str(folder)} | settings
    server = subprocess.Popen([sys.executable, "-m", "cli", "serve"], env=environment, start_new_session=True)
    try:
        until = time.monotonic() + START_SECONDS
        while not answers(settings["DIARY_PORT"]):
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(STOP_SECONDS)


def answers(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", timeout=2).is_success
    except httpx.TransportError:
        return False


def test_a_port_that_another_program_has_is_said_to_be_in_use(tmp_path: Path, database: str) -> None:
    with listener() as port:
        ended = diary(tmp_path, "serve", DIARY_DATABASE_URL=database, DIARY_PORT=str(port), **SECRETS)

    assert ended.returncode == 1
    assert ended.stderr == (
        f"Somebody else listens on DIARY_HOST:DIARY_PORT, which is 127.0.0.1:{port}; "
        "stop that, or set DIARY_PORT to another port.\n"
    )


@pytest.mark.timeout(120)
def test_a_second_server_on_the_same_port_is_refused_while_the_first_goes_on(tmp_path: Path, database: str) -> None:
    settings = {"DIARY_DATABASE_URL": database, "DIARY_HOST": "localhost", "DIARY_PORT": str(free_port())} | SECRETS
    with serving(tmp_path, **settings):
        second = diary(tmp_path, "serve", **settings)

        assert second.returncode == 1
        assert second.stderr.startswith("Somebody else listens on DIARY_HOST:DIARY_PORT, which is localhost:")
        assert answers(settings["DIARY_PORT"])


def test_a_host_that_is_no_address_is_refused(tmp_path: Path, database: str) -> None:
    ended = diary(tmp_path, "serve", DIARY_DATABASE_URL=database, DIARY_HOST="not an address", **SECRETS)

    assert ended.returncode == 1
    assert ended.stderr == "DIARY_HOST: is neither an IP address nor a name that leads to one\n"


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(WrongSettings) as refused:
        free_address("192.0.2.1", port=8000)

    said = "DIARY_HOST, DIARY_PORT: cannot listen on 192.0.2.1:8000: Cannot assign requested address"
    assert said == str(refused.value)


@pytest.mark.parametrize("host", ["..", "a" * 64 + ".test"])
def test_a_name_that_no_resolver_can_read_is_refused(host: str) -> None:
    with pytest.raises(WrongSettings, match="DIARY_HOST"):
        free_address(host, port=free_port())


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("0.0.0.0", "0.0.0.0")],  # noqa: S104
)
def test_a_host_is_resolved_to_the_address_that_the_server_takes(host: str, address: str) -> None:
    assert address == free_address(host, port=free_port())


def test_the_probe_leaves_the_port_free() -> None:
    port = free_port()

    first, second = (free_address("127.0.0.1", port=port) for _ in range(2))

    assert first == second


def test_an_address_of_version_6_is_taken_as_it_is() -> None:
    assert _ip_address("::1") == (socket.AF_INET6, "::1")


def test_of_a_name_with_both_kinds_of_address_the_one_of_version_4_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET6, 1, 6, "", ("::1", 0, 0, 0)), (socket.AF_INET, 1, 6, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)

    assert _ip_address("both.test") == (socket.AF_INET, "127.0.0.1")
