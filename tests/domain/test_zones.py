"""Wall-clock times and instants around clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import UnknownZone
from domain.model import Slot
from domain.zones import first_instant_at, instant_at, last_instant_at, zone_of
from tests.given import LOCATION


@pytest.mark.parametrize(
    ("zone", "day", "minute", "instant"),
    [
        pytest.param("Europe/London", date(2026, 3, 29), 59, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), id="before"),
        pytest.param("Europe/London", date(2026, 3, 29), 60, None, id="gap begins"),
        pytest.param("Europe/London", date(2026, 3, 29), 119, None, id="gap ends"),
        pytest.param("Europe/London", date(2026, 3, 29), 120, datetime(2026, 3, 29, 1, tzinfo=UTC), id="after"),
        pytest.param("Europe/London", date(2026, 10, 25), 60, datetime(2026, 10, 25, 0, tzinfo=UTC), id="first of two"),
        pytest.param("Europe/London", date(2026, 10, 25), 120, datetime(2026, 10, 25, 2, tzinfo=UTC), id="only one"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), 135, None, id="gap of half an hour"),
        pytest.param(
            "Australia/Lord_Howe", date(2026, 4, 5), 105, datetime(2026, 4, 4, 14, 45, tzinfo=UTC), id="half an hour"
        ),
        pytest.param("Asia/Kathmandu", date(2026, 6, 1), 540, datetime(2026, 6, 1, 3, 15, tzinfo=UTC), id="no change"),
        pytest.param("Europe/London", date(2026, 3, 28), 1440, datetime(2026, 3, 29, 0, tzinfo=UTC), id="midnight"),
        pytest.param("Africa/Cairo", date(2026, 4, 24), 30, None, id="gap at midnight"),
    ],
)
def test_b10_a_start_in_a_gap_is_none_and_an_ambiguous_one_is_the_first(
    zone: str, day: date, minute: int, instant: datetime | None
) -> None:
    assert instant == instant_at(day, minute, zone=zone_of(zone))


@pytest.mark.parametrize(
    ("zone", "day", "minute", "first", "last"),
    [
        pytest.param(
            "Europe/London",
            date(2026, 7, 1),
            540,
            datetime(2026, 7, 1, 8, tzinfo=UTC),
            datetime(2026, 7, 1, 8, tzinfo=UTC),
            id="shown once",
        ),
        pytest.param(
            "Europe/London",
            date(2026, 10, 25),
            90,
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            id="shown twice",
        ),
        pytest.param(
            "Europe/Dublin",
            date(2026, 3, 29),
            119,
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            id="never shown: when the clock jumps over it",
        ),
        pytest.param(
            "Pacific/Apia",
            date(2011, 12, 30),
            720,
            datetime(2011, 12, 30, 10, tzinfo=UTC),
            datetime(2011, 12, 30, 10, tzinfo=UTC),
            id="a whole date that never was",
        ),
        pytest.param(
            "Africa/Cairo",
            date(2026, 10, 29),
            23 * 60 + 30,
            datetime(2026, 10, 29, 20, 30, tzinfo=UTC),
            datetime(2026, 10, 29, 21, 30, tzinfo=UTC),
            id="twice before midnight",
        ),
    ],
)
def test_b10_the_first_and_the_last_instant_at_which_a_clock_shows_a_time(
    zone: str, day: date, minute: int, first: datetime, last: datetime
) -> None:
    assert first == first_instant_at(day, minute, zone=zone_of(zone))
    assert last == last_instant_at(day, minute, zone=zone_of(zone))


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "..", "/etc/localtime", "a\x00b", "posixrules/x"])
def test_b10_a_zone_is_named_as_everybody_names_it(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_of(name)


def test_b10_a_session_over_a_clock_change_lasts_its_elapsed_time() -> None:
    starts_at = datetime(2026, 3, 29, 0, 30, tzinfo=zone_of("Europe/London"))

    slot = Slot(starts_at=starts_at, duration_minutes=50, location=LOCATION)

    assert timedelta(minutes=50) == slot.ends_at - slot.starts_at
    assert datetime(2026, 3, 29, 2, 20) == slot.ends_at.astimezone(zone_of("Europe/London")).replace(tzinfo=None)  # noqa: DTZ001 - what the clock on the wall shows
