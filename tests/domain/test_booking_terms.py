"""How early, how far ahead, on which grid and with what gap clients book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.diary.events import (
    DayBefore,
    HoursOfNotice,
)
from domain.diary.openings import refuse_unless_open
from domain.errors import NotOpen
from domain.zones import zone_of
from tests.domain.looking import (
    AT_NINE,
    NO_GAP,
    ON,
    TUESDAY,
    TUESDAYS,
    WORKS_ON_TUESDAYS,
    a_slot,
    every_day,
    lasting,
    listed_between,
    listed_on,
    picture_of,
    therapist_for,
    week_of,
)
from tests.given import (
    MICROSECOND,
    given_diary,
    weekly,
)

LONDON = zone_of("Europe/London")


@pytest.mark.parametrize(("grid", "starts"), [(15, 5), (30, 3), (60, 2)])
def test_b2_the_grid_counts_from_the_beginning_of_the_hours(grid: int, starts: int) -> None:
    notice = NO_GAP.model_copy(update={"grid_minutes": grid})
    diary = given_diary(ON, notice, week_of(weekly(1, "09:10", "11:00")))

    listed = listed_on(picture_of(diary), TUESDAY)

    assert (starts, "09:10") == (len(listed), listed[0])


def test_b2_a_day_of_notice_counts_to_the_microsecond() -> None:
    exactly = AT_NINE - timedelta(hours=24)
    in_time, late = picture_of(WORKS_ON_TUESDAYS, now=exactly), picture_of(WORKS_ON_TUESDAYS, now=exactly + MICROSECOND)

    assert listed_on(in_time, TUESDAY)[0] == "09:00"
    assert listed_on(late, TUESDAY)[0] == "09:30"
    with pytest.raises(NotOpen, match="begins sooner"):
        refuse_unless_open(late, a_slot(AT_NINE))


@pytest.mark.parametrize("hours", [2, 23])
def test_b2_notice_may_be_another_number_of_hours(hours: int) -> None:
    terms = NO_GAP.model_copy(update={"notice": HoursOfNotice(hours=hours)})
    diary = given_diary(ON, terms, TUESDAYS)
    exactly = AT_NINE - timedelta(hours=hours)

    assert listed_on(picture_of(diary, now=exactly), TUESDAY)[0] == "09:00"
    assert listed_on(picture_of(diary, now=exactly + MICROSECOND), TUESDAY)[0] == "09:30"


UNTIL_SIX = NO_GAP.model_copy(update={"notice": DayBefore(until_minutes=18 * 60)})


def test_b2_until_a_time_of_the_day_before_the_next_day_may_be_booked() -> None:
    diary = given_diary(ON, UNTIL_SIX, every_day("00:00", "23:30"))
    exactly = datetime(2030, 7, 8, 17, tzinfo=UTC)
    in_time, late = picture_of(diary, now=exactly), picture_of(diary, now=exactly + MICROSECOND)
    today, tomorrow, day_after = (date(2030, 7, day) for day in (8, 9, 10))

    assert [listed_on(in_time, day)[:1] for day in (today, tomorrow)] == [[], ["00:00"]]
    assert [listed_on(late, day)[:1] for day in (tomorrow, day_after)] == [[], ["00:00"]]
    with pytest.raises(NotOpen, match="begins sooner"):
        refuse_unless_open(late, a_slot(datetime(2030, 7, 9, 22, tzinfo=UTC)))


def test_b2_the_day_before_is_a_date_of_the_diarys_zone() -> None:
    in_new_york = replace(given_diary(ON, UNTIL_SIX, every_day("00:00", "23:30")), zone="America/New_York")
    still_monday_there = datetime(2030, 1, 8, 3, tzinfo=UTC)
    monday_until_six = datetime(2030, 1, 7, 23, tzinfo=UTC)

    assert listed_on(picture_of(in_new_york, now=monday_until_six), date(2030, 1, 8))[0] == "00:00"
    assert listed_on(picture_of(in_new_york, now=still_monday_there), date(2030, 1, 8)) == []
    assert listed_on(picture_of(in_new_york, now=still_monday_there), date(2030, 1, 9))[0] == "00:00"


@pytest.mark.parametrize(
    ("now", "first"),
    [
        pytest.param(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 26), id="the second of two is in time"),
        pytest.param(datetime(2026, 10, 25, 1, 30, 1, tzinfo=UTC), date(2026, 10, 27), id="a second later is not"),
        pytest.param(
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 30), id="skipped: in time at the gap's end"
        ),
        pytest.param(datetime(2026, 3, 29, 1, 0, 1, tzinfo=UTC), date(2026, 3, 31), id="skipped: and not after"),
    ],
)
def test_b10_a_time_of_the_day_before_that_the_clock_shows_twice_or_never(now: datetime, first: date) -> None:
    terms = UNTIL_SIX.model_copy(update={"notice": DayBefore(until_minutes=90)})
    diary = given_diary(ON, terms, every_day("09:00", "10:00"))

    listed = listed_between(picture_of(diary, now=now), now, now + timedelta(days=4))

    assert first == listed[0].astimezone(LONDON).date()


def test_b2_the_horizon_of_eight_weeks_counts_to_the_microsecond() -> None:
    exactly = AT_NINE - timedelta(weeks=8)
    within, beyond = (
        picture_of(WORKS_ON_TUESDAYS, now=exactly),
        picture_of(WORKS_ON_TUESDAYS, now=exactly - MICROSECOND),
    )

    assert listed_on(within, TUESDAY) == ["09:00"]
    assert listed_on(beyond, TUESDAY) == []
    with pytest.raises(NotOpen, match="further ahead"):
        refuse_unless_open(beyond, a_slot(AT_NINE))


@pytest.mark.parametrize(("ends_after", "starts"), [(0, ["09:00"]), (1, [])])
def test_b2_the_gap_is_kept_free_before_the_next_session(ends_after: int, starts: list[str]) -> None:
    diary = given_diary(ON, week_of(weekly(1, "09:00", "10:00")))
    claim = lasting(AT_NINE + timedelta(minutes=60 - ends_after), 60)

    assert starts == listed_on(picture_of(diary, claims=[claim]), TUESDAY)


def test_b2_without_a_gap_sessions_follow_each_other() -> None:
    diary = given_diary(ON, NO_GAP, TUESDAYS)
    middle = lasting(AT_NINE + timedelta(minutes=30), 30)

    listed = listed_on(picture_of(diary, claims=[middle], therapist=therapist_for(30)), TUESDAY)

    assert listed == ["09:00", "10:00", "10:30"]
