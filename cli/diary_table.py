"""A diary, and what a change of it clashes with, printed for an operator: ids and times, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from application.clashes import CLASHES_SHOWN, Clash
from application.diaries import DiaryOutcome
from application.standing import Standing
from application.wording import WEEKDAYS, instant_in_words
from cli.diary_desk import out, say
from cli.diary_words import (
    PAUSES,
    WARNINGS,
    block_in_words,
    ids,
    notice_in_words,
    range_of,
    release_in_words,
    reserved_in_words,
    weekly_in_words,
)
from domain.diary.blocks import is_over
from domain.diary.diary import Diary
from domain.diary.picture import WhyNot
from domain.therapist.therapist import Therapist
from domain.zones import zone_of

WIDEST = 10_000
CHOICES = (
    "They all stand. Keep a session by doing nothing, or cancel it with the API, as an operator or its therapist:",
    'POST /v1/sessions/SESSION_ID/cancel {"reason": "not_available"}',
)


def print_rows(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a title, and a table in its full width, whatever the terminal's: ids are there to be copied."""
    if not rows:
        say(f"{title}: none")
        return
    of_many_lines = any("\n" in cell for row in rows for cell in row)
    table = Table(*columns, show_lines=of_many_lines)
    for row in rows:
        table.add_row(*row)
    say(title)
    needed = Measurement.get(out, out.options.update(max_width=WIDEST), table).maximum
    Console(file=out.file, width=max(out.width, needed)).print(table)


def print_diary(standing: Standing, *, now: datetime) -> None:
    """Print all that a diary holds. Dates and blocks that are over are left out."""
    diary, therapist = standing.diary, standing.therapist
    say(f"The diary of therapist {standing.therapist_id}. It is {instant_in_words(now, zone=diary.zone)}.")
    print_rows("bookings", ("what", "how it stands"), [*_switches(diary, therapist), *_terms(diary)])
    print_rows("locations", ("location", "medium"), _locations(therapist))
    print_rows("hours", ("weekday", "time", "locations"), _hours(diary))
    print_rows("dates", ("date", "time", "locations"), _dates(diary, today=now.astimezone(zone_of(diary.zone)).date()))
    print_rows("blocks", ("block", "time"), _blocks(diary, now=now))
    print_rows("prime time", ("time",), [(weekly_in_words(one),) for one in diary.prime_time])
    if diary.prime_time:
        say(f"Prime time is {release_in_words(diary.release)}.")
    print_rows("reserved slots", ("reserved slot", "relationship, client", "time, location"), _reserved(diary))


def _switches(diary: Diary, therapist: Therapist) -> Iterator[tuple[str, str]]:
    yield "self-booking", "open" if diary.self_booking else "closed"
    yield "new clients", "accepted" if therapist.accepting_new_clients else "not accepted"
    yield "pause", PAUSES[therapist.paused] if therapist.paused else "none"
    yield "suspension", "suspended" if therapist.suspended else "none"


def _terms(diary: Diary) -> Iterator[tuple[str, str]]:
    terms = diary.terms
    yield "notice", notice_in_words(terms.notice)
    yield "booking horizon", f"{terms.horizon_weeks} weeks"
    yield "grid", f"{terms.grid_minutes} minutes"
    yield "gap", f"{terms.gap_minutes} minutes"


def _locations(therapist: Therapist) -> list[tuple[str, str]]:
    return [(str(i), one.medium.value.replace("_", " ")) for i, one in therapist.locations.items()]


def _hours(diary: Diary) -> list[tuple[str, str, str]]:
    return [(WEEKDAYS[one.weekday], range_of(one.hours), ids(one.hours.location_ids)) for one in diary.weekly]


def _dates(diary: Diary, *, today: date) -> list[tuple[str, str, str]]:
    closed = [(day, "closed", "") for day in diary.closed]
    opened = [(day, range_of(one), ids(one.location_ids)) for day, hours in diary.opened.items() for one in hours]
    return [(str(day), time, where) for day, time, where in sorted([*closed, *opened]) if day >= today]


def _blocks(diary: Diary, *, now: datetime) -> list[tuple[str, str]]:
    lasting = ((i, one.time) for i, one in diary.blocks.items() if not is_over(one.time, now=now))
    return [(str(i), block_in_words(time, zone=diary.zone)) for i, time in lasting]


def _reserved(diary: Diary) -> list[tuple[str, ...]]:
    return [
        (
            str(reserved_slot_id),
            ids([one.relationship_id, one.client_id]),
            f"{reserved_in_words(one)}\n{one.location_id}",
        )
        for reserved_slot_id, one in diary.reserved.items()
    ]


def print_relationships(standing: Standing) -> None:
    """Print what connects a client with a therapist: a relationship for each kind that they have booked."""
    rows = [
        (str(loaded.stream_id), kind.value, "revoked" if loaded.state.self_booking_revoked else "allowed")
        for kind, loaded in standing.relationships.items()
        if loaded.state is not None
    ]
    print_rows(f"relationships with client {standing.client_id}", ("relationship", "kind", "self-booking"), rows)


def print_consequences(done: DiaryOutcome) -> None:
    """Print the sessions that stand although the diary now says otherwise, and what should be known (B3, B13)."""
    for code in done.warnings:
        say(WARNINGS[WhyNot(code)])
    if not done.clashes:
        return
    rows = [_clash(clash) for clash in done.clashes[:CLASHES_SHOWN]]
    print_rows(_number_of(done), ("session, client", "time", "status"), rows)
    say(*CHOICES)


def _clash(clash: Clash) -> tuple[str, str, str]:
    slot, booked = clash.session.slot, clash.session.booked
    starts = instant_in_words(slot.starts_at, zone=booked.zone)
    status = clash.session.status.value.replace("_", " ")
    return ids([clash.session_id, booked.client_id]), f"{starts}\n{slot.duration_minutes} minutes", status


def _number_of(done: DiaryOutcome) -> str:
    number = len(done.clashes)
    shown = f", the first {CLASHES_SHOWN}" if number > CLASHES_SHOWN else ""
    return f"sessions it clashes with ({number}{shown})"
