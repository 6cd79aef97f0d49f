"""Giving money back once, and learning from the provider what happened to it (rules E9, E10)."""

from __future__ import annotations

from uuid import UUID

from application.errors import TryLater
from application.ports import GatewayRefused, IntentStatus, ProviderRefund, ProviderRefundStatus
from application.practice import Decided
from application.till import Account, Till, read_account, record_capture, settle
from domain.model import Money
from domain.payment import payment as payments
from domain.payment.payment import Payment, RefundStatus
from domain.session import session as sessions

UNFINISHED = {ProviderRefundStatus.PENDING, ProviderRefundStatus.REQUIRES_ACTION}
SETTLED = {RefundStatus.SUCCEEDED, RefundStatus.FAILED}


def refund(till: Till, payment_id: UUID, refund_id: UUID) -> None:
    """Give back what a granted refund stands for. Asked again, or with nothing left to give back: nothing.

    The provider's refunds are always listed before a new one is asked for: two equal ones would both succeed.
    Raises GatewayUnsure, TryLater.
    """
    settle(till, payment_id, lambda account: _request(account, refund_id))
    payment = read_account(till, payment_id).payment
    asked = payment.refunds.get(refund_id)
    if asked is None or asked.status in SETTLED or payment.captured is None:
        return
    intent_id = payment.captured.intent_id
    found = [r for r in till.gateway.refunds(intent_id) if r.refund_id == refund_id]
    if not found:
        settle(till, payment_id, lambda a: payments.send_refund(a.payment, refund_id=refund_id, now=a.now))
        found = [_send(till, payment, refund_id, intent_id)]
    record_refund(till, payment_id, refund_id, found[0])
    if asked.status is RefundStatus.PENDING and found[0].status in UNFINISHED:
        raise TryLater("refund_pending")


def _request(account: Account, refund_id: UUID) -> Decided:
    granted = account.session.grants.get(refund_id)
    if granted is None:
        return None
    return payments.request_refund(account.payment, refund_id=refund_id, rule=granted.rule, now=account.now)


def _send(till: Till, payment: Payment, refund_id: UUID, intent_id: str) -> ProviderRefund:
    amount = Money(amount_minor=payment.refunds[refund_id].amount_minor, currency=payment.due.amount.currency)
    try:
        return till.gateway.refund(intent_id, refund_id=refund_id, amount=amount, key=f"re:{refund_id}")
    except GatewayRefused as refused:
        failed = ProviderRefundStatus.FAILED
        return ProviderRefund("", refund_id, amount, failed, failure=refused.code)


def record_refund(till: Till, payment_id: UUID, refund_id: UUID, found: ProviderRefund) -> None:
    """Record what the provider holds of one of our refunds, on the payment and on the session."""
    match found.status:
        case ProviderRefundStatus.PENDING | ProviderRefundStatus.REQUIRES_ACTION:
            settle(till, payment_id, lambda a: _pending(a, refund_id, found))
        case ProviderRefundStatus.SUCCEEDED:
            settle(till, payment_id, lambda a: _succeeded(a, refund_id, found), lambda a: _refunded(a, refund_id))
        case ProviderRefundStatus.FAILED | ProviderRefundStatus.CANCELED:
            settle(till, payment_id, lambda a: _failed(a, refund_id, found), lambda a: _refund_failed(a, refund_id))


def _pending(account: Account, refund_id: UUID, found: ProviderRefund) -> Decided:
    return payments.record_refund_pending(
        account.payment, refund_id=refund_id, provider_ref=found.provider_id, now=account.now
    )


def _succeeded(account: Account, refund_id: UUID, found: ProviderRefund) -> Decided:
    return payments.record_refund_success(
        account.payment, refund_id=refund_id, provider_ref=found.provider_id, now=account.now
    )


def _failed(account: Account, refund_id: UUID, found: ProviderRefund) -> Decided:
    return payments.record_refund_failure(
        account.payment,
        refund_id=refund_id,
        provider_ref=found.provider_id or None,
        code=found.failure or found.status.value,
        now=account.now,
    )


def _refunded(account: Account, refund_id: UUID) -> Decided:
    amount_minor = account.payment.refunds[refund_id].amount_minor
    return sessions.record_refund(account.session, refund_id=refund_id, amount_minor=amount_minor, now=account.now)


def _refund_failed(account: Account, refund_id: UUID) -> Decided:
    amount_minor = account.payment.refunds[refund_id].amount_minor
    return sessions.record_refund_failure(refund_id=refund_id, amount_minor=amount_minor, now=account.now)


def observe(till: Till, intent_id: str) -> None:
    """Read an intent and its refunds after a hint from the provider, and record what is news.

    An intent that is not ours, or that the provider does not know, is left alone. Only facts that no other step owns
    are taken from here, money taken and refunds finished: how a try ended belongs to the run that began it.
    """
    try:
        intent = till.gateway.intent(intent_id)
    except GatewayRefused:
        return
    if intent.payment_id is None:
        return
    if till.desk.practice.read(intent.payment_id, payments.evolve).state is None:
        raise TryLater("unknown_payment")
    if intent.status is IntentStatus.SUCCEEDED:
        record_capture(till, intent.payment_id, intent)
    known = read_account(till, intent.payment_id).payment.refunds
    for found in till.gateway.refunds(intent_id):
        if found.refund_id in known and found.refund_id is not None:
            record_refund(till, intent.payment_id, found.refund_id, found)
