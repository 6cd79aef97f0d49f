"""Situations around clock changes: a diary with everything in it, and somebody who looks at it (hypothesis)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st

from domain.diary.diary import BookingTerms, Diary
from domain.diary.events import (
    BlockCause,
    Blocked,
    DayBefore,
    Hours,
    HoursOfNotice,
    Notice,
    Period,
    Release,
    SlotReserved,
    WeeklyHours,
    WeeklyRange,
)
from domain.diary.openings import openings
from domain.diary.picture import Asker, Picture
from domain.model import SessionKind, Slot
from domain.therapist.events import PauseExtent, SuspensionReason
from domain.therapist.therapist import Therapist
from domain.zones import zone_of
from tests.domain.looking import ELSEWHERE, Range, therapist_for
from tests.given import CLIENT, LOCATION, NOW, RELATIONSHIP, THERAPIST

CHANGES = [
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("Europe/Dublin", date(2026, 3, 29)),
    ("Europe/Dublin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
FIVE_MINUTES = timedelta(minutes=5)
"""Every start of these situations lies on one of these."""
PLACES = (LOCATION, ELSEWHERE)
OTHER = UUID(int=300)
MINE = frozenset({RELATIONSHIP})
NIGHT_AND_DAY = st.one_of(st.integers(0, 16), st.integers(0, 96))
"""Quarters of a day, and those of the night more often: there the clocks change."""

TIMES_OF_DAY = st.integers(0, 95).map(lambda quarter: 15 * quarter)
YES, NO = (st.just(value) for value in (True, False))

T = TypeVar("T")


@dataclass(frozen=True)
class Situation:
    """A picture of a diary, and up to two days around a clock change that somebody looks at."""

    picture: Picture
    duration_minutes: int
    since: datetime
    until: datetime

    def listed(self) -> list[Slot]:
        found = openings(self.picture, kind=SessionKind.INDIVIDUAL, since=self.since, until=self.until)
        return [
            Slot(starts_at=one.starts_at, duration_minutes=self.duration_minutes, location=location)
            for one in found
            for location in sorted(one.locations, key=PLACES.index)
        ]

    def slots(self, *, every: timedelta) -> Iterator[Slot]:
        """Every slot of the window at both places, in steps from a full hour on."""
        instant = self.since.replace(minute=0, second=0, microsecond=0)
        while instant < self.until:
            if instant >= self.since:
                for location in PLACES:
                    yield Slot(starts_at=instant, duration_minutes=self.duration_minutes, location=location)
            instant += every


def _pairs(cuts: list[int]) -> list[tuple[int, int]]:
    ordered = sorted(cuts)
    return list(zip(ordered[::2], ordered[1::2], strict=False))


def _hours(pair: tuple[int, int], places: tuple[UUID, ...]) -> Hours:
    return Hours(from_minutes=15 * pair[0], until_minutes=15 * pair[1], location_ids=places)


@st.composite
def _with_hours(draw: st.DrawFn, diary: Diary, days: list[date]) -> Diary:
    """Weekly hours, some of them of the date alone, and now and then a closed date."""
    places = st.sampled_from([(LOCATION.location_id,), (ELSEWHERE.location_id,), tuple(p.location_id for p in PLACES)])
    cuts = st.lists(NIGHT_AND_DAY, unique=True, min_size=2, max_size=6)
    of_days = {day: [_hours(pair, draw(places)) for pair in _pairs(draw(cuts))] for day in days}
    alone = {day: tuple(hours[:1]) for day, hours in of_days.items() if draw(st.booleans())}
    weekly = tuple(
        WeeklyHours(weekday=day.weekday(), hours=one)
        for day, hours in of_days.items()
        for one in hours
        if one not in alone.get(day, ())
    )
    closed = draw(_rarely(st.just(frozenset(days[:1])), usual=frozenset()))
    return replace(diary, weekly=weekly, opened=alone, closed=closed)


def _rarely(rare: st.SearchStrategy[T], *, usual: T) -> st.SearchStrategy[T]:
    """One time in ten; hypothesis would choose evenly between two."""
    return st.integers(0, 9).flatmap(lambda n: st.just(usual) if n < 9 else rare)


def _notices() -> st.SearchStrategy[Notice]:
    return st.one_of(
        st.builds(HoursOfNotice, hours=st.integers(2, 24)),
        st.builds(DayBefore, until_minutes=TIMES_OF_DAY),
    )


@st.composite
def _terms(draw: st.DrawFn) -> BookingTerms:
    return BookingTerms(
        notice=draw(_notices()),
        horizon_weeks=draw(st.sampled_from([1, 1, 2, 8])),
        grid_minutes=draw(st.sampled_from([15, 30, 60])),
        gap_minutes=draw(st.sampled_from([0, 5, 10, 15])),
    )


@st.composite
def _weekly_ranges(draw: st.DrawFn, days: list[date]) -> WeeklyRange:
    begin, end = sorted(draw(st.lists(NIGHT_AND_DAY, unique=True, min_size=2, max_size=2)))
    odd = draw(st.sampled_from([0, 0, 5]))
    weekday = draw(st.sampled_from(days)).weekday()
    return WeeklyRange(weekday=weekday, from_minutes=15 * begin, until_minutes=min(15 * end + odd, 1440))


@st.composite
def _instants(draw: st.DrawFn, midnight: datetime, *, days: range) -> datetime:
    """An instant of some days, near a quarter of an hour. Hypothesis spreads choices evenly among a few, not many."""
    day, quarter = draw(st.sampled_from(days)), draw(NIGHT_AND_DAY)
    return midnight + day * DAY + quarter * QUARTER + timedelta(seconds=draw(st.sampled_from([0, 0, 1, 59, 300, 599])))


@st.composite
def _ranges(draw: st.DrawFn, midnight: datetime) -> Range:
    """Up to three hours somewhere in three days, to the second."""
    starts_at = draw(_instants(midnight, days=range(3)))
    length = draw(st.integers(0, 11)) * QUARTER + timedelta(seconds=draw(st.sampled_from([1, 300, 900])))
    return Range(starts_at, starts_at + length)


@st.composite
def _blocks(draw: st.DrawFn, midnight: datetime, days: list[date]) -> dict[UUID, Blocked]:
    once = st.builds(lambda r: Period(starts_at=r.starts_at, ends_at=r.ends_at), _ranges(midnight))
    times = draw(st.lists(st.one_of(once, _weekly_ranges(days)), max_size=3))
    return {
        UUID(int=n): Blocked(block_id=UUID(int=n), time=time_, cause=BlockCause.MANUAL, at=NOW)
        for n, time_ in enumerate(times, start=100)
    }


@st.composite
def _reserved(draw: st.DrawFn, number: int, days: list[date]) -> SlotReserved:
    day = draw(st.sampled_from(days))
    quarter, odd = draw(NIGHT_AND_DAY), draw(st.sampled_from([0, 0, 5]))
    return SlotReserved(
        reserved_slot_id=UUID(int=number),
        relationship_id=draw(st.sampled_from([RELATIONSHIP, RELATIONSHIP, OTHER])),
        client_id=CLIENT,
        weekday=day.weekday(),
        from_minutes=min(15 * quarter + odd, 1439),
        duration_minutes=draw(st.sampled_from([30, 50, 60, 90])),
        location_id=draw(st.sampled_from(PLACES)).location_id,
        interval_weeks=draw(st.sampled_from([1, 2])),
        anchor=day + draw(st.integers(-3, 1)) * 7 * DAY,
        at=NOW,
    )


def _releases() -> st.SearchStrategy[Release]:
    return st.builds(
        Release,
        weekday=st.integers(0, 6),
        at_minutes=TIMES_OF_DAY,
        weeks_ahead=st.integers(0, 2),
    )


@st.composite
def _therapists(draw: st.DrawFn, minutes: int) -> Therapist:
    return replace(
        therapist_for(minutes),
        accepting_new_clients=draw(_rarely(NO, usual=True)),
        paused=draw(_rarely(st.sampled_from(PauseExtent), usual=None)),
        suspended=draw(_rarely(st.just(SuspensionReason.OTHER), usual=None)),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    zone, change = draw(st.sampled_from(CHANGES))
    midnight = datetime.combine(change, time(), tzinfo=zone_of(zone)).astimezone(UTC) - DAY
    days = [change + n * DAY for n in (-1, 0, 1)]
    minutes = draw(st.sampled_from([15, 30, 50, 60, 90]))
    ranges = _ranges(midnight)
    diary = Diary(
        therapist_id=THERAPIST,
        zone=zone,
        terms=draw(_terms()),
        self_booking=draw(_rarely(NO, usual=True)),
        blocks=draw(_blocks(midnight, days)),
        prime_time=tuple(draw(st.lists(_weekly_ranges(days), max_size=3))),
        release=draw(st.one_of(st.none(), _releases())),
        reserved={UUID(int=n): draw(_reserved(n, days)) for n in range(200, 200 + draw(st.integers(0, 3)))},
    )
    asker = Asker(
        relationship_ids=draw(st.sampled_from([frozenset(), MINE, MINE])),
        self_booking_revoked=draw(_rarely(YES, usual=False)),
        busy=draw(st.lists(ranges, max_size=1)),
    )
    in_time, at_any_time = _instants(midnight, days=range(-6, -2)), _instants(midnight, days=range(-9, 2))
    picture = Picture(
        diary=draw(_with_hours(diary, days)),
        therapist=draw(_therapists(minutes)),
        asker=asker,
        claims=draw(st.lists(ranges, max_size=3)),
        external_busy=draw(st.lists(ranges, max_size=1)),
        now=draw(st.one_of(in_time, in_time, at_any_time)),
    )
    since = draw(_rarely(_instants(midnight, days=range(1)), usual=midnight))
    until = draw(_rarely(_instants(since, days=range(2)), usual=since + 2 * DAY))
    return Situation(picture, minutes, since, until)
