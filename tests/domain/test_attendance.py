"""The attendance update: from the end of the session, once, and what follows from it."""

from __future__ import annotations

import pytest

from domain.errors import AttendanceAlreadyRecorded, NotConfirmed, NotEndedYet, SessionCancelled
from domain.session.events import Attendance, AttendanceRecorded, Entitlement, SessionEvent
from domain.session.session import Session, charge_is_due, record_attendance
from tests.given import (
    BOOKED_BY_THERAPIST,
    CHARGED,
    ENDS_AT,
    MICROSECOND,
    PAID_AND_CONFIRMED,
    PLACED,
    REFUND,
    booked,
    cancelled,
    given,
    granted,
)


def _recorded(outcome: Attendance, *, entitlement: Entitlement, rule: str) -> AttendanceRecorded:
    return AttendanceRecorded(outcome=outcome, entitlement=entitlement, rule=rule, at=ENDS_AT)


ATTENDED = _recorded(Attendance.ATTENDED, entitlement=Entitlement.NONE, rule="F1")
CLIENT_MISSED = _recorded(Attendance.CLIENT_MISSED, entitlement=Entitlement.NONE, rule="E6")
THERAPIST_COULD_NOT = _recorded(Attendance.THERAPIST_COULD_NOT, entitlement=Entitlement.ALL, rule="F3")


def _record(session: Session, outcome: Attendance) -> tuple[SessionEvent, ...]:
    return record_attendance(session, outcome=outcome, refund_id=REFUND, now=ENDS_AT)


def test_f1_a_session_that_took_place_is_recorded_from_its_end() -> None:
    assert _record(given(*PAID_AND_CONFIRMED), Attendance.ATTENDED) == (ATTENDED,)


def test_f1_a_session_is_not_recorded_a_microsecond_before_its_end() -> None:
    session, early = given(*PAID_AND_CONFIRMED), ENDS_AT - MICROSECOND

    with pytest.raises(NotEndedYet, match=r"from 2030-01-12 09:50 UTC"):
        record_attendance(session, outcome=Attendance.ATTENDED, refund_id=REFUND, now=early)


def test_e6_a_session_that_the_client_missed_stays_charged() -> None:
    assert _record(given(*PAID_AND_CONFIRMED), Attendance.CLIENT_MISSED) == (CLIENT_MISSED,)


def test_e6_a_missed_session_that_is_not_charged_yet_is_still_due() -> None:
    session = given(*BOOKED_BY_THERAPIST, CLIENT_MISSED)

    assert charge_is_due(session, now=ENDS_AT) is True


def test_f3_a_session_that_the_therapist_missed_is_given_back_in_full() -> None:
    happened = _record(given(*PAID_AND_CONFIRMED), Attendance.THERAPIST_COULD_NOT)

    assert (THERAPIST_COULD_NOT, granted(rule="F3", at=ENDS_AT)) == happened


def test_f3_a_session_that_the_therapist_missed_is_not_charged_any_more() -> None:
    happened = _record(given(*BOOKED_BY_THERAPIST), Attendance.THERAPIST_COULD_NOT)

    assert happened == (THERAPIST_COULD_NOT,)
    assert charge_is_due(given(*BOOKED_BY_THERAPIST, *happened), now=ENDS_AT) is False


@pytest.mark.parametrize("recorded", [ATTENDED, CLIENT_MISSED, THERAPIST_COULD_NOT])
def test_f1_the_same_update_twice_is_one_update(recorded: AttendanceRecorded) -> None:
    assert _record(given(*PAID_AND_CONFIRMED, recorded), recorded.outcome) == ()


@pytest.mark.parametrize("recorded", [ATTENDED, CLIENT_MISSED, THERAPIST_COULD_NOT])
def test_f1_an_update_is_not_edited(recorded: AttendanceRecorded) -> None:
    session = given(*PAID_AND_CONFIRMED, recorded)

    for other in set(Attendance) - {recorded.outcome}:
        with pytest.raises(AttendanceAlreadyRecorded):
            _record(session, other)


@pytest.mark.parametrize("outcome", list(Attendance))
def test_f1_nobody_attends_a_cancelled_session(outcome: Attendance) -> None:
    with pytest.raises(SessionCancelled):
        _record(given(*PAID_AND_CONFIRMED, cancelled()), outcome)


@pytest.mark.parametrize(
    "session",
    [
        pytest.param(given(booked()), id="being booked"),
        pytest.param(given(booked(), CHARGED, PLACED), id="unconfirmed"),
    ],
)
def test_f1_nobody_attends_a_session_that_was_never_confirmed(session: Session) -> None:
    with pytest.raises(NotConfirmed):
        _record(session, Attendance.ATTENDED)
