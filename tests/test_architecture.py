"""The walls of the tree hold: each check is seen to refuse what it is there to refuse."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("domain", "application", "projections", "adapters", "api", "workers", "cli")
BIN = Path(sys.executable).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line", "wall"),
    [
        ("domain/zones.py", "import application.ports", "Dependencies point inwards"),
        ("api/windows.py", "import workers.relay", "Dependencies point inwards"),
        ("domain/zones.py", "import structlog", "The domain knows no framework"),
        ("workers/relay.py", "import psycopg", "Only adapters speak to Stripe and PostgreSQL"),
        ("application/till.py", "import stripe", "Only adapters speak to Stripe and PostgreSQL"),
    ],
)
def test_an_import_through_a_wall_is_refused(copy: Path, file: str, line: str, wall: str) -> None:
    target = copy / file
    target.write_text(f"{target.read_text('utf-8')}\n{line}\n", "utf-8")

    checked = subprocess.run([BIN / "lint-imports"], cwd=copy, capture_output=True, text=True, timeout=60, check=False)

    assert checked.returncode == 1
    assert f"{wall} BROKEN" in checked.stdout


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import datetime\nx = datetime.now()",
        "from uuid import uuid4\nx = uuid4()",
        "import time\nx = time.time()",
    ],
)
@pytest.mark.parametrize("room", ["domain", "application", "workers", "tests"])
def test_the_clock_and_the_ids_are_read_in_one_place_each(room: str, line: str) -> None:
    command = [str(BIN / "ruff"), "check", "--select", "TID251", "--stdin-filename", f"{room}/new.py", "-"]

    checked = subprocess.run(command, cwd=ROOT, input=line, capture_output=True, text=True, timeout=60, check=False)

    assert checked.returncode == 1
    assert "TID251" in checked.stdout
