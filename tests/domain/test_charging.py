"""When money is taken, and what becomes of a session when it is or is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.model import Role
from domain.session.booking import book
from domain.session.charging import Turn, charge_at, charge_timing, checkout_ends_at
from domain.session.events import (
    Attendance,
    AttendanceRecorded,
    BookingPlaced,
    Cancelled,
    ChargeFailed,
    ChargeTiming,
    Entitlement,
    Reason,
    Settlement,
)
from domain.session.session import (
    Session,
    Status,
    charge_is_due,
    lapse_checkout,
    record_charge,
    record_charge_failure,
)
from tests.given import (
    BOOKED_BY_THERAPIST,
    CHARGED,
    CONFIRMED,
    DEADLINE,
    MICROSECOND,
    NOW,
    PAID_AND_CONFIRMED,
    PAYMENT,
    PLACED,
    PRICE,
    REFUND,
    STARTS_AT,
    a_request,
    booked,
    cancelled,
    given,
    granted,
)

CHECKOUT_ENDS_AT = NOW + timedelta(minutes=15)
FAILED = ChargeFailed(payment_id=PAYMENT, attempt=1, code="card_declined", needs_authentication=False, at=NOW)


FIRST, LATER = Turn.FIRST, Turn.LATER


@pytest.mark.parametrize(
    ("booked_by", "turn", "settlement", "now", "timing"),
    [
        (Role.CLIENT, FIRST, Settlement.PLATFORM, NOW, ChargeTiming.AT_BOOKING),
        (Role.CLIENT, FIRST, Settlement.PLATFORM, DEADLINE + MICROSECOND, ChargeTiming.AT_BOOKING),
        (Role.CLIENT, LATER, Settlement.PLATFORM, NOW, ChargeTiming.AT_NOTICE_DEADLINE),
        (Role.CLIENT, LATER, Settlement.PLATFORM, DEADLINE, ChargeTiming.AT_NOTICE_DEADLINE),
        (Role.CLIENT, LATER, Settlement.PLATFORM, DEADLINE + MICROSECOND, ChargeTiming.AT_BOOKING),
        (Role.THERAPIST, FIRST, Settlement.PLATFORM, NOW, ChargeTiming.AT_NOTICE_DEADLINE),
        (Role.THERAPIST, FIRST, Settlement.PLATFORM, DEADLINE, ChargeTiming.AT_NOTICE_DEADLINE),
        (Role.THERAPIST, FIRST, Settlement.PLATFORM, DEADLINE + MICROSECOND, ChargeTiming.AT_ONCE),
        (Role.THERAPIST, LATER, Settlement.PLATFORM, DEADLINE, ChargeTiming.AT_NOTICE_DEADLINE),
        (Role.THERAPIST, LATER, Settlement.PLATFORM, DEADLINE + MICROSECOND, ChargeTiming.AT_ONCE),
        (Role.THERAPIST, FIRST, Settlement.IN_THE_ROOM, NOW, ChargeTiming.NEVER),
        (Role.THERAPIST, FIRST, Settlement.BANK_TRANSFER, NOW, ChargeTiming.NEVER),
        (Role.THERAPIST, LATER, Settlement.FREE, DEADLINE + MICROSECOND, ChargeTiming.NEVER),
    ],
)
def test_e5_the_table_says_when_money_is_taken(
    booked_by: Role, turn: Turn, settlement: Settlement, now: datetime, timing: ChargeTiming
) -> None:
    said = charge_timing(booked_by=booked_by, turn=turn, settlement=settlement, deadline=DEADLINE, now=now)

    assert timing == said


@pytest.mark.parametrize(
    ("timing", "instant"),
    [
        (ChargeTiming.NEVER, None),
        (ChargeTiming.AT_NOTICE_DEADLINE, DEADLINE + timedelta(seconds=1)),
        (ChargeTiming.AT_BOOKING, NOW),
        (ChargeTiming.AT_ONCE, NOW),
    ],
)
def test_e5_a_charge_at_the_deadline_comes_just_after_it(timing: ChargeTiming, instant: datetime | None) -> None:
    assert instant == charge_at(timing, deadline=DEADLINE, now=NOW)


def test_a5_only_what_a_client_pays_here_holds_its_slot_for_fifteen_minutes() -> None:
    held = {
        (booked_by, settlement)
        for booked_by in (Role.CLIENT, Role.THERAPIST)
        for settlement in Settlement
        if checkout_ends_at(booked_by=booked_by, settlement=settlement, now=NOW) is not None
    }

    assert {(Role.CLIENT, Settlement.PLATFORM)} == held
    assert checkout_ends_at(booked_by=Role.CLIENT, settlement=Settlement.PLATFORM, now=NOW) == CHECKOUT_ENDS_AT


def test_e5_a_session_booked_by_the_therapist_is_due_just_after_its_deadline() -> None:
    session = given(*BOOKED_BY_THERAPIST)

    assert charge_is_due(session, now=DEADLINE) is False
    assert charge_is_due(session, now=DEADLINE + timedelta(seconds=1)) is True


def test_e5_what_a_client_books_is_due_at_once() -> None:
    assert charge_is_due(given(booked()), now=NOW) is True


def test_e9_what_was_charged_is_not_due_again() -> None:
    assert charge_is_due(given(*PAID_AND_CONFIRMED), now=STARTS_AT) is False


def test_e2_a_late_cancelling_is_due_even_before_its_time() -> None:
    session = given(*BOOKED_BY_THERAPIST, cancelled(entitlement=Entitlement.NONE))

    assert charge_is_due(session, now=DEADLINE) is True


def test_e2_a_cancelling_in_time_is_never_due() -> None:
    session = given(*BOOKED_BY_THERAPIST, cancelled())

    assert charge_is_due(session, now=STARTS_AT) is False


def test_a8_a_session_settled_outside_is_never_due_even_when_cancelled_late() -> None:
    events = book(a_request(booked_by=Role.THERAPIST, settlement=Settlement.IN_THE_ROOM), now=NOW)
    late = cancelled(entitlement=Entitlement.NONE)

    assert charge_is_due(given(*events), now=STARTS_AT) is False
    assert charge_is_due(given(*events, late), now=STARTS_AT) is False


def test_a5_money_places_a_booking_that_waited_for_it() -> None:
    happened = _charged(given(booked()))

    assert (CHARGED, BookingPlaced(at=NOW)) == happened


def test_e5_money_at_the_deadline_changes_nothing_but_the_amount() -> None:
    session = given(*BOOKED_BY_THERAPIST)

    happened = _charged(session)

    assert happened == (CHARGED,)
    assert (given(*BOOKED_BY_THERAPIST, CHARGED).charged_minor, session.status) == (8000, Status.CONFIRMED)


def test_e9_the_same_money_is_recorded_once() -> None:
    assert _charged(given(*PAID_AND_CONFIRMED)) == ()


def test_a5_money_that_arrives_after_the_lapse_is_given_back_and_the_session_stays_cancelled() -> None:
    lapsed = cancelled(by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED, rule="A5", at=CHECKOUT_ENDS_AT)

    happened = _charged(given(booked(), lapsed))

    assert (CHARGED, granted(rule="A5")) == happened
    assert given(booked(), lapsed, *happened).status == Status.CANCELLED


@pytest.mark.parametrize(
    "end",
    [
        cancelled(rule="E2"),
        cancelled(by=Role.THERAPIST, reason=Reason.ILLNESS, rule="E3"),
        AttendanceRecorded(outcome=Attendance.THERAPIST_COULD_NOT, entitlement=Entitlement.ALL, rule="F3", at=NOW),
    ],
    ids=lambda end: end.rule,
)
def test_e2_money_under_way_is_given_back_by_the_rule_that_ended_the_session(
    end: Cancelled | AttendanceRecorded,
) -> None:
    happened = _charged(given(*BOOKED_BY_THERAPIST, end))

    assert (CHARGED, granted(rule=end.rule)) == happened


def test_e2_money_that_arrives_after_a_late_cancelling_is_kept() -> None:
    session = given(*BOOKED_BY_THERAPIST, cancelled(entitlement=Entitlement.NONE))

    assert _charged(session) == (CHARGED,)


def _charged(session: Session) -> tuple[object, ...]:
    return record_charge(session, payment_id=PAYMENT, amount=PRICE, refund_id=REFUND, now=NOW)


def test_e5_a_charge_that_fails_is_kept_until_one_succeeds() -> None:
    failed = _failed(given(*BOOKED_BY_THERAPIST), attempt=1)

    assert failed == FAILED
    assert given(*BOOKED_BY_THERAPIST, FAILED).charge_failure == FAILED
    assert given(*BOOKED_BY_THERAPIST, FAILED, CHARGED).charge_failure is None


def test_e9_the_same_failed_try_is_recorded_once_and_the_next_one_again() -> None:
    session = given(*BOOKED_BY_THERAPIST, FAILED)

    assert _failed(session, attempt=1) is None
    assert FAILED.model_copy(update={"attempt": 2}) == _failed(session, attempt=2)


def _failed(session: Session, *, attempt: int) -> ChargeFailed | None:
    return record_charge_failure(
        session, payment_id=PAYMENT, attempt=attempt, code="card_declined", needs_authentication=False, now=NOW
    )


def test_a5_an_unpaid_booking_lapses_after_fifteen_minutes() -> None:
    happened = lapse_checkout(given(booked()), refund_id=REFUND, now=CHECKOUT_ENDS_AT)

    expected = cancelled(by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED, rule="A5", at=CHECKOUT_ENDS_AT)
    assert (expected,) == happened


def test_a5_an_unpaid_booking_does_not_lapse_a_microsecond_earlier() -> None:
    assert lapse_checkout(given(booked()), refund_id=REFUND, now=CHECKOUT_ENDS_AT - MICROSECOND) == ()


@pytest.mark.parametrize(
    "session",
    [
        pytest.param(given(booked(), CHARGED, PLACED), id="paid"),
        pytest.param(given(booked(), CHARGED, PLACED, CONFIRMED), id="confirmed"),
        pytest.param(given(*BOOKED_BY_THERAPIST), id="booked by the therapist"),
        pytest.param(given(booked(), cancelled()), id="cancelled"),
        pytest.param(given(booked(booked_by=Role.THERAPIST)), id="without a checkout"),
    ],
)
def test_a5_what_stands_or_is_cancelled_does_not_lapse(session: Session) -> None:
    assert lapse_checkout(session, refund_id=REFUND, now=STARTS_AT) == ()


def test_a5_a_checkout_still_lapses_when_the_session_is_long_over() -> None:
    happened = lapse_checkout(given(booked()), refund_id=REFUND, now=STARTS_AT + timedelta(days=1))

    assert len(happened) == 1
