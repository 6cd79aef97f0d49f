"""What is open, said slowly: every rule as the set of minutes that it closes, read from the clock one by one.

Nothing here is taken from the code that is held against it, but the words of the diary and the zones' own tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain, product
from uuid import UUID

from domain.diary.events import DayBefore, HoursOfNotice, Period, SlotReserved, WeeklyRange
from domain.diary.picture import Picture, Taken, WhyNot
from domain.model import Slot
from domain.therapist.events import PauseExtent
from domain.zones import zone_of
from tests.domain.slow_clock import first_showing, last_showing, number_of, readings

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class Slowly:
    """A picture from two days before `since` to two days after `until`, for sessions of one length."""

    def __init__(self, picture: Picture, duration_minutes: int, *, since: datetime, until: datetime) -> None:
        self._picture, self._diary, self._minutes = picture, picture.diary, duration_minutes
        self._zone, self._gap = picture.diary.zone, picture.diary.terms.gap_minutes
        first, last = (self._wall(instant).date() - n * DAY for instant, n in ((since, 2), (until, -2)))
        self._days = [first + n * DAY for n in range((last - first).days + 1)]
        self._window = range(int(number_of(since - 2 * DAY)), int(number_of(until + 2 * DAY)))
        self._held_alone = set(self._held(gap_minutes=0))
        self._own = set(self._own_starts())
        self._closed = {
            WhyNot.BLOCKED: set(self._blocked()),
            WhyNot.PRIME_TIME: set(self._prime_time()),
            WhyNot.CLIENT_BUSY: self._of(picture.asker.busy),
            WhyNot.OVERLAPS: self._of(picture.external_busy),
        }
        self._closed_with_gap = {
            WhyNot.OVERLAPS: self._of(picture.claims),
            WhyNot.RESERVED_FOR_ANOTHER: set(self._held(gap_minutes=self._gap)),
        }

    def reasons(self, slot: Slot) -> set[WhyNot]:
        """Every reason why a slot that begins with a minute is not open."""
        at = int(number_of(slot.starts_at))
        session, with_gap = range(at, at + self._minutes), range(at, at + self._minutes + self._gap)
        found = {why for why, closed in self._closed.items() if not closed.isdisjoint(session)}
        found |= {why for why, closed in self._closed_with_gap.items() if not closed.isdisjoint(with_gap)}
        if (at, slot.location.location_id) in self._own:
            found -= {WhyNot.PRIME_TIME, WhyNot.RESERVED_FOR_ANOTHER}
            found |= set() if self._held_alone.isdisjoint(session) else {WhyNot.RESERVED_FOR_ANOTHER}
        elif not self._is_worked(slot, session):
            found.add(WhyNot.NOT_A_WORKING_TIME)
        return found | set(self._out_of_bounds(slot)) | set(self._switches())

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(zone_of(self._zone))

    def _switches(self) -> list[WhyNot]:
        """The first of what closes everything (rules B6, B7, B11, G5)."""
        therapist, asker, new = self._picture.therapist, self._picture.asker, not self._picture.asker.relationship_ids
        in_order = (
            (bool(therapist.suspended) or therapist.paused is PauseExtent.ALL_BOOKINGS, WhyNot.PAUSED),
            (not self._diary.self_booking, WhyNot.SELF_BOOKING_CLOSED),
            (asker.self_booking_revoked, WhyNot.SELF_BOOKING_REVOKED),
            (new and therapist.paused is PauseExtent.NEW_CLIENTS, WhyNot.NOT_ACCEPTING_NEW_CLIENTS),
            (new and not therapist.accepting_new_clients, WhyNot.NOT_ACCEPTING_NEW_CLIENTS),
        )
        return [why for holds, why in in_order if holds][:1]

    def _out_of_bounds(self, slot: Slot) -> Iterator[WhyNot]:
        terms, now = self._diary.terms, self._picture.now
        match terms.notice:
            case HoursOfNotice(hours=hours):
                too_late = slot.starts_at - now < timedelta(hours=hours)
            case DayBefore(until_minutes=until):
                today = self._wall(now).date()
                days = (self._wall(slot.starts_at).date() - today).days
                too_late = days < 1 or (days == 1 and number_of(now) > last_showing(self._zone, today, until))
        if too_late:
            yield WhyNot.INSIDE_NOTICE
        if slot.starts_at - now > terms.horizon_weeks * WEEK:
            yield WhyNot.BEYOND_HORIZON

    def _is_worked(self, slot: Slot, session: range) -> bool:
        wall, step = self._wall(slot.starts_at), self._diary.terms.grid_minutes
        day, shown = wall.date(), 60 * wall.hour + wall.minute
        weekly = [w.hours for w in self._diary.weekly if w.weekday == day.weekday()]
        return (wall.fold, day in self._diary.closed) == (0, False) and any(
            slot.location.location_id in hours.location_ids
            and shown in range(hours.from_minutes, hours.until_minutes - self._minutes + 1, step)
            and session[-1] < last_showing(self._zone, day, hours.until_minutes)
            for hours in (*weekly, *self._diary.opened.get(day, ()))
        )

    def _own_starts(self) -> Iterator[tuple[int, UUID]]:
        """When and where the reserved slots of the one who asks begin, if the session is not longer than they are."""
        mine = self._picture.asker.relationship_ids
        own = [one for one in self._diary.reserved.values() if one.relationship_id in mine]
        for one, day in product(own, self._days):
            if day not in self._diary.closed and one.duration_minutes >= self._minutes:
                yield from ((begins, one.location_id) for begins in self._begins(one, day))

    def _of(self, taken: Iterable[Taken]) -> set[int]:
        """Every minute of which a part is taken."""
        bounds = [(number_of(t.starts_at), number_of(t.ends_at)) for t in taken]
        return {n for n in self._window for begins, ends in bounds if begins < n + 1 and n < ends}

    def _weekly(self, one: WeeklyRange, day: date) -> range:
        begins, ends = (
            first_showing(self._zone, day, one.from_minutes),
            last_showing(self._zone, day, one.until_minutes),
        )
        return range(begins, ends) if one.weekday == day.weekday() else range(0)

    def _blocked(self) -> Iterator[int]:
        times = [blocked.time for blocked in self._diary.blocks.values()]
        yield from self._of([time for time in times if isinstance(time, Period)])
        weekly = [time for time in times if isinstance(time, WeeklyRange)]
        yield from chain.from_iterable(self._weekly(one, day) for one, day in product(weekly, self._days))

    def _prime_time(self) -> Iterator[int]:
        held = [day for day in self._days if not self._is_released(day)]
        yield from chain.from_iterable(self._weekly(one, day) for one, day in product(self._diary.prime_time, held))

    def _is_released(self, day: date) -> bool:
        if (release := self._diary.release) is None:
            return False
        monday = next(day - n * DAY for n in range(7) if (day - n * DAY).weekday() == 0)
        comes_on = next(monday + n * DAY for n in range(7) if (monday + n * DAY).weekday() == release.weekday)
        comes = first_showing(self._zone, comes_on - release.weeks_ahead * WEEK, release.at_minutes)
        return number_of(self._picture.now) >= comes

    def _held(self, *, gap_minutes: int) -> Iterator[int]:
        mine = self._picture.asker.relationship_ids
        others = [one for one in self._diary.reserved.values() if one.relationship_id not in mine]
        for one, day in product(others, self._days):
            for begins in self._begins(one, day):
                yield from range(begins, begins + one.duration_minutes + gap_minutes)

    def _begins(self, reserved: SlotReserved, day: date) -> list[int]:
        """The minute at which a reserved slot begins on a date: none if it does not, or the clock skips it."""
        dates = [reserved.anchor + n * reserved.interval_weeks * WEEK for n in range(60)]
        shown = [n for n, shown in readings(self._zone, day) if shown == reserved.from_minutes]
        return shown[:1] if day in dates else []
