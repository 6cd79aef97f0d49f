"""Somebody looks at a diary: what is open on a date, in the words of its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from domain.diary.diary import Diary
from domain.diary.events import HoursOfNotice, HoursSet, NoticeSet, SelfBookingOpened, WeeklyHours, WeeklyRange
from domain.diary.openings import openings
from domain.diary.picture import ANYBODY, Asker, Picture, Taken
from domain.model import Location, Medium, SessionKind, Slot
from domain.therapist.events import LocationsSet, PricesSet
from domain.therapist.therapist import Therapist
from domain.zones import zone_of
from tests.given import INDIVIDUAL, LOCATION, NOW, RELATIONSHIP, given_diary, given_therapist, weekly

TUESDAY = date(2030, 1, 8)
AT_NINE = datetime(2030, 1, 8, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ON = SelfBookingOpened(at=NOW)
TUESDAYS = HoursSet(weekly=(weekly(1, "09:00", "11:00"),), at=NOW)
WORKS_ON_TUESDAYS = given_diary(ON, TUESDAYS)
NO_GAP = NoticeSet(notice=HoursOfNotice(hours=24), horizon_weeks=8, grid_minutes=30, gap_minutes=0, at=NOW)
ELSEWHERE = Location(location_id=UUID(int=21), medium=Medium.IN_PERSON)
PLACES = LocationsSet(locations=(LOCATION, ELSEWHERE), at=NOW)
REGULAR = Asker(relationship_ids=frozenset({RELATIONSHIP}))


@dataclass(frozen=True)
class Range:
    """Somebody's time that is not free."""

    starts_at: datetime
    ends_at: datetime


def lasting(starts_at: datetime, minutes: int) -> Range:
    """A range of so many minutes."""
    return Range(starts_at, starts_at + timedelta(minutes=minutes))


def therapist_for(minutes: int) -> Therapist:
    """A therapist at two places whose sessions last so long."""
    price = INDIVIDUAL.model_copy(update={"duration_minutes": minutes})
    return given_therapist(PricesSet(version=1, prices=(price,), at=NOW), PLACES)


FIFTY_MINUTES = therapist_for(50)


def picture_of(
    diary: Diary,
    *,
    now: datetime = NOW,
    asker: Asker = ANYBODY,
    therapist: Therapist = FIFTY_MINUTES,
    claims: Sequence[Taken] = (),
    external_busy: Sequence[Taken] = (),
) -> Picture:
    """All that decides what is open; what is not named does not matter."""
    return Picture(diary=diary, therapist=therapist, asker=asker, claims=claims, external_busy=external_busy, now=now)


def listed_between(picture: Picture, since: datetime, until: datetime) -> list[datetime]:
    """The starts that are listed in [since, until)."""
    return [one.starts_at for one in openings(picture, kind=SessionKind.INDIVIDUAL, since=since, until=until)]


def listed_on(picture: Picture, day: date) -> list[str]:
    """The starts of one date as its diary's clock shows them."""
    zone = zone_of(picture.diary.zone)
    midnight, next_midnight = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
    found = listed_between(picture, midnight, next_midnight)
    return [starts_at.astimezone(zone).strftime("%H:%M") for starts_at in found]


def a_slot(starts_at: datetime, *, minutes: int = 50, location: Location = LOCATION) -> Slot:
    """A slot that somebody asks for."""
    return Slot(starts_at=starts_at, duration_minutes=minutes, location=location)


def week_of(*ranges: WeeklyHours) -> HoursSet:
    """The working week."""
    return HoursSet(weekly=ranges, at=NOW)


def every_day(from_: str, until: str) -> HoursSet:
    """The same hours on every day of the week."""
    return week_of(*(weekly(weekday, from_, until) for weekday in range(7)))


def clock(written: str) -> int:
    """Minutes since midnight, written as on a clock."""
    hour, _, minute = written.partition(":")
    return 60 * int(hour) + int(minute)


def weekly_range(weekday: int, from_: str, until: str) -> WeeklyRange:
    """A range of a weekday, 0 for Monday."""
    return WeeklyRange(weekday=weekday, from_minutes=clock(from_), until_minutes=clock(until))
