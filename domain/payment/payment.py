"""A payment: one charge that can succeed once, and refunds that never exceed it (rule E9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID, uuid5

from domain.model import Money
from domain.payment.events import (
    AuthenticationRequired,
    Captured,
    ConfirmStarted,
    Declined,
    Due,
    IntentCanceled,
    IntentCreated,
    OutcomeUnknown,
    PaymentEvent,
    RefundFailed,
    RefundPending,
    RefundRequested,
    RefundSent,
    RefundSucceeded,
    Waived,
)

KEY_IS_SURE_FOR = timedelta(hours=20)
"""The provider may forget an idempotency key after 24 hours; we stop trusting one well before that."""


def payment_id_of(session_id: UUID, *, purpose: str = "session") -> UUID:
    """Return the id of a session's payment: the same session and purpose are always the same payment."""
    return uuid5(session_id, purpose)


class Status(StrEnum):
    DUE = "due"
    CONFIRMING = "confirming"
    UNKNOWN = "unknown"
    DECLINED = "declined"
    NEEDS_AUTHENTICATION = "needs_authentication"
    CAPTURED = "captured"
    WAIVED = "waived"


class RefundStatus(StrEnum):
    REQUESTED = "requested"
    SENT = "sent"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refund:
    amount_minor: int
    status: RefundStatus


@dataclass(frozen=True, slots=True)
class Try:
    """One try to charge: its number, its card, and when it began."""

    attempt: int
    card_ref: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Payment:
    """What a payment has become. Amounts are in minor units of `due.amount.currency`."""

    due: Due
    status: Status = Status.DUE
    epoch: int = 0
    intent_id: str | None = None
    latest_try: Try | None = None
    captured: Captured | None = None
    refunds: Mapping[UUID, Refund] = field(default_factory=dict)

    @property
    def outcome_is_open(self) -> bool:
        """A try began and how it ended is not recorded: it may have taken the money."""
        return self.status in {Status.CONFIRMING, Status.UNKNOWN}

    @property
    def refundable_minor(self) -> int:
        captured = self.captured.amount.amount_minor if self.captured else 0
        return captured - sum(r.amount_minor for r in self.refunds.values() if r.status is not RefundStatus.FAILED)

    def intent_key(self) -> str:
        """The idempotency key for creating this epoch's intent."""
        return f"pi:{payment_id_of(self.due.session_id)}:{self.epoch + 1}"


def fall_due(
    *, session_id: UUID, client_id: UUID, therapist_id: UUID, amount: Money, charge_at: datetime, now: datetime
) -> Due:
    """Open the payment of a session (rule E5)."""
    return Due(
        session_id=session_id,
        client_id=client_id,
        therapist_id=therapist_id,
        amount=amount,
        charge_at=charge_at,
        at=now,
    )


def waive(payment: Payment, *, rule: str, now: datetime) -> Waived | None:
    """Close a payment that nothing may be taken for any more.

    None while a try is open or the money is taken: then the refund of whatever was taken is what puts it right.
    """
    if payment.status in {Status.WAIVED, Status.CAPTURED} or payment.outcome_is_open:
        return None
    return Waived(rule=rule, at=now)


def record_intent(payment: Payment, *, intent_id: str, now: datetime) -> IntentCreated | None:
    """Record the intent of the present epoch. The first recorded wins; a loser's intent is never confirmed."""
    if payment.intent_id is not None or payment.status in {Status.WAIVED, Status.CAPTURED}:
        return None
    return IntentCreated(epoch=payment.epoch + 1, intent_id=intent_id, at=now)


def start_try(payment: Payment, *, card_ref: str, now: datetime) -> ConfirmStarted | None:
    """Begin a try, or return None where the open one is to be finished under its own key instead."""
    if payment.status in {Status.WAIVED, Status.CAPTURED}:
        return None
    latest = payment.latest_try
    if payment.outcome_is_open and latest is not None and now - latest.started_at < KEY_IS_SURE_FOR:
        return None
    return ConfirmStarted(attempt=latest.attempt + 1 if latest else 1, card_ref=card_ref, at=now)


def confirm_key(payment_id: UUID, latest: Try) -> str:
    """The idempotency key of a try."""
    return f"cf:{payment_id}:{latest.attempt}"


def record_capture(
    payment: Payment, *, intent_id: str, charge_ref: str, amount: Money, now: datetime
) -> Captured | None:
    """Record that the provider took the money: a fact, so it is refused in no state."""
    if payment.captured is not None:
        return None
    return Captured(intent_id=intent_id, charge_ref=charge_ref, amount=amount, at=now)


def record_decline(payment: Payment, *, attempt: int, code: str, advice: str | None, now: datetime) -> Declined | None:
    """Record that the card was declined in this try."""
    if not _is_open_try(payment, attempt):
        return None
    return Declined(attempt=attempt, code=code, advice=advice, at=now)


def record_authentication_required(payment: Payment, *, attempt: int, now: datetime) -> AuthenticationRequired | None:
    """Record that the bank wants the cardholder present (rule E8)."""
    return AuthenticationRequired(attempt=attempt, at=now) if _is_open_try(payment, attempt) else None


def record_unknown(payment: Payment, *, attempt: int, now: datetime) -> OutcomeUnknown | None:
    """Record that this try's answer did not arrive."""
    if payment.status is not Status.CONFIRMING or not _is_open_try(payment, attempt):
        return None
    return OutcomeUnknown(attempt=attempt, at=now)


def _is_open_try(payment: Payment, attempt: int) -> bool:
    latest = payment.latest_try
    return payment.outcome_is_open and latest is not None and latest.attempt == attempt


def record_intent_canceled(payment: Payment, *, intent_id: str, now: datetime) -> IntentCanceled | None:
    """Record that the provider holds the present intent as cancelled; the next one belongs to a new epoch."""
    if payment.intent_id != intent_id or payment.captured is not None:
        return None
    return IntentCanceled(epoch=payment.epoch, intent_id=intent_id, at=now)


def request_refund(payment: Payment, *, refund_id: UUID, rule: str, now: datetime) -> RefundRequested | None:
    """Ask for everything that is still refundable to be given back."""
    if refund_id in payment.refunds or payment.refundable_minor == 0:
        return None
    return RefundRequested(refund_id=refund_id, amount_minor=payment.refundable_minor, rule=rule, at=now)


def send_refund(payment: Payment, *, refund_id: UUID, now: datetime) -> RefundSent | None:
    """Mark that the provider is being asked."""
    refund = payment.refunds.get(refund_id)
    if refund is None or refund.status is not RefundStatus.REQUESTED:
        return None
    return RefundSent(refund_id=refund_id, at=now)


def record_refund_pending(
    payment: Payment, *, refund_id: UUID, provider_ref: str, now: datetime
) -> RefundPending | None:
    """Record that the provider has not finished the refund."""
    if payment.refunds[refund_id].status not in {RefundStatus.REQUESTED, RefundStatus.SENT}:
        return None
    return RefundPending(refund_id=refund_id, provider_ref=provider_ref, at=now)


def record_refund_success(
    payment: Payment, *, refund_id: UUID, provider_ref: str, now: datetime
) -> RefundSucceeded | None:
    """Record that the money went back. A refund that was reported failed stays failed."""
    refund = payment.refunds[refund_id]
    if refund.status in {RefundStatus.SUCCEEDED, RefundStatus.FAILED}:
        return None
    return RefundSucceeded(refund_id=refund_id, provider_ref=provider_ref, amount_minor=refund.amount_minor, at=now)


def record_refund_failure(
    payment: Payment, *, refund_id: UUID, provider_ref: str | None, code: str, now: datetime
) -> RefundFailed | None:
    """Record that the money did not go back, even where it was said that it had (rule E10)."""
    refund = payment.refunds[refund_id]
    if refund.status is RefundStatus.FAILED:
        return None
    return RefundFailed(
        refund_id=refund_id, provider_ref=provider_ref, amount_minor=refund.amount_minor, code=code, at=now
    )


def evolve(payment: Payment | None, event: PaymentEvent) -> Payment:  # noqa: C901 - one flat case for each event
    """Total and without a rule, so that the past always loads."""
    if isinstance(event, Due):
        return Payment(due=event)
    assert payment is not None, f"{event!r} came before Due"
    match event:
        case Waived():
            return replace(payment, status=Status.WAIVED)
        case IntentCreated():
            return replace(payment, epoch=event.epoch, intent_id=event.intent_id)
        case ConfirmStarted():
            latest = Try(attempt=event.attempt, card_ref=event.card_ref, started_at=event.at)
            return replace(payment, status=Status.CONFIRMING, latest_try=latest)
        case Captured():
            return replace(payment, status=Status.CAPTURED, captured=event)
        case Declined():
            return replace(payment, status=Status.DECLINED)
        case AuthenticationRequired():
            return replace(payment, status=Status.NEEDS_AUTHENTICATION)
        case OutcomeUnknown():
            return replace(payment, status=Status.UNKNOWN)
        case IntentCanceled():
            return replace(payment, intent_id=None, status=_after_cancelled_intent(payment.status))
        case RefundRequested():
            return _with_refund(payment, event.refund_id, Refund(event.amount_minor, RefundStatus.REQUESTED))
        case RefundSent():
            return _with_refund_status(payment, event.refund_id, RefundStatus.SENT)
        case RefundPending():
            return _with_refund_status(payment, event.refund_id, RefundStatus.PENDING)
        case RefundSucceeded():
            return _with_refund_status(payment, event.refund_id, RefundStatus.SUCCEEDED)
        case RefundFailed():
            return _with_refund_status(payment, event.refund_id, RefundStatus.FAILED)
        case _:
            assert_never(event)


def _after_cancelled_intent(status: Status) -> Status:
    return status if status is Status.WAIVED else Status.DUE


def _with_refund_status(payment: Payment, refund_id: UUID, status: RefundStatus) -> Payment:
    return _with_refund(payment, refund_id, replace(payment.refunds[refund_id], status=status))


def _with_refund(payment: Payment, refund_id: UUID, refund: Refund) -> Payment:
    return replace(payment, refunds={**payment.refunds, refund_id: refund})
