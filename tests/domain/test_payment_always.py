"""What holds for a payment whatever is asked of it, in whatever order, however often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.payment import payment as payments
from domain.payment.events import Captured, ConfirmStarted, IntentCanceled, IntentCreated, PaymentEvent, RefundRequested
from domain.payment.payment import Payment, RefundStatus, Status
from tests.given import DUE, NOW, PRICE

Ask = Callable[[Payment, datetime], PaymentEvent | None]
REFUNDS = [UUID(int=n) for n in (60, 61)]
WAITS = [timedelta(0), timedelta(hours=1), timedelta(hours=21)]
MODERATE = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _latest(payment: Payment) -> int:
    return payment.latest_try.attempt if payment.latest_try else 1


def _capture(payment: Payment, now: datetime) -> PaymentEvent | None:
    return payments.record_capture(payment, intent_id="pi_1", charge_ref="ch_1", amount=PRICE, now=now)


def _cancel_intent(payment: Payment, now: datetime) -> PaymentEvent | None:
    return payments.record_intent_canceled(payment, intent_id=payment.intent_id or "pi_0", now=now)


def _decline(payment: Payment, now: datetime) -> PaymentEvent | None:
    return payments.record_decline(payment, attempt=_latest(payment), code="card_declined", advice=None, now=now)


def _authenticate(payment: Payment, now: datetime) -> PaymentEvent | None:
    return payments.record_authentication_required(payment, attempt=_latest(payment), now=now)


def _ask_back(refund_id: UUID) -> Ask:
    return lambda payment, now: payments.request_refund(payment, refund_id=refund_id, rule="E3", now=now)


def _send_back(refund_id: UUID) -> Ask:
    return lambda payment, now: payments.send_refund(payment, refund_id=refund_id, now=now)


def _known(refund_id: UUID, record: Ask) -> Ask:
    """The provider reports only on refunds that were asked for."""
    return lambda payment, now: record(payment, now) if refund_id in payment.refunds else None


def _pending(refund_id: UUID) -> Ask:
    return _known(
        refund_id, lambda p, now: payments.record_refund_pending(p, refund_id=refund_id, provider_ref="re_1", now=now)
    )


def _succeeded(refund_id: UUID) -> Ask:
    return _known(
        refund_id, lambda p, now: payments.record_refund_success(p, refund_id=refund_id, provider_ref="re_1", now=now)
    )


def _failed(refund_id: UUID) -> Ask:
    return _known(
        refund_id,
        lambda p, now: payments.record_refund_failure(
            p, refund_id=refund_id, provider_ref=None, code="unknown", now=now
        ),
    )


ASKS: list[Ask] = [
    lambda payment, now: payments.record_intent(payment, intent_id=f"pi_{payment.epoch + 1}", now=now),
    lambda payment, now: payments.start_try(payment, card_ref="pm_1", now=now),
    lambda payment, now: payments.record_unknown(payment, attempt=_latest(payment), now=now),
    lambda payment, now: payments.waive(payment, rule="E2", now=now),
    _capture,
    _cancel_intent,
    _decline,
    _authenticate,
    *(make(refund_id) for refund_id in REFUNDS for make in (_ask_back, _send_back, _pending, _succeeded, _failed)),
]
steps = st.lists(st.tuples(st.sampled_from(ASKS), st.sampled_from(WAITS)), max_size=25)


def _replay(events: list[PaymentEvent]) -> Payment:
    return reduce(payments.evolve, events, payments.evolve(None, DUE))


def _live(taken: list[tuple[Ask, timedelta]]) -> list[PaymentEvent]:
    events: list[PaymentEvent] = []
    now = NOW
    for ask, wait in taken:
        now += wait
        event = ask(_replay(events), now)
        events += [] if event is None else [event]
    return events


@MODERATE
@given(steps)
def test_e9_money_is_taken_at_most_once(taken: list[tuple[Ask, timedelta]]) -> None:
    events = _live(taken)

    assert sum(isinstance(event, Captured) for event in events) <= 1


@MODERATE
@given(steps)
def test_e9_the_refunds_of_a_charge_never_exceed_it_at_any_step(taken: list[tuple[Ask, timedelta]]) -> None:
    events = _live(taken)

    for end in range(len(events) + 1):
        payment = _replay(events[:end])
        given_back = sum(r.amount_minor for r in payment.refunds.values() if r.status is not RefundStatus.FAILED)
        assert 0 <= given_back <= (PRICE.amount_minor if payment.captured else 0)


@MODERATE
@given(steps)
def test_e9_each_refund_is_asked_for_once(taken: list[tuple[Ask, timedelta]]) -> None:
    asked = [event.refund_id for event in _live(taken) if isinstance(event, RefundRequested)]

    assert sorted(set(asked)) == sorted(asked)


@MODERATE
@given(steps)
def test_e9_tries_and_intents_are_numbered_without_a_gap(taken: list[tuple[Ask, timedelta]]) -> None:
    events = _live(taken)

    tries = [event.attempt for event in events if isinstance(event, ConfirmStarted)]
    epochs = [event.epoch for event in events if isinstance(event, IntentCreated)]

    assert list(range(1, len(tries) + 1)) == tries
    assert list(range(1, len(epochs) + 1)) == epochs


@MODERATE
@given(steps)
def test_e9_there_is_at_most_one_open_intent(taken: list[tuple[Ask, timedelta]]) -> None:
    opened = [event for event in _live(taken) if isinstance(event, IntentCreated | IntentCanceled)]

    kinds = [type(event) for event in opened]
    assert [IntentCreated, IntentCanceled] * (len(kinds) // 2) + [IntentCreated] * (len(kinds) % 2) == kinds


@MODERATE
@given(steps)
def test_e2_no_try_begins_once_a_payment_is_waived_or_the_money_taken(taken: list[tuple[Ask, timedelta]]) -> None:
    events = _live(taken)

    for end, event in enumerate(events):
        if isinstance(event, ConfirmStarted):
            assert _replay(events[:end]).status not in {Status.WAIVED, Status.CAPTURED}
