"""What each event leads to, by itself and when."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from application.policies import Task, TaskKind, react, refund_subject
from application.recorded import PracticeEvent
from domain.model import Role
from domain.payment.events import (
    AuthenticationRequired,
    Declined,
    IntentCanceled,
    OutcomeUnknown,
    RefundFailed,
    RefundPending,
    RefundRequested,
    RefundSent,
    RefundSucceeded,
    Waived,
)
from domain.payment.payment import payment_id_of
from domain.session.events import Attendance, AttendanceRecorded, Entitlement
from tests.domain.any_event import any_event
from tests.given import (
    CAPTURED,
    CHARGED,
    CONFIRMED,
    DIARY_OPENED,
    DUE,
    INTENT,
    NOW,
    PAYMENT,
    PLACED,
    REFUND,
    SESSION,
    TRIED,
    booked,
    cancelled,
    granted,
    of_series,
    recorded,
)

PENDING = RefundPending(refund_id=REFUND, provider_ref="re_1", at=NOW)
MODERATE = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_a5_a_booking_that_waits_for_payment_is_looked_at_when_its_checkout_ends() -> None:
    tasks = react(recorded(booked(), version=1))

    expected = Task(
        task_id=f"lapse_checkout:{SESSION}:1",
        kind=TaskKind.LAPSE_CHECKOUT,
        subject=str(SESSION),
        due_at=NOW + timedelta(minutes=15),
    )
    assert (expected,) == tasks


def test_a10_of_a_series_only_the_first_is_looked_at_when_its_checkout_ends() -> None:
    tasks = [react(recorded(booked(series=of_series(number)))) for number in (1, 2, 3)]

    assert [[task.kind for task in of_one] for of_one in tasks] == [[TaskKind.LAPSE_CHECKOUT], [], []]


def test_a7_a_booking_by_the_therapist_has_no_checkout_to_end() -> None:
    assert react(recorded(booked(booked_by=Role.THERAPIST))) == ()


def test_e5_a_payment_is_charged_when_it_is_due() -> None:
    later = NOW + timedelta(days=3)

    tasks = react(recorded(DUE.model_copy(update={"charge_at": later}), stream_id=PAYMENT))

    assert (Task(f"charge:{PAYMENT}:1", TaskKind.CHARGE, str(PAYMENT), later),) == tasks


def test_e2_a_late_cancelling_is_charged_at_once() -> None:
    at = NOW + timedelta(days=4)

    tasks = react(recorded(cancelled(entitlement=Entitlement.NONE, at=at), version=4))

    assert (Task(f"charge:{SESSION}:4", TaskKind.CHARGE, str(payment_id_of(SESSION)), at),) == tasks


def test_e9_a_cancelling_in_time_brings_a_try_whose_answer_was_lost_to_its_end() -> None:
    tasks = react(recorded(cancelled(entitlement=Entitlement.ALL), version=4))

    assert [task.kind for task in tasks] == [TaskKind.CHARGE]


def test_e2_the_intent_of_a_waived_payment_is_cancelled_at_the_provider() -> None:
    tasks = react(recorded(Waived(rule="E2", at=NOW), stream_id=PAYMENT, version=3))

    expected = Task(f"cancel_waived_intent:{PAYMENT}:3", TaskKind.CANCEL_WAIVED_INTENT, str(PAYMENT), NOW)
    assert (expected,) == tasks


@pytest.mark.parametrize("rule", ["E2", "E3", "F3"])
def test_e3_what_is_granted_is_given_back_at_once(rule: str) -> None:
    tasks = react(recorded(granted(rule=rule), version=6))

    expected = Task(f"refund:{SESSION}:6", TaskKind.REFUND, f"{PAYMENT}/{REFUND}", NOW)
    assert (expected,) == tasks


def test_e10_a_pending_refund_is_read_again_after_an_hour() -> None:
    tasks = react(recorded(PENDING, stream_id=PAYMENT, version=9))

    expected = Task(f"refund:{PAYMENT}:9", TaskKind.REFUND, f"{PAYMENT}/{REFUND}", NOW + timedelta(hours=1))
    assert (expected,) == tasks


def test_e9_a_refund_is_named_by_its_payment_and_itself() -> None:
    assert f"{PAYMENT}/{REFUND}" == refund_subject(PAYMENT, REFUND)


@pytest.mark.parametrize(
    "event",
    [
        PLACED,
        CONFIRMED,
        CHARGED,
        AttendanceRecorded(outcome=Attendance.CLIENT_MISSED, entitlement=Entitlement.NONE, rule="E6", at=NOW),
        DIARY_OPENED,
        INTENT,
        TRIED,
        CAPTURED,
        Declined(attempt=1, code="card_declined", advice=None, at=NOW),
        AuthenticationRequired(attempt=1, at=NOW),
        OutcomeUnknown(attempt=1, at=NOW),
        IntentCanceled(epoch=1, intent_id="pi_1", at=NOW),
        RefundRequested(refund_id=REFUND, amount_minor=8000, rule="E3", at=NOW),
        RefundSent(refund_id=REFUND, at=NOW),
        RefundSucceeded(refund_id=REFUND, provider_ref="re_1", amount_minor=8000, at=NOW),
        RefundFailed(refund_id=REFUND, provider_ref="re_1", amount_minor=8000, code="unknown", at=NOW),
    ],
    ids=lambda event: type(event).__name__,
)
def test_e8_nothing_else_leads_to_anything_by_itself(event: PracticeEvent) -> None:
    assert react(recorded(event)) == ()


@MODERATE
@given(any_event(PracticeEvent))
def test_e9_reacting_twice_to_any_event_is_reacting_once(event: PracticeEvent) -> None:
    once, twice = react(recorded(event, version=5)), react(recorded(event, version=5))

    assert once == twice
    assert len({task.task_id for task in once}) == len(once)
    assert all(task.due_at.tzinfo is not None for task in once)


@MODERATE
@given(any_event(PracticeEvent))
def test_e9_the_same_event_elsewhere_is_another_task(event: PracticeEvent) -> None:
    places = [(SESSION, 5), (SESSION, 6), (UUID(int=99), 5)]

    ids = [task.task_id for stream_id, n in places for task in react(recorded(event, stream_id=stream_id, version=n))]

    assert len(set(ids)) == len(ids)
