"""What can happen to a payment: one charge of one session, and what is given back of it."""

from __future__ import annotations

from uuid import UUID

from pydantic import PositiveInt

from domain.model import Event, Instant, MinorUnits, Money


class Due(Event):
    """A session's money is to be taken at `charge_at`, from the client's saved card."""

    session_id: UUID
    client_id: UUID
    therapist_id: UUID
    amount: Money
    charge_at: Instant


class Waived(Event):
    """Nothing is taken, by the rule named: the session was cancelled in time, before any try began."""

    rule: str


class IntentCreated(Event):
    """The provider holds an unconfirmed intent: it moves no money until it is confirmed."""

    epoch: PositiveInt
    intent_id: str


class ConfirmStarted(Event):
    """A try to charge begins. Until its outcome is recorded it may have succeeded."""

    attempt: PositiveInt
    card_ref: str


class Captured(Event):
    """The provider took the money."""

    intent_id: str
    charge_ref: str
    amount: Money


class Declined(Event):
    """The card was declined. `advice` is the card network's."""

    attempt: PositiveInt
    code: str
    advice: str | None


class AuthenticationRequired(Event):
    """The bank wants the cardholder to authenticate: not a decline (rule E8)."""

    attempt: PositiveInt


class OutcomeUnknown(Event):
    """The provider did not answer clearly; the next run begins by reading the intent."""

    attempt: PositiveInt


class IntentCanceled(Event):
    """The provider holds the intent as cancelled: it can never succeed now."""

    epoch: PositiveInt
    intent_id: str


class RefundRequested(Event):
    """An amount is to be given back, by the rule named."""

    refund_id: UUID
    amount_minor: MinorUnits
    rule: str


class RefundSent(Event):
    """The request is on its way to the provider; its answer is not known yet."""

    refund_id: UUID


class RefundPending(Event):
    """The provider has the refund and has not finished it."""

    refund_id: UUID
    provider_ref: str


class RefundSucceeded(Event):
    """The provider gave the money back."""

    refund_id: UUID
    provider_ref: str
    amount_minor: MinorUnits


class RefundFailed(Event):
    """The provider could not give the money back, perhaps after it had said it did (rule E10)."""

    refund_id: UUID
    provider_ref: str | None
    amount_minor: MinorUnits
    code: str


PaymentEvent = (
    Due
    | Waived
    | IntentCreated
    | ConfirmStarted
    | Captured
    | Declined
    | AuthenticationRequired
    | OutcomeUnknown
    | IntentCanceled
    | RefundRequested
    | RefundSent
    | RefundPending
    | RefundSucceeded
    | RefundFailed
)
