"""A diary: working hours, dates opened and closed, notice, and the switch."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from domain.diary.diary import (
    DATES_LIMIT,
    BookingTerms,
    close_date,
    close_self_booking,
    diary_id_of,
    open_date,
    open_diary,
    open_self_booking,
    reset_date,
    set_hours,
    set_notice,
)
from domain.diary.events import (
    DateClosed,
    DateOpened,
    DayBefore,
    Hours,
    HoursOfNotice,
    HoursSet,
    Notice,
    NoticeSet,
    SelfBookingClosed,
    SelfBookingOpened,
    WeeklyHours,
)
from domain.errors import (
    BookingTermsOutOfRange,
    GapLargerThanGrid,
    InThePast,
    OverlappingRanges,
    PlaceMissing,
    ReversedRange,
    TooManyDates,
    TooManyRanges,
    TwoOfOneKind,
    UnknownZone,
)
from tests.given import CLIENT, DIARY_OPENED, LOCATION, NOW, THERAPIST, given_diary, hours, weekly

MONDAY = date(2030, 1, 14)
MORNINGS = HoursSet(weekly=(weekly(0, "09:00", "12:00"), weekly(0, "13:00", "17:00")), at=NOW)
EVENING = (hours("18:00", "20:00"),)
OPENED = DateOpened(day=MONDAY, hours=EVENING, at=NOW)
CLOSED = DateClosed(day=MONDAY, at=NOW)
ON, OFF = SelfBookingOpened(at=NOW), SelfBookingClosed(at=NOW)


def test_b1_a_diary_is_opened_once() -> None:
    assert open_diary(None, therapist_id=THERAPIST, zone="Europe/London", now=NOW) == DIARY_OPENED
    assert open_diary(given_diary(), therapist_id=THERAPIST, zone="Europe/London", now=NOW) is None


def test_b10_a_diary_is_kept_in_a_zone_that_is_known() -> None:
    with pytest.raises(UnknownZone):
        open_diary(None, therapist_id=THERAPIST, zone="Mars/Olympus", now=NOW)


def test_l_a_therapist_has_one_diary() -> None:
    assert diary_id_of(THERAPIST) == diary_id_of(THERAPIST)
    assert diary_id_of(THERAPIST) != diary_id_of(CLIENT)


def test_b1_the_working_week_is_kept_in_order() -> None:
    happened = set_hours(given_diary(), weekly=tuple(reversed(MORNINGS.weekly)), now=NOW)

    assert happened == MORNINGS
    assert set_hours(given_diary(MORNINGS), weekly=tuple(reversed(MORNINGS.weekly)), now=NOW) is None


def test_b1_new_hours_replace_the_whole_week() -> None:
    diary = given_diary(MORNINGS, HoursSet(weekly=(weekly(1, "09:00", "12:00"),), at=NOW))

    assert diary.hours_on(MONDAY) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(weekly(0, "09:00", "12:00"), weekly(0, "11:59", "13:00"), id="by a minute"),
        pytest.param(weekly(0, "09:00", "12:00"), weekly(0, "10:00", "11:00"), id="inside"),
        pytest.param(weekly(0, "09:00", "12:00"), weekly(0, "09:00", "12:00"), id="twice"),
    ],
)
def test_b1_hours_of_one_day_never_overlap(first: WeeklyHours, second: WeeklyHours) -> None:
    with pytest.raises(OverlappingRanges):
        set_hours(given_diary(), weekly=(first, second), now=NOW)


def test_b1_hours_may_touch_and_other_days_do_not_matter() -> None:
    week = (weekly(0, "09:00", "12:00"), weekly(0, "12:00", "13:00"), weekly(1, "10:00", "11:00"))

    assert set_hours(given_diary(), weekly=week, now=NOW) == HoursSet(weekly=week, at=NOW)


@pytest.mark.parametrize("until", ["09:00", "08:59"])
def test_b1_hours_end_after_they_begin(until: str) -> None:
    with pytest.raises(ReversedRange):
        set_hours(given_diary(), weekly=(weekly(0, "09:00", until),), now=NOW)
    with pytest.raises(ReversedRange):
        open_date(given_diary(), day=MONDAY, hours=(hours("09:00", until),), now=NOW)


def test_b10_hours_may_last_to_midnight_and_no_longer() -> None:
    assert hours("22:00", "24:00").until_minutes == 1440
    with pytest.raises(ValidationError):
        Hours(from_minutes=0, until_minutes=1441, location_ids=())


def test_b1_a_date_is_opened_beside_the_weekly_hours() -> None:
    happened = open_date(given_diary(MORNINGS), day=MONDAY, hours=EVENING, now=NOW)

    assert happened == OPENED
    assert [*(w.hours for w in MORNINGS.weekly), *EVENING] == given_diary(MORNINGS, OPENED).hours_on(MONDAY)


def test_b1_a_date_is_opened_once() -> None:
    assert open_date(given_diary(OPENED), day=MONDAY, hours=EVENING, now=NOW) is None


def test_b1_hours_of_a_date_never_overlap_its_weekly_ones() -> None:
    with pytest.raises(OverlappingRanges):
        open_date(given_diary(MORNINGS), day=MONDAY, hours=(hours("11:00", "12:30"),), now=NOW)


@pytest.mark.parametrize("until", ["18:01", "21:00"])
def test_b1_weekly_hours_never_overlap_those_of_a_date(until: str) -> None:
    with pytest.raises(OverlappingRanges):
        set_hours(given_diary(OPENED), weekly=(weekly(0, "17:00", until),), now=NOW)


def test_b1_weekly_hours_may_touch_those_of_a_date_and_overlap_one_that_has_passed() -> None:
    touching, over = (weekly(0, "17:00", "18:00"),), (weekly(0, "17:00", "21:00"),)
    on_the_day, the_day_after = NOW + timedelta(days=7), NOW + timedelta(days=8)

    assert set_hours(given_diary(OPENED), weekly=touching, now=NOW) == HoursSet(weekly=touching, at=NOW)
    assert set_hours(given_diary(OPENED), weekly=over, now=the_day_after) == HoursSet(weekly=over, at=the_day_after)
    with pytest.raises(OverlappingRanges):
        set_hours(given_diary(OPENED), weekly=over, now=on_the_day)


def test_b1_hours_are_somewhere() -> None:
    nowhere = Hours(from_minutes=540, until_minutes=600, location_ids=())

    with pytest.raises(PlaceMissing):
        set_hours(given_diary(), weekly=(WeeklyHours(weekday=0, hours=nowhere),), now=NOW)
    with pytest.raises(PlaceMissing):
        open_date(given_diary(), day=MONDAY, hours=(nowhere,), now=NOW)


def _quarters(count: int) -> tuple[Hours, ...]:
    places = (LOCATION.location_id,)
    return tuple(Hours(from_minutes=15 * n, until_minutes=15 * n + 15, location_ids=places) for n in range(count))


def test_b1_a_day_has_at_most_twenty_ranges_and_a_week_a_hundred() -> None:
    def week(days: int, ranges: int) -> tuple[WeeklyHours, ...]:
        return tuple(WeeklyHours(weekday=day, hours=h) for day in range(days) for h in _quarters(ranges))

    assert set_hours(given_diary(), weekly=week(5, 20), now=NOW) is not None
    assert open_date(given_diary(), day=MONDAY, hours=_quarters(20), now=NOW) is not None
    for too_many in (week(1, 21), week(5, 20) + week(6, 1)[-1:]):
        with pytest.raises(TooManyRanges):
            set_hours(given_diary(), weekly=too_many, now=NOW)
    with pytest.raises(TooManyRanges):
        open_date(given_diary(), day=MONDAY, hours=_quarters(21), now=NOW)


def test_b1_a_closed_date_has_no_hours_at_all() -> None:
    happened = close_date(given_diary(MORNINGS, OPENED), day=MONDAY, now=NOW)

    assert happened == CLOSED
    assert given_diary(MORNINGS, OPENED, CLOSED).hours_on(MONDAY) == []


def test_b1_closing_a_date_leaves_the_others_open() -> None:
    sunday_before = MONDAY - timedelta(days=1)

    diary = given_diary(OPENED.model_copy(update={"day": sunday_before}), OPENED, CLOSED)

    assert diary.hours_on(sunday_before) == list(EVENING)


def test_b1_a_diary_holds_so_many_dates_of_its_own_and_those_that_are_over_do_not_count() -> None:
    days = [MONDAY + timedelta(days=n) for n in range(DATES_LIMIT)]
    full = given_diary(*(CLOSED.model_copy(update={"day": day}) for day in days))

    one_more = days[-1] + timedelta(days=1)
    with pytest.raises(TooManyDates):
        close_date(full, day=one_more, now=NOW)
    with pytest.raises(TooManyDates):
        open_date(full, day=one_more, hours=EVENING, now=NOW)
    assert open_date(full, day=MONDAY, hours=EVENING, now=NOW) is not None
    a_day_later = datetime.combine(MONDAY, time(), tzinfo=UTC) + timedelta(days=1)
    assert close_date(full, day=one_more, now=a_day_later) is not None


def test_b1_a_date_goes_back_to_be_as_the_week_says() -> None:
    for changed in (OPENED, CLOSED):
        diary = given_diary(MORNINGS, changed)

        happened = reset_date(diary, day=MONDAY, now=NOW)

        assert happened == OPENED.model_copy(update={"hours": ()})
        assert given_diary(MORNINGS, changed, happened).hours_on(MONDAY) == given_diary(MORNINGS).hours_on(MONDAY)
        assert reset_date(given_diary(MORNINGS, changed, happened), day=MONDAY, now=NOW) is None


def test_b1_hours_name_a_location_once() -> None:
    twice = hours("09:00", "12:00").model_copy(update={"location_ids": (LOCATION.location_id,) * 2})

    with pytest.raises(TwoOfOneKind):
        open_date(given_diary(), day=MONDAY, hours=(twice,), now=NOW)


def test_b1_a_date_is_closed_once() -> None:
    assert close_date(given_diary(CLOSED), day=MONDAY, now=NOW) is None


def test_b1_opening_a_date_ends_its_closing() -> None:
    happened = open_date(given_diary(MORNINGS, OPENED, CLOSED), day=MONDAY, hours=EVENING, now=NOW)

    assert happened == OPENED
    assert len(given_diary(MORNINGS, OPENED, CLOSED, OPENED).hours_on(MONDAY)) == 3


def test_b1_a_date_that_has_passed_in_the_diarys_zone_is_left_alone() -> None:
    just_after_midnight_in_london = datetime(2030, 7, 14, 23, 0, tzinfo=UTC)
    yesterday, today = date(2030, 7, 14), date(2030, 7, 15)

    opened = open_date(given_diary(), day=today, hours=EVENING, now=just_after_midnight_in_london)
    closed = close_date(given_diary(), day=today, now=just_after_midnight_in_london)

    assert (opened is not None, closed is not None) == (True, True)
    with pytest.raises(InThePast):
        open_date(given_diary(), day=yesterday, hours=EVENING, now=just_after_midnight_in_london)
    with pytest.raises(InThePast):
        close_date(given_diary(), day=yesterday, now=just_after_midnight_in_london)


def test_b2_a_new_diary_asks_for_a_days_notice_over_eight_weeks() -> None:
    expected = BookingTerms(notice=HoursOfNotice(hours=24), horizon_weeks=8, grid_minutes=30, gap_minutes=10)

    assert expected == given_diary().terms


@pytest.mark.parametrize("notice", [HoursOfNotice(hours=2), DayBefore(until_minutes=18 * 60)])
def test_b2_notice_horizon_grid_and_gap_are_set_together_and_once(notice: Notice) -> None:
    terms = BookingTerms(notice=notice, horizon_weeks=4, grid_minutes=15, gap_minutes=0)
    expected = NoticeSet(notice=notice, horizon_weeks=4, grid_minutes=15, gap_minutes=0, at=NOW)

    assert set_notice(given_diary(), terms=terms, now=NOW) == expected
    assert set_notice(given_diary(expected), terms=terms, now=NOW) is None


@pytest.mark.parametrize(
    "terms",
    [
        BookingTerms(notice=HoursOfNotice(hours=2), horizon_weeks=1, grid_minutes=15, gap_minutes=0),
        BookingTerms(notice=HoursOfNotice(hours=24), horizon_weeks=52, grid_minutes=60, gap_minutes=60),
        BookingTerms(notice=HoursOfNotice(hours=23), horizon_weeks=2, grid_minutes=30, gap_minutes=5),
        BookingTerms(notice=DayBefore(until_minutes=0)),
        BookingTerms(notice=DayBefore(until_minutes=23 * 60 + 59)),
    ],
)
def test_b2_the_terms_of_booking_may_go_to_their_bounds(terms: BookingTerms) -> None:
    happened = set_notice(given_diary(), terms=terms, now=NOW)

    assert happened is not None
    assert given_diary(happened).terms == terms


@pytest.mark.parametrize(
    "terms",
    [
        BookingTerms(notice=HoursOfNotice(hours=1)),
        BookingTerms(notice=HoursOfNotice(hours=25)),
        BookingTerms(notice=DayBefore(until_minutes=24 * 60)),
        BookingTerms(horizon_weeks=0),
        BookingTerms(horizon_weeks=53),
        BookingTerms(grid_minutes=20),
        BookingTerms(gap_minutes=-1),
    ],
)
def test_b2_the_terms_of_booking_stay_within_their_bounds(terms: BookingTerms) -> None:
    with pytest.raises(BookingTermsOutOfRange):
        set_notice(given_diary(), terms=terms, now=NOW)


@pytest.mark.parametrize("grid", [15, 30, 60])
def test_b2_the_gap_is_at_most_one_step_of_the_grid(grid: int) -> None:
    as_long, longer = (BookingTerms(grid_minutes=grid, gap_minutes=gap) for gap in (grid, grid + 1))

    assert set_notice(given_diary(), terms=as_long, now=NOW) is not None
    with pytest.raises(GapLargerThanGrid):
        set_notice(given_diary(), terms=longer, now=NOW)


def test_b6_a_new_diary_is_not_open_for_self_booking() -> None:
    assert given_diary().self_booking is False


def test_b6_self_booking_is_a_switch() -> None:
    assert open_self_booking(given_diary(), now=NOW) == ON
    assert open_self_booking(given_diary(ON), now=NOW) is None
    assert close_self_booking(given_diary(ON), now=NOW) == OFF
    assert close_self_booking(given_diary(ON, OFF), now=NOW) is None
