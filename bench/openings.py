"""What is open in four weeks of a busy diary: how long it takes to find, and how that grows.

A therapist with forty rules and 150 sessions. First the function alone, then over HTTP with everything stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from itertools import pairwise
from statistics import median, quantiles
from uuid import UUID

from bench import openings_http
from bench.busy_diary import FRIDAY_AT_SIX, HOUR, SESSIONS, WEEK, rules, session_starts
from bench.result import Limited
from domain.diary import diary as diaries
from domain.diary.diary import BookingTerms, Diary
from domain.diary.events import (
    BlockCause,
    Blocked,
    DateClosed,
    DateOpened,
    DiaryEvent,
    HoursSet,
    Opened,
    PrimeTimeSet,
    SelfBookingOpened,
    SlotReserved,
)
from domain.diary.openings import openings
from domain.diary.picture import Picture
from domain.model import Location, Medium, Money, SessionKind
from domain.therapist.events import Price
from domain.therapist.therapist import Therapist

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
PLACE = Location(location_id=UUID(int=20), medium=Medium.VIDEO)
PRICE = Price(kind=SessionKind.INDIVIDUAL, amount=Money(amount_minor=8000, currency="GBP"), duration_minutes=50)
THERAPIST = Therapist("Europe/London", "GB", 1, {PRICE.kind: PRICE}, {PLACE.location_id: PLACE})
FUNCTION_LIMIT_MS = 2.0
GROWTH_LIMIT = 1.15
WARM_UP = 20
CALLS = 500
GROWTH_CALLS = 60

Look = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A session with the gap after it."""

    starts_at: datetime
    ends_at: datetime


def run() -> Limited:
    """Measure the function, its growth and the API; return what has the least room left."""
    results = [*_function(), *_growth(), *openings_http.run()]
    for result in results:
        print(result.line(), flush=True)
    worst = min(results, key=lambda result: result.ratio)
    return replace(worst, name="openings")


def _function() -> list[Limited]:
    found = []
    for grid in (30, 15):
        look = _look(_diary(grid_minutes=grid), weeks=4, claims=_claims(weeks=4, count=SESSIONS))
        _milliseconds(look, calls=WARM_UP)
        took = _milliseconds(look, calls=CALLS)
        p99 = quantiles(took, n=100)[-1]
        print(f"function, grid of {grid} minutes: median {median(took):.2f} ms, p99 {p99:.2f} ms")
        found.append(Limited(f"openings-function-{grid}", p99, FUNCTION_LIMIT_MS))
    return found


def _growth() -> list[Limited]:
    diary = _diary(grid_minutes=30)
    by_weeks = {n: _look(diary, weeks=n, claims=_claims(weeks=n, count=SESSIONS * n // 4)) for n in (1, 2, 4, 8, 52)}
    by_claims = {n: _look(diary, weeks=4, claims=_claims(weeks=8, count=n)) for n in (75, 150, 300, 600)}
    return [
        Limited("openings-growth-weeks", _worst_growth("weeks", by_weeks), GROWTH_LIMIT),
        Limited("openings-growth-claims", _worst_growth("claims", by_claims), GROWTH_LIMIT),
    ]


def _worst_growth(what: str, looks: Mapping[int, Look]) -> float:
    """Return how much faster than its size the time grows, at the worst step; 1 is linear."""
    for look in looks.values():
        _milliseconds(look, calls=1)
    turns = [{size: _milliseconds(look, calls=1)[0] for size, look in looks.items()} for _ in range(GROWTH_CALLS)]
    took = {size: median(turn[size] for turn in turns) for size in looks}
    print(f"{what}: " + ", ".join(f"{size} in {milliseconds:.2f} ms" for size, milliseconds in took.items()))
    return max(took[more] / took[less] * less / more for less, more in pairwise(looks))


def _milliseconds(look: Look, *, calls: int) -> list[float]:
    """Return the processor's time of each call: the function needs nothing else, and shares the machine."""
    took = []
    for _ in range(calls):
        began = time.thread_time()
        look()
        took.append((time.thread_time() - began) * 1000)
    return took


def _look(diary: Diary, *, weeks: int, claims: Sequence[Claimed]) -> Look:
    picture = Picture(diary=diary, therapist=THERAPIST, claims=claims, now=NOW)
    until = NOW + weeks * WEEK
    return lambda: openings(picture, kind=SessionKind.INDIVIDUAL, since=NOW, until=until)


def _claims(*, weeks: int, count: int) -> list[Claimed]:
    return [Claimed(at, at + HOUR) for at in session_starts(NOW, weeks=weeks, count=count)]


def _diary(*, grid_minutes: int) -> Diary:
    """Return a diary that forty rules were set in."""
    opened = diaries.evolve(None, Opened(therapist_id=UUID(int=1), zone="Europe/London", at=NOW))
    diary = reduce(diaries.evolve, _events(), opened)
    return replace(diary, terms=BookingTerms(grid_minutes=grid_minutes, horizon_weeks=52))


def _events() -> list[DiaryEvent]:
    forty = rules(PLACE.location_id, now=NOW)
    assert len(forty) == 40
    dates = [
        DateOpened(day=day, hours=hours, at=NOW) if hours else DateClosed(day=day, at=NOW)
        for day, hours in forty.dates.items()
    ]
    blocks = [
        Blocked(block_id=UUID(int=100 + n), time=time, cause=BlockCause.MANUAL, at=NOW)
        for n, time in enumerate(forty.blocks)
    ]
    reserved = [
        SlotReserved(
            reserved_slot_id=UUID(int=200 + n),
            relationship_id=UUID(int=300 + n),
            client_id=UUID(int=400 + n),
            weekday=held.weekday,
            from_minutes=held.from_minutes,
            duration_minutes=PRICE.duration_minutes,
            location_id=PLACE.location_id,
            interval_weeks=2 if held.interval_weeks == 2 else 1,
            anchor=held.anchor,
            at=NOW,
        )
        for n, held in enumerate(forty.reserved)
    ]
    prime_time = PrimeTimeSet(ranges=forty.prime_time, release=FRIDAY_AT_SIX, at=NOW)
    return [
        HoursSet(weekly=forty.weekly, at=NOW),
        *dates,
        *blocks,
        prime_time,
        *reserved,
        SelfBookingOpened(at=NOW),
    ]
