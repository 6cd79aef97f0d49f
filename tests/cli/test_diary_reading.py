"""`diary therapist`: what is read of a diary, and how times are written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from application.diaries import OF_THE_RULES
from application.wording import WEEKDAYS
from cli.diary import COMMANDS
from cli.diary_words import WARNINGS, WHY_NOT
from domain.diary.events import Period
from domain.diary.picture import WhyNot
from tests.cli.diary_terminal import NOBODY, OPERATOR, Terminal, local
from tests.cli.test_commands import SECRETS, diary
from tests.seeded import a_client, a_known_client

ROOT = Path(__file__).parent.parent.parent


def test_b10_a_time_without_an_offset_is_the_diarys_and_of_two_the_first(terminal: Terminal) -> None:
    twice = "2040-10-28T01:30"  # the clocks go back at 02:00 that night

    terminal.changes("block", "--from", twice, "--until", "2040-10-28T03:00")

    (blocked,) = terminal.diary().blocks.values()
    begins, ends = datetime(2040, 10, 28, 0, 30, tzinfo=UTC), datetime(2040, 10, 28, 3, tzinfo=UTC)
    assert blocked.time == Period(starts_at=begins, ends_at=ends)


def test_b10_a_time_that_the_clocks_skip_is_refused(terminal: Terminal) -> None:
    ended = terminal.changes("block", "--from", "2040-03-25T01:30", "--until", "2040-03-25T03:00")

    assert (ended.code, ended.out, terminal.diary().blocks) == (2, "", {})
    assert "The clocks of Europe/London skip 01:30 on 2040-03-25; name another time." in ended.err


def test_b9_what_is_open_is_printed_by_date_with_the_zone(terminal: Terminal) -> None:
    day, closed = terminal.day(days=5), terminal.day(days=6)
    terminal.changes("hours", *(f"{weekday} 10:00-12:00@{terminal.location}" for weekday in WEEKDAYS))
    terminal.changes("date", closed, "--closed")

    ended = terminal.asks("openings", "--from", day, "--days", 2)

    lines = [line.replace("│", " ").split() for line in ended.out.splitlines()]
    assert "by the clocks of Europe/London" in ended.out
    assert [str(day), "10:00", "10:30", "11:00", terminal.location] in lines
    assert [str(closed), "nothing", "(no", "working", "hours)"] in lines


def test_b9_a_date_with_nothing_open_says_why(terminal: Terminal) -> None:
    day, today = terminal.day(days=5), terminal.day(days=0)
    terminal.changes("block", "--from", f"{day}T00:00", "--until", f"{day + timedelta(days=1)}T00:00")

    ended = terminal.asks("openings", "--from", day, "--days", 1)
    now = terminal.asks("openings", "--from", today, "--days", 1)
    later = terminal.asks("openings", "--from", today + timedelta(weeks=20), "--days", 1)

    assert "nothing (blocked)" in ended.out
    assert "nothing (inside notice)" in now.out
    assert "nothing (beyond horizon)" in later.out


def test_b9_a_client_sees_their_own_reserved_slot_where_others_see_why_not(terminal: Terminal) -> None:
    known, at = a_known_client(terminal.seeded), terminal.at_ten(days=6)
    written = ("--location", terminal.location, "--anchor", at.date())
    start = f"{WEEKDAYS[at.weekday()]} 10:00"
    terminal.changes("reserve", terminal.relationship_with(known), start, *written)

    theirs, others = terminal.asks("why", local(at), "--client", known), terminal.asks("why", local(at))

    assert f"at {terminal.location}: open\n" in theirs.out
    assert f"at {terminal.location}: not open\n" in others.out
    assert "  It reaches into a slot that is reserved for another client (B5).\n" in others.out


def test_b9_all_reasons_of_a_time_are_told(terminal: Terminal) -> None:
    at = terminal.at_ten(days=5)
    client_id = a_client(terminal.seeded)
    terminal.seeded.book(client_id, at)
    terminal.changes("self-booking", "off")
    terminal.changes("block", "--from", local(at), "--until", local(at + timedelta(hours=1)))

    ended = terminal.asks("why", local(at + timedelta(minutes=10)), "--client", client_id)

    assert [line.strip() for line in ended.out.splitlines()[2:]] == [
        "The diary is closed to self-booking (B6).",
        "The working hours there have no start at that time (B1, B2).",
        "It reaches into a block (B3).",
        "It reaches into a session, the gap after one, or a busy time of a connected calendar (B8, B12).",
        "The client has another session at that time (B12).",
    ]


def test_a_client_that_nobody_knows_is_not_taken_for_a_new_one(terminal: Terminal) -> None:
    ended = terminal.asks("openings", "--client", NOBODY)

    assert (ended.code, ended.out) == (2, "")
    assert "There is no client by that id." in ended.err


@pytest.mark.parametrize("command", [["show"], ["openings"], ["why", "2040-01-07T09:00"], ["resume", "--by", OPERATOR]])
def test_a_therapist_that_nobody_knows_is_told_in_a_sentence(terminal: Terminal, command: list[Any]) -> None:
    ended = terminal.types(command[0], NOBODY, *command[1:])

    assert (ended.code, ended.out, ended.err) == (1, "", "There is nothing here by that id.")


def test_tables_of_another_version_are_refused_with_the_command_that_helps(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, empty_database: str
) -> None:
    monkeypatch.setenv("DIARY_DATABASE_URL", empty_database)

    ended = terminal.asks("show")

    assert (ended.code, ended.out) == (1, "")
    assert "run `diary migrate`" in ended.err


def test_a_kind_that_is_not_offered_is_told_in_a_sentence(terminal: Terminal) -> None:
    ended = terminal.asks("openings", "--kind", "couple")

    assert (ended.code, ended.out, ended.err) == (1, "", "The therapist does not offer sessions of that kind.")


def test_the_diary_is_shown_with_its_ids_and_without_names(terminal: Terminal) -> None:
    known, anchor = a_known_client(terminal.seeded), terminal.day(days=6)
    start, where = f"{WEEKDAYS[anchor.weekday()]} 17:30", ("--location", terminal.location, "--anchor", anchor)
    terminal.changes("reserve", terminal.relationship_with(known), start, *where)
    terminal.changes("block", "--weekly", "sun 12:00-13:00")
    terminal.changes("date", terminal.day(days=9), "--closed")

    shown = terminal.asks("show")

    assert shown.code == 0
    for expected in (
        known,
        terminal.therapist,
        terminal.location,
        *terminal.diary().blocks,
        *terminal.diary().reserved,
    ):
        assert str(expected) in shown.out
    assert "every Sun 12:00-13:00" in shown.out
    assert f"17:30, 50 minutes, every week from {anchor}" in shown.out
    assert [str(terminal.day(days=9)), "closed"] in [line.replace("│", " ").split() for line in shown.out.splitlines()]
    assert "Ada" not in shown.out
    assert "Tess" not in shown.out
    assert "example.org" not in shown.out


def test_ids_stay_whole_in_a_narrow_terminal(terminal: Terminal, database: str, tmp_path: Path) -> None:
    known, anchor = a_known_client(terminal.seeded), terminal.day(days=6)
    start, where = f"{WEEKDAYS[anchor.weekday()]} 17:30", ("--location", terminal.location, "--anchor", anchor)
    terminal.changes("reserve", terminal.relationship_with(known), start, *where)

    narrow = {"DIARY_DATABASE_URL": database, "COLUMNS": "30", **SECRETS}
    ended = diary(tmp_path, "therapist", "show", terminal.therapist, **narrow)

    (reserved_slot_id,) = terminal.diary().reserved
    printed = (reserved_slot_id, terminal.relationship_with(known), known, terminal.location)
    assert [one for one in printed if str(one) not in ended.stdout] == []


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ("hours", "mon 9:00-12:30@7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"),
        ("hours", "moonday 09:00-12:30@7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"),
        ("hours", "mon 09:00-25:00@7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"),
        ("hours", "mon 24:00-24:00@7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"),
        ("hours", "mon 09:00-12:30"),
        ("hours", "mon 09:00-12:30@here"),
        ("hours", "mon 09:00-12:30@7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10,"),
        ("hours", "mon ٠٩:٠٠-١٢:٣٠@7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10"),  # noqa: RUF001 - digits of another script
        ("date", "2040-02-30"),
        ("date", "0001-01-01"),
        ("date", "9999-12-31"),
        ("date", "tomorrow"),
        ("why", "2040-01-07"),
        ("why", "2040-01-07T25:00"),
        ("why", "2040-02-30T09:00"),
        ("why", "0001-01-01T00:00+14:00"),
        ("why", "9999-12-31T23:59-12:00"),
        ("why", "2040-01-07T09:00+25:00"),
        ("prime-time", "mon 17:30"),
        ("unblock", "7"),
        ("pause", "new_clients"),
        ("self-booking", "maybe"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(terminal: Terminal, command: str, written: str) -> None:
    ended = terminal.asks(command, written)

    assert (ended.code, ended.out) == (2, "")
    assert "Invalid value for" in ended.err
    assert "Traceback" not in ended.err


def test_an_instant_may_carry_its_offset_and_its_seconds(terminal: Terminal) -> None:
    written = ("--from", "2040-01-07T08:00:30", "--until", "2040-01-07 10:00+01:00")

    terminal.changes("block", *written)

    (blocked,) = terminal.diary().blocks.values()
    begins, ends = datetime(2040, 1, 7, 8, 0, 30, tzinfo=UTC), datetime(2040, 1, 7, 9, tzinfo=UTC)
    assert blocked.time == Period(starts_at=begins, ends_at=ends)


def test_every_reason_and_every_warning_has_its_sentence() -> None:
    assert (set(WHY_NOT), set(WARNINGS)) == (set(WhyNot), OF_THE_RULES)


def test_the_page_on_keeping_a_diary_shows_every_command() -> None:
    page = (ROOT / "docs" / "how-to" / "keep-a-diary-from-the-terminal.md").read_text("utf-8")

    assert set(re.findall(r"^diary therapist ([a-z-]+)", page, re.M)) == set(COMMANDS)
