"""Taking money once, whatever crashes, repeats or arrives late (rules A5, E5, E9).

Every step is recorded before the next call to the provider, and no call happens between load and save. Whoever comes
back after a crash begins by reading what the provider holds. An intent can succeed only once, and its id never expires.
"""

from __future__ import annotations

from uuid import UUID

from application.closing import close, refund_id_of
from application.errors import TryLater
from application.ports import GatewayRefused, GatewayUnsure, Intent, IntentStatus
from application.practice import Changes, Outcome
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


def charge(till: Till, payment_id: UUID) -> int | None:
    """Take the money of a payment that is due; return the position of the last thing stored, None where nothing was.

    Asked again, too late, or for a session settled outside: nothing. Raises TryLater where the provider's answer is not
    known yet, for this session or for the first of its series.
    """
    position: int | None = None
    if till.desk.practice.read(payment_id, payments.evolve).state is None:
        return position
    for _ in range(STEPS_LIMIT):
        account = read_account(till, payment_id)
        if account.payment.status in A_NEW_TRY_IS_A_DECISION:
            return position
        if account.has_to_wait:
            raise TryLater("first_unpaid")
        if not account.payment.outcome_is_open and not account.may_be_taken:
            return position
        position = _step(till, payment_id, account).position or position
    raise TryLater("unsettled")


def pay(till: Till, payment_id: UUID) -> int | None:
    """Try again with the client's present card after a try that failed; return the position of what was stored.

    Paid already is asked twice: nothing. Raises NothingToPay where nothing is due, TryLater while it is not known how
    a try ended.
    """
    account = read_account(till, payment_id)
    if account.payment.status is Status.CAPTURED:
        return None
    if account.payment.outcome_is_open:
        raise TryLater("unsettled")
    if account.payment.status not in A_NEW_TRY_IS_A_DECISION or not account.may_be_taken:
        raise NothingToPay
    position = _step(till, payment_id, account).position
    return charge(till, payment_id) or position


def _step(till: Till, payment_id: UUID, account: Account) -> Outcome:
    """Take one step towards the money and record it; what the provider holds is read before anything is done."""
    intent_id = account.payment.intent_id
    if intent_id is None:
        return _create_intent(till, payment_id, account)
    intent = till.gateway.intent(intent_id)
    match intent.status:
        case IntentStatus.SUCCEEDED:
            return record_capture(till, payment_id, intent)
        case IntentStatus.CANCELED:
            return _record_canceled(till, payment_id, intent)
        case IntentStatus.PROCESSING:
            raise TryLater("processing")
        case IntentStatus.REQUIRES_CAPTURE:
            raise GatewayRefused("requires_capture")  # we never ask for manual capture: an operator has to look
        case _ if account.may_be_taken:
            return _confirm(till, payment_id, intent)
        case _:
            return _cancel_intent(till, payment_id, intent_id)


def _create_intent(till: Till, payment_id: UUID, account: Account) -> Outcome:
    payment = account.payment
    card = _card(till, payment.due.client_id)
    intent = till.gateway.create_intent(
        payment_id=payment_id, amount=payment.due.amount, customer_ref=card.customer_ref, key=payment.intent_key()
    )
    stored = settle(
        till, payment_id, lambda a: payments.record_intent(a.payment, intent_id=intent.intent_id, now=a.now)
    )
    if read_account(till, payment_id).payment.intent_id != intent.intent_id:
        till.gateway.cancel_intent(intent.intent_id)  # it lost: it must never succeed
    return stored


def _confirm(till: Till, payment_id: UUID, intent: Intent) -> Outcome:
    def begin(account: Account) -> ConfirmStarted | None:
        if not account.may_be_taken:
            return None
        card = _card(till, account.payment.due.client_id)
        return payments.start_try(account.payment, card_ref=card.card_ref, now=account.now)

    begun = settle(till, payment_id, begin)
    payment = read_account(till, payment_id).payment
    if not payment.outcome_is_open or payment.latest_try is None or payment.intent_id != intent.intent_id:
        return begun
    latest = payment.latest_try
    try:
        answer = till.gateway.confirm_intent(
            intent.intent_id, card_ref=latest.card_ref, key=confirm_key(payment_id, latest)
        )
    except GatewayUnsure:
        settle(till, payment_id, lambda a: payments.record_unknown(a.payment, attempt=latest.attempt, now=a.now))
        raise TryLater("unknown") from None
    except GatewayRefused as refused:
        return record_failed_try(till, payment_id, attempt=latest.attempt, code=refused.code, advice=None)
    return _record_answer(till, payment_id, answer, attempt=latest.attempt)


def _record_answer(till: Till, payment_id: UUID, answer: Intent, *, attempt: int) -> Outcome:
    if answer.status is IntentStatus.SUCCEEDED:
        return record_capture(till, payment_id, answer)
    if answer.status is IntentStatus.REQUIRES_ACTION:
        return record_failed_try(till, payment_id, attempt=attempt, code="authentication_required", advice=None)
    if answer.refusal is not None and answer.status in A_REFUSAL_IS_OF_THIS_TRY:
        refusal = answer.refusal
        return record_failed_try(till, payment_id, attempt=attempt, code=refusal.code, advice=refusal.advice)
    settle(till, payment_id, lambda a: payments.record_unknown(a.payment, attempt=attempt, now=a.now))
    raise TryLater("unknown")


def _card(till: Till, client_id: UUID) -> CardSaved:
    card = till.desk.practice.load(clients.stream_of(client_id), clients.evolve).state.card
    if card is None:
        raise CardMissing
    return card


def _record_canceled(till: Till, payment_id: UUID, intent: Intent) -> Outcome:
    """Record that the intent can never succeed; where the session owes everything back, that closes the payment."""

    def canceled(account: Account) -> tuple[PaymentEvent | None, ...]:
        event = payments.record_intent_canceled(account.payment, intent_id=intent.intent_id, now=account.now)
        judgement = account.session.judgement
        if event is None or judgement is None or not account.session.owes_everything_back:
            return (event,)
        return event, payments.waive(payments.evolve(account.payment, event), rule=judgement.rule, now=account.now)

    return settle(till, payment_id, canceled)


def _cancel_intent(till: Till, payment_id: UUID, intent_id: str) -> Outcome:
    """Make sure at the provider that the intent can never succeed, and record what it answers."""
    intent = till.gateway.cancel_intent(intent_id)
    if intent.status is IntentStatus.SUCCEEDED:
        return record_capture(till, payment_id, intent)
    if intent.status is IntentStatus.CANCELED:
        return _record_canceled(till, payment_id, intent)
    raise TryLater("not_cancelled_yet")


def cancel_waived_intent(till: Till, payment_id: UUID) -> None:
    """Cancel the intent of a waived payment at the provider, so that nobody can confirm it there either."""
    payment = read_account(till, payment_id).payment
    if payment.status is Status.WAIVED and payment.intent_id is not None:
        _cancel_intent(till, payment_id, payment.intent_id)


def _may_have_been_taken(payment: Payment | None) -> bool:
    return payment is not None and (payment.outcome_is_open or payment.intent_id is not None)


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
        if lapsed and _may_have_been_taken(practice.read(payment_id_of(session_id), payments.evolve).state):
            raise TryLater("payment_open")  # a try began meanwhile: the next run cancels its intent first
        return close(practice, stream, lapsed, now=command.now)

    practice.perform(command, decide)
