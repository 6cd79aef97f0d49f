"""The API in a process of its own, as `diary serve` runs it, so that it shares no interpreter with those who ask."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

LOOPBACK = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 30
LIVENESS = "/livez"


@contextmanager
def serving(settings: Mapping[str, str]) -> Iterator[str]:
    """Run `diary serve` with these settings on a free port of loopback; yield its address when it answers."""
    port = _free_port()
    url = f"http://{LOOPBACK}:{port}"
    environment = {"PATH": os.environ["PATH"], **settings, "DIARY_HOST": LOOPBACK, "DIARY_PORT": str(port)}
    command = [sys.executable, "-m", "cli", "serve"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as server:  # noqa: S603 - our own command
        try:
            _wait_until_live(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait_until_live(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"`diary serve` ended with {server.returncode}")
        try:
            httpx.get(url + LIVENESS, trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no API after {START_SECONDS} seconds")
