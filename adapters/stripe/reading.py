"""What the provider's answers mean in our words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import stripe

from application.ports import (
    CardRefusal,
    CardSetup,
    GatewayRefused,
    GatewayUnsure,
    Intent,
    IntentStatus,
    ProviderRefund,
    ProviderRefundStatus,
)
from domain.model import Money

AUTHENTICATION_REQUIRED = "authentication_required"
_UNSURE_CODES = {"idempotency_key_in_use", "lock_timeout"}
"""These have come with status 400 too."""

_DEFINITE_ERRORS = (
    stripe.CardError,
    stripe.InvalidRequestError,
    stripe.IdempotencyError,
    stripe.AuthenticationError,
    stripe.PermissionError,
)


def meaning_of(error: stripe.StripeError) -> GatewayUnsure | GatewayRefused:
    """Tell a clear refusal from an unknown outcome. Whatever is not clearly a refusal is unknown.

    The SDK makes other exceptions of 409, 429, 5xx, lost connections and answers that it cannot read.
    """
    if not isinstance(error, _DEFINITE_ERRORS) or code_of(error) in _UNSURE_CODES:
        return GatewayUnsure(code_of(error))
    return GatewayRefused(code_of(error))


def code_of(error: stripe.StripeError) -> str:
    """The provider's code of an error, else its type, else the name of the exception. Never its free text."""
    found = error.error
    return error.code or _get(found, "code") or _get(found, "type") or type(error).__name__


def refusal_in(error: stripe.StripeObject | None) -> CardRefusal | None:
    """Why the card was not charged, from an error of a card; None from no error."""
    if error is None:
        return None
    if AUTHENTICATION_REQUIRED in (_get(error, "code"), _get(error, "decline_code")):
        return CardRefusal(AUTHENTICATION_REQUIRED)
    code = _get(error, "decline_code") or _get(error, "code") or "card_declined"
    return CardRefusal(code, advice=_get(error, "advice_code"))


def intent_in(found: stripe.PaymentIntent) -> Intent:
    """An intent. The charge is named only once it has succeeded: failed tries leave charges too."""
    try:
        status = IntentStatus(found.status)
    except ValueError as error:
        raise GatewayUnsure("unknown_intent_status") from error
    succeeded = status is IntentStatus.SUCCEEDED
    return Intent(
        intent_id=found.id,
        status=status,
        amount=_money(found.amount, found.currency),
        received_minor=found.amount_received,
        charge_id=_reference(found.latest_charge) if succeeded else None,
        refusal=refusal_in(found.last_payment_error),
        payment_id=_id_in(found.metadata, "payment_id"),
    )


def setup_in(found: stripe.SetupIntent) -> CardSetup:
    """A card setup. The card is named only once it is saved."""
    succeeded = found.status == "succeeded"
    return CardSetup(
        setup_id=found.id,
        client_secret=found.client_secret or "",
        succeeded=succeeded,
        customer_ref=_reference(found.customer) or "",
        card_ref=_reference(found.payment_method) if succeeded else None,
        client_id=_id_in(found.metadata, "client_id"),
    )


def refund_in(found: stripe.Refund) -> ProviderRefund:
    """A refund, with our own id where its metadata has one."""
    try:
        status = ProviderRefundStatus(found.status or "pending")
    except ValueError as error:
        raise GatewayUnsure("unknown_refund_status") from error
    return ProviderRefund(
        provider_id=found.id,
        refund_id=_id_in(found.metadata, "refund_id"),
        amount=_money(found.amount, found.currency),
        status=status,
        failure=_get(found, "failure_reason"),
    )


def _money(amount_minor: int, currency: str) -> Money:
    return Money(amount_minor=amount_minor, currency=currency.upper())


def _reference(found: Any) -> str | None:
    """An id, whether the provider sent the id or the whole object."""
    return found if found is None or isinstance(found, str) else str(found.id)


def _id_in(metadata: stripe.StripeObject | None, name: str) -> UUID | None:
    """One of our ids. Whoever made the object outside this service may have noted nothing, or anything."""
    noted = _get(metadata, name)
    try:
        return None if noted is None else UUID(noted)
    except ValueError:
        return None


def _get(found: stripe.StripeObject | None, name: str) -> str | None:
    """A field that may be absent from an answer; the SDK raises AttributeError for those."""
    value = getattr(found, name, None)
    return value if isinstance(value, str) else None
