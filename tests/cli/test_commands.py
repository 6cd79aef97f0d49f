"""The `diary` command: what can be expected to go wrong ends it with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def diary(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = BASE | {"DIARY_FOLDER": str(folder), "COLUMNS": "200"} | settings
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(tmp_path: Path) -> None:
    ended = diary(tmp_path, "serve", DIARY_PORT="ninety", DIARY_MASTER_KEY="short")

    assert ended.returncode == 1
    assert "DIARY_PORT: Input should be a valid integer" in ended.stderr
    assert "DIARY_MASTER_KEY: Value error, has to be 32 bytes in base64" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_secret_that_is_missing_is_named_and_explained(tmp_path: Path) -> None:
    ended = diary(tmp_path, "work", DIARY_DATABASE_URL="postgresql://127.0.0.1:1/nowhere")

    assert ended.returncode == 1
    assert "DIARY_MASTER_KEY is not set: 32 bytes in base64 that wrap the vault's keys." in ended.stderr


def test_settings_are_printed_with_secrets_hidden(tmp_path: Path) -> None:
    printed = diary(tmp_path, "settings", DIARY_TOKEN_SECRET="very-secret-" * 4)

    assert printed.returncode == 0
    assert "DIARY_TOKEN_SECRET" in printed.stdout
    assert "very-secret" not in printed.stdout


@pytest.mark.parametrize("command", [("tour",), ("demo", "advance", "24h"), ("history", str(Path("x")))])
def test_without_a_demo_the_commands_that_need_one_say_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    command = ("history", "00000000-0000-0000-0000-000000000001") if command[0] == "history" else command

    ended = diary(tmp_path, *command)

    assert ended.returncode == 1
    assert "No demo is running on this folder; start one with `make demo`" in ended.stderr


@pytest.mark.parametrize("how_far", ["24", "h", "-1h", "1w", "9999999d"])
def test_a_step_of_the_clock_is_a_number_and_a_unit(tmp_path: Path, how_far: str) -> None:
    ended = diary(tmp_path, "demo", "advance", "--", how_far)

    assert ended.returncode == 2
    assert "a number and a unit, such as 90s, 15m, 24h or 2d" in " ".join(ended.stderr.split())


def test_an_unmigrated_database_is_refused_with_the_command_that_helps(tmp_path: Path, empty_database: str) -> None:
    secrets = {
        "DIARY_MASTER_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "DIARY_TOKEN_SECRET": "t" * 32,
        "DIARY_STRIPE_KEY": "sk_test_x",
    }

    ended = diary(tmp_path, "serve", DIARY_DATABASE_URL=empty_database, **secrets)

    assert ended.returncode == 1
    assert "run `diary migrate`" in ended.stderr


def test_a_live_key_is_refused_where_payments_lead_to_another_server(tmp_path: Path, database: str) -> None:
    secrets = {
        "DIARY_MASTER_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "DIARY_TOKEN_SECRET": "t" * 32,
        "DIARY_STRIPE_KEY": "sk_live_x",
        "DIARY_STRIPE_URL": "http://127.0.0.1:1",
    }

    ended = diary(tmp_path, "work", DIARY_DATABASE_URL=database, **secrets)

    assert ended.returncode == 1
    assert "DIARY_STRIPE_KEY is a live key" in ended.stderr


def test_migrating_twice_does_nothing_the_second_time(tmp_path: Path, empty_database: str) -> None:
    diary(tmp_path, "migrate", DIARY_DATABASE_URL=empty_database)

    again = diary(tmp_path, "migrate", DIARY_DATABASE_URL=empty_database)

    assert again.stdout == "Nothing to do: the tables are those of this version.\n"


def test_a_database_that_cannot_be_reached_is_said_in_a_sentence(tmp_path: Path) -> None:
    secrets = {
        "DIARY_MASTER_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "DIARY_TOKEN_SECRET": "t" * 32,
        "DIARY_STRIPE_KEY": "sk_test_x",
    }

    ended = diary(tmp_path, "serve", DIARY_DATABASE_URL="postgresql://127.0.0.1:1/nowhere", **secrets)

    assert ended.returncode == 1
    assert ended.stderr.startswith("The database of DIARY_DATABASE_URL does not let us in")
