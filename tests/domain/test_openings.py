"""Open slots by example: one function for what is listed and for what may be booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.diary.events import (
    DateClosed,
    DateOpened,
    DiaryEvent,
    Hours,
)
from domain.diary.openings import Opening, openings, reasons, refuse_unless_open
from domain.diary.picture import Asker, WhyNot
from domain.errors import ClientBusy, NotOffered, NotOpen, SlotTaken
from domain.model import SessionKind, Slot
from domain.therapist.events import LocationsSet, Price, PricesSet
from domain.zones import zone_of
from tests.domain.looking import (
    AT_NINE,
    ELSEWHERE,
    FIFTY_MINUTES,
    HOUR,
    ON,
    TUESDAY,
    WORKS_ON_TUESDAYS,
    Range,
    a_slot,
    lasting,
    listed_between,
    listed_on,
    picture_of,
    week_of,
)
from tests.given import (
    INDIVIDUAL,
    LOCATION,
    MICROSECOND,
    NOW,
    given_diary,
    given_therapist,
    weekly,
)

LONDON = zone_of("Europe/London")


def test_b9_the_working_hours_are_listed_on_the_grid_while_a_session_fits() -> None:
    assert listed_on(picture_of(WORKS_ON_TUESDAYS), TUESDAY) == ["09:00", "09:30", "10:00"]


@pytest.mark.parametrize(("until", "starts"), [("09:50", ["09:00"]), ("09:49", [])])
def test_b9_hours_that_are_a_minute_too_short_are_not_listed(until: str, starts: list[str]) -> None:
    diary = given_diary(ON, week_of(weekly(1, "09:00", until)))

    assert starts == listed_on(picture_of(diary), TUESDAY)


def test_a3_an_opening_says_when_where_how_much_and_until_when_cancelling_is_free() -> None:
    first, *_ = openings(
        picture_of(WORKS_ON_TUESDAYS), kind=SessionKind.INDIVIDUAL, since=AT_NINE, until=AT_NINE + HOUR
    )

    assert Opening(AT_NINE, (LOCATION,), INDIVIDUAL) == first
    assert first.starts_at.tzinfo is UTC
    assert AT_NINE + timedelta(minutes=50) == first.ends_at
    assert AT_NINE - timedelta(hours=48) == first.notice_deadline


def test_b9_what_is_listed_begins_at_the_first_instant_asked_for_and_ends_before_the_last() -> None:
    picture = picture_of(WORKS_ON_TUESDAYS)

    assert listed_between(picture, AT_NINE, AT_NINE + timedelta(minutes=30)) == [AT_NINE]
    assert listed_between(picture, AT_NINE + MICROSECOND, AT_NINE + timedelta(minutes=30)) == []
    assert listed_between(picture, AT_NINE, AT_NINE + MICROSECOND) == [AT_NINE]
    assert listed_between(picture, AT_NINE, AT_NINE) == []


def test_a13_only_a_kind_that_is_offered_has_openings() -> None:
    with pytest.raises(NotOffered):
        openings(picture_of(WORKS_ON_TUESDAYS), kind=SessionKind.COUPLE, since=AT_NINE, until=AT_NINE + HOUR)


def test_a13_each_kind_is_listed_for_its_own_length() -> None:
    couple = Price(kind=SessionKind.COUPLE, amount=INDIVIDUAL.amount, duration_minutes=120)
    offers = PricesSet(version=1, prices=(INDIVIDUAL, couple), at=NOW)
    therapist = given_therapist(offers, LocationsSet(locations=(LOCATION,), at=NOW))
    picture = picture_of(WORKS_ON_TUESDAYS, therapist=therapist)

    listed = openings(picture, kind=SessionKind.COUPLE, since=AT_NINE, until=AT_NINE + 2 * HOUR)

    assert listed == [Opening(AT_NINE, (LOCATION,), couple)]


def test_a14_a_place_that_the_therapist_left_is_not_listed() -> None:
    two = Hours(from_minutes=540, until_minutes=600, location_ids=(ELSEWHERE.location_id, LOCATION.location_id))
    diary = given_diary(ON, DateOpened(day=TUESDAY, hours=(two,), at=NOW))
    moved = given_therapist(
        PricesSet(version=1, prices=(INDIVIDUAL,), at=NOW), LocationsSet(locations=(LOCATION,), at=NOW)
    )
    nowhere = given_therapist(PricesSet(version=1, prices=(INDIVIDUAL,), at=NOW))

    both, one, none = (
        openings(
            picture_of(diary, therapist=therapist),
            kind=SessionKind.INDIVIDUAL,
            since=AT_NINE,
            until=AT_NINE + HOUR,
        )
        for therapist in (FIFTY_MINUTES, moved, nowhere)
    )
    assert [opening.locations for opening in both] == [(ELSEWHERE, LOCATION)]
    assert [opening.locations for opening in one] == [(LOCATION,)]
    assert none == []
    left = reasons(picture_of(diary, therapist=moved), a_slot(AT_NINE, location=ELSEWHERE))
    assert left == (WhyNot.NOT_A_WORKING_TIME,)


@pytest.mark.parametrize(
    "slot",
    [
        pytest.param(a_slot(AT_NINE + timedelta(minutes=15)), id="off the grid"),
        pytest.param(a_slot(AT_NINE + timedelta(seconds=1)), id="off the minute"),
        pytest.param(a_slot(AT_NINE - timedelta(seconds=1)), id="a second before"),
        pytest.param(a_slot(AT_NINE + timedelta(minutes=90)), id="too long for the rest"),
        pytest.param(a_slot(AT_NINE + timedelta(days=1)), id="another day"),
        pytest.param(a_slot(AT_NINE, location=ELSEWHERE), id="another place"),
    ],
)
def test_b9_what_is_not_listed_is_refused_with_the_reason(slot: Slot) -> None:
    with pytest.raises(NotOpen, match="does not begin a session") as refused:
        refuse_unless_open(picture_of(WORKS_ON_TUESDAYS), slot)

    assert refused.value.reason == "not_a_working_time"


def test_b12_a_claimed_time_is_neither_listed_nor_open() -> None:
    picture = picture_of(WORKS_ON_TUESDAYS, claims=[lasting(AT_NINE, 60)])

    assert listed_on(picture, TUESDAY) == ["10:00"]
    for minutes in (0, 30):
        with pytest.raises(SlotTaken):
            refuse_unless_open(picture, a_slot(AT_NINE + timedelta(minutes=minutes)))


@pytest.mark.parametrize("ahead", [timedelta(hours=24), timedelta(weeks=8)], ids=["notice", "horizon"])
def test_b9_a_claimed_time_at_the_very_bound_is_taken_and_not_out_of_bounds(ahead: timedelta) -> None:
    picture = picture_of(WORKS_ON_TUESDAYS, claims=[lasting(AT_NINE, 60)], now=AT_NINE - ahead)

    with pytest.raises(SlotTaken):
        refuse_unless_open(picture, a_slot(AT_NINE))


def test_b12_claims_in_any_order_nested_and_touching_close_the_same_time() -> None:
    def minute(n: int) -> datetime:
        return AT_NINE + timedelta(minutes=n)

    nested = [Range(minute(70), minute(80)), Range(minute(0), minute(70)), Range(minute(10), minute(20))]
    inside = [Range(minute(0), minute(70)), Range(minute(10), minute(20))]
    long_day = given_diary(ON, week_of(weekly(1, "09:00", "13:00")))

    assert listed_on(picture_of(WORKS_ON_TUESDAYS, claims=nested), TUESDAY) == []
    assert listed_on(picture_of(WORKS_ON_TUESDAYS, claims=inside), TUESDAY) == []
    assert listed_on(picture_of(long_day, claims=nested), TUESDAY)[0] == "10:30"


def test_b8_a_busy_time_of_another_calendar_closes_slots_without_a_gap() -> None:
    diary = given_diary(ON, week_of(weekly(1, "09:00", "12:00")))
    busy = lasting(AT_NINE + timedelta(minutes=50), 30)
    picture = picture_of(diary, external_busy=[busy])

    assert listed_on(picture, TUESDAY) == ["09:00", "10:30", "11:00"]
    with pytest.raises(SlotTaken):
        refuse_unless_open(picture, a_slot(AT_NINE + timedelta(minutes=30)))


def test_b12_a_clients_own_sessions_close_slots_for_them_alone() -> None:
    asker = Asker(busy=[lasting(AT_NINE + timedelta(minutes=50), 10)])

    assert listed_on(picture_of(WORKS_ON_TUESDAYS, asker=asker), TUESDAY) == ["09:00", "10:00"]
    assert listed_on(picture_of(WORKS_ON_TUESDAYS), TUESDAY) == ["09:00", "09:30", "10:00"]
    with pytest.raises(ClientBusy):
        refuse_unless_open(picture_of(WORKS_ON_TUESDAYS, asker=asker), a_slot(AT_NINE + timedelta(minutes=30)))


def test_b1_a_closed_date_is_not_open_and_an_opened_one_is() -> None:
    evening = Hours(from_minutes=18 * 60, until_minutes=19 * 60, location_ids=(ELSEWHERE.location_id,))
    opened: DiaryEvent = DateOpened(day=TUESDAY, hours=(evening,), at=NOW)
    closed = DateClosed(day=TUESDAY, at=NOW)
    week = week_of(weekly(1, "09:00", "10:00"))

    assert listed_on(picture_of(given_diary(ON, week, opened)), TUESDAY) == ["09:00", "18:00"]
    assert listed_on(picture_of(given_diary(ON, week, opened, closed)), TUESDAY) == []


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
    sundays = given_diary(ON, week_of(weekly(6, from_, until)))
    now = datetime(day.year, day.month, day.day, tzinfo=LONDON) - timedelta(days=3)

    assert starts == listed_on(picture_of(sundays, now=now), day)


def test_b10_the_second_of_two_ambiguous_times_is_refused() -> None:
    sundays = given_diary(ON, week_of(weekly(6, "00:30", "02:30")))
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)
    picture = picture_of(sundays, now=first - timedelta(days=3))

    assert reasons(picture, a_slot(first)) == ()
    assert reasons(picture, a_slot(first + HOUR)) == (WhyNot.NOT_A_WORKING_TIME,)


def test_b10_a_weekly_time_stays_on_the_wall_clock_over_a_clock_change() -> None:
    mondays = given_diary(ON, week_of(weekly(0, "09:00", "09:50")))
    now = datetime(2026, 3, 20, tzinfo=UTC)

    listed = listed_between(picture_of(mondays, now=now), now, datetime(2026, 4, 1, tzinfo=UTC))

    assert listed == [datetime(2026, 3, 23, 9, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC)]
