"""What is open in a diary, date by date, and why a time is not: as the one function of the diary says (rule B9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from adapters.bootstrap import Service
from application.standing import Standing, picture_of
from cli.diary_words import ids
from domain.diary.days import LocalDay, instant_of, local_day
from domain.diary.openings import Opening, openings, reasons
from domain.diary.picture import Picture, WhyNot
from domain.diary.search import Search
from domain.model import SessionKind, Slot
from domain.zones import zone_of

STARTS_IN_A_LINE = 8
NEXT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dates:
    """Some dates of a diary, and the picture of the time that they span."""

    picture: Picture
    days: tuple[LocalDay, ...]
    since: datetime
    until: datetime


def dates_from(service: Service, standing: Standing, *, first: date | None, count: int, now: datetime) -> Dates:
    """Return `count` dates from the first, which not given is today's."""
    zone = standing.diary.zone
    begin = first or now.astimezone(zone_of(zone)).date()
    days = tuple(local_day(zone, begin + number * NEXT) for number in range(count))
    since, until = (instant_of(local_day(zone, day).opens(0)) for day in (begin, begin + count * NEXT))
    picture = picture_of(standing, service.claims, service.busy, since=since, until=until, now=now)
    return Dates(picture, days, since, until)


def rows_of_openings(dates: Dates, *, kind: SessionKind) -> Iterator[tuple[str, str, str]]:
    """Yield each date with its open starts and where they are; one with none says why. Raises NotOffered."""
    zone = zone_of(dates.picture.diary.zone)
    found = openings(dates.picture, kind=kind, since=dates.since, until=dates.until)
    of_dates = {day: list(of_day) for day, of_day in groupby(found, lambda one: one.starts_at.astimezone(zone).date())}
    for day in dates.days:
        if day.date in of_dates:
            yield from _open_starts(day, of_dates[day.date])
        else:
            yield str(day.date), f"nothing ({', '.join(_why_nothing(dates.picture, day, kind=kind))})", ""


def _open_starts(day: LocalDay, found: list[Opening]) -> Iterator[tuple[str, str, str]]:
    """One row for each run of starts at the same locations."""
    for locations, run in groupby(found, lambda one: one.locations):
        starts = [f"{one.starts_at.astimezone(day.zone):%H:%M}" for one in run]
        lines = (starts[first : first + STARTS_IN_A_LINE] for first in range(0, len(starts), STARTS_IN_A_LINE))
        yield str(day.date), "\n".join(" ".join(line) for line in lines), ids(one.location_id for one in locations)


def _why_nothing(picture: Picture, day: LocalDay, *, kind: SessionKind) -> list[str]:
    """Return, in words, what bars each of the date's starts first."""
    first, last = day.opens(0), local_day(picture.diary.zone, day.date + NEXT).opens(0) - 1
    minutes = picture.therapist.price_of(kind).duration_minutes
    search = Search(picture, minutes, first=first, last=last)
    slots = [
        Slot(starts_at=instant_of(start), duration_minutes=minutes, location=picture.therapist.locations[location_id])
        for starts in (search.working_starts(), search.own_starts())
        for start, location_ids in starts.items()
        for location_id in location_ids
        if location_id in picture.therapist.locations
    ]
    found = {reason for slot in slots for reason in reasons(picture, slot)[:1]}
    return [reason.value.replace("_", " ") for reason in WhyNot if reason in found] or ["no working hours"]


def reasons_by_location(
    service: Service,
    standing: Standing,
    *,
    starts_at: datetime,
    kind: SessionKind,
    location_ids: tuple[UUID, ...],
    now: datetime,
) -> Mapping[UUID, tuple[WhyNot, ...]]:
    """Return why a time is not open at each location, nothing where it is. Raises NotOffered, UnknownLocation."""
    minutes = standing.therapist.price_of(kind).duration_minutes
    ends_at = starts_at + timedelta(minutes=minutes)
    picture = picture_of(standing, service.claims, service.busy, since=starts_at, until=ends_at, now=now)
    locations = {location_id: standing.therapist.location(location_id) for location_id in location_ids}
    return {
        location_id: reasons(picture, Slot(starts_at=starts_at, duration_minutes=minutes, location=location))
        for location_id, location in locations.items()
    }
