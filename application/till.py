"""The desk with the payment provider beside it, and how one answer of the provider's is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.closing import placed_along, refund_id_of
from application.desk import Cause, Desk
from application.ports import Intent, PaymentGateway
from application.practice import Changes, Decided, Loaded, Outcome, events
from domain.model import SYSTEM
from domain.payment import payment as payments
from domain.payment.events import Captured
from domain.payment.payment import Payment
from domain.session import session as sessions
from domain.session.events import SessionEvent
from domain.session.session import Session


@dataclass(frozen=True, slots=True)
class Till:
    """What a piece of work on money needs."""

    desk: Desk
    gateway: PaymentGateway
    cause: Cause


@dataclass(frozen=True, slots=True)
class Account:
    """A payment and its session, as they stand in one decision; `now` is the decision's."""

    payment_stream: Loaded[Payment]
    session_stream: Loaded[Session]
    now: datetime

    @property
    def payment(self) -> Payment:
        return self.payment_stream.state

    @property
    def session(self) -> Session:
        return self.session_stream.state

    @property
    def may_be_taken(self) -> bool:
        """Nothing is taken yet and the session's money is due."""
        untaken = self.payment.status not in {payments.Status.CAPTURED, payments.Status.WAIVED}
        return untaken and sessions.charge_is_due(self.session, now=self.now)

    @property
    def has_to_wait(self) -> bool:
        """It is time to charge, but whether the session will stand is not known: the first of its series is unpaid."""
        return sessions.waits_for_the_first(self.session) and self.now >= self.payment.due.charge_at


def read_account(till: Till, payment_id: UUID, *, now: datetime | None = None) -> Account:
    """Load a payment and its session. Raises NotThere."""
    payment = till.desk.practice.load(payment_id, payments.evolve)
    session = till.desk.practice.load(payment.state.due.session_id, sessions.evolve)
    return Account(payment, session, now or till.desk.now())


def settle(
    till: Till,
    payment_id: UUID,
    of_payment: Callable[[Account], Decided],
    of_session: Callable[[Account], Decided] = lambda _: (),
) -> Outcome:
    """Store what is decided on a payment and its session, both or none.

    Where either moved meanwhile both are loaded and decided again, from what is known and without another call. The
    session learns something only when it is news for the payment. Where that makes the first of a series stand, the
    whole series stands with it.
    """
    command = till.desk.command(SYSTEM, cause=till.cause)

    def decide() -> Changes:
        account = read_account(till, payment_id, now=command.now)
        (of_the_payment,) = events((account.payment_stream, of_payment(account)))
        news = of_session(account) if of_the_payment[1] else ()
        (of_the_session,) = events((account.session_stream, news))
        along = placed_along(till.desk.practice, account.session_stream, of_the_session[1])
        return Changes(events=(of_the_payment, of_the_session, *along))

    return till.desk.practice.perform(command, decide)


def record_capture(till: Till, payment_id: UUID, intent: Intent) -> Outcome:
    """Record that the money was taken, on the payment and on the session."""

    def captured(account: Account) -> Captured | None:
        charge_ref = intent.charge_id or intent.intent_id
        return payments.record_capture(
            account.payment, intent_id=intent.intent_id, charge_ref=charge_ref, amount=intent.amount, now=account.now
        )

    def charged(account: Account) -> tuple[SessionEvent, ...]:
        return sessions.record_charge(
            account.session,
            payment_id=payment_id,
            amount=intent.amount,
            refund_id=refund_id_of(account.session_stream.stream_id),
            now=account.now,
        )

    return settle(till, payment_id, captured, charged)


def record_failed_try(till: Till, payment_id: UUID, *, attempt: int, code: str, advice: str | None) -> Outcome:
    """Record that the card was declined, or that its holder has to authenticate (rule E8)."""
    needs_authentication = code == "authentication_required"

    def failed(account: Account) -> Decided:
        if needs_authentication:
            return payments.record_authentication_required(account.payment, attempt=attempt, now=account.now)
        return payments.record_decline(account.payment, attempt=attempt, code=code, advice=advice, now=account.now)

    def told(account: Account) -> Decided:
        return sessions.record_charge_failure(
            account.session,
            payment_id=payment_id,
            attempt=attempt,
            code=code,
            needs_authentication=needs_authentication,
            now=account.now,
        )

    return settle(till, payment_id, failed, told)
