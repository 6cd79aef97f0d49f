"""Open slots: one function for what is listed and for what may be booked (rules A1, B9, B10).

Every rule becomes ranges of minutes in which a session may not begin. What is listed is every start of the working week
that lies outside of all of them; why a start is not listed is the names of the ranges that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.diary.days import instant_of, local_day, minute_at_or_after, minute_at_or_before
from domain.diary.events import DayBefore, HoursOfNotice
from domain.diary.picture import ClosedBecause, Picture, WhyNot, not_open
from domain.diary.search import Search, Starts
from domain.errors import ClientBusy, SlotTaken
from domain.model import Location, SessionKind, Slot
from domain.session.notice import notice_deadline
from domain.therapist.events import Price
from domain.zones import zone_of

WORTH_A_WARNING = frozenset(
    {
        WhyNot.INSIDE_NOTICE,
        WhyNot.NOT_A_WORKING_TIME,
        WhyNot.BLOCKED,
        WhyNot.RESERVED_FOR_ANOTHER,
        WhyNot.PRIME_TIME,
        WhyNot.OVERLAPS,
    }
)
"""What does not bind a therapist, but should be known to them (rule B13)."""


class Opening(NamedTuple):
    """A time that can be booked, where, and for how much."""

    starts_at: datetime
    locations: tuple[Location, ...]
    price: Price

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.price.duration_minutes)

    @property
    def notice_deadline(self) -> datetime:
        """Until when cancelling it would be free (rule A3)."""
        return notice_deadline(self.starts_at)


def openings(picture: Picture, *, kind: SessionKind, since: datetime, until: datetime) -> list[Opening]:
    """Return what is open in [since, until) to the one who asks, in order. Raises NotOffered."""
    price = picture.therapist.price_of(kind)
    earliest, latest = _bounds(picture)
    first = max(minute_at_or_after(since), earliest)
    last = min(minute_at_or_after(until) - 1, latest)
    if closed_as_a_whole(picture) is not None or last < first:
        return []
    found = Search(picture, price.duration_minutes, first=first, last=last)
    listed = _known_places(found.open_starts(), picture.therapist.locations)
    return [Opening(instant_of(start), locations, price) for start, locations in listed]


def _known_places(
    starts: Iterable[tuple[int, tuple[UUID, ...]]], places: Mapping[UUID, Location]
) -> Iterator[tuple[int, tuple[Location, ...]]]:
    """A location that the therapist has left since the hours were set is no place to book."""
    by_ids: dict[tuple[UUID, ...], tuple[Location, ...]] = {}
    for start, ids in starts:
        if ids not in by_ids:
            by_ids[ids] = tuple(places[i] for i in ids if i in places)
        if by_ids[ids]:
            yield start, by_ids[ids]


def refuse_unless_open(picture: Picture, slot: Slot) -> None:
    """Raise unless `openings` lists this start at this location: NotOpen with the reason, ClientBusy, SlotTaken."""
    found = reasons(picture, slot)
    if not found:
        return
    match found[0]:
        case WhyNot.CLIENT_BUSY:
            raise ClientBusy
        case WhyNot.OVERLAPS:
            raise SlotTaken
        case reason:
            raise not_open(reason)


def reasons(picture: Picture, slot: Slot) -> tuple[WhyNot, ...]:
    """Return why a slot is not open to the one who asks, what matters most first; nothing for an open slot."""
    closed = closed_as_a_whole(picture)
    return (*([closed] if closed else []), *_reasons_of_the_time(picture, slot))


def warnings_about(picture: Picture, slot: Slot) -> tuple[WhyNot, ...]:
    """Return what a therapist should know about a slot that they book for the client who asks (rule B13)."""
    return tuple(reason for reason in _reasons_of_the_time(picture, slot) if reason in WORTH_A_WARNING)


def closed_as_a_whole(picture: Picture) -> ClosedBecause | None:
    """Return why nothing at all is open to the one who asks (rules B6, B7, B11, G5)."""
    therapist, asker = picture.therapist, picture.asker
    if therapist.takes_no_bookings:
        return WhyNot.PAUSED
    if not picture.diary.self_booking:
        return WhyNot.SELF_BOOKING_CLOSED
    if asker.self_booking_revoked:
        return WhyNot.SELF_BOOKING_REVOKED
    if not asker.relationship_ids and not therapist.takes_new_clients:
        return WhyNot.NOT_ACCEPTING_NEW_CLIENTS
    return None


def _reasons_of_the_time(picture: Picture, slot: Slot) -> Iterator[WhyNot]:
    earliest, latest = _bounds(picture)
    start = minute_at_or_after(slot.starts_at)
    if start < earliest:
        yield WhyNot.INSIDE_NOTICE
    if start > latest:
        yield WhyNot.BEYOND_HORIZON
    found = Search(picture, slot.duration_minutes, first=start, last=start)
    on_the_minute = instant_of(start) == slot.starts_at
    own = on_the_minute and _is_at(found.own_starts(), start, slot)
    left = slot.location.location_id not in picture.therapist.locations
    if left or (not own and not (on_the_minute and _is_at(found.working_starts(), start, slot))):
        yield WhyNot.NOT_A_WORKING_TIME
    bars = found.own_bars() if own else found.bars()
    yield from (reason for reason in WhyNot if _holds(start, bars.get(reason, ())))


def _is_at(starts: Starts, start: int, slot: Slot) -> bool:
    return slot.location.location_id in starts.get(start, ())


def _holds(minute: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(begin <= minute < end for begin, end in ranges)


def _bounds(picture: Picture) -> tuple[int, int]:
    """Return the first and the last epoch minute at which a session may begin (rule B2)."""
    terms = picture.diary.terms
    latest = picture.now + timedelta(weeks=terms.horizon_weeks)
    match terms.notice:
        case HoursOfNotice():
            earliest = minute_at_or_after(picture.now + timedelta(hours=terms.notice.hours))
        case DayBefore():
            earliest = _first_minute_after(picture, until_minutes=terms.notice.until_minutes)
    return earliest, minute_at_or_before(latest)


def _first_minute_after(picture: Picture, *, until_minutes: int) -> int:
    """Return the first minute of tomorrow, or of the day after it where the time for tomorrow has passed."""
    zone_name = picture.diary.zone
    today = local_day(zone_name, picture.now.astimezone(zone_of(zone_name)).date())
    in_time = minute_at_or_after(picture.now) <= today.closes(until_minutes)
    return local_day(zone_name, today.date + timedelta(days=1 if in_time else 2)).opens(0)
