"""Open slots by example: one function for what is listed and for what may be booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.diary.diary import Diary
from domain.diary.events import (
    DateClosed,
    DateOpened,
    DiaryEvent,
    Hours,
    HoursSet,
    NoticeSet,
    SelfBookingOpened,
    WeeklyHours,
)
from domain.diary.openings import Opening, openings, refuse_unless_open, why_not
from domain.errors import NotOpen, SlotTaken
from domain.model import Location, Medium, Slot
from domain.zones import zone_of
from tests.given import LOCATION, NOW, given_diary, weekly

LONDON = zone_of("Europe/London")
ON = SelfBookingOpened(at=NOW)
TUESDAY = date(2030, 1, 8)
AT_NINE = datetime(2030, 1, 8, 9, tzinfo=UTC)
ELSEWHERE = Location(location_id=UUID(int=21), medium=Medium.IN_PERSON)
NO_GAP = NoticeSet(notice_hours=24, horizon_weeks=8, grid_minutes=30, gap_minutes=0, at=NOW)


@dataclass(frozen=True)
class Range:
    starts_at: datetime
    ends_at: datetime


def _week(*ranges: WeeklyHours) -> HoursSet:
    return HoursSet(weekly=ranges, at=NOW)


TUESDAYS = given_diary(ON, _week(weekly(1, "09:00", "11:00")))


def _slot(starts_at: datetime, *, location: Location = LOCATION) -> Slot:
    return Slot(starts_at=starts_at, duration_minutes=50, location=location)


def _starts(
    diary: Diary, *, day: date = TUESDAY, now: datetime = NOW, taken: Sequence[Range] = (), minutes: int = 50
) -> list[str]:
    """The starts of one date as its diary's clock shows them."""
    zone = zone_of(diary.zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    listed = openings(
        diary, duration_minutes=minutes, taken=taken, since=midnight, until=midnight + timedelta(days=1), now=now
    )
    return [opening.starts_at.astimezone(zone).strftime("%H:%M") for opening in listed]


def test_b9_the_working_hours_are_listed_on_the_grid_while_a_session_fits() -> None:
    assert _starts(TUESDAYS) == ["09:00", "09:30", "10:00"]


@pytest.mark.parametrize(("until", "starts"), [("09:50", ["09:00"]), ("09:49", [])])
def test_b9_hours_that_are_a_minute_too_short_are_not_listed(until: str, starts: list[str]) -> None:
    assert starts == _starts(given_diary(ON, _week(weekly(1, "09:00", until))))


def test_b9_an_opening_says_when_in_utc_and_where() -> None:
    first, *_ = openings(
        TUESDAYS, duration_minutes=50, taken=(), since=AT_NINE, until=AT_NINE + timedelta(hours=1), now=NOW
    )

    assert Opening(AT_NINE, (LOCATION.location_id,)) == first
    assert first.starts_at.tzinfo is UTC


def test_b9_what_is_listed_begins_at_the_first_instant_asked_for_and_ends_before_the_last() -> None:
    listed = openings(
        TUESDAYS, duration_minutes=50, taken=(), since=AT_NINE, until=AT_NINE + timedelta(minutes=30), now=NOW
    )

    assert [opening.starts_at for opening in listed] == [AT_NINE]


def test_b6_nothing_is_open_before_self_booking_is() -> None:
    diary = given_diary(_week(weekly(1, "09:00", "11:00")))

    assert _starts(diary) == []
    with pytest.raises(NotOpen, match="self booking closed"):
        refuse_unless_open(diary, _slot(AT_NINE), taken=(), now=NOW)


@pytest.mark.parametrize(("grid", "starts"), [(15, 5), (30, 3), (60, 2)])
def test_b2_the_grid_counts_from_the_beginning_of_the_hours(grid: int, starts: int) -> None:
    notice = NO_GAP.model_copy(update={"grid_minutes": grid})

    listed = _starts(given_diary(ON, notice, _week(weekly(1, "09:10", "11:00"))))

    assert (starts, "09:10") == (len(listed), listed[0])


def test_b2_a_day_of_notice_counts_to_the_minute() -> None:
    exactly, late = AT_NINE - timedelta(hours=24), AT_NINE - timedelta(hours=24) + timedelta(microseconds=1)

    assert _starts(TUESDAYS, now=exactly)[0] == "09:00"
    assert _starts(TUESDAYS, now=late)[0] == "09:30"
    with pytest.raises(NotOpen, match="inside notice"):
        refuse_unless_open(TUESDAYS, _slot(AT_NINE), taken=(), now=late)


def test_b2_the_horizon_of_eight_weeks_counts_to_the_minute() -> None:
    exactly = AT_NINE - timedelta(weeks=8)

    assert _starts(TUESDAYS, now=exactly) == ["09:00"]
    assert _starts(TUESDAYS, now=exactly - timedelta(microseconds=1)) == []
    with pytest.raises(NotOpen, match="beyond horizon"):
        refuse_unless_open(TUESDAYS, _slot(AT_NINE), taken=(), now=exactly - timedelta(microseconds=1))


@pytest.mark.parametrize(
    "slot",
    [
        pytest.param(_slot(AT_NINE + timedelta(minutes=15)), id="off the grid"),
        pytest.param(_slot(AT_NINE + timedelta(seconds=1)), id="off the minute"),
        pytest.param(_slot(AT_NINE - timedelta(seconds=1)), id="a second before"),
        pytest.param(_slot(AT_NINE + timedelta(minutes=90)), id="too long for the rest"),
        pytest.param(_slot(AT_NINE + timedelta(days=1)), id="another day"),
        pytest.param(_slot(AT_NINE, location=ELSEWHERE), id="another place"),
    ],
)
def test_b9_what_is_not_listed_is_refused_with_the_reason(slot: Slot) -> None:
    with pytest.raises(NotOpen, match="not a working time") as refused:
        refuse_unless_open(TUESDAYS, slot, taken=(), now=NOW)

    assert refused.value.reason == "not_a_working_time"


def test_b12_a_taken_time_is_neither_listed_nor_open() -> None:
    taken = [Range(AT_NINE, AT_NINE + timedelta(minutes=60))]

    assert _starts(TUESDAYS, taken=taken) == ["10:00"]
    for minutes in (0, 30):
        with pytest.raises(SlotTaken):
            refuse_unless_open(TUESDAYS, _slot(AT_NINE + timedelta(minutes=minutes)), taken=taken, now=NOW)


@pytest.mark.parametrize("ahead", [timedelta(hours=24), timedelta(weeks=8)], ids=["notice", "horizon"])
def test_b9_a_taken_time_at_the_very_bound_is_taken_and_not_out_of_bounds(ahead: timedelta) -> None:
    taken = [Range(AT_NINE, AT_NINE + timedelta(minutes=60))]

    with pytest.raises(SlotTaken):
        refuse_unless_open(TUESDAYS, _slot(AT_NINE), taken=taken, now=AT_NINE - ahead)


def test_b13_a_claim_is_no_reason_of_the_diarys_own() -> None:
    assert why_not(TUESDAYS, _slot(AT_NINE), now=NOW) is None


@pytest.mark.parametrize(("ends_after", "starts"), [(0, ["09:00"]), (1, [])])
def test_b2_the_gap_is_kept_free_before_the_next_session(ends_after: int, starts: list[str]) -> None:
    begins = AT_NINE + timedelta(minutes=60 - ends_after)
    diary = given_diary(ON, _week(weekly(1, "09:00", "10:00")))

    assert starts == _starts(diary, taken=[Range(begins, begins + timedelta(hours=1))])


def test_b2_without_a_gap_sessions_follow_each_other() -> None:
    diary = given_diary(ON, NO_GAP, _week(weekly(1, "09:00", "11:00")))
    middle = Range(AT_NINE + timedelta(minutes=30), AT_NINE + timedelta(minutes=60))

    assert _starts(diary, taken=[middle], minutes=30) == ["09:00", "10:00", "10:30"]


def test_b12_claims_in_any_order_nested_and_touching_close_the_same_time() -> None:
    def minute(n: int) -> datetime:
        return AT_NINE + timedelta(minutes=n)

    nested = [Range(minute(70), minute(80)), Range(minute(0), minute(70)), Range(minute(10), minute(20))]

    assert _starts(TUESDAYS, taken=nested) == []
    assert _starts(given_diary(ON, _week(weekly(1, "09:00", "13:00"))), taken=nested)[0] == "10:30"


def test_b1_a_closed_date_is_not_open_and_an_opened_one_is() -> None:
    evening = Hours(from_minutes=18 * 60, until_minutes=19 * 60, location_ids=(ELSEWHERE.location_id,))
    opened: DiaryEvent = DateOpened(day=TUESDAY, hours=(evening,), at=NOW)
    closed = DateClosed(day=TUESDAY, at=NOW)

    assert _starts(given_diary(ON, _week(weekly(1, "09:00", "10:00")), opened)) == ["09:00", "18:00"]
    assert _starts(given_diary(ON, _week(weekly(1, "09:00", "10:00")), opened, closed)) == []


@pytest.mark.parametrize(
    ("day", "from_", "until", "starts"),
    [
        pytest.param(date(2026, 3, 29), "00:00", "03:00", ["00:00", "00:30", "02:00"], id="gap: 01:00 to 02:00"),
        pytest.param(date(2026, 3, 29), "00:00", "02:00", ["00:00"], id="a session would end behind the gap"),
        pytest.param(
            date(2026, 10, 25), "00:30", "02:30", ["00:30", "01:00", "01:30"], id="the first of the two hours"
        ),
    ],
)
def test_b10_starts_in_a_clock_change_gap_are_skipped_and_ambiguous_ones_are_the_first(
    day: date, from_: str, until: str, starts: list[str]
) -> None:
    sundays = given_diary(ON, _week(weekly(6, from_, until)))
    now = datetime(day.year, day.month, day.day, tzinfo=LONDON) - timedelta(days=3)

    assert starts == _starts(sundays, day=day, now=now)


def test_b10_the_second_of_two_ambiguous_times_is_refused() -> None:
    sundays = given_diary(ON, _week(weekly(6, "00:30", "02:30")))
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)
    now = first - timedelta(days=3)

    assert refuse_unless_open(sundays, _slot(first), taken=(), now=now) is None  # type: ignore[func-returns-value]
    with pytest.raises(NotOpen, match="not a working time"):
        refuse_unless_open(sundays, _slot(first + timedelta(hours=1)), taken=(), now=now)


def test_b10_a_weekly_time_stays_on_the_wall_clock_over_a_clock_change() -> None:
    mondays = given_diary(ON, _week(weekly(0, "09:00", "09:50")))
    now = datetime(2026, 3, 20, tzinfo=UTC)

    listed = openings(
        mondays, duration_minutes=50, taken=(), since=now, until=datetime(2026, 4, 1, tzinfo=UTC), now=now
    )

    expected = [datetime(2026, 3, 23, 9, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC)]
    assert expected == [opening.starts_at for opening in listed]
