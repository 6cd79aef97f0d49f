"""Ten years of clock changes in five zones, week by week: no start is lost, doubled or out of place (rule B10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from domain.diary.diary import Diary
from domain.diary.events import DiaryEvent
from domain.diary.openings import Opening, openings
from domain.diary.picture import ANYBODY, Asker
from domain.model import SessionKind
from domain.zones import zone_of
from tests.domain.looking import NO_GAP, ON, REGULAR, every_day, picture_of, therapist_for
from tests.domain.slow_clock import A_MINUTE, EPOCH, readings
from tests.domain.test_reserved_slots import ANOTHER, SOMEBODY_ELSE, held
from tests.given import given_diary

ZONES = ["Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
FIRST, LAST = date(2026, 1, 1), date(2035, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
TUESDAYS = [day for day in DAYS if day.weekday() == 1]
WEEK = timedelta(weeks=1)
STEP = timedelta(minutes=30)
HALF_AN_HOUR = therapist_for(30)


def _diary(zone: str, *events: DiaryEvent) -> Diary:
    return replace(given_diary(ON, NO_GAP, *events), zone=zone)


def _midnight(zone: str, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone_of(zone)).astimezone(UTC)


def _week_by_week(diary: Diary, asker: Asker = ANYBODY) -> Iterator[Opening]:
    """All that is listed in ten years, looked at a week ahead, again and again."""
    since, end = _midnight(diary.zone, FIRST), _midnight(diary.zone, LAST + timedelta(days=1))
    while since < end:
        until = min(since + WEEK, end)
        picture = picture_of(diary, asker=asker, therapist=HALF_AN_HOUR, now=since - WEEK)
        yield from openings(picture, kind=SessionKind.INDIVIDUAL, since=since, until=until)
        since = until


def _half_hours(zone: str, day: date) -> list[datetime]:
    """Every full and half hour that the clock shows on a date, when it shows it first."""
    begins, ends = _midnight(zone, day), _midnight(zone, day + timedelta(days=1))
    if ends - begins == timedelta(days=1):
        return [begins + n * STEP for n in range(48)]
    first_shown: dict[int, datetime] = {}
    for number, shown in readings(zone, day):
        if shown % 30 == 0:
            first_shown.setdefault(shown, EPOCH + number * A_MINUTE)
    return list(first_shown.values())


@pytest.mark.parametrize("zone", ZONES)
def test_b10_around_the_clock_every_half_hour_of_ten_years_is_listed_once(zone: str) -> None:
    listed = list(_week_by_week(_diary(zone, every_day("00:00", "24:00"))))

    expected = [starts_at for day in DAYS for starts_at in _half_hours(zone, day)]

    assert expected == [one.starts_at for one in listed]
    assert all(one.ends_at - one.starts_at == STEP for one in listed)
    assert all(before.ends_at <= after.starts_at for before, after in pairwise(listed))


@pytest.mark.parametrize(
    ("zone", "lengths"),
    [
        ("Europe/London", {46, 48}),
        ("Europe/Dublin", {46, 48}),
        ("America/New_York", {46, 48}),
        ("Australia/Lord_Howe", {47, 48}),
        ("Asia/Kathmandu", {48}),
    ],
)
def test_b10_the_clocks_of_these_zones_do_change(zone: str, lengths: set[int]) -> None:
    assert lengths == {len(_half_hours(zone, day)) for day in DAYS}


def _shown(opening: Opening, zone: str) -> tuple[date, time]:
    wall = opening.starts_at.astimezone(zone_of(zone))
    return wall.date(), wall.time()


@pytest.mark.parametrize("zone", ZONES)
def test_b10_ordinary_hours_begin_at_the_same_times_on_every_date_of_ten_years(zone: str) -> None:
    every_half_hour = [time(hour, minute) for hour in range(9, 17) for minute in (0, 30)]

    listed = _week_by_week(_diary(zone, every_day("09:00", "17:00")))

    assert [(day, at) for day in DAYS for at in every_half_hour] == [_shown(one, zone) for one in listed]


@pytest.mark.parametrize("zone", ZONES)
def test_b5_of_a_fortnightly_pair_each_date_of_ten_years_belongs_to_exactly_one(zone: str) -> None:
    one = held(interval_weeks=2, anchor=TUESDAYS[0])
    other = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, interval_weeks=2, anchor=TUESDAYS[1])
    diary = _diary(zone, one, other)

    ours, theirs = (
        [_shown(opening, zone) for opening in _week_by_week(diary, asker)]
        for asker in (REGULAR, Asker(relationship_ids=frozenset({SOMEBODY_ELSE})))
    )

    assert ours == [(day, time(10)) for day in TUESDAYS[::2]]
    assert theirs == [(day, time(10)) for day in TUESDAYS[1::2]]
    assert list(_week_by_week(diary)) == []
