"""What the use cases need from the world outside, as Protocols. Adapters supply them; tests supply real small ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from application.claims import ClaimKind
from domain.model import Money


@dataclass(frozen=True, slots=True)
class ClaimedTime:
    """A half-open range of somebody's time that is claimed, for which session, and as what.

    A therapist's includes the gap after the session, a client's does not (rule B2).
    """

    starts_at: datetime
    ends_at: datetime
    session_id: UUID
    kind: ClaimKind


class Claims(Protocol):
    """The claims as they are now: to list what is open. What may be stored is decided by the store itself."""

    def of_therapist(self, therapist_id: UUID, *, since: datetime, until: datetime) -> Sequence[ClaimedTime]:
        """Claims that overlap [since, until), in order."""

    def of_client(self, client_id: UUID, *, since: datetime, until: datetime) -> Sequence[ClaimedTime]:
        """The client's own times that overlap [since, until), with whichever therapist, in order and without gaps.

        Times that are only held for them, and not asked of them yet, are not theirs (rule B12).
        """


@dataclass(frozen=True, slots=True)
class BusyTime:
    """A half-open range of time in which a therapist's own calendar says busy; nothing else of it is known."""

    starts_at: datetime
    ends_at: datetime


class ExternalBusy(Protocol):
    """The busy times of the calendars that therapists connected, as of the last sync (rules B8, B9)."""

    def of_therapist(self, therapist_id: UUID, *, since: datetime, until: datetime) -> Sequence[BusyTime]:
        """Busy times that overlap [since, until), in order; those of two calendars may overlap each other."""


# --- payments ---------------------------------------------------------------------------------------------------


class IntentStatus(StrEnum):
    """The provider's states of a payment intent, by the provider's own names."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"


@dataclass(frozen=True, slots=True)
class CardRefusal:
    """Why a card was not charged. `advice` is the card network's, for example `do_not_try_again`."""

    code: str
    advice: str | None = None

    @property
    def needs_authentication(self) -> bool:
        """Not a decline: the cardholder has to authenticate the same payment (rule E8)."""
        return self.code == "authentication_required"


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment intent as the provider holds it now.

    `refusal` tells of its latest failed try, if any. `payment_id` is ours, read back from its metadata; None says that
    the intent is not ours.
    """

    intent_id: str
    status: IntentStatus
    amount: Money
    received_minor: int = 0
    charge_id: str | None = None
    refusal: CardRefusal | None = None
    payment_id: UUID | None = None


class ProviderRefundStatus(StrEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as the provider holds it now. `refund_id` is ours, read back from its metadata (None: not ours)."""

    provider_id: str
    refund_id: UUID | None
    amount: Money
    status: ProviderRefundStatus
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class CardSetup:
    """A card being saved. The browser confirms it with `client_secret`; we only ever learn the card's reference.

    `client_id` is ours, read back from its metadata: whose card it is.
    """

    setup_id: str
    client_secret: str
    succeeded: bool
    customer_ref: str
    card_ref: str | None
    client_id: UUID | None = None


class GatewayUnsure(Exception):
    """The payment provider did not answer clearly (time-out, 409, 429, 5xx): the outcome is unknown, not failed."""


class GatewayRefused(Exception):
    """The payment provider refused the request itself; asking again in the same way cannot help.

    `code` is the provider's error code, never its free text (which may hold personal data).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PaymentGateway(Protocol):
    """The payment provider. Every method may raise GatewayUnsure or GatewayRefused. Keys are idempotency keys."""

    def create_customer(self, *, client_id: UUID, key: str) -> str:
        """Return the provider's reference of a new customer."""

    def create_card_setup(self, *, client_id: UUID, customer_ref: str, key: str) -> CardSetup:
        """Begin saving a card for off-session use. Metadata carries `client_id`."""

    def card_setup(self, setup_id: str) -> CardSetup:
        """Read a card setup as it is now."""

    def create_intent(self, *, payment_id: UUID, amount: Money, customer_ref: str, key: str) -> Intent:
        """Create an unconfirmed intent: it moves no money. Metadata carries `payment_id`."""

    def intent(self, intent_id: str) -> Intent:
        """Read an intent as it is now."""

    def confirm_intent(self, intent_id: str, *, card_ref: str, key: str) -> Intent:
        """Charge the saved card off session. A declined card is an answer (`refusal` is set), not an error."""

    def cancel_intent(self, intent_id: str) -> Intent:
        """Cancel an intent that has not succeeded; return it as it is afterwards, even if it has succeeded.

        It has no key: cancelling twice is cancelling once, and a failure kept under a key would be repeated for a day.
        """

    def refunds(self, intent_id: str) -> Sequence[ProviderRefund]:
        """All refunds of an intent, newest first."""

    def refund(self, intent_id: str, *, refund_id: UUID, amount: Money, key: str) -> ProviderRefund:
        """Refund a part or all. Metadata carries `refund_id`."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A verified webhook: that something happened to an object. It is a hint to read the object, never the truth.

    `intent_id` is the payment intent that it is about, the object itself or the one it belongs to; None for others.
    """

    webhook_id: str
    kind: str
    object_id: str
    intent_id: str | None = None
    account: str | None = None


class WebhookVerifier(Protocol):
    """Checks the signature of a webhook on its raw bytes."""

    def verify(self, payload: bytes, signature: str) -> Webhook:
        """Raise UnverifiedWebhook when the signature, its age or the body is wrong."""


class UnverifiedWebhook(Exception):
    """This message was not signed by the payment provider, or too long ago."""
