"""The layers of a calendar: when a therapist works, what is blocked, held back and reserved (rules B1, B3, B4, B5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from domain.diary.diary import Diary
from domain.diary.events import Blocked, DateClosed, DateOpened, Period, WeeklyHours, WeeklyRange
from domain.diary.layers import BlockedStretch, Layers, ReservedStretch, Stretch, WorkingStretch, layers, still_free
from domain.model import Location
from domain.zones import zone_of
from tests.domain.changing_clocks import LONDON, LORD_HOWE, OVER_A_CHANGE, SKIPPED, diary_in, hours_of, utc
from tests.domain.looking import ELSEWHERE, HOUR, TUESDAY, Range, clock, every_day, week_of, weekly_range
from tests.domain.test_blocks import A_BLOCK, blocked
from tests.domain.test_blocks import ANOTHER as ANOTHER_BLOCK
from tests.domain.test_prime_time import FRIDAY_AT_SIX, prime_time
from tests.domain.test_reserved_slots import A_HOLD, ANOTHER, SOMEBODY_ELSE, held
from tests.given import CLIENT, LOCATION, MICROSECOND, NOW, RELATIONSHIP, given_diary, hours, weekly

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONDAY = utc("2030-01-07 00:00")
EVERYTHING = timedelta(days=62)
TUESDAY_MORNING = weekly_range(1, "10:00", "11:00")
TEN = utc("2030-01-08 10:00")


def week(diary: Diary, *, since: datetime = MONDAY, lasts: timedelta = WEEK, now: datetime = NOW) -> Layers:
    """The layers of a week from a Monday on, or of another stretch of time."""
    return layers(diary, since=since, until=since + lasts, now=now)


def around(instant: datetime, diary: Diary) -> Layers:
    """The layers from three days before an instant to three days after it."""
    return week(diary, since=instant - 3 * DAY, lasts=6 * DAY)


def shown(stretches: Iterable[Stretch]) -> list[str]:
    """Stretches as London's clock shows them: the day of the month, from, until."""
    clocks = ((one.starts_at.astimezone(zone_of(LONDON)), one.ends_at.astimezone(zone_of(LONDON))) for one in stretches)
    return [f"{begin:%d %H:%M}-{end:%H:%M}" for begin, end in clocks]


def works(from_: str, until: str, place: Location) -> WorkingStretch:
    """A range of the Tuesday in which the therapist works."""
    return WorkingStretch(utc(f"2030-01-08 {from_}"), utc(f"2030-01-08 {until}"), (place.location_id,))


def test_a_new_diary_has_empty_layers() -> None:
    assert week(given_diary(), lasts=EVERYTHING) == Layers((), (), (), ())


def test_every_layer_of_a_week_has_its_stretches() -> None:
    diary = given_diary(week_of(weekly(1, "09:00", "17:00")), blocked(), held(), prime_time((TUESDAY_MORNING,)))

    assert week(diary) == Layers(
        working=(works("09:00", "17:00", LOCATION),),
        blocked=(BlockedStretch(TEN - HOUR, TEN, A_BLOCK),),
        prime_time=(Stretch(TEN, TEN + HOUR),),
        reserved=(
            ReservedStretch(
                TEN, TEN + timedelta(minutes=50), A_HOLD, RELATIONSHIP, CLIENT, location_id=LOCATION.location_id
            ),
        ),
    )


def test_b1_ranges_that_touch_stay_two_with_their_places() -> None:
    elsewhere = WeeklyHours(weekday=1, hours=hours("12:00", "15:00", at=ELSEWHERE))
    diary = given_diary(week_of(elsewhere, weekly(1, "09:00", "12:00")))

    assert week(diary).working == (works("09:00", "12:00", LOCATION), works("12:00", "15:00", ELSEWHERE))


def test_every_layer_is_in_order_however_it_was_entered() -> None:
    friday = held(reserved_slot_id=ANOTHER, weekday=4, anchor=TUESDAY + 3 * DAY)
    diary = given_diary(
        week_of(weekly(4, "09:00", "10:00"), weekly(1, "14:00", "15:00"), weekly(1, "09:00", "10:00")),
        prime_time((weekly_range(4, "09:00", "10:00"), TUESDAY_MORNING)),
        blocked(weekly_range(4, "10:00", "11:00")),
        blocked(TUESDAY_MORNING, block_id=ANOTHER_BLOCK),
        friday,
        held(),
    )

    found = week(diary)

    assert shown(found.working) == ["08 09:00-10:00", "08 14:00-15:00", "11 09:00-10:00"]
    assert shown(found.prime_time) == ["08 10:00-11:00", "11 09:00-10:00"]
    assert shown(found.blocked) == ["08 10:00-11:00", "11 10:00-11:00"]
    assert shown(found.reserved) == ["08 10:00-10:50", "11 10:00-10:50"]


def test_b3_blocks_that_overlap_are_in_the_layer_each() -> None:
    longer = Period(starts_at=TEN, ends_at=TEN + 2 * HOUR)

    found = week(given_diary(blocked(longer), blocked(TUESDAY_MORNING, block_id=ANOTHER_BLOCK))).blocked

    assert [(one.block_id, one.ends_at) for one in found] == [(ANOTHER_BLOCK, TEN + HOUR), (A_BLOCK, TEN + 2 * HOUR)]


ALL_AT_ONCE = given_diary(
    week_of(weekly(1, "10:00", "11:00")),
    blocked(TUESDAY_MORNING),
    blocked(Period(starts_at=TEN, ends_at=TEN + HOUR), block_id=ANOTHER_BLOCK),
    prime_time((TUESDAY_MORNING,)),
    held(duration_minutes=60),
)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param(TEN - DAY, TEN + MICROSECOND, id="its first moment"),
        pytest.param(TEN + HOUR - MICROSECOND, TEN + DAY, id="its last moment"),
        pytest.param(TEN + HOUR / 3, TEN + HOUR / 2, id="inside it"),
    ],
)
def test_what_touches_the_range_is_in_the_layers_as_a_whole(since: datetime, until: datetime) -> None:
    found = layers(ALL_AT_ONCE, since=since, until=until, now=NOW)

    for layer in (found.working, found.prime_time, found.reserved):
        assert shown(layer) == ["08 10:00-11:00"]
    assert shown(found.blocked) == ["08 10:00-11:00"] * 2


def test_what_lies_beside_the_range_is_in_no_layer() -> None:
    until_it_begins, from_its_end = (week(ALL_AT_ONCE, since=at, lasts=DAY) for at in (TEN - DAY, TEN + HOUR))

    assert until_it_begins == from_its_end == Layers((), (), (), ())


def test_what_reaches_over_midnight_into_the_range_is_in_the_layers() -> None:
    late = held(weekday=0, anchor=TUESDAY - DAY, from_minutes=clock("23:30"))
    holiday = Period(starts_at=MONDAY - 30 * DAY, ends_at=MONDAY + 30 * DAY)

    found = week(given_diary(late, blocked(holiday)), since=MONDAY + DAY, lasts=HOUR)

    assert shown(found.reserved) == ["07 23:30-00:20"]
    assert found.blocked == (BlockedStretch(holiday.starts_at, holiday.ends_at, A_BLOCK),)


def test_b10_a_day_of_the_layers_is_a_day_of_the_therapists_clock() -> None:
    tuesdays = week_of(weekly(1, "00:00", "24:00"))

    (working,) = week(diary_in(LORD_HOWE, tuesdays)).working

    assert (working.starts_at, working.ends_at) == (utc("2030-01-07 13:00"), utc("2030-01-08 13:00"))


RELEASED_AT = utc("2030-01-11 18:00")


def test_b4_prime_time_is_no_layer_any_more_from_its_release_on() -> None:
    diary = given_diary(prime_time((TUESDAY_MORNING,), FRIDAY_AT_SIX))
    instants = (RELEASED_AT - MICROSECOND, RELEASED_AT, RELEASED_AT + WEEK)

    found = [shown(week(diary, since=MONDAY + WEEK, lasts=2 * WEEK, now=now).prime_time) for now in instants]

    assert found == [["15 10:00-11:00", "22 10:00-11:00"], ["22 10:00-11:00"], []]


def test_b4_prime_time_without_a_release_stays_a_layer() -> None:
    diary = given_diary(prime_time((TUESDAY_MORNING,)))

    assert shown(week(diary, now=MONDAY + 10 * WEEK).prime_time) == ["08 10:00-11:00"]


def test_b1_a_closed_date_has_no_working_time_and_what_is_held_on_it_stays() -> None:
    diary = given_diary(every_day("09:00", "17:00"), held(), DateClosed(day=TUESDAY, at=NOW))

    found = week(diary, lasts=3 * DAY)

    assert shown(found.working) == ["07 09:00-17:00", "09 09:00-17:00"]
    assert shown(found.reserved) == ["08 10:00-10:50"]


def test_b1_an_opened_date_has_its_hours_beside_the_weekly_ones() -> None:
    extra = DateOpened(day=TUESDAY, hours=(hours("07:00", "08:00", at=ELSEWHERE),), at=NOW)
    diary = given_diary(week_of(weekly(1, "09:00", "17:00")), DateClosed(day=TUESDAY, at=NOW), extra)

    found = week(diary, lasts=2 * WEEK).working

    assert found[:2] == (works("07:00", "08:00", ELSEWHERE), works("09:00", "17:00", LOCATION))
    assert shown(found[2:]) == ["15 09:00-17:00"]


@pytest.mark.parametrize(("zone", "time", "begins", "ends"), OVER_A_CHANGE)
def test_b10_weekly_stretches_last_as_long_as_the_clock_shows_them_when_it_changes(
    zone: str, time: WeeklyRange, begins: datetime, ends: datetime
) -> None:
    diary = diary_in(zone, hours_of(time), blocked(time), prime_time((time,)))

    found = around(begins, diary)

    assert found.blocked == (BlockedStretch(begins, ends, A_BLOCK),)
    assert found.prime_time == (Stretch(begins, ends),)
    assert found.working == (WorkingStretch(begins, ends, (LOCATION.location_id,)),)


@pytest.mark.parametrize(("zone", "time", "jumps"), SKIPPED)
def test_b10_weekly_stretches_that_the_clock_skips_are_in_no_layer(
    zone: str, time: WeeklyRange, jumps: datetime
) -> None:
    diary = diary_in(zone, hours_of(time), blocked(time), prime_time((time,)))

    assert around(jumps, diary) == Layers((), (), (), ())


@pytest.mark.parametrize(
    ("zone", "at", "sundays"),
    [
        pytest.param(LONDON, "01:30", ["2026-10-18 00:30", "2026-10-25 00:30", "2026-11-01 01:30"], id="first of two"),
        pytest.param(LONDON, "01:30", ["2026-03-22 01:30", "2026-04-05 00:30"], id="skipped"),
        pytest.param(LORD_HOWE, "02:15", ["2026-09-26 15:45", "2026-10-10 15:15"], id="skipped by half an hour"),
    ],
)
def test_b10_a_reserved_slot_is_at_its_time_of_day_before_and_after_a_change(
    zone: str, at: str, sundays: list[str]
) -> None:
    slot = held(weekday=6, anchor=TUESDAY.replace(2026, 1, 4), from_minutes=clock(at))

    found = week(diary_in(zone, slot), since=utc(sundays[0]) - DAY, lasts=2 * WEEK + 2 * DAY).reserved

    assert [one.starts_at for one in found] == [utc(sunday) for sunday in sundays]
    assert {one.ends_at - one.starts_at for one in found} == {timedelta(minutes=50)}


def test_b5_clients_who_alternate_are_in_the_layer_in_turn() -> None:
    others = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, interval_weeks=2, anchor=TUESDAY + WEEK)

    found = week(given_diary(others, held(interval_weeks=2)), since=MONDAY - WEEK, lasts=5 * WEEK).reserved

    assert shown(found) == ["08 10:00-10:50", "15 10:00-10:50", "22 10:00-10:50", "29 10:00-10:50"]
    assert [one.relationship_id for one in found] == [RELATIONSHIP, SOMEBODY_ELSE] * 2


def _times_away(diary: Diary) -> tuple[list[str], list[str]]:
    """What is reserved in three weeks, and what of it on times on which the therapist is not away."""
    found = week(diary, lasts=3 * WEEK)
    return shown(found.reserved), shown(still_free(diary, found.reserved, taken=()))


ALL_TUESDAYS = ["08 10:00-10:50", "15 10:00-10:50", "22 10:00-10:50"]


@pytest.mark.parametrize(
    ("away", "left"),
    [
        pytest.param(blocked(Period(starts_at=TEN - DAY, ends_at=TEN + DAY)), ALL_TUESDAYS[1:], id="a block around it"),
        pytest.param(
            blocked(Period(starts_at=TEN - HOUR, ends_at=TEN + MICROSECOND)), ALL_TUESDAYS[1:], id="a moment into it"
        ),
        pytest.param(blocked(weekly_range(1, "10:49", "11:00")), [], id="a block in every week"),
        pytest.param(DateClosed(day=TUESDAY + WEEK, at=NOW), ALL_TUESDAYS[::2], id="a closed date"),
        pytest.param(blocked(Period(starts_at=TEN - HOUR, ends_at=TEN)), ALL_TUESDAYS, id="a block until it begins"),
        pytest.param(blocked(weekly_range(1, "10:50", "12:00")), ALL_TUESDAYS, id="a block from its end"),
        pytest.param(DateClosed(day=TUESDAY + DAY, at=NOW), ALL_TUESDAYS, id="the day after is closed"),
    ],
)
def test_b5_a_hold_survives_and_is_left_out_where_the_therapist_is_away(
    away: Blocked | DateClosed, left: list[str]
) -> None:
    assert _times_away(given_diary(held(), away)) == (ALL_TUESDAYS, left)


def test_b5_whether_a_date_is_closed_is_said_by_the_therapists_clock() -> None:
    at_one = held(from_minutes=clock("01:00"))
    closed_before, closed = (
        diary_in(LORD_HOWE, at_one, DateClosed(day=day, at=NOW)) for day in (TUESDAY - DAY, TUESDAY)
    )

    assert [len(list(still_free(diary, week(diary).reserved, taken=()))) for diary in (closed_before, closed)] == [1, 0]


def test_b5_whether_the_therapist_is_away_does_not_hang_on_where_the_asked_range_ends() -> None:
    midnight = utc("2030-01-09 00:00")
    diary = given_diary(held(from_minutes=clock("23:30")), blocked(Period(starts_at=midnight, ends_at=midnight + DAY)))

    found = layers(diary, since=midnight - DAY, until=midnight, now=NOW)

    assert (len(found.reserved), list(still_free(diary, found.reserved, taken=()))) == (1, [])


def test_b5_a_date_that_is_taken_is_skipped_and_one_beside_it_is_not() -> None:
    diary = given_diary(held())
    found = week(diary, lasts=2 * WEEK)

    left = still_free(diary, found.reserved, taken=[Range(TEN - HOUR, TEN), Range(TEN + WEEK, TEN + WEEK + HOUR)])

    assert shown(left) == ["08 10:00-10:50"]


def test_b10_sixty_two_days_have_all_their_days_at_their_time_of_day() -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    slot = held(weekday=0, interval_weeks=2, anchor=TUESDAY.replace(2026, 3, 2))
    diary = given_diary(
        every_day("09:00", "17:00"), blocked(TUESDAY_MORNING), prime_time((weekly_range(2, "17:30", "18:30"),)), slot
    )

    found = layers(diary, since=first, until=first + EVERYTHING, now=first)

    days = [first.date() + n * DAY for n in range(62)]
    assert shown(found.working) == [f"{day:%d} 09:00-17:00" for day in days]
    assert shown(found.blocked) == [f"{day:%d} 10:00-11:00" for day in days if day.weekday() == 1]
    assert shown(found.prime_time) == [f"{day:%d} 17:30-18:30" for day in days if day.weekday() == 2]
    assert shown(found.reserved) == [f"{day:%d} 10:00-10:50" for day in days[1::14]]
    assert {one.starts_at.hour for one in found.working} == {8, 9}
