"""`diary therapist`: an operator keeps a diary from the terminal of the service's machine."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from application import diaries as keeping
from application.diaries import set_notice
from application.practice import Command, Outcome, Practice
from application.wording import WEEKDAYS
from cli import diary_table
from domain.diary.diary import BookingTerms
from domain.diary.events import DayBefore, Hours, HoursOfNotice, Period, WeeklyHours, WeeklyRange
from domain.model import Role
from tests.cli.diary_terminal import NOBODY, Terminal, local
from tests.seeded import a_client, a_known_client


def test_b1_the_whole_week_is_set_at_once(terminal: Terminal) -> None:
    written = (f"Mon 09:00-12:30@{terminal.location}", f"friday 18:00-24:00@{terminal.location}")

    ended = terminal.changes("hours", *written)

    where = (terminal.seeded.location_id,)
    morning = WeeklyHours(weekday=0, hours=Hours(from_minutes=540, until_minutes=750, location_ids=where))
    evening = WeeklyHours(weekday=4, hours=Hours(from_minutes=1080, until_minutes=1440, location_ids=where))
    assert (ended.code, ended.out) == (0, "The working week is set.\n")
    assert terminal.diary().weekly == (morning, evening)


def test_b1_the_week_is_cleared_only_by_saying_so(terminal: Terminal) -> None:
    silent = terminal.changes("hours")
    before = terminal.diary().weekly

    cleared = terminal.changes("hours", "--none")

    assert (silent.code, len(before)) == (2, 7)
    assert "name the hours of the week, or say --none" in silent.err
    assert (cleared.code, terminal.diary().weekly) == (0, ())


def test_b1_a_session_outside_the_new_hours_stands_and_is_printed(terminal: Terminal) -> None:
    client_id = a_client(terminal.seeded)
    session_id = terminal.seeded.book(client_id, terminal.at_ten(days=5))

    ended = terminal.changes("hours", "--none")

    assert "sessions it clashes with (1)" in ended.out
    assert str(session_id) in ended.out
    assert str(client_id) in ended.out
    assert f"{terminal.at_ten(days=5).day} " in ended.out
    assert "10:00 (Europe/London)" in ended.out
    assert 'POST /v1/sessions/SESSION_ID/cancel {"reason": "not_available"}' in ended.out
    assert "Ada" not in ended.out


def test_b1_a_date_is_opened_and_closed(terminal: Terminal) -> None:
    day = terminal.day(days=9)
    terminal.changes("hours", "--none")

    opened = terminal.changes("date", day, f"18:00-20:00@{terminal.location}")
    then = terminal.diary().opened
    closed = terminal.changes("date", day, "--closed")

    evening = Hours(from_minutes=1080, until_minutes=1200, location_ids=(terminal.seeded.location_id,))
    assert (opened.out, then) == (f"{day} is set.\n", {day: (evening,)})
    assert (closed.out, terminal.diary().closed) == (f"{day} is closed.\n", frozenset({day}))
    assert terminal.changes("date", day, "--as-usual").out == f"{day} is as usual.\n"
    assert (terminal.diary().closed, terminal.diary().opened) == (frozenset(), {})
    assert terminal.changes("date", day, "--as-usual", "--closed").code == 2


def test_b1_a_date_that_is_over_is_refused_in_a_sentence(terminal: Terminal) -> None:
    ended = terminal.changes("date", "2020-01-07", "--closed")

    assert (ended.code, ended.out, ended.err) == (1, "", "That time has already passed.")


def test_b2_terms_that_are_not_given_stay(terminal: Terminal) -> None:
    terminal.changes("notice", "--hours", 12, "--horizon-weeks", 4, "--grid", 60, "--gap", 15)

    ended = terminal.changes("notice", "--next-day-until", "21:00")

    assert ended.out == "The booking terms are set.\n"
    assert terminal.diary().terms == BookingTerms(DayBefore(until_minutes=1260), 4, 60, 15)


@pytest.mark.parametrize(
    ("written", "code", "sentence"),
    [
        ((), 2, "say what is to change"),
        (("--hours", 3, "--next-day-until", "21:00"), 2, "say --hours or --next-day-until, not both"),
        (("--hours", 0), 2, "Input should be greater than or equal to 2"),
        (("--hours", 10**30), 2, "Input should be less than or equal to 24"),
        (("--grid", 20), 1, "the grid 15, 30 or 60 minutes"),
        (("--gap", 45), 1, "must not be longer than one step of the grid"),
        (("--next-day-until", "9pm"), 2, "is written like 21:00"),
    ],
)
def test_b2_impossible_terms_are_refused_and_nothing_changes(
    terminal: Terminal, written: tuple[object, ...], code: int, sentence: str
) -> None:
    ended = terminal.changes("notice", *written)

    assert (ended.code, ended.out) == (code, "")
    assert sentence in ended.err
    assert terminal.diary().terms == BookingTerms()


def test_b2_terms_that_somebody_else_sets_meanwhile_are_not_undone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = BookingTerms(HoursOfNotice(hours=2), 2, 15, 0)

    def somebody_is_first(practice: Practice, command: Command, therapist_id: UUID, *, terms: BookingTerms) -> Outcome:
        set_notice(practice, terminal.seeded.command(Role.THERAPIST, therapist_id), therapist_id, terms=theirs)
        return set_notice(practice, command, therapist_id, terms=terms)

    monkeypatch.setattr(keeping, "set_notice", somebody_is_first)

    ended = terminal.changes("notice", "--gap", 5)

    assert (ended.code, ended.err) == (1, "This has changed since the version that the request speaks of.")
    assert terminal.diary().terms == theirs


def test_b3_a_block_never_cancels_a_session(terminal: Terminal) -> None:
    at = terminal.at_ten(days=5)
    session_id = terminal.seeded.book(a_client(terminal.seeded), at)

    ended = terminal.changes("block", "--from", local(at), "--until", local(at + timedelta(hours=3)))

    ((block_id, blocked),) = terminal.diary().blocks.items()
    assert blocked.time == Period(starts_at=at, ends_at=at + timedelta(hours=3))
    assert ended.out.startswith(f"Block {block_id} is there.\n")
    assert str(session_id) in ended.out
    assert terminal.seeded.session(session_id).status.value == "being_booked"


def test_b3_of_many_clashes_the_first_are_printed_and_all_are_counted(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        terminal.seeded.book(a_client(terminal.seeded), terminal.at_ten(days=5) + timedelta(hours=hours))
        for hours in (0, 2)
    )
    monkeypatch.setattr(diary_table, "CLASHES_SHOWN", 1)

    ended = terminal.changes("hours", "--none")

    assert "sessions it clashes with (2, the first 1)" in ended.out
    assert (str(first) in ended.out, str(second) in ended.out) == (True, False)


def test_b3_a_session_that_ends_where_a_block_begins_does_not_clash(terminal: Terminal) -> None:
    at = terminal.at_ten(days=5)
    terminal.seeded.book(a_client(terminal.seeded), at)

    ended = terminal.changes(
        "block", "--from", local(at + timedelta(minutes=50)), "--until", local(at + timedelta(hours=3))
    )

    (block_id,) = terminal.diary().blocks
    assert ended.out == f"Block {block_id} is there.\n"


def test_b3_a_weekly_block_is_removed_by_its_id(terminal: Terminal) -> None:
    terminal.changes("block", "--weekly", "sun 12:00-13:00")
    ((block_id, blocked),) = terminal.diary().blocks.items()

    removed = terminal.changes("unblock", block_id)
    again = terminal.changes("unblock", block_id)

    assert blocked.time == WeeklyRange(weekday=6, from_minutes=720, until_minutes=780)
    assert (removed.out, terminal.diary().blocks) == (f"Block {block_id} is gone.\n", {})
    assert (again.code, again.out) == (0, "Nothing was changed: the diary has no such block.\n")


@pytest.mark.parametrize(
    "written",
    [
        (),
        ("--from", "2040-01-07T09:00"),
        ("--until", "2040-01-07T09:00"),
        ("--weekly", "mon 12:00-13:00", "--from", "2040-01-07T09:00", "--until", "2040-01-07T10:00"),
        ("--weekly", "mon 12:00-13:00", "--until", "2040-01-07T10:00"),
    ],
)
def test_b3_a_block_is_once_or_weekly(terminal: Terminal, written: tuple[str, ...]) -> None:
    ended = terminal.changes("block", *written)

    assert (ended.code, ended.out, terminal.diary().blocks) == (2, "", {})
    assert "say --from and --until, or --weekly" in ended.err


def test_b4_prime_time_is_set_with_its_release_and_taken_away(terminal: Terminal) -> None:
    terminal.changes("prime-time", "mon 17:30-19:30", "tue 17:30-19:30", "--release", "fri 18:00 1")
    held = terminal.diary()
    shown = terminal.asks("show")

    terminal.changes("prime-time", "--none")

    assert [one.weekday for one in held.prime_time] == [0, 1]
    assert "Prime time is released Fri 18:00, for the week that lies 1 week ahead." in shown.out
    assert (terminal.diary().prime_time, terminal.diary().release) == ((), None)


@pytest.mark.parametrize(
    ("written", "code", "sentence"),
    [
        ((), 2, "name the ranges, or say --none"),
        (("mon 17:30-19:30", "--none"), 2, "name the ranges, or say --none"),
        (("--none", "--release", "fri 18:00 1"), 2, "there is nothing to release with --none"),
        (("mon 17:30-19:30", "--release", "fri 18:00 53"), 2, "is 0 to 52 weeks ahead"),
        (("mon 17:30-19:30", "--release", "fri 18:00 0"), 1, "That release comes only after the time"),
        (("mon 19:30-17:30",), 1, "The end of a range must come after its start."),
        (
            ("mon 17:30-19:30", "mon 19:00-20:00"),
            1,
            "Ranges of one day must not overlap; the hours of a date come beside those of its weekday.",
        ),
    ],
)
def test_b4_impossible_prime_time_is_refused(
    terminal: Terminal, written: tuple[str, ...], code: int, sentence: str
) -> None:
    ended = terminal.changes("prime-time", *written)

    assert (ended.code, ended.out, terminal.diary().prime_time) == (code, "", ())
    assert sentence in ended.err


def test_b5_a_time_is_reserved_and_let_go(terminal: Terminal) -> None:
    relationship_id, anchor = terminal.relationship_with(a_known_client(terminal.seeded)), terminal.day(days=6)
    start = f"{WEEKDAYS[anchor.weekday()].lower()} 17:30"

    written = ("--location", terminal.location, "--every", 2, "--anchor", anchor)
    reserved = terminal.changes("reserve", relationship_id, start, *written)
    ((reserved_slot_id, held),) = terminal.diary().reserved.items()
    released = terminal.changes("release", reserved_slot_id)

    assert reserved.out == f"Reserved slot {reserved_slot_id} is there.\n"
    assert (held.from_minutes, held.duration_minutes, held.interval_weeks, held.anchor) == (1050, 50, 2, anchor)
    assert (released.out, terminal.diary().reserved) == (f"Reserved slot {reserved_slot_id} is gone.\n", {})


def test_b13_what_a_reserved_slot_runs_into_is_told_and_does_not_hinder_it(terminal: Terminal) -> None:
    known, at = a_known_client(terminal.seeded), terminal.at_ten(days=6)
    weekday = WEEKDAYS[at.weekday()].lower()
    session_id = terminal.seeded.book(a_client(terminal.seeded), at)
    terminal.changes("block", "--weekly", f"{weekday} 08:00-11:00")
    terminal.changes("prime-time", f"{weekday} 08:00-11:00")
    terminal.changes("date", at.date() + timedelta(weeks=1), "--closed")

    written = ("--location", terminal.location, "--anchor", at.date())
    ended = terminal.changes("reserve", terminal.relationship_with(known), f"{weekday} 10:00", *written)

    assert len(terminal.diary().reserved) == 1
    assert "Some of its dates lie outside the hours;" in ended.out
    assert "Some of its dates are blocked;" in ended.out
    assert "Some of its dates lie in prime time;" in ended.out
    assert str(session_id) in ended.out


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        ({"--every": "3"}, 1, "every week (1) or for every other week (2)"),
        ({"--anchor": "2040-01-10"}, 1, "The anchor has to be a date of the weekday that is reserved."),
        ({"--anchor": "2040-02-30"}, 2, "is no date of the calendar"),
        ({"--location": str(NOBODY)}, 1, "The therapist does not work at that location."),
        ({"--minutes": "721"}, 2, "Input should be less than or equal to 720"),
    ],
)
def test_b5_an_impossible_reserved_slot_is_refused(
    terminal: Terminal, changed: dict[str, str], code: int, sentence: str
) -> None:
    relationship_id = terminal.relationship_with(a_known_client(terminal.seeded))
    options = {"--location": terminal.location, "--anchor": "2040-01-09"} | changed
    written = [part for option in options.items() for part in option]

    ended = terminal.changes("reserve", relationship_id, "mon 17:30", *written)

    assert (ended.code, ended.out, terminal.diary().reserved) == (code, "", {})
    assert sentence in ended.err


def test_b6_self_booking_is_a_switch(terminal: Terminal) -> None:
    off = terminal.changes("self-booking", "off")
    then = terminal.diary().self_booking
    again = terminal.changes("self-booking", "off")
    on = terminal.changes("self-booking", "on")

    assert (off.out, then) == ("Self-booking is off.\n", False)
    assert again.out == "Nothing was changed: it was so already.\n"
    assert (on.out, terminal.diary().self_booking) == ("Self-booking is on.\n", True)
