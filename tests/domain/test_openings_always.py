"""Open slots around clock changes, held against a slow description that walks every quarter of an hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.diary.diary import BookingTerms, Diary
from domain.diary.events import Hours, WeeklyHours
from domain.diary.openings import openings, refuse_unless_open
from domain.errors import NotOpen, SlotTaken
from domain.model import Slot
from domain.zones import zone_of
from tests.given import LOCATION, THERAPIST

CHANGES = [
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]
QUARTER = timedelta(minutes=15)
MODERATE = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Range:
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Situation:
    """A diary, what is taken in it, and three days around a clock change that somebody looks at."""

    diary: Diary
    duration_minutes: int
    taken: tuple[Range, ...]
    since: datetime
    until: datetime
    now: datetime

    def listed(self) -> list[datetime]:
        found = openings(
            self.diary,
            duration_minutes=self.duration_minutes,
            taken=self.taken,
            since=self.since,
            until=self.until,
            now=self.now,
        )
        return [opening.starts_at for opening in found]

    def quarters(self) -> Iterator[datetime]:
        instant = self.since.replace(minute=0, second=0, microsecond=0)
        while instant < self.until:
            if instant >= self.since:
                yield instant
            instant += QUARTER

    def slot(self, starts_at: datetime) -> Slot:
        return Slot(starts_at=starts_at, duration_minutes=self.duration_minutes, location=LOCATION)


def _hours(cuts: list[int]) -> list[Hours]:
    ordered = sorted(cuts)
    pairs = zip(ordered[::2], ordered[1::2], strict=False)
    places = (LOCATION.location_id,)
    return [Hours(from_minutes=15 * a, until_minutes=15 * b, location_ids=places) for a, b in pairs]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    zone, day = draw(st.sampled_from(CHANGES))
    midnight = datetime.combine(day, time(), tzinfo=zone_of(zone)).astimezone(UTC) - timedelta(days=1)
    days = [day + timedelta(days=n) for n in (-1, 0, 1)]
    night_and_day = st.one_of(st.integers(0, 16), st.integers(0, 96))
    cuts = st.lists(night_and_day, unique=True, min_size=4, max_size=8)
    weekly = tuple(WeeklyHours(weekday=d.weekday(), hours=h) for d in days for h in _hours(draw(cuts)))
    terms = BookingTerms(
        notice_hours=draw(st.integers(2, 24)),
        horizon_weeks=draw(st.integers(1, 8)),
        grid_minutes=draw(st.sampled_from([15, 30, 60])),
        gap_minutes=draw(st.sampled_from([0, 5, 10, 15])),
    )
    seconds = st.integers(0, 3 * 24 * 3600)
    starts = [midnight + timedelta(seconds=n) for n in draw(st.lists(seconds, max_size=3))]
    taken = tuple(Range(at, at + timedelta(seconds=draw(st.integers(1, 3 * 3600)))) for at in starts)
    since = midnight + timedelta(seconds=draw(st.integers(0, 24 * 3600)))
    return Situation(
        diary=Diary(therapist_id=THERAPIST, zone=zone, weekly=weekly, terms=terms, self_booking=True),
        duration_minutes=draw(st.sampled_from([15, 30, 50, 60, 90])),
        taken=taken,
        since=since,
        until=since + timedelta(seconds=draw(st.one_of(st.just(2 * 24 * 3600), st.integers(0, 2 * 24 * 3600)))),
        now=midnight - timedelta(seconds=draw(st.one_of(st.just(26 * 3600), st.integers(-24 * 3600, 8 * 24 * 3600)))),
    )


def _is_open(situation: Situation, starts_at: datetime) -> bool:
    """The rules, said slowly: hours and grid on the wall clock, elapsed length, bounds, claims with the gap."""
    diary, minutes = situation.diary, situation.duration_minutes
    ends_at = starts_at + timedelta(minutes=minutes)
    claimed_until = ends_at + timedelta(minutes=diary.terms.gap_minutes)
    earliest = situation.now + timedelta(hours=diary.terms.notice_hours)
    latest = situation.now + timedelta(weeks=diary.terms.horizon_weeks)
    if not earliest <= starts_at <= latest:
        return False
    if any(t.starts_at < claimed_until and starts_at < t.ends_at for t in situation.taken):
        return False
    zone = zone_of(diary.zone)
    wall, wall_end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if wall.fold:
        return False
    return any(_fits(hours, wall, wall_end, minutes, diary.terms.grid_minutes) for hours in diary.hours_on(wall.date()))


def _fits(hours: Hours, wall: datetime, wall_end: datetime, minutes: int, grid: int) -> bool:
    begins = 60 * wall.hour + wall.minute
    midnight = datetime.combine(wall.date(), time())
    ends = (wall_end.replace(tzinfo=None) - midnight) // timedelta(minutes=1)
    on_the_grid = begins >= hours.from_minutes and (begins - hours.from_minutes) % grid == 0
    return on_the_grid and max(ends, begins + minutes) <= hours.until_minutes


@MODERATE
@given(situations())
def test_b9_what_is_listed_is_what_the_rules_say_and_nothing_else(situation: Situation) -> None:
    expected = [instant for instant in situation.quarters() if _is_open(situation, instant)]

    assert expected == situation.listed()


@MODERATE
@given(situations())
def test_b9_every_listed_slot_is_open_to_the_one_who_asked(situation: Situation) -> None:
    for starts_at in situation.listed():
        refuse_unless_open(situation.diary, situation.slot(starts_at), taken=situation.taken, now=situation.now)


@MODERATE
@given(situations(), st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(seconds=1)]))
def test_b9_a_start_that_is_not_listed_is_refused(situation: Situation, aside: timedelta) -> None:
    listed = set(situation.listed())
    asked = [quarter + aside for quarter in situation.quarters()]

    for starts_at in [instant for instant in asked if instant not in listed][:40]:
        if starts_at < situation.until:
            with pytest.raises((NotOpen, SlotTaken)):
                refuse_unless_open(situation.diary, situation.slot(starts_at), taken=situation.taken, now=situation.now)


@MODERATE
@given(situations())
def test_b12_no_listed_slot_touches_a_claim_with_its_gap(situation: Situation) -> None:
    claimed = timedelta(minutes=situation.duration_minutes + situation.diary.terms.gap_minutes)

    for starts_at in situation.listed():
        for taken in situation.taken:
            assert starts_at + claimed <= taken.starts_at or taken.ends_at <= starts_at


@MODERATE
@given(situations())
def test_b10_starts_are_in_order_once_and_on_the_clock_of_the_therapist(situation: Situation) -> None:
    zone = zone_of(situation.diary.zone)

    listed = situation.listed()

    assert all(before < after for before, after in pairwise(listed))
    assert all(starts_at.astimezone(zone).fold == 0 for starts_at in listed)
    assert all(starts_at.astimezone(zone).minute % 15 == 0 for starts_at in listed)
