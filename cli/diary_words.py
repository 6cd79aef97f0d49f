"""A diary in words: ranges, terms, and why a time is open or not. Times of day are those of the diary's zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import assert_never
from uuid import UUID

from application.wording import MONTHS, WEEKDAYS, clock_in_words, instant_in_words
from domain.diary.events import DayBefore, Hours, HoursOfNotice, Notice, Period, Release, SlotReserved, WeeklyRange
from domain.diary.picture import WhyNot
from domain.therapist.events import PauseExtent
from domain.therapist.therapist import Therapist

WHY_NOT = {
    WhyNot.PAUSED: "Bookings are paused (B11).",
    WhyNot.SELF_BOOKING_CLOSED: "The diary is closed to self-booking (B6).",
    WhyNot.SELF_BOOKING_REVOKED: "The client may not book by themselves; they are asked to call (G5).",
    WhyNot.NOT_ACCEPTING_NEW_CLIENTS: "The therapist takes no new clients, and whoever asks would be one (B7).",
    WhyNot.INSIDE_NOTICE: "It begins sooner than the notice allows (B2).",
    WhyNot.BEYOND_HORIZON: "It begins further ahead than the booking horizon (B2).",
    WhyNot.NOT_A_WORKING_TIME: "The working hours there have no start at that time (B1, B2).",
    WhyNot.BLOCKED: "It reaches into a block (B3).",
    WhyNot.RESERVED_FOR_ANOTHER: "It reaches into a slot that is reserved for another client (B5).",
    WhyNot.PRIME_TIME: "It reaches into prime time that is not released yet (B4).",
    WhyNot.OVERLAPS: "It reaches into a session, the gap after one, or a busy time of a connected calendar (B8, B12).",
    WhyNot.CLIENT_BUSY: "The client has another session at that time (B12).",
    WhyNot.CLOCK_CHANGE_GAP: "The clocks skip that time (B10).",
}
WARNINGS = {
    WhyNot.NOT_A_WORKING_TIME: "Some of its dates lie outside the hours; the client can book all but closed ones.",
    WhyNot.BLOCKED: "Some of its dates are blocked; the client cannot book those.",
    WhyNot.PRIME_TIME: "Some of its dates lie in prime time; the client can book them.",
}
PAUSES = {
    PauseExtent.NEW_CLIENTS: "Bookings by new clients are paused (B11).",
    PauseExtent.ALL_BOOKINGS: "All bookings are paused (B11).",
}


def day_in_words(day: date) -> str:
    """Return a date like `Mon 7 Jan 2030`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def range_of(hours: Hours | WeeklyRange) -> str:
    """Return a range like `09:00-12:30`."""
    return f"{clock_in_words(hours.from_minutes)}-{clock_in_words(hours.until_minutes)}"


def weekly_in_words(one: WeeklyRange) -> str:
    """Return a range like `Mon 12:00-13:00`."""
    return f"{WEEKDAYS[one.weekday]} {range_of(one)}"


def block_in_words(time: Period | WeeklyRange, *, zone: str) -> str:
    """Return what a block closes."""
    match time:
        case Period():
            begins, ends = (instant_in_words(at, zone=zone) for at in (time.starts_at, time.ends_at))
            return f"{begins} until {ends}"
        case WeeklyRange():
            return f"every {weekly_in_words(time)}"
        case _:
            assert_never(time)


def notice_in_words(notice: Notice) -> str:
    """Return how early clients book."""
    match notice:
        case HoursOfNotice():
            return f"{notice.hours} hours before the start"
        case DayBefore():
            return f"for the next day until {clock_in_words(notice.until_minutes)}"
        case _:
            assert_never(notice)


def release_in_words(release: Release | None) -> str:
    """Return when prime time opens."""
    if release is None:
        return "never released"
    weeks = "1 week" if release.weeks_ahead == 1 else f"{release.weeks_ahead} weeks"
    when = f"{WEEKDAYS[release.weekday]} {clock_in_words(release.at_minutes)}"
    return f"released {when}, for the week that lies {weeks} ahead"


def reserved_in_words(reserved: SlotReserved) -> str:
    """Return a pattern like `Tue 17:30, 50 minutes, every 2nd week from 2030-01-08`."""
    begins = f"{WEEKDAYS[reserved.weekday]} {clock_in_words(reserved.from_minutes)}"
    often = "every week" if reserved.interval_weeks == 1 else "every 2nd week"
    return f"{begins}, {reserved.duration_minutes} minutes, {often} from {reserved.anchor}"


def why_not(reason: WhyNot, therapist: Therapist) -> str:
    """Return the sentence of a reason. An operator is told of a suspension, which clients are not."""
    if reason not in {WhyNot.PAUSED, WhyNot.NOT_ACCEPTING_NEW_CLIENTS}:
        return WHY_NOT[reason]
    if therapist.suspended:
        return "The therapist is suspended (B11)."
    return PAUSES[therapist.paused] if therapist.paused else WHY_NOT[reason]


def ids(of: Iterable[UUID]) -> str:
    """Return ids one below the other."""
    return "\n".join(str(one) for one in of)
