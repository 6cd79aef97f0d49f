"""The `diary` command: what can be expected to go wrong ends it with a sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from adapters.clock import machine_now
from adapters.settings import Settings, WrongSettings, read_settings
from adapters.tokens import DevelopmentIssuer, Person
from domain.model import Role

BASE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
PERSON = UUID(int=7)
SECRETS = {
    "DIARY_MASTER_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    "DIARY_TOKEN_SECRET": "t" * 32,
    "DIARY_STRIPE_KEY": "sk_test_x",
}
PARKED = """
insert into work (work_id, kind, subject, due_at, correlation_id, state, last_error)
values (%s, 'charge', 'somebody', practice_now(), %s, 'parked', %s)
"""


def diary(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = BASE | {"DIARY_FOLDER": str(folder), "COLUMNS": "200"} | settings
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(tmp_path: Path) -> None:
    ended = diary(tmp_path, "serve", DIARY_PORT="ninety", DIARY_MASTER_KEY="short")

    assert ended.returncode == 1
    assert "DIARY_PORT: Input should be a valid integer" in ended.stderr
    assert "DIARY_MASTER_KEY: has to be 32 bytes in base64" in ended.stderr
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


@pytest.mark.parametrize("how_far", ["1", "24", "h", "-1h", "1w", "9999999d"])
def test_a_step_of_the_clock_is_a_number_and_a_unit(tmp_path: Path, how_far: str) -> None:
    ended = diary(tmp_path, "demo", "advance", "--", how_far)

    assert ended.returncode == 2
    assert "has to be a number and a unit, such as 90s, 15m, 24h or 2d" in " ".join(ended.stderr.split())


def test_an_unmigrated_database_is_refused_with_the_command_that_helps(tmp_path: Path, empty_database: str) -> None:
    ended = diary(tmp_path, "serve", DIARY_DATABASE_URL=empty_database, **SECRETS)

    assert ended.returncode == 1
    assert "run `diary migrate`" in ended.stderr


def test_a_live_key_is_refused_where_payments_lead_to_another_server(tmp_path: Path, database: str) -> None:
    secrets = SECRETS | {"DIARY_STRIPE_KEY": "sk_live_x", "DIARY_STRIPE_URL": "http://127.0.0.1:1"}

    ended = diary(tmp_path, "work", DIARY_DATABASE_URL=database, **secrets)

    assert ended.returncode == 1
    assert "DIARY_STRIPE_KEY is a live key" in ended.stderr


def test_migrating_twice_does_nothing_the_second_time(tmp_path: Path, empty_database: str) -> None:
    diary(tmp_path, "migrate", DIARY_DATABASE_URL=empty_database)

    again = diary(tmp_path, "migrate", DIARY_DATABASE_URL=empty_database)

    assert again.stdout == "Nothing to do: the tables are those of this version.\n"


def test_a_database_that_cannot_be_reached_is_said_in_a_sentence(tmp_path: Path) -> None:
    ended = diary(tmp_path, "serve", DIARY_DATABASE_URL="postgresql://127.0.0.1:1/nowhere", **SECRETS)

    assert ended.returncode == 1
    assert ended.stderr.startswith("The database of DIARY_DATABASE_URL does not let us in")


@pytest.mark.parametrize("setting", ["DIARY_DATABASE_URL", "DIARY_OWNER_DATABASE_URL"])
def test_a_malformed_database_address_is_named_and_never_repeated(tmp_path: Path, setting: str) -> None:
    ended = diary(tmp_path, "migrate", **{setting: "postgres//somebody:hush@there/diary"})

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{setting}: is not an address of PostgreSQL\n"


@pytest.mark.parametrize("rest", ["hush%zz@there/diary", "hush@there:port/diary", "hush@there/diary?connect_timeout=a"])
def test_each_part_of_a_database_address_has_to_be_readable(monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    monkeypatch.setenv("DIARY_DATABASE_URL", f"postgresql://somebody:{rest}")

    with pytest.raises(WrongSettings) as refused:
        read_settings()

    assert str(refused.value) == "DIARY_DATABASE_URL: is not an address of PostgreSQL"


@pytest.mark.parametrize("address", ["127.0.0.1:12111", "ftp://there", "http://", "http://there:port", "http://th ere"])
def test_the_providers_address_is_one_of_the_web(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DIARY_STRIPE_URL", address)

    with pytest.raises(WrongSettings) as refused:
        read_settings()

    assert str(refused.value) == "DIARY_STRIPE_URL: has to be an address such as https://host or http://host:12111"


def test_the_providers_key_is_not_blank(tmp_path: Path) -> None:
    ended = diary(tmp_path, "settings", DIARY_STRIPE_KEY=" ")

    assert (ended.returncode, ended.stderr) == (1, "DIARY_STRIPE_KEY: is empty\n")


def test_an_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    empty = {f"DIARY_{name.upper()}": "" for name in Settings.model_fields if name != "folder"}

    printed = diary(tmp_path, "settings", **empty)
    ended = diary(tmp_path, "serve", **empty | {"DIARY_DATABASE_URL": "postgresql://127.0.0.1:1/nowhere"})

    assert (printed.returncode, printed.stderr) == (0, "")
    assert ended.stderr.startswith("DIARY_MASTER_KEY is not set")


def test_a_misspelt_setting_is_refused_by_its_name_alone(tmp_path: Path) -> None:
    ended = diary(tmp_path, "settings", DIARY_MASTERKEY="hush", DIARY_XYZZY="hush", DIARY_PORT="ninety")

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[:2] == [
        "DIARY_MASTERKEY: is not a setting; is DIARY_MASTER_KEY meant?",
        "DIARY_XYZZY: is not a setting",
    ]
    assert ended.stderr.splitlines()[2].startswith("DIARY_PORT: Input should be a valid integer")


def test_what_the_demo_and_the_test_runs_read_is_let_through(tmp_path: Path) -> None:
    printed = diary(tmp_path, "settings", DIARY_DEMO_CHILD_OF="1", DIARY_SEED="1", DIARY_TEST_ANYTHING="1")

    assert (printed.returncode, printed.stderr) == (0, "")


@pytest.mark.parametrize("options", [(), ("--lift-log-base",)])
def test_migrating_says_which_database_does_not_let_it_in(tmp_path: Path, options: tuple[str, ...]) -> None:
    down = "postgresql://somebody:hush@127.0.0.1:1/nowhere"

    ended = diary(tmp_path, "migrate", *options, DIARY_OWNER_DATABASE_URL=down)

    assert ended.returncode == 1
    assert ended.stderr.startswith("The database of DIARY_OWNER_DATABASE_URL, or where that is not set of DIARY_")
    assert len(ended.stderr.splitlines()) == 1
    assert "hush" not in ended.stderr


def test_migrating_a_database_that_refuses_ends_with_the_same_sentence(tmp_path: Path, server: str) -> None:
    ended = diary(tmp_path, "migrate", DIARY_DATABASE_URL=server.replace("/postgres?", "/not_there?"))

    assert ended.returncode == 1
    assert ended.stderr.startswith("The database of DIARY_OWNER_DATABASE_URL")


@pytest.mark.parametrize("command", ["migrate", "demo"])
def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path, command: str) -> None:
    tmp_path.joinpath("file").touch()

    ended = diary(tmp_path / "file" / "folder", command)

    assert ended.returncode == 1
    assert "Set DIARY_FOLDER to one that can be made and written: [Errno 20] Not a directory" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [("tour",), ("demo", "advance", "1h")])
def test_a_demo_that_was_killed_is_said_not_to_answer(tmp_path: Path, command: tuple[str, ...]) -> None:
    nowhere = "http://127.0.0.1:1"
    left = {"pid": 1, "api": nowhere, "sandbox": nowhere, "conninfo": "postgresql://127.0.0.1:1/x"}
    tmp_path.joinpath("demo.json").write_text(json.dumps(left), "utf-8")

    ended = diary(tmp_path, *command)

    assert (ended.returncode, ended.stderr) == (1, "The demo does not answer; is it still running?\n")


def test_the_commands_stand_in_the_order_in_which_they_are_met(tmp_path: Path) -> None:
    printed = diary(tmp_path, "--help")

    listed = re.findall(r"^│ ([a-z]+) ", printed.stdout, re.M)
    met = ["demo", "tour", "serve", "work", "migrate", "history", "therapist", "token", "unpark", "settings", "sandbox"]
    assert met == listed


@pytest.mark.parametrize("role", [Role.CLIENT, Role.AUDITOR])
def test_a_token_is_good_for_thirty_days(tmp_path: Path, role: Role) -> None:
    printed = diary(tmp_path, "token", role, str(PERSON), DIARY_DATABASE_URL="postgresql://127.0.0.1:1/x", **SECRETS)

    issuer = DevelopmentIssuer(SECRETS["DIARY_TOKEN_SECRET"].encode())
    almost = machine_now() + timedelta(days=29, hours=23)
    assert Person(PERSON, role) == issuer.verify(printed.stdout.strip(), now=almost)


def test_the_system_has_no_token(tmp_path: Path) -> None:
    ended = diary(tmp_path, "token", "system", str(PERSON), DIARY_DATABASE_URL="postgresql://127.0.0.1:1/x", **SECRETS)

    assert (ended.returncode, ended.stdout) == (2, "")


def given_parked(database: str, **codes: str) -> None:
    with psycopg.connect(database) as conn:
        for number, (work_id, code) in enumerate(codes.items()):
            conn.execute(PARKED, [work_id, UUID(int=number), code])


def test_parked_work_is_listed_with_why_it_was_parked(tmp_path: Path, database: str) -> None:
    empty = diary(tmp_path, "unpark", DIARY_DATABASE_URL=database, **SECRETS)
    given_parked(database, one="card_error", two="lost")

    listed = diary(tmp_path, "unpark", DIARY_DATABASE_URL=database, **SECRETS)

    assert empty.stdout == "Nothing is parked.\n"
    assert sorted(listed.stdout.splitlines()) == ["one  card_error", "two  lost"]


def test_what_is_named_is_put_back_and_what_was_not_parked_is_said(tmp_path: Path, database: str) -> None:
    given_parked(database, one="lost", two="lost")

    ended = diary(tmp_path, "unpark", "one", "three", DIARY_DATABASE_URL=database, **SECRETS)

    left = diary(tmp_path, "unpark", DIARY_DATABASE_URL=database, **SECRETS)
    assert (ended.returncode, ended.stdout) == (1, "one is put back.\n")
    assert ended.stderr == "Not parked, and so left as it is: three.\n"
    assert left.stdout == "two  lost\n"


def test_all_that_is_parked_is_put_back_at_once(tmp_path: Path, database: str) -> None:
    given_parked(database, one="lost", two="lost")

    ended = diary(tmp_path, "unpark", "--all", DIARY_DATABASE_URL=database, **SECRETS)

    left = diary(tmp_path, "unpark", "--all", DIARY_DATABASE_URL=database, **SECRETS)
    assert (ended.returncode, sorted(ended.stdout.splitlines())) == (0, ["one is put back.", "two is put back."])
    assert (left.returncode, left.stdout) == (0, "Nothing was put back.\n")


def test_naming_work_and_saying_all_is_refused(tmp_path: Path) -> None:
    ended = diary(tmp_path, "unpark", "one", "--all", DIARY_DATABASE_URL="postgresql://127.0.0.1:1/x", **SECRETS)

    assert ended.returncode == 2
    assert "name some work or say --all, not both" in ended.stderr
