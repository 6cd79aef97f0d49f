"""Dates on the line of epoch minutes: where starts and ranges of a wall clock lie (rule B10)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.diary.days import (
    instant_of,
    local_day,
    local_days,
    minute_at_or_after,
    minute_at_or_before,
)
from tests.domain.looking import clock
from tests.given import MICROSECOND

A_MINUTE = timedelta(minutes=1)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""London's clock goes from 01:00 to 02:00, and from 02:00 back to 01:00."""


@pytest.mark.parametrize("minute", [-1, 0, 1, 29_000_000])
def test_b10_an_instant_lies_on_a_minute_or_between_two(minute: int) -> None:
    instant = instant_of(minute)

    assert (minute_at_or_before(instant), minute_at_or_after(instant)) == (minute, minute)
    between = instant + MICROSECOND
    assert (minute_at_or_before(between), minute_at_or_after(between)) == (minute, minute + 1)


def _utc(minute: int | None) -> str | None:
    return None if minute is None else f"{instant_of(minute):%d %H:%M}"


@pytest.mark.parametrize(
    ("day", "at", "start", "opens", "closes"),
    [
        pytest.param(SPRING, "00:59", "29 00:59", "29 00:59", "29 00:59", id="before the gap"),
        pytest.param(SPRING, "01:00", None, "29 01:00", "29 01:00", id="as the gap begins"),
        pytest.param(SPRING, "01:30", None, "29 01:00", "29 01:00", id="inside the gap"),
        pytest.param(SPRING, "02:00", "29 01:00", "29 01:00", "29 01:00", id="behind the gap"),
        pytest.param(SPRING, "24:00", "29 23:00", "29 23:00", "29 23:00", id="midnight of a short day"),
        pytest.param(AUTUMN, "00:59", "24 23:59", "24 23:59", "24 23:59", id="before both"),
        pytest.param(AUTUMN, "01:00", "25 00:00", "25 00:00", "25 01:00", id="the first of two, the second of two"),
        pytest.param(AUTUMN, "01:59", "25 00:59", "25 00:59", "25 01:59", id="the last that comes twice"),
        pytest.param(AUTUMN, "02:00", "25 02:00", "25 02:00", "25 02:00", id="behind both"),
        pytest.param(AUTUMN, "24:00", "26 00:00", "26 00:00", "26 00:00", id="midnight of a long day"),
        pytest.param(date(2026, 7, 1), "09:00", "01 08:00", "01 08:00", "01 08:00", id="any other day"),
    ],
)
def test_b10_a_range_opens_the_first_time_its_start_is_shown_and_closes_the_last_time_its_end_is(
    day: date, at: str, start: str | None, opens: str, closes: str
) -> None:
    of_day, minute = local_day("Europe/London", day), clock(at)

    assert (start, opens, closes) == (
        _utc(of_day.start(minute)),
        _utc(of_day.opens(minute)),
        _utc(of_day.closes(minute)),
    )


@pytest.mark.parametrize(
    ("zone", "day", "at", "opens", "closes"),
    [
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), "02:15", "03 15:30", "03 15:30", id="half an hour less"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), "01:45", "04 14:45", "04 15:15", id="half an hour more"),
        pytest.param("America/New_York", date(2026, 3, 8), "02:30", "08 07:00", "08 07:00", id="west of Greenwich"),
        pytest.param("Africa/Cairo", date(2026, 4, 24), "00:30", "23 22:00", "23 22:00", id="a gap at midnight"),
    ],
)
def test_b10_gaps_and_repeats_of_other_zones(zone: str, day: date, at: str, opens: str, closes: str) -> None:
    of_day = local_day(zone, day)

    assert (opens, closes) == (_utc(of_day.opens(clock(at))), _utc(of_day.closes(clock(at))))


def test_b10_a_date_without_a_change_is_counted_from_its_midnight() -> None:
    assert local_day("Europe/London", date(2026, 7, 1)).midnight is not None
    assert local_day("Europe/London", SPRING).midnight is None
    assert local_day("Europe/London", AUTUMN).midnight is None


def test_b10_the_dates_of_a_range_have_one_more_on_either_side() -> None:
    first = minute_at_or_before(datetime(2026, 7, 1, 22, 59, tzinfo=UTC))

    def dates(*, last: int) -> list[int]:
        return [day.date.day for day in local_days("Europe/London", first=first, last=last)]

    assert dates(last=first) == [30, 1, 2]
    assert dates(last=first + 1) == [30, 1, 2, 3]
