"""Every start that the rules of a diary allow, and what bars it, as integers (rules B1 to B5, B10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import TypeAlias
from uuid import UUID

from domain.diary.days import LocalDay, instant_of, local_days, minute_at_or_after, minute_at_or_before
from domain.diary.events import Hours, Period, WeeklyRange
from domain.diary.picture import Picture, Taken, WhyNot
from domain.diary.prime_time import is_released
from domain.diary.reserved_slots import start_on

Ranges: TypeAlias = list[tuple[int, int]]
"""Half-open ranges of epoch minutes."""

Bars: TypeAlias = dict[WhyNot, Ranges]
"""In which ranges no session may begin, by the reason."""

Starts: TypeAlias = dict[int, tuple[UUID, ...]]
"""Epoch minutes at which a session may begin, and at which locations."""


class Search:
    """The starts from `first` to `last`, in epoch minutes, and what bars them, for sessions of one length."""

    def __init__(self, picture: Picture, duration_minutes: int, *, first: int, last: int) -> None:
        self._picture = picture
        self._diary = picture.diary
        self._duration = duration_minutes
        self._with_gap = duration_minutes + picture.diary.terms.gap_minutes
        self._first, self._last = first, last
        self._days = list(local_days(picture.diary.zone, first=first, last=last))

    def open_starts(self) -> list[tuple[int, tuple[UUID, ...]]]:
        """Return the starts that nothing bars, in order."""
        free = dict(_outside(self.working_starts(), _together(self.bars())))
        for start, locations in _outside(self.own_starts(), _together(self.own_bars())):
            free[start] = tuple(dict.fromkeys((*free.get(start, ()), *locations)))
        return sorted(free.items())

    def working_starts(self) -> Starts:
        """The starts of the working week (rules B1, B2), whatever is claimed or held."""
        starts: Starts = {}
        for day in self._days:
            for hours in self._diary.hours_on(day.date):
                for start in self._grid(day, hours):
                    if self._first <= start <= self._last:
                        starts[start] = hours.location_ids
        return starts

    def _grid(self, day: LocalDay, hours: Hours) -> Iterable[int]:
        """The starts of a range of hours, counted from its own beginning, so that 17:30 can be one."""
        step = self._diary.terms.grid_minutes
        clock = range(hours.from_minutes, hours.until_minutes - self._duration + 1, step)
        if day.midnight is not None:
            return range(day.midnight + clock.start, day.midnight + clock.stop, step)
        closes = day.closes(hours.until_minutes)
        starts = (day.start(minute) for minute in clock)
        return [start for start in starts if start is not None and start + self._duration <= closes]

    def own_starts(self) -> Starts:
        """The reserved slots of the one who asks, open to them whatever the hours and the prime time say (rule B5)."""
        theirs = self._picture.asker.relationship_ids
        held = [r for r in self._diary.reserved.values() if r.relationship_id in theirs]
        starts: Starts = {}
        for day in self._days:
            for reserved in held:
                start = start_on(reserved, day)
                if start is None or day.date in self._diary.closed or reserved.duration_minutes < self._duration:
                    continue
                if self._first <= start <= self._last:
                    starts[start] = (*starts.get(start, ()), reserved.location_id)
        return starts

    def bars(self) -> Bars:
        """Return in which ranges nobody begins, by the reason. Sessions keep a gap between them, to the rest none."""
        reserved = self._reserved_for_others(gap_minutes=self._diary.terms.gap_minutes)
        return self._hard_bars | {
            WhyNot.RESERVED_FOR_ANOTHER: self._before(reserved, self._with_gap),
            WhyNot.PRIME_TIME: self._before(self._prime_time(), self._duration),
        }

    def own_bars(self) -> Bars:
        """Return what bars the reserved slot of the one who asks.

        Two slots that came too near to each other, because the gap grew, are both open: whoever books first has it.
        """
        reserved = self._reserved_for_others(gap_minutes=0)
        return self._hard_bars | {WhyNot.RESERVED_FOR_ANOTHER: self._before(reserved, self._duration)}

    @cached_property
    def _hard_bars(self) -> Bars:
        """What binds everybody, their own reserved slots or not."""
        picture = self._picture
        return {
            WhyNot.BLOCKED: self._before(self._blocked(), self._duration),
            WhyNot.CLIENT_BUSY: self._before(_minutes(picture.asker.busy), self._duration),
            WhyNot.OVERLAPS: [
                *self._before(_minutes(picture.claims), self._with_gap),
                *self._before(_minutes(picture.external_busy), self._duration),
            ],
        }

    def _prime_time(self) -> Iterator[tuple[int, int]]:
        """What is still held back (rule B4)."""
        now = minute_at_or_before(self._picture.now)
        return (
            (day.opens(one.from_minutes), day.closes(one.until_minutes))
            for day in self._days
            for one in self._diary.prime_time
            if one.weekday == day.date.weekday() and not is_released(self._diary, day.date, minute=now)
        )

    def _before(self, ranges: Iterable[tuple[int, int]], length: int) -> Ranges:
        """Return where a session of that length must not begin, so that it does not reach into the ranges."""
        return [
            (begin - length + 1, end)
            for begin, end in ranges
            if end > self._first and begin - length < self._last and begin < end
        ]

    def _blocked(self) -> Iterator[tuple[int, int]]:
        since, until = instant_of(self._first), instant_of(self._last + self._with_gap)
        weekly: dict[int, list[WeeklyRange]] = {}
        for blocked in self._diary.blocks.values():
            match blocked.time:
                case Period() as period if period.ends_at <= since or until <= period.starts_at:
                    pass  # a diary keeps what is over, and most blocks are
                case Period() as period:
                    yield minute_at_or_before(period.starts_at), minute_at_or_after(period.ends_at)
                case WeeklyRange() as one:
                    weekly.setdefault(one.weekday, []).append(one)
        for day in self._days:
            for one in weekly.get(day.date.weekday(), ()):
                yield day.opens(one.from_minutes), day.closes(one.until_minutes)

    def _reserved_for_others(self, *, gap_minutes: int) -> Iterator[tuple[int, int]]:
        """With a gap after each, as the session that is to come there will have one."""
        theirs = self._picture.asker.relationship_ids
        others = [r for r in self._diary.reserved.values() if r.relationship_id not in theirs]
        for day in self._days:
            for reserved in others:
                if (start := start_on(reserved, day)) is not None:
                    yield start, start + reserved.duration_minutes + gap_minutes


def _minutes(taken: Iterable[Taken]) -> Iterator[tuple[int, int]]:
    return ((minute_at_or_before(t.starts_at), minute_at_or_after(t.ends_at)) for t in taken)


def _together(bars: Bars) -> Ranges:
    return list(chain.from_iterable(bars.values()))


def _outside(starts: Starts, bars: Ranges) -> Iterator[tuple[int, tuple[UUID, ...]]]:
    """Walk starts and ranges together, both in order, so that the cost is their sum and not their product."""
    ordered = sorted(bars)
    closed_until, following = 0, 0
    for start in sorted(starts):
        while following < len(ordered) and ordered[following][0] <= start:
            closed_until = max(closed_until, ordered[following][1])
            following += 1
        if start >= closed_until:
            yield start, starts[start]
