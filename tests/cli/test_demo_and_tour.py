"""The demo as a newcomer meets it: real processes, real HTTP, one folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

START_SECONDS = 60
STOP_SECONDS = 30


@contextmanager
def a_demo(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo that has come up, in a session of its own so that nothing of it outlives the test."""
    output = folder / "demo.out"
    with output.open("w") as file:
        demo = subprocess.Popen([sys.executable, "-m", "cli", "demo"], env=_environment(folder), stdout=file, text=True)
    try:
        until = time.monotonic() + START_SECONDS
        while "Ctrl-C ends it" not in output.read_text("utf-8"):
            assert demo.poll() is None, output.read_text("utf-8")
            assert time.monotonic() < until, output.read_text("utf-8")
            time.sleep(0.1)
        yield demo
    finally:
        with suppress(ProcessLookupError):
            demo.send_signal(signal.SIGTERM)
        demo.wait(STOP_SECONDS)


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {"DIARY_FOLDER": str(folder), "COLUMNS": "160"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, env=_environment(folder), capture_output=True, text=True, timeout=90, check=False)


@pytest.mark.timeout(240)
def test_the_demo_shows_the_main_path_and_survives_being_killed(tmp_path: Path) -> None:
    with a_demo(tmp_path) as demo:
        printed = (tmp_path / "demo.out").read_text("utf-8")
        assert "an auditor replays it all" in printed
        assert "export API=http://127.0.0.1:" in (tmp_path / "demo.env").read_text("utf-8")

        second = run(tmp_path, "demo")
        assert second.returncode == 1
        assert second.stderr.startswith("Another diary is already running on this folder.")

        demo.kill()
        demo.wait(STOP_SECONDS)
        orphaned = run(tmp_path, "demo", "advance", "1h")
        assert orphaned.stderr.startswith("No demo is running on this folder")

    with a_demo(tmp_path):
        toured = run(tmp_path, "tour")
        assert toured.returncode == 0, toured.stdout + toured.stderr
        assert "all as they should be" in toured.stdout
