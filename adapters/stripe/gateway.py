"""The payment gateway on Stripe's SDK."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import httpx
import stripe

from adapters.stripe.limiter import Limiter
from adapters.stripe.reading import code_of, intent_in, meaning_of, refund_in, refusal_in, setup_in
from adapters.stripe.transport import Transport
from application.ports import CardSetup, Intent, ProviderRefund
from domain.model import Money

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's API that this code was written for; the webhook endpoint is made with the same."""

NETWORK_RETRIES = 2
_PAGE = 100
_UNEXPECTED_STATE = "payment_intent_unexpected_state"


class StripeGateway:
    """Implements PaymentGateway. Every call carries our own idempotency key and tells Stripe ids only, no names.

    One call lasts at most three times `timeout_seconds` for each of connecting, sending and reading, and two pauses
    of up to a second. `calls_per_second` counts the tries too. `base_url` is the sandbox's, or None for Stripe.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str | None = None,
        calls_per_second: float = 20,
        timeout_seconds: float = 10,
    ) -> None:
        self._transport = Transport(
            Limiter(calls_per_second=calls_per_second),
            httpx.Client(timeout=timeout_seconds, trust_env=base_url is None),
        )
        client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            max_network_retries=NETWORK_RETRIES,
            http_client=self._transport,
            base_addresses={} if base_url is None else {"api": base_url},
        )
        self._stripe = client.v1

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def create_customer(self, *, client_id: UUID, key: str) -> str:
        """Return the provider's reference of a new customer."""
        with _asking():
            customer = self._stripe.customers.create(
                {"metadata": {"client_id": str(client_id)}}, options={"idempotency_key": key}
            )
            return customer.id

    def create_card_setup(self, *, client_id: UUID, customer_ref: str, key: str) -> CardSetup:
        """Begin saving a card for off-session use. Metadata carries `client_id`."""
        with _asking():
            return setup_in(
                self._stripe.setup_intents.create(
                    {
                        "customer": customer_ref,
                        "usage": "off_session",
                        "allowed_payment_method_types": ["card"],
                        "metadata": {"client_id": str(client_id)},
                    },
                    options={"idempotency_key": key},
                )
            )

    def card_setup(self, setup_id: str) -> CardSetup:
        """Read a card setup as it is now."""
        with _asking():
            return setup_in(self._stripe.setup_intents.retrieve(setup_id))

    def create_intent(self, *, payment_id: UUID, amount: Money, customer_ref: str, key: str) -> Intent:
        """Create an unconfirmed intent: it moves no money. Metadata carries `payment_id`."""
        with _asking():
            return intent_in(
                self._stripe.payment_intents.create(
                    {
                        "amount": amount.amount_minor,
                        "currency": amount.currency.lower(),
                        "customer": customer_ref,
                        "allowed_payment_method_types": ["card"],
                        "metadata": {"payment_id": str(payment_id)},
                    },
                    options={"idempotency_key": key},
                )
            )

    def intent(self, intent_id: str) -> Intent:
        """Read an intent as it is now."""
        with _asking():
            return intent_in(self._stripe.payment_intents.retrieve(intent_id))

    def confirm_intent(self, intent_id: str, *, card_ref: str, key: str) -> Intent:
        """Charge the saved card off session. A declined card is an answer (`refusal` is set), not an error.

        An intent that can no longer be confirmed, because it succeeded or was cancelled, is returned as it is.
        """
        with _asking():
            try:
                confirmed = self._stripe.payment_intents.confirm(
                    intent_id, {"payment_method": card_ref, "off_session": True}, options={"idempotency_key": key}
                )
            except stripe.CardError as error:
                return self._declined(intent_id, error)
            except stripe.InvalidRequestError as error:
                return self._as_it_is(intent_id, error)
            return intent_in(confirmed)

    def cancel_intent(self, intent_id: str) -> Intent:
        """Cancel an intent that has not succeeded; return it as it is afterwards, even if it has succeeded."""
        with _asking():
            try:
                return intent_in(self._stripe.payment_intents.cancel(intent_id))
            except stripe.InvalidRequestError as error:
                return self._as_it_is(intent_id, error)

    def refunds(self, intent_id: str) -> Sequence[ProviderRefund]:
        """All refunds of an intent, newest first."""
        with _asking():
            page = self._stripe.refunds.list({"payment_intent": intent_id, "limit": _PAGE})
            return [refund_in(found) for found in page.auto_paging_iter()]

    def refund(self, intent_id: str, *, refund_id: UUID, amount: Money, key: str) -> ProviderRefund:
        """Refund a part or all. Metadata carries `refund_id`."""
        with _asking():
            return refund_in(
                self._stripe.refunds.create(
                    {
                        "payment_intent": intent_id,
                        "amount": amount.amount_minor,
                        "metadata": {"refund_id": str(refund_id)},
                    },
                    options={"idempotency_key": key},
                )
            )

    def _declined(self, intent_id: str, error: stripe.CardError) -> Intent:
        """A 402 carries the intent; where it does not, read it."""
        found = getattr(error.error, "payment_intent", None)
        held = self.intent(intent_id) if found is None else intent_in(found)
        return replace(held, refusal=refusal_in(error.error))

    def _as_it_is(self, intent_id: str, error: stripe.InvalidRequestError) -> Intent:
        """The intent's state forbade the step: what matters is the state. Any other error stands."""
        if code_of(error) != _UNEXPECTED_STATE:
            raise error
        return self.intent(intent_id)


@contextmanager
def _asking() -> Iterator[None]:
    """Turn the SDK's errors into the two that a use case tells apart. Their free text is dropped with them."""
    try:
        yield
    except stripe.StripeError as error:
        raise meaning_of(error) from None
