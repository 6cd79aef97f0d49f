"""Customers and the cards saved for them."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.cards import CARDS, Card
from adapters.sandbox.lists import page_of
from adapters.sandbox.parameters import Params
from adapters.sandbox.refusals import ApiError, Thing, invalid
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.settling import card_error
from adapters.sandbox.state import named_in_parameter, named_in_path


def create_customer(sandbox: Sandbox, params: Params) -> Thing:
    """Make a customer who has no card yet."""
    customer: Thing = {
        "id": sandbox.make_id("cus"),
        "object": "customer",
        "created": sandbox.seconds(),
        "description": params.get("description"),
        "email": params.get("email"),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
    }
    sandbox.books.customers[customer["id"]] = customer
    return customer


def retrieve_customer(sandbox: Sandbox, _: Params, customer_id: str) -> Thing:
    """Read a customer; of a deleted one only that it is deleted."""
    return named_in_path(sandbox.books.customers, "customer", customer_id, param="id")


def delete_customer(sandbox: Sandbox, _: Params, customer_id: str) -> Thing:
    """Forget a customer for good and detach the cards."""
    named_in_path(sandbox.books.customers, "customer", customer_id, param="id")
    gone: Thing = {"id": customer_id, "object": "customer", "deleted": True}
    sandbox.books.customers[customer_id] = gone
    for method in sandbox.books.payment_methods.values():
        if method["customer"] == customer_id:
            method["customer"] = None
    return gone


def living_customer(sandbox: Sandbox, customer_id: str) -> Thing:
    """Return the customer that a parameter names; a deleted one counts as missing."""
    living = {key: one for key, one in sandbox.books.customers.items() if not one.get("deleted")}
    return named_in_parameter(living, "customer", customer_id, param="customer")


def retrieve_method(sandbox: Sandbox, _: Params, method_id: str) -> Thing:
    """Read a payment method."""
    return named_in_path(sandbox.books.payment_methods, "PaymentMethod", method_id, param="payment_method")


def list_methods(sandbox: Sandbox, params: Params) -> Thing:
    """The cards of one customer."""
    return list_methods_of(sandbox, params, params["customer"])


def list_methods_of(sandbox: Sandbox, params: Params, customer_id: str) -> Thing:
    """The cards of the customer in the path."""
    named_in_path(sandbox.books.customers, "customer", customer_id, param="customer")
    methods = [one for one in sandbox.books.payment_methods.values() if one["customer"] == customer_id]
    return page_of(methods, params, url="/v1/payment_methods")


def attach_method(sandbox: Sandbox, params: Params, method_id: str) -> Thing:
    """Save a card for a customer without setting it up. A card that is refused when saved answers 402."""
    customer = living_customer(sandbox, params["customer"])
    method = named_method(sandbox, method_id)
    card = card_of(sandbox, method["id"])
    if card.on_saving is not None:
        raise ApiError(402, card_error(card.on_saving))
    method["customer"] = customer["id"]
    return method


def detach_method(sandbox: Sandbox, _: Params, method_id: str) -> Thing:
    """Take a card from its customer. It cannot be used again."""
    method = retrieve_method(sandbox, {}, method_id)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    method["customer"] = None
    return method


def named_method(sandbox: Sandbox, name: str) -> Thing:
    """Return the payment method; the name of a test card makes a new one."""
    if name in CARDS:
        return _new_method(sandbox, name)
    return named_in_parameter(sandbox.books.payment_methods, "PaymentMethod", name, param="payment_method")


def card_of(sandbox: Sandbox, method_id: str) -> Card:
    """The test card behind a payment method."""
    return CARDS[sandbox.books.saved_as[method_id]["card"]]


def was_set_up(sandbox: Sandbox, method_id: str) -> bool:
    """True when the card was set up for charges without the cardholder."""
    return card_of(sandbox, method_id).set_up_elsewhere or bool(sandbox.books.saved_as[method_id]["set_up"])


def _new_method(sandbox: Sandbox, name: str) -> Thing:
    card = CARDS[name]
    details: dict[str, Any] = {"brand": card.brand, "exp_month": 12, "exp_year": 2034, "last4": card.last4}
    method: Thing = {
        "id": sandbox.make_id("pm"),
        "object": "payment_method",
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "card": details | {"country": "GB", "funding": "credit"},
        "created": sandbox.seconds(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    sandbox.books.payment_methods[method["id"]] = method
    sandbox.books.saved_as[method["id"]] = {"card": name, "set_up": False}
    return method
