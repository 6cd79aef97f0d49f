"""One table of what the payment provider answers. The sandbox must agree with it, and so must Stripe itself.

Each case makes its own customer and card, so that the cases can run in any order, also on an account that is in use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.ids import new_id

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Provider:
    """An API to ask, with a secret test key."""

    http: httpx.Client

    def post(self, path: str, params: Params | None = None, *, key: str | None = None) -> httpx.Response:
        """POST with an idempotency key: the given one or a new one."""
        headers = {"Idempotency-Key": key or new_id().hex}
        return self.http.post(f"/v1/{path}", data=dict(params or {}), headers=headers)

    def get(self, path: str, params: Params | None = None) -> httpx.Response:
        """GET."""
        return self.http.get(f"/v1/{path}", params=dict(params or {}))


@dataclass(frozen=True, slots=True)
class Case:
    """A call and its answer: the status, the error's code, and some fields by dotted path.

    A field is expected to equal a value, or to be of a type.
    """

    name: str
    call: Callable[[Provider], httpx.Response]
    status: int = 200
    code: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


def field_of(answer: Any, path: str) -> Any:
    """Return the field at a dotted path; numbers index lists."""
    found = answer
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def new_customer(provider: Provider) -> str:
    """Make a customer."""
    return str(provider.post("customers", {"metadata[client_id]": "a"}).json()["id"])


def attached_card(provider: Provider, customer: str, card: str) -> str:
    """Save a test card without setting it up."""
    return str(provider.post(f"payment_methods/{card}/attach", {"customer": customer}).json()["id"])


def new_setup(provider: Provider, customer: str) -> str:
    """Begin to save a card."""
    params = {"customer": customer, "usage": "off_session", "allowed_payment_method_types[0]": "card"}
    return str(provider.post("setup_intents", params).json()["id"])


def new_intent(provider: Provider, customer: str, amount: str = "6000") -> str:
    """Make an unconfirmed intent."""
    return str(_create_intent(provider, customer, amount=amount).json()["id"])


def charge(provider: Provider, card: str, amount: str = "6000") -> httpx.Response:
    """Charge an attached card off session."""
    customer = new_customer(provider)
    method = attached_card(provider, customer, card)
    return _confirm(provider, new_intent(provider, customer, amount), method)


def charged(provider: Provider, card: str = "pm_card_visa", amount: str = "6000") -> str:
    """Return the id of an intent that has succeeded."""
    return str(charge(provider, card, amount).json()["id"])


def _create_intent(provider: Provider, customer: str, **changes: str) -> httpx.Response:
    params = {
        "amount": "6000",
        "currency": "gbp",
        "customer": customer,
        "allowed_payment_method_types[0]": "card",
        "metadata[payment_id]": "p",
    }
    return provider.post("payment_intents", {**params, **changes})


def _confirm(provider: Provider, intent: str, method: str) -> httpx.Response:
    return provider.post(f"payment_intents/{intent}/confirm", {"payment_method": method, "off_session": "true"})


def _set_up(provider: Provider, card: str) -> httpx.Response:
    setup = new_setup(provider, new_customer(provider))
    return provider.post(f"setup_intents/{setup}/confirm", {"payment_method": card})


def _charge_card_set_up(provider: Provider) -> httpx.Response:
    customer = new_customer(provider)
    setup = new_setup(provider, customer)
    saved = provider.post(f"setup_intents/{setup}/confirm", {"payment_method": "pm_card_visa"}).json()
    return _confirm(provider, new_intent(provider, customer), saved["payment_method"])


def _confirm_twice(provider: Provider) -> httpx.Response:
    first = charge(provider, "pm_card_visa").json()
    return _confirm(provider, first["id"], first["payment_method"])


def _confirm_on_session(provider: Provider) -> httpx.Response:
    customer = new_customer(provider)
    method = attached_card(provider, customer, "pm_card_authenticationRequired")
    params = {"payment_method": method, "return_url": "https://example.org/paid"}
    return provider.post(f"payment_intents/{new_intent(provider, customer)}/confirm", params)


def _confirm_again_after_decline(provider: Provider) -> httpx.Response:
    customer = new_customer(provider)
    intent = new_intent(provider, customer)
    _confirm(provider, intent, attached_card(provider, customer, "pm_card_chargeCustomerFail"))
    return _confirm(provider, intent, attached_card(provider, customer, "pm_card_visa"))


def _cancel(provider: Provider, intent: str) -> httpx.Response:
    return provider.post(f"payment_intents/{intent}/cancel")


def _cancel_twice(provider: Provider) -> httpx.Response:
    intent = new_intent(provider, new_customer(provider))
    _cancel(provider, intent)
    return _cancel(provider, intent)


def _refund(provider: Provider, intent: str, amount: str) -> httpx.Response:
    return provider.post("refunds", {"payment_intent": intent, "amount": amount, "metadata[refund_id]": "r"})


def _refund_all_twice(provider: Provider) -> httpx.Response:
    intent = charged(provider)
    _refund(provider, intent, "6000")
    return _refund(provider, intent, "1")


def _refund_too_much(provider: Provider) -> httpx.Response:
    intent = charged(provider)
    _refund(provider, intent, "4000")
    return _refund(provider, intent, "2001")


def _second_page_of_refunds(provider: Provider) -> httpx.Response:
    intent = charged(provider)
    for amount in ("100", "200", "300"):
        _refund(provider, intent, amount)
    first = provider.get("refunds", {"payment_intent": intent, "limit": "1"}).json()["data"][0]["id"]
    return provider.get("refunds", {"payment_intent": intent, "limit": "1", "starting_after": first})


def _same_key_twice(provider: Provider) -> httpx.Response:
    key = new_id().hex
    provider.post("customers", {"description": "one"}, key=key)
    return provider.post("customers", {"description": "one"}, key=key)


def _same_key_other_parameters(provider: Provider) -> httpx.Response:
    key = new_id().hex
    provider.post("customers", {"description": "one"}, key=key)
    return provider.post("customers", {"description": "two"}, key=key)


def _same_key_after_a_decline(provider: Provider) -> httpx.Response:
    customer, key = new_customer(provider), new_id().hex
    params = {"payment_method": attached_card(provider, customer, "pm_card_chargeCustomerFail"), "off_session": "true"}
    intent = new_intent(provider, customer)
    provider.post(f"payment_intents/{intent}/confirm", params, key=key)
    return provider.post(f"payment_intents/{intent}/confirm", params, key=key)


def _with_wrong_key(provider: Provider) -> httpx.Response:
    return provider.http.get("/v1/customers/cus_none", headers={"Authorization": "Bearer sk_nonsense"})


CASES: tuple[Case, ...] = (
    Case("a wrong API key is refused", _with_wrong_key, 401),
    Case("nothing is served at a made-up address", lambda p: p.get("cusstomers"), 404),
    Case("a customer is made", lambda p: p.post("customers"), fields={"object": "customer", "id": str}),
    Case("an unknown customer is missing", lambda p: p.get("customers/cus_none"), 404, "resource_missing"),
    Case(
        "a card is saved",
        lambda p: _set_up(p, "pm_card_visa"),
        fields={"object": "setup_intent", "status": "succeeded", "payment_method": str, "usage": "off_session"},
    ),
    Case(
        "a card that the bank refuses is not saved",
        lambda p: _set_up(p, "pm_card_chargeDeclined"),
        402,
        "card_declined",
        {"error.type": "card_error", "error.setup_intent.status": "requires_payment_method"},
    ),
    Case(
        "a card that fails only when charged is saved",
        lambda p: p.post("payment_methods/pm_card_chargeCustomerFail/attach", {"customer": new_customer(p)}),
        fields={"object": "payment_method", "type": "card", "customer": str, "card.last4": "0341"},
    ),
    Case(
        "an unconfirmed intent moves no money",
        lambda p: _create_intent(p, new_customer(p)),
        fields={
            "status": "requires_payment_method",
            "amount_received": 0,
            "metadata.payment_id": "p",
            "livemode": False,
        },
    ),
    Case(
        "too small a sum is refused",
        lambda p: _create_intent(p, new_customer(p), amount="20"),
        400,
        "amount_too_small",
    ),
    Case(
        "an amount is a whole number",
        lambda p: _create_intent(p, new_customer(p), amount="6.5"),
        400,
        "parameter_invalid_integer",
        {"error.param": "amount"},
    ),
    Case(
        "an unknown parameter is refused",
        lambda p: _create_intent(p, new_customer(p), amuont="1"),
        400,
        "parameter_unknown",
        {"error.type": "invalid_request_error", "error.param": "amuont"},
    ),
    Case(
        "a missing parameter is named",
        lambda p: p.post("payment_intents", {"currency": "gbp"}),
        400,
        "parameter_missing",
        {"error.param": "amount"},
    ),
    Case(
        "an unknown customer cannot pay",
        lambda p: _create_intent(p, "cus_none"),
        400,
        "resource_missing",
        {"error.param": "customer"},
    ),
    Case(
        "a card that was set up is charged off session",
        _charge_card_set_up,
        fields={"status": "succeeded", "amount_received": 6000, "latest_charge": str, "last_payment_error": None},
    ),
    Case(
        "an intent succeeds only once",
        _confirm_twice,
        400,
        "payment_intent_unexpected_state",
        {"error.payment_intent.status": "succeeded"},
    ),
    Case(
        "a declined charge wants another card",
        lambda p: charge(p, "pm_card_chargeCustomerFail"),
        402,
        "card_declined",
        {
            "error.type": "card_error",
            "error.decline_code": "generic_decline",
            "error.payment_intent.status": "requires_payment_method",
            "error.payment_intent.last_payment_error.code": "card_declined",
        },
    ),
    Case(
        "after a decline the same intent takes another card",
        _confirm_again_after_decline,
        fields={"status": "succeeded", "amount_received": 6000},
    ),
    Case(
        "a bank that wants its cardholder refuses an absent one",
        lambda p: charge(p, "pm_card_authenticationRequired"),
        402,
        "authentication_required",
        {
            "error.decline_code": "authentication_required",
            "error.payment_intent.status": "requires_payment_method",
        },
    ),
    Case(
        "a present cardholder is asked to authenticate",
        _confirm_on_session,
        fields={"status": "requires_action", "next_action.type": "redirect_to_url", "amount_received": 0},
    ),
    Case(
        "an open intent is cancelled",
        lambda p: _cancel(p, new_intent(p, new_customer(p))),
        fields={"status": "canceled", "canceled_at": int},
    ),
    Case("a cancelled intent stays so", _cancel_twice, 400, "payment_intent_unexpected_state"),
    Case(
        "a paid intent cannot be cancelled",
        lambda p: _cancel(p, charged(p)),
        400,
        "payment_intent_unexpected_state",
    ),
    Case(
        "a part is refunded",
        lambda p: _refund(p, charged(p), "2500"),
        fields={"object": "refund", "status": "succeeded", "amount": 2500, "metadata.refund_id": "r"},
    ),
    Case(
        "a refund may stay pending",
        lambda p: _refund(p, charged(p, "pm_card_pendingRefund"), "2500"),
        fields={"status": "pending", "amount": 2500},
    ),
    Case("all is refunded once", _refund_all_twice, 400, "charge_already_refunded"),
    Case(
        "refunds never exceed the charge",
        _refund_too_much,
        400,
        None,
        {"error.type": "invalid_request_error", "error.param": "amount"},
    ),
    Case(
        "lists are newest first and go on after the last one seen",
        _second_page_of_refunds,
        fields={"object": "list", "data.0.amount": 200, "has_more": True},
    ),
    Case("the same key gives the same answer", _same_key_twice, fields={"object": "customer"}),
    Case(
        "the same key with other parameters is an error",
        _same_key_other_parameters,
        400,
        None,
        {"error.type": "idempotency_error"},
    ),
    Case("a decline is kept under its key too", _same_key_after_a_decline, 402, "card_declined"),
)

REPLAYS = {"the same key gives the same answer", "a decline is kept under its key too"}
"""The cases whose answer is a replay, and says so in its headers."""
