"""Taking money once, whatever crashes, repeats or arrives late (rules A5, E5, E9).

Every step is recorded before the next call to the provider, and no call happens between load and save. Whoever comes
back after a crash begins by reading what the provider holds. An intent can succeed only once, and its id never expires.
"""

from __future__ import annotations

from uuid import UUID

from application.errors import TryLater
from application.ports import GatewayRefused, GatewayUnsure, Intent, IntentStatus
from application.practice import Changes, events
from application.sessions import close, refund_id_of
from application.till import Account, Till, read_account, record_capture, record_failed_try, settle
from domain.client import client as clients
from domain.client.events import CardSaved
from domain.errors import CardMissing, NothingToPay
from domain.model import SYSTEM
from domain.payment import payment as payments
from domain.payment.events import ConfirmStarted, PaymentEvent
from domain.payment.payment import Payment, Status, confirm_key, payment_id_of
from domain.session import session as sessions

STEPS_LIMIT = 6
A_REFUSAL_IS_OF_THIS_TRY = {IntentStatus.REQUIRES_PAYMENT_METHOD, IntentStatus.REQUIRES_CONFIRMATION}
"""In any other state the intent may still hold the refusal of an earlier try."""

A_NEW_TRY_IS_A_DECISION = {Status.DECLINED, Status.NEEDS_AUTHENTICATION}


def charge(till: Till, payment_id: UUID) -> None:
    """Take the money of a payment that is due. Asked again, too late, or for a session settled outside: nothing.

    Raises TryLater where the provider's answer is not known yet.
    """
    if till.desk.practice.read(payment_id, payments.evolve).state is None:
        return
    for _ in range(STEPS_LIMIT):
        account = read_account(till, payment_id)
        if account.payment.status in A_NEW_TRY_IS_A_DECISION:
            return
        if not account.payment.outcome_is_open and not account.may_be_taken:
            return
        _step(till, payment_id, account)
    raise TryLater("unsettled")


def pay(till: Till, payment_id: UUID) -> None:
    """Try again with the client's present card after a try that failed. Raises NothingToPay, TryLater."""
    account = read_account(till, payment_id)
    if account.payment.status not in A_NEW_TRY_IS_A_DECISION or not account.may_be_taken:
        raise NothingToPay
    _step(till, payment_id, account)
    charge(till, payment_id)


def _step(till: Till, payment_id: UUID, account: Account) -> None:
    """Take one step towards the money and record it; what the provider holds is read before anything is done."""
    intent_id = account.payment.intent_id
    if intent_id is None:
        _create_intent(till, payment_id, account)
        return
    intent = till.gateway.intent(intent_id)
    match intent.status:
        case IntentStatus.SUCCEEDED:
            record_capture(till, payment_id, intent)
        case IntentStatus.CANCELED:
            _record_canceled(till, payment_id, intent)
        case IntentStatus.PROCESSING:
            raise TryLater("processing")
        case IntentStatus.REQUIRES_CAPTURE:
            raise GatewayRefused("requires_capture")  # we never ask for manual capture: an operator has to look
        case _ if account.may_be_taken:
            _confirm(till, payment_id, intent)
        case _:
            _cancel_intent(till, payment_id, intent_id)


def _create_intent(till: Till, payment_id: UUID, account: Account) -> None:
    payment = account.payment
    card = _card(till, payment.due.client_id)
    intent = till.gateway.create_intent(
        payment_id=payment_id, amount=payment.due.amount, customer_ref=card.customer_ref, key=payment.intent_key()
    )
    settle(till, payment_id, lambda a: payments.record_intent(a.payment, intent_id=intent.intent_id, now=a.now))
    if read_account(till, payment_id).payment.intent_id != intent.intent_id:
        till.gateway.cancel_intent(intent.intent_id, key=f"ci:{intent.intent_id}")  # it lost: it must never succeed


def _confirm(till: Till, payment_id: UUID, intent: Intent) -> None:
    def begin(account: Account) -> ConfirmStarted | None:
        if not account.may_be_taken:
            return None
        card = _card(till, account.payment.due.client_id)
        return payments.start_try(account.payment, card_ref=card.card_ref, now=account.now)

    settle(till, payment_id, begin)
    payment = read_account(till, payment_id).payment
    if not payment.outcome_is_open or payment.latest_try is None or payment.intent_id != intent.intent_id:
        return
    latest = payment.latest_try
    try:
        answer = till.gateway.confirm_intent(
            intent.intent_id, card_ref=latest.card_ref, key=confirm_key(payment_id, latest)
        )
    except GatewayUnsure:
        settle(till, payment_id, lambda a: payments.record_unknown(a.payment, attempt=latest.attempt, now=a.now))
        raise TryLater("unknown") from None
    except GatewayRefused as refused:
        record_failed_try(till, payment_id, attempt=latest.attempt, code=refused.code, advice=None)
        return
    _record_answer(till, payment_id, answer, attempt=latest.attempt)


def _record_answer(till: Till, payment_id: UUID, answer: Intent, *, attempt: int) -> None:
    if answer.status is IntentStatus.SUCCEEDED:
        record_capture(till, payment_id, answer)
    elif answer.status is IntentStatus.REQUIRES_ACTION:
        record_failed_try(till, payment_id, attempt=attempt, code="authentication_required", advice=None)
    elif answer.refusal is not None and answer.status in A_REFUSAL_IS_OF_THIS_TRY:
        record_failed_try(till, payment_id, attempt=attempt, code=answer.refusal.code, advice=answer.refusal.advice)
    else:
        settle(till, payment_id, lambda a: payments.record_unknown(a.payment, attempt=attempt, now=a.now))
        raise TryLater("unknown")


def _card(till: Till, client_id: UUID) -> CardSaved:
    card = till.desk.practice.load(client_id, clients.evolve).state.card
    if card is None:
        raise CardMissing
    return card


def _record_canceled(till: Till, payment_id: UUID, intent: Intent) -> None:
    """Record that the intent can never succeed; where the session owes everything back, that closes the payment."""

    def canceled(account: Account) -> tuple[PaymentEvent | None, ...]:
        event = payments.record_intent_canceled(account.payment, intent_id=intent.intent_id, now=account.now)
        judgement = account.session.judgement
        if event is None or judgement is None or not account.session.owes_everything_back:
            return (event,)
        return event, payments.waive(payments.evolve(account.payment, event), rule=judgement.rule, now=account.now)

    settle(till, payment_id, canceled)


def _cancel_intent(till: Till, payment_id: UUID, intent_id: str) -> Intent:
    """Make sure at the provider that the intent can never succeed, and record what it answers."""
    intent = till.gateway.cancel_intent(intent_id, key=f"ci:{intent_id}")
    if intent.status is IntentStatus.SUCCEEDED:
        record_capture(till, payment_id, intent)
    elif intent.status is IntentStatus.CANCELED:
        _record_canceled(till, payment_id, intent)
    else:
        raise TryLater("not_cancelled_yet")
    return intent


def cancel_waived_intent(till: Till, payment_id: UUID) -> None:
    """Cancel the intent of a waived payment at the provider, so that nobody can confirm it there either."""
    payment = read_account(till, payment_id).payment
    if payment.status is Status.WAIVED and payment.intent_id is not None:
        _cancel_intent(till, payment_id, payment.intent_id)


def lapse_checkout(till: Till, session_id: UUID) -> None:
    """Let an unpaid booking go when its checkout has ended (rule A5).

    Its intent is cancelled at the provider first; if the provider says that it succeeded, the booking is paid instead;
    if the provider does not answer, nothing lapses yet (GatewayUnsure, TryLater).
    """
    practice = till.desk.practice
    session = practice.load(session_id, sessions.evolve).state
    if not sessions.lapse_checkout(session, refund_id=refund_id_of(session_id), now=till.desk.now()):
        return
    payment: Payment | None = practice.read(payment_id_of(session_id), payments.evolve).state
    if payment is not None and payment.intent_id is not None:
        _cancel_intent(till, payment_id_of(session_id), payment.intent_id)
    command = till.desk.command(SYSTEM, cause=till.cause)

    def decide() -> Changes:
        stream = practice.load(session_id, sessions.evolve)
        lapsed = sessions.lapse_checkout(stream.state, refund_id=refund_id_of(session_id), now=command.now)
        return close(practice, stream, lapsed, now=command.now) if lapsed else Changes(events=events())

    practice.perform(command, decide)
