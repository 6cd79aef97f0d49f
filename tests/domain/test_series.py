"""A series: its dates, its ids, when it stands, goes, and is charged (rules A5, A10, B10, E5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from domain.errors import SeriesClash, SeriesClashes, SeriesOutOfRange, StillBeingBooked
from domain.model import Role
from domain.session.booking import book
from domain.session.events import Booked, BookingPlaced, Cancelled, ChargeTiming, Confirmed, Entitlement, Reason
from domain.session.series import (
    SeriesDate,
    hangs_on_the_first,
    later_session_ids,
    leads_a_series,
    series_starts,
    session_id_of,
)
from domain.session.session import (
    Status,
    cancel,
    cancel_with_the_first,
    charge_is_due,
    confirm,
    lapse_checkout,
    place_with_the_first,
    record_charge,
    waits_for_the_first,
)
from domain.zones import zone_of
from tests.given import (
    CHARGED,
    CONFIRMED,
    DEADLINE,
    NOW,
    PAYMENT,
    PLACED,
    PRICE,
    REFUND,
    SERIES,
    STARTS_AT,
    a_request,
    booked,
    cancelled,
    given,
    of_series,
)

LONDON = "Europe/London"
WEEK = timedelta(weeks=1)
FIRST = booked(series=of_series(1))
LATER = booked(series=of_series(2), starts_at=STARTS_AT + WEEK)
LATERS_DEADLINE = DEADLINE + WEEK
CHECKOUT_ENDS_AT = NOW + timedelta(minutes=15)
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "UTC"]


# --- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("interval_weeks", "days"), [(1, [7, 14, 21]), (2, [7, 21, 35])])
def test_a10_a_series_is_weekly_or_fortnightly(interval_weeks: int, days: list[int]) -> None:
    dates = series_starts(datetime(2030, 1, 7, 9, tzinfo=UTC), count=3, interval_weeks=interval_weeks, zone="UTC")

    assert [datetime(2030, 1, 1, 9, tzinfo=UTC) + timedelta(days=day - 1) for day in days] == [
        one.starts_at for one in dates
    ]


def test_b10_a_series_keeps_its_wall_clock_time_over_a_clock_change() -> None:
    dates = series_starts(datetime(2030, 3, 25, 9, 30, tzinfo=UTC), count=2, interval_weeks=1, zone=LONDON)

    assert SeriesDate(date(2030, 4, 1), datetime(2030, 4, 1, 8, 30, tzinfo=UTC)) == dates[1]


def test_b10_a_date_on_which_the_clocks_skip_the_time_has_no_start() -> None:
    dates = series_starts(datetime(2030, 3, 24, 1, 30, tzinfo=UTC), count=3, interval_weeks=1, zone=LONDON)

    assert [
        SeriesDate(date(2030, 3, 24), datetime(2030, 3, 24, 1, 30, tzinfo=UTC)),
        SeriesDate(date(2030, 3, 31), None),
        SeriesDate(date(2030, 4, 7), datetime(2030, 4, 7, 0, 30, tzinfo=UTC)),
    ] == dates


def test_b10_a_later_ambiguous_time_is_the_first_of_the_two() -> None:
    dates = series_starts(datetime(2030, 10, 20, 0, 30, tzinfo=UTC), count=2, interval_weeks=1, zone=LONDON)

    assert datetime(2030, 10, 27, 0, 30, tzinfo=UTC) == dates[1].starts_at


def test_a10_the_first_date_is_the_one_that_was_asked_for_even_as_the_second_of_two() -> None:
    second_of_two = datetime(2030, 10, 27, 1, 30, tzinfo=UTC)

    dates = series_starts(second_of_two, count=2, interval_weeks=1, zone=LONDON)

    assert [second_of_two, datetime(2030, 11, 3, 1, 30, tzinfo=UTC)] == [one.starts_at for one in dates]


def test_b10_the_day_is_the_therapists_and_not_that_of_utc() -> None:
    dates = series_starts(datetime(2030, 1, 7, 11, 15, tzinfo=UTC), count=2, interval_weeks=1, zone="Pacific/Auckland")

    assert [date(2030, 1, 8), date(2030, 1, 15)] == [one.day for one in dates]


@pytest.mark.parametrize(("count", "interval_weeks"), [(1, 1), (0, 1), (53, 1), (-2, 1), (2, 0), (2, 3), (2, -1)])
def test_a10_a_series_has_two_to_fifty_two_sessions_every_week_or_every_other(count: int, interval_weeks: int) -> None:
    with pytest.raises(SeriesOutOfRange):
        series_starts(STARTS_AT, count=count, interval_weeks=interval_weeks, zone=LONDON)


@settings(max_examples=200, deadline=None)
@whatever(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants its bounds naive
    st.integers(2, 52),
    st.sampled_from([1, 2]),
    st.sampled_from(ZONES),
)
def test_b10_every_date_shows_the_same_time_on_the_same_weekday(
    first: datetime, count: int, interval_weeks: int, zone: str
) -> None:
    dates = series_starts(first, count=count, interval_weeks=interval_weeks, zone=zone)

    shown = [one.starts_at.astimezone(zone_of(zone)) for one in dates if one.starts_at is not None]
    assert len(dates) == count
    assert {(shown[0].time(), shown[0].weekday())} == {(local.time(), local.weekday()) for local in shown}
    assert all(b.day - a.day == interval_weeks * WEEK for a, b in pairwise(dates))


def test_a10_from_one_session_of_a_series_all_others_are_known() -> None:
    others = later_session_ids(of_series(3, count=4))

    assert tuple(session_id_of(SERIES, number) for number in (2, 3, 4)) == others
    assert len({session_id_of(SERIES, 1), session_id_of(UUID(int=99), 1), *others}) == 5


# --- booking and charging -----------------------------------------------------------------------------------------


def test_e5_of_a_clients_series_the_first_is_paid_at_booking_and_each_other_at_its_own_deadline() -> None:
    timings = [(one.charge_timing, one.charge_at) for one in (FIRST, LATER)]

    assert [
        (ChargeTiming.AT_BOOKING, NOW),
        (ChargeTiming.AT_NOTICE_DEADLINE, LATERS_DEADLINE + timedelta(seconds=1)),
    ] == timings


def test_a5_all_of_a_clients_series_is_held_unpaid_for_the_same_fifteen_minutes() -> None:
    assert [FIRST.checkout_ends_at, LATER.checkout_ends_at] == [CHECKOUT_ENDS_AT] * 2
    assert [(leads_a_series(one), hangs_on_the_first(one)) for one in (FIRST, LATER)] == [(True, False), (False, True)]


def test_a10_a_single_session_leads_nothing_and_hangs_on_nothing() -> None:
    assert (leads_a_series(booked()), hangs_on_the_first(booked())) == (False, False)


def test_a10_a_therapists_series_stands_confirmed_at_once_and_hangs_on_nothing() -> None:
    first, *rest = book(a_request(booked_by=Role.THERAPIST, series=of_series(2)), now=NOW)

    assert isinstance(first, Booked)
    assert (hangs_on_the_first(first), first.charge_timing) == (False, ChargeTiming.AT_NOTICE_DEADLINE)
    assert [BookingPlaced(at=NOW), Confirmed(rule="A7", at=NOW)] == rest


def test_e5_nothing_is_taken_for_a_later_session_before_the_first_is_paid() -> None:
    due_at, unpaid, paid = LATERS_DEADLINE + timedelta(seconds=1), given(LATER), given(LATER, PLACED)

    assert (charge_is_due(unpaid, now=due_at), waits_for_the_first(unpaid)) == (False, True)
    assert (charge_is_due(paid, now=due_at), waits_for_the_first(paid)) == (True, False)


def test_a10_a_later_session_that_would_be_charged_at_booking_waits_for_the_first_too() -> None:
    inside_its_notice = given(booked(series=of_series(2), starts_at=NOW + timedelta(hours=40)))

    assert charge_is_due(inside_its_notice, now=NOW) is False


def test_a5_a_later_session_is_nobodys_booking_until_the_first_is_paid() -> None:
    with pytest.raises(StillBeingBooked):
        confirm(given(LATER), now=NOW)


# --- standing and going together ------------------------------------------------------------------------------------


def test_a5_a_later_session_does_not_lapse_by_itself() -> None:
    assert lapse_checkout(given(LATER), refund_id=REFUND, now=CHECKOUT_ENDS_AT) == ()
    assert lapse_checkout(given(FIRST), refund_id=REFUND, now=CHECKOUT_ENDS_AT) != ()


def test_a10_a_later_session_is_placed_when_the_first_is_paid() -> None:
    assert BookingPlaced(at=NOW) == place_with_the_first(given(LATER), now=NOW)


@pytest.mark.parametrize(
    "events", [(LATER, PLACED), (LATER, PLACED, CONFIRMED), (LATER, cancelled())], ids=["placed", "confirmed", "gone"]
)
def test_a10_what_is_placed_or_cancelled_already_is_not_placed_again(events: tuple[Booked, ...]) -> None:
    assert place_with_the_first(given(*events), now=NOW) is None


@pytest.mark.parametrize(
    "first",
    [
        cancelled(by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED, rule="A5", at=CHECKOUT_ENDS_AT),
        cancelled(by=Role.CLIENT, reason=Reason.CLIENT_ASKED, rule="A5"),
        cancelled(by=Role.THERAPIST, reason=Reason.NOT_AVAILABLE, rule="A5"),
    ],
    ids=["lapsed", "by the client", "by the therapist"],
)
def test_a5_a_later_session_goes_with_its_unpaid_first_for_the_same_reason(first: Cancelled) -> None:
    assert (first,) == cancel_with_the_first(given(LATER), first, refund_id=REFUND)


@pytest.mark.parametrize(
    "events", [(LATER, PLACED), (LATER, PLACED, CONFIRMED), (LATER, cancelled())], ids=["placed", "confirmed", "gone"]
)
def test_a10_what_stands_by_itself_or_is_gone_does_not_go_with_the_first(events: tuple[Booked, ...]) -> None:
    first = cancelled(by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED, rule="A5")

    assert cancel_with_the_first(given(*events), first, refund_id=REFUND) == ()


def test_a10_a_client_may_let_one_later_session_go_while_the_series_is_being_booked() -> None:
    happened = cancel(given(LATER), by=Role.CLIENT, reason=Reason.CLIENT_ASKED, refund_id=REFUND, now=NOW)

    assert (cancelled(entitlement=Entitlement.ALL, rule="A5"),) == happened


def test_e9_money_taken_for_a_later_session_is_recorded_like_any_other() -> None:
    session = given(LATER, PLACED)

    happened = record_charge(session, payment_id=PAYMENT, amount=PRICE, refund_id=REFUND, now=NOW)

    assert (happened, session.status) == ((CHARGED,), Status.UNCONFIRMED)


# --- the refusal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "1 date of the series cannot be booked, so none was."),
        (2, "2 dates of the series cannot be booked, so none was."),
        (0, "Some dates of the series cannot be booked, so none was."),
    ],
)
def test_a10_a_refused_series_says_how_many_dates_clash(count: int, sentence: str) -> None:
    clashes = (SeriesClash(date(2030, 1, 7), STARTS_AT, "overlaps"),) * count

    assert (sentence, clashes) == (SeriesClashes(clashes).sentence, SeriesClashes(clashes).clashes)
