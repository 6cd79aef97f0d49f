"""Cancelling: by whom, why, until when, and what is given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import ReasonNotYours, SessionOver
from domain.model import Role
from domain.session.events import Attendance, AttendanceRecorded, Entitlement, Reason, SessionEvent
from domain.session.session import Session, cancel
from tests.given import (
    BOOKED_BY_THERAPIST,
    CHARGED,
    CONFIRMED,
    DEADLINE,
    ENDS_AT,
    MICROSECOND,
    NOW,
    PAID_AND_CONFIRMED,
    PLACED,
    REFUND,
    STARTS_AT,
    booked,
    cancelled,
    given,
    granted,
)

LATE = DEADLINE + MICROSECOND
THERAPISTS_REASONS = {
    Reason.NOT_AVAILABLE,
    Reason.NOT_A_FIT,
    Reason.CLIENT_ASKED,
    Reason.ILLNESS,
    Reason.RELATIONSHIP_ENDED,
    Reason.OTHER,
}


def _cancel(
    session: Session, *, by: Role = Role.CLIENT, reason: Reason = Reason.CLIENT_ASKED, hours_early: float = 72
) -> tuple[SessionEvent, ...]:
    now = STARTS_AT - timedelta(hours=hours_early)
    return cancel(session, by=by, reason=reason, refund_id=REFUND, now=now)


def test_e2_a_client_who_cancels_exactly_at_the_deadline_has_everything_back() -> None:
    session = given(*PAID_AND_CONFIRMED)

    happened = cancel(session, by=Role.CLIENT, reason=Reason.CLIENT_ASKED, refund_id=REFUND, now=DEADLINE)

    assert (cancelled(at=DEADLINE), granted(at=DEADLINE)) == happened


def test_e2_a_client_who_cancels_one_microsecond_late_has_nothing_back() -> None:
    session = given(*PAID_AND_CONFIRMED)

    happened = cancel(session, by=Role.CLIENT, reason=Reason.CLIENT_ASKED, refund_id=REFUND, now=LATE)

    assert (cancelled(entitlement=Entitlement.NONE, at=LATE),) == happened


def test_e2_cancelling_in_time_what_was_never_charged_gives_nothing_back() -> None:
    session = given(*BOOKED_BY_THERAPIST)

    happened = cancel(session, by=Role.CLIENT, reason=Reason.CLIENT_ASKED, refund_id=REFUND, now=DEADLINE)

    assert (cancelled(at=DEADLINE),) == happened


@pytest.mark.parametrize("by", [Role.THERAPIST, Role.OPERATOR, Role.SYSTEM])
def test_e3_when_anybody_else_cancels_late_the_client_has_everything_back(by: Role) -> None:
    late = STARTS_AT - timedelta(minutes=5)

    happened = cancel(given(*PAID_AND_CONFIRMED), by=by, reason=Reason.ILLNESS, refund_id=REFUND, now=late)

    expected = cancelled(by=by, reason=Reason.ILLNESS, rule="E3", at=late)
    assert (expected, granted(rule="E3", at=late)) == happened


def test_e3_a_therapist_who_cancels_late_because_the_client_asked_gives_nothing_back() -> None:
    session = given(*PAID_AND_CONFIRMED)

    happened = cancel(session, by=Role.THERAPIST, reason=Reason.CLIENT_ASKED, refund_id=REFUND, now=LATE)

    assert (cancelled(by=Role.THERAPIST, entitlement=Entitlement.NONE, at=LATE),) == happened


def test_c2_a_therapist_declines_a_booking_that_waits() -> None:
    session = given(booked(), CHARGED, PLACED)

    happened = cancel(session, by=Role.THERAPIST, reason=Reason.NOT_A_FIT, refund_id=REFUND, now=NOW)

    expected = cancelled(by=Role.THERAPIST, reason=Reason.NOT_A_FIT, rule="E3")
    assert (expected, granted(rule="E3")) == happened


def test_e2_cancelling_twice_is_cancelling_once() -> None:
    session = given(*PAID_AND_CONFIRMED, cancelled())

    happened = _cancel(session, by=Role.THERAPIST, reason=Reason.ILLNESS)

    assert happened == ()


@pytest.mark.parametrize("by", [Role.THERAPIST, Role.OPERATOR])
@pytest.mark.parametrize("reason", sorted(THERAPISTS_REASONS))
def test_c2_a_therapist_and_an_operator_may_give_each_of_the_therapists_reasons(by: Role, reason: Reason) -> None:
    first, *_ = _cancel(given(*BOOKED_BY_THERAPIST), by=by, reason=reason)

    rule = "E2" if reason is Reason.CLIENT_ASKED else "E3"
    at = STARTS_AT - timedelta(hours=72)
    assert cancelled(by=by, reason=reason, rule=rule, at=at) == first


@pytest.mark.parametrize("by", [Role.THERAPIST, Role.OPERATOR])
@pytest.mark.parametrize("reason", sorted(set(Reason) - THERAPISTS_REASONS))
def test_c2_a_therapist_and_an_operator_may_give_no_other_reason(by: Role, reason: Reason) -> None:
    with pytest.raises(ReasonNotYours):
        _cancel(given(*PAID_AND_CONFIRMED), by=by, reason=reason)


@pytest.mark.parametrize("reason", sorted(Reason))
def test_h3_an_auditor_cancels_for_no_reason(reason: Reason) -> None:
    with pytest.raises(ReasonNotYours):
        _cancel(given(*PAID_AND_CONFIRMED), by=Role.AUDITOR, reason=reason)


@pytest.mark.parametrize("reason", [Reason.CLIENT_ASKED, Reason.ILLNESS, Reason.OTHER])
def test_e2_a_client_may_give_each_of_the_clients_reasons(reason: Reason) -> None:
    first, *_ = _cancel(given(*PAID_AND_CONFIRMED), reason=reason)

    assert cancelled(reason=reason, at=STARTS_AT - timedelta(hours=72)) == first


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.CLIENT_ASKED, Reason.ILLNESS, Reason.OTHER}))
def test_e2_a_client_may_not_speak_for_the_therapist(reason: Reason) -> None:
    with pytest.raises(ReasonNotYours):
        _cancel(given(*PAID_AND_CONFIRMED), reason=reason)


def test_e2_cancelling_is_possible_to_the_end_of_the_session() -> None:
    session, last = given(*PAID_AND_CONFIRMED), ENDS_AT - MICROSECOND

    happened = cancel(session, by=Role.CLIENT, reason=Reason.ILLNESS, refund_id=REFUND, now=last)

    assert (cancelled(reason=Reason.ILLNESS, entitlement=Entitlement.NONE, at=last),) == happened


@pytest.mark.parametrize("by", [Role.CLIENT, Role.THERAPIST])
def test_f1_a_session_that_is_over_awaits_its_update_and_cannot_be_cancelled(by: Role) -> None:
    session = given(*PAID_AND_CONFIRMED)

    with pytest.raises(SessionOver):
        cancel(session, by=by, reason=Reason.OTHER, refund_id=REFUND, now=ENDS_AT)


@pytest.mark.parametrize("by", [Role.OPERATOR, Role.SYSTEM])
def test_e3_an_operator_and_the_system_may_cancel_a_session_that_is_over(by: Role) -> None:
    session = given(*PAID_AND_CONFIRMED)

    happened = cancel(session, by=by, reason=Reason.OTHER, refund_id=REFUND, now=ENDS_AT)

    expected = cancelled(by=by, reason=Reason.OTHER, rule="E3", at=ENDS_AT)
    assert (expected, granted(rule="E3", at=ENDS_AT)) == happened


@pytest.mark.parametrize("by", [Role.CLIENT, Role.THERAPIST, Role.OPERATOR, Role.SYSTEM])
def test_f1_a_session_whose_attendance_is_recorded_cannot_be_cancelled_by_anybody(by: Role) -> None:
    attended = AttendanceRecorded(outcome=Attendance.ATTENDED, entitlement=Entitlement.NONE, rule="F1", at=ENDS_AT)
    session = given(booked(), CHARGED, PLACED, CONFIRMED, attended)

    with pytest.raises(SessionOver):
        cancel(session, by=by, reason=Reason.OTHER, refund_id=REFUND, now=ENDS_AT)


@pytest.mark.parametrize("by", [Role.CLIENT, Role.THERAPIST])
def test_a5_until_it_is_paid_a_booking_is_let_go_for_nothing_even_late(by: Role) -> None:
    session = given(booked())

    happened = cancel(session, by=by, reason=Reason.CLIENT_ASKED, refund_id=REFUND, now=LATE)

    assert (cancelled(by=by, rule="A5", at=LATE),) == happened
