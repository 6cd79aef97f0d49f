"""The commands of `diary therapist` that change a diary. What is booked stands, and is printed where it clashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from application import diaries as keeping
from application.diaries import DiaryOutcome, Reservation
from application.practice import Command, Outcome
from cli.diary_desk import By, Order, TherapistId, on_behalf_of, say
from cli.diary_input import (
    WeeklyStart,
    day,
    hours,
    in_zone,
    instant,
    minute_of_day,
    release,
    weekly_hours,
    weekly_range,
    weekly_start,
)
from cli.diary_table import print_consequences
from domain.diary import diary as diaries
from domain.diary.diary import BookingTerms, diary_id_of
from domain.diary.events import DayBefore, Hours, HoursOfNotice, Notice, Period, Release, WeeklyHours, WeeklyRange

ALREADY = "Nothing was changed: it was so already."


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


def set_hours(
    therapist_id: TherapistId,
    weekly: Annotated[
        list[WeeklyHours] | None,
        typer.Argument(parser=weekly_hours, metavar="HOURS", help="As `mon 09:00-12:30@LOCATION_ID,LOCATION_ID`."),
    ] = None,
    *,
    none: Annotated[bool, typer.Option("--none", help="No weekly hours at all.")] = False,
    by: By,
) -> None:
    """Set the whole working week; what is not named is no working time any more (B1)."""
    _refuse_unless_one("name the hours of the week, or say --none", weekly, none)
    with on_behalf_of(therapist_id, by=by) as order:
        done = keeping.set_hours(order.practice, order.command, therapist_id, weekly=tuple(weekly or ()))
    _tell_of_clashes(done, "The working week is set.")


def set_date(
    therapist_id: TherapistId,
    on: Annotated[date, typer.Argument(parser=day, metavar="DAY", help="The date, as 2030-01-07.")],
    opened: Annotated[
        list[Hours] | None, typer.Argument(parser=hours, metavar="HOURS", help="As `18:00-20:00@LOCATION_ID`.")
    ] = None,
    *,
    closed: Annotated[bool, typer.Option("--closed", help="No hours at all on that date.")] = False,
    as_usual: Annotated[bool, typer.Option("--as-usual", help="As the week says: neither closed nor opened.")] = False,
    by: By,
) -> None:
    """Give one date hours beside the weekly ones, close it, or let it be as the week says (B1)."""
    _refuse_unless_one("name the hours of the date, or say --closed or --as-usual", opened, closed, as_usual)
    with on_behalf_of(therapist_id, by=by) as order:
        if closed:
            done = keeping.close_date(order.practice, order.command, therapist_id, day=on)
        elif as_usual:
            done = keeping.reset_date(order.practice, order.command, therapist_id, day=on)
        else:
            done = keeping.open_date(order.practice, order.command, therapist_id, day=on, hours=tuple(opened or ()))
    _tell_of_clashes(done, f"{on} is {'closed' if closed else 'as usual' if as_usual else 'set'}.")


def set_notice(
    therapist_id: TherapistId,
    *,
    notice_hours: Annotated[
        int | None, typer.Option("--hours", min=2, max=24, help="Clients book so many hours before the start.")
    ] = None,
    until: Annotated[
        int | None,
        typer.Option("--next-day-until", parser=minute_of_day, metavar="TIME", help="Or for the next day until then."),
    ] = None,
    horizon_weeks: Annotated[int | None, typer.Option(min=1, max=52, help="How far ahead clients book.")] = None,
    grid: Annotated[int | None, typer.Option(metavar="15|30|60", help="Minutes between possible starts.")] = None,
    gap: Annotated[int | None, typer.Option(min=0, max=60, help="Minutes that stay free after a session.")] = None,
    by: By,
) -> None:
    """Set how clients book; what is not given stays as it is (B2)."""
    if notice_hours is not None and until is not None:
        raise typer.BadParameter("say --hours or --next-day-until, not both")
    asked = {
        "notice": _notice(notice_hours, until),
        "horizon_weeks": horizon_weeks,
        "grid_minutes": grid,
        "gap_minutes": gap,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    if not given:
        raise typer.BadParameter("say what is to change: --hours, --next-day-until, --horizon-weeks, --grid or --gap")
    with on_behalf_of(therapist_id, by=by) as order:
        command, before = _on_what_was_read(order, therapist_id)
        outcome = keeping.set_notice(order.practice, command, therapist_id, terms=replace(before, **given))  # type: ignore[arg-type] # by name
    tell(outcome, "The booking terms are set.")


def _notice(notice_hours: int | None, until: int | None) -> Notice | None:
    if notice_hours is not None:
        return HoursOfNotice(hours=notice_hours)
    return None if until is None else DayBefore(until_minutes=until)


def _on_what_was_read(order: Order, therapist_id: UUID) -> tuple[Command, BookingTerms]:
    """Return the present terms, and a command that changes no others: what is not given has to stay as it is."""
    diary = order.practice.load(diary_id_of(therapist_id), diaries.evolve)
    return replace(order.command, expects={diary.stream_id: diary.version}), diary.state.terms


def block(
    therapist_id: TherapistId,
    *,
    since: Annotated[
        datetime | None, typer.Option("--from", parser=instant, metavar="INSTANT", help="As 2030-01-07T09:00.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="INSTANT", help="The first instant that is out.")
    ] = None,
    weekly: Annotated[
        WeeklyRange | None,
        typer.Option(parser=weekly_range, metavar="RANGE", help="Or in every week, as `mon 12:00-13:00`."),
    ] = None,
    by: By,
) -> None:
    """Close a range of time to booking, once or in every week (B3)."""
    if (weekly is None) == (since is None) or (since is None) != (until is None):
        raise typer.BadParameter("say --from and --until, or --weekly")
    with on_behalf_of(therapist_id, by=by) as order:
        time = weekly or _period(order, therapist_id, since, until)
        block_id = order.service.desk.new_id()
        done = keeping.block(order.practice, order.command, therapist_id, block_id=block_id, time=time)
    _tell_of_clashes(done, f"Block {block_id} is there.")


def _period(order: Order, therapist_id: UUID, since: datetime | None, until: datetime | None) -> Period:
    assert since is not None and until is not None, "both are given"  # noqa: PT018 - they go together
    zone = order.practice.load(diary_id_of(therapist_id), diaries.evolve).state.zone
    return Period(starts_at=in_zone(since, zone), ends_at=in_zone(until, zone))


def unblock(
    therapist_id: TherapistId,
    block_id: Annotated[UUID, typer.Argument(metavar="BLOCK_ID", help="The block's id.")],
    *,
    by: By,
) -> None:
    """Open a blocked range again (B3)."""
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = keeping.unblock(order.practice, order.command, therapist_id, block_id=block_id)
    tell(outcome, f"Block {block_id} is gone.", otherwise="Nothing was changed: the diary has no such block.")


def set_prime_time(
    therapist_id: TherapistId,
    ranges: Annotated[
        list[WeeklyRange] | None,
        typer.Argument(parser=weekly_range, metavar="RANGE", help="As `mon 17:30-19:30`."),
    ] = None,
    *,
    opens: Annotated[
        Release | None,
        typer.Option(
            "--release",
            parser=release,
            metavar="RELEASE",
            help="As `fri 18:00 1`: on Friday, for the week that lies 1 week ahead. Not given: never released.",
        ),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="No prime time at all.")] = False,
    by: By,
) -> None:
    """Hold weekly ranges back from self-booking, all of them (B4)."""
    _refuse_unless_one("name the ranges, or say --none", ranges, none)
    if none and opens:
        raise typer.BadParameter("there is nothing to release with --none")
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = keeping.set_prime_time(
            order.practice, order.command, therapist_id, ranges=tuple(ranges or ()), release=opens
        )
    tell(outcome, "Prime time is set.")


def reserve(
    therapist_id: TherapistId,
    relationship_id: Annotated[UUID, typer.Argument(metavar="RELATIONSHIP_ID", help="For whom: see show --client.")],
    start: Annotated[WeeklyStart, typer.Argument(parser=weekly_start, metavar="START", help="As `tue 17:30`.")],
    *,
    location_id: Annotated[UUID, typer.Option("--location", metavar="LOCATION_ID", help="Where.")],
    anchor: Annotated[date, typer.Option(parser=day, metavar="DAY", help="The first date, of that weekday.")],
    every: Annotated[int, typer.Option(metavar="1|2", help="Every week, or every 2nd one.")] = 1,
    minutes: Annotated[
        int | None, typer.Option(min=1, max=720, help="How long. Not given: as the price list has it.")
    ] = None,
    by: By,
) -> None:
    """Hold a weekly time for a client; nothing is booked and nothing is charged (B5)."""
    with on_behalf_of(therapist_id, by=by) as order:
        reservation = Reservation(
            reserved_slot_id=order.service.desk.new_id(),
            relationship_id=relationship_id,
            weekday=start.weekday,
            from_minutes=start.from_minutes,
            duration_minutes=minutes,
            location_id=location_id,
            interval_weeks=every,
            anchor=anchor,
        )
        done = keeping.reserve_slot(order.practice, order.command, therapist_id, reservation=reservation)
    _tell_of_clashes(done, f"Reserved slot {reservation.reserved_slot_id} is there.")


def let_go(
    therapist_id: TherapistId,
    reserved_slot_id: Annotated[UUID, typer.Argument(metavar="RESERVED_SLOT_ID", help="The reserved slot's id.")],
    *,
    by: By,
) -> None:
    """Let a reserved slot go; sessions booked in it stand (B5)."""
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = keeping.release_reserved_slot(
            order.practice, order.command, therapist_id, reserved_slot_id=reserved_slot_id
        )
    otherwise = "Nothing was changed: the diary has no such reserved slot."
    tell(outcome, f"Reserved slot {reserved_slot_id} is gone.", otherwise=otherwise)


def set_self_booking(
    therapist_id: TherapistId,
    switch: Annotated[Switch, typer.Argument(help="Whether clients book by themselves.")],
    *,
    by: By,
) -> None:
    """Let clients book by themselves, or stop it (B6)."""
    decide = keeping.open_self_booking if switch is Switch.ON else keeping.close_self_booking
    with on_behalf_of(therapist_id, by=by) as order:
        outcome = decide(order.practice, order.command, therapist_id)
    tell(outcome, f"Self-booking is {switch}.")


def tell(outcome: Outcome, sentence: str, *, otherwise: str = ALREADY) -> None:
    """Print what was done, or that there was nothing to do."""
    say(sentence if outcome.recorded else otherwise)


def _tell_of_clashes(done: DiaryOutcome, sentence: str) -> None:
    tell(done.outcome, sentence)
    print_consequences(done)


def _refuse_unless_one(sentence: str, *ways: object) -> None:
    """What is given has to be said in one of the ways."""
    if sum(bool(way) for way in ways) != 1:
        raise typer.BadParameter(sentence)
