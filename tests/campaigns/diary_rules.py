"""What the rules say of one booking, told independently: of how openings are found nothing is known here.

Each session is walked minute by minute on the diary's clock, and every rule looks at the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from application.ports import BusyTime
from domain.diary.diary import Diary
from domain.diary.events import HoursOfNotice, Period, SlotReserved, WeeklyRange
from domain.relationship.relationship import Relationship
from domain.session.events import Booked
from domain.therapist.events import PauseExtent
from domain.therapist.therapist import Therapist

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

OnTheClock: TypeAlias = tuple[date, int]
"""A date and a minute of it, as a clock shows them."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A booking, and what stood before it. `theirs` are the client's relationships with that therapist."""

    booked: Booked
    therapist: Therapist
    diary: Diary
    theirs: Mapping[UUID, Relationship]
    live: Sequence[Booked]
    busy: Sequence[BusyTime]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.diary.zone)

    @property
    def starts_at(self) -> datetime:
        return self.booked.slot.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.booked.slot.ends_at

    @property
    def with_gap_until(self) -> datetime:
        return self.ends_at + self.diary.terms.gap_minutes * MINUTE

    def walk(self) -> list[OnTheClock]:
        """Every minute of the session as the clock in the room shows it."""
        return _walk(self.starts_at, self.ends_at, self.zone)


def _clock(at: datetime, zone: ZoneInfo) -> OnTheClock:
    local = at.astimezone(zone)
    return local.date(), 60 * local.hour + local.minute


def _walk(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> list[OnTheClock]:
    return [_clock(starts_at + n * MINUTE, zone) for n in range((ends_at - starts_at) // MINUTE)]


def _within(one: WeeklyRange, walked: Sequence[OnTheClock]) -> bool:
    return any(day.weekday() == one.weekday and one.from_minutes <= m < one.until_minutes for day, m in walked)


def meets_block(closed: Period | WeeklyRange, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> bool:
    """Say whether a block meets [starts_at, ends_at) (rule B3)."""
    if isinstance(closed, Period):
        return closed.starts_at < ends_at and starts_at < closed.ends_at
    return _within(closed, _walk(starts_at, ends_at, zone))


def _closed_by_a_pause(looked: Looked) -> bool:
    return looked.therapist.suspended is not None or looked.therapist.paused is PauseExtent.ALL_BOOKINGS


def _closed_to_new_clients(looked: Looked) -> bool:
    therapist = looked.therapist
    open_to_new = therapist.accepting_new_clients and therapist.paused is not PauseExtent.NEW_CLIENTS
    return not looked.theirs and not open_to_new


def _inside_notice(looked: Looked) -> bool:
    notice, booked_at = looked.diary.terms.notice, looked.booked.at
    if isinstance(notice, HoursOfNotice):
        return looked.starts_at - booked_at < timedelta(hours=notice.hours)
    today, minute = _clock(booked_at - timedelta(microseconds=1), looked.zone)
    nearest = today + (1 if minute < notice.until_minutes else 2) * DAY
    return looked.starts_at.astimezone(looked.zone).date() < nearest


def _beyond_horizon(looked: Looked) -> bool:
    return looked.starts_at - looked.booked.at > timedelta(weeks=looked.diary.terms.horizon_weeks)


def _outside_hours(looked: Looked) -> bool:
    if _in_own_slot(looked):
        return False
    day, start = _clock(looked.starts_at, looked.zone)
    place, step = looked.booked.slot.location.location_id, looked.diary.terms.grid_minutes
    weekly = [one.hours for one in looked.diary.weekly if one.weekday == day.weekday()]
    return day in looked.diary.closed or not any(
        place in hours.location_ids
        and (start - hours.from_minutes) % step == 0
        and all(on == day and hours.from_minutes <= m < hours.until_minutes for on, m in looked.walk())
        for hours in (*weekly, *looked.diary.opened.get(day, ()))
    )


def _comes_on(reserved: SlotReserved, day: date) -> bool:
    away = (day - reserved.anchor).days
    return away >= 0 and away % (7 * reserved.interval_weeks) == 0


def _in_own_slot(looked: Looked) -> bool:
    """Say whether it begins with a slot that is reserved for the client, who is not bound there by hours (rule B5)."""
    day, start = _clock(looked.starts_at, looked.zone)
    return any(
        (reserved.from_minutes, reserved.location_id) == (start, looked.booked.slot.location.location_id)
        and reserved.relationship_id in looked.theirs
        and looked.booked.slot.duration_minutes <= reserved.duration_minutes
        and _comes_on(reserved, day)
        and day not in looked.diary.closed
        for reserved in looked.diary.reserved.values()
    )


def _in_prime_time(looked: Looked) -> bool:
    """Say whether it meets time that was still held back when it was booked, and is no slot of the client's own."""
    release, walked = looked.diary.release, looked.walk()
    held = [one for one in looked.diary.prime_time if _within(one, walked)]
    if not held or _in_own_slot(looked):
        return False
    monday = walked[0][0] - walked[0][0].weekday() * DAY
    if release is None:
        return True
    released = monday + (release.weekday - 7 * release.weeks_ahead) * DAY, release.at_minutes
    return _clock(looked.booked.at, looked.zone) < released


def _blocked(looked: Looked) -> bool:
    of_all = (one.time for one in looked.diary.blocks.values())
    return any(meets_block(closed, looked.starts_at, looked.ends_at, looked.zone) for closed in of_all)


def _in_anothers_slot(looked: Looked) -> bool:
    """Say whether it meets a time reserved for another, the gaps of both included (rule B5)."""
    others = [one for one in looked.diary.reserved.values() if one.relationship_id not in looked.theirs]
    gap, of_start = looked.diary.terms.gap_minutes * MINUTE, looked.starts_at.astimezone(looked.zone).date()
    return any(
        begins < looked.with_gap_until and looked.starts_at < begins + one.duration_minutes * MINUTE + gap
        for one in others
        for day in (of_start - DAY, of_start, of_start + DAY)
        if _comes_on(one, day) and (begins := _instant(day, one.from_minutes, looked.zone)) is not None
    )


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime | None:
    """Return when a clock shows a time for the first time; None where it skips it."""
    at = datetime.combine(day, time(*divmod(minute, 60)), tzinfo=zone).astimezone(UTC)
    return at if _clock(at, zone) == (day, minute) else None


def _meets_external(looked: Looked) -> bool:
    return any(one.starts_at < looked.ends_at and looked.starts_at < one.ends_at for one in looked.busy)


def _meets_a_claim(looked: Looked) -> bool:
    booked = looked.booked
    return any(
        (one.therapist_id == booked.therapist_id and _overlap(one, booked, gap=True))
        or (one.client_id == booked.client_id and _overlap(one, booked, gap=False))
        for one in looked.live
    )


def _overlap(one: Booked, other: Booked, *, gap: bool) -> bool:
    after = (one.gap_minutes * MINUTE, other.gap_minutes * MINUTE) if gap else (timedelta(), timedelta())
    return one.slot.starts_at < other.slot.ends_at + after[1] and other.slot.starts_at < one.slot.ends_at + after[0]


OF_EVERYBODY: Mapping[str, Callable[[Looked], bool]] = {
    "in the past": lambda looked: looked.starts_at <= looked.booked.at,
    "no bookings at all": _closed_by_a_pause,
    "another gap": lambda looked: looked.booked.gap_minutes != looked.diary.terms.gap_minutes,
    "over a claim": _meets_a_claim,
}
OF_CLIENTS: Mapping[str, Callable[[Looked], bool]] = {
    "self-booking closed": lambda looked: not looked.diary.self_booking,
    "revoked": lambda looked: any(one.self_booking_revoked for one in looked.theirs.values()),
    "no new clients": _closed_to_new_clients,
    "inside notice": _inside_notice,
    "beyond horizon": _beyond_horizon,
    "outside hours": _outside_hours,
    "prime time": _in_prime_time,
    "blocked": _blocked,
    "reserved for another": _in_anothers_slot,
    "external busy": _meets_external,
}
"""What binds a client and is no more than a warning to the therapist (rules B9, B13)."""
