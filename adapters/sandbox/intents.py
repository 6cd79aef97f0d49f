"""Payment intents: one sum, to be paid once. Their states are Stripe's, and each step is allowed in some of them."""

from __future__ import annotations

from adapters.sandbox.cards import AUTHENTICATION_FAILED, AUTHENTICATION_REQUIRED, Asks
from adapters.sandbox.customers import card_of, living_customer, named_method, was_set_up
from adapters.sandbox.links import authentication_step
from adapters.sandbox.lists import page_of
from adapters.sandbox.parameters import Params
from adapters.sandbox.refusals import ApiError, Thing, invalid, unexpected_state
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.settling import charge_card, decline_card
from adapters.sandbox.state import named_in_path

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
SMALLEST_MINOR = {"gbp": 30, "eur": 50, "usd": 50, "chf": 50}
LARGEST_MINOR = 99_999_999


def create_intent(sandbox: Sandbox, params: Params) -> Thing:
    """Make an intent. It moves no money unless `confirm` is given."""
    _check_sum(params)
    if "off_session" in params and not params.get("confirm"):
        raise invalid("off_session is taken only together with confirm=true.", param="off_session")
    if "customer" in params:
        living_customer(sandbox, params["customer"])
    intent = _new_intent(sandbox, params)
    if "payment_method" in params:
        method = _usable_method(sandbox, intent, params["payment_method"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    sandbox.books.payment_intents[intent["id"]] = intent
    return _try(sandbox, intent, params) if params.get("confirm") else intent


def retrieve_intent(sandbox: Sandbox, _: Params, intent_id: str) -> Thing:
    """Read an intent."""
    return named_in_path(sandbox.books.payment_intents, "payment_intent", intent_id, param="intent")


def list_intents(sandbox: Sandbox, params: Params) -> Thing:
    """Intents, all or a customer's, newest first."""
    wanted = params.get("customer")
    found = [one for one in sandbox.books.payment_intents.values() if wanted in (None, one["customer"])]
    return page_of(found, params, url="/v1/payment_intents")


def confirm_intent(sandbox: Sandbox, params: Params, intent_id: str) -> Thing:
    """Try to take the money: `succeeded`, `requires_action` when the cardholder is there, or 402."""
    intent = retrieve_intent(sandbox, {}, intent_id)
    if intent["status"] not in OPEN:
        message = f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        raise unexpected_state("payment_intent", message, intent)
    if "payment_method" in params:
        intent["payment_method"] = _usable_method(sandbox, intent, params["payment_method"])["id"]
    if intent["payment_method"] is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise unexpected_state("payment_intent", message, intent)
    return _try(sandbox, intent, params)


def authenticate_intent(sandbox: Sandbox, params: Params, intent_id: str) -> Thing:
    """The cardholder authenticates (or fails to); then the charge goes on."""
    intent = retrieve_intent(sandbox, {}, intent_id)
    if intent["status"] != "requires_action":
        raise unexpected_state("payment_intent", "This PaymentIntent does not wait for authentication.", intent)
    method_id = intent["payment_method"]
    decline = AUTHENTICATION_FAILED if params.get("outcome") == "failure" else card_of(sandbox, method_id).on_charging
    if decline is not None:
        decline_card(sandbox, intent, method_id, decline)
    else:
        charge_card(sandbox, intent, method_id)
    return intent


def cancel_intent(sandbox: Sandbox, params: Params, intent_id: str) -> Thing:
    """End an intent that has not succeeded: no money will be taken."""
    intent = retrieve_intent(sandbox, {}, intent_id)
    if intent["status"] not in OPEN:
        message = (
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent "
            f"with one of the following statuses may be canceled: {', '.join(OPEN)}."
        )
        raise unexpected_state("payment_intent", message, intent)
    intent |= {
        "canceled_at": sandbox.seconds(),
        "cancellation_reason": params.get("cancellation_reason"),
        "next_action": None,
        "status": "canceled",
    }
    sandbox.announce("payment_intent.canceled", intent)
    return intent


def _try(sandbox: Sandbox, intent: Thing, params: Params) -> Thing:
    method_id = intent["payment_method"]
    if method_id is None:
        raise invalid("A payment method is required to confirm.", code="parameter_missing", param="payment_method")
    card = card_of(sandbox, method_id)
    absent = params.get("off_session", False)
    if card.asks is Asks.ALWAYS or (
        card.asks is Asks.UNLESS_SET_UP and not (absent and was_set_up(sandbox, method_id))
    ):
        if absent:
            raise ApiError(402, decline_card(sandbox, intent, method_id, AUTHENTICATION_REQUIRED))
        step = authentication_step(sandbox, intent["id"], params.get("return_url"))
        intent |= {"status": "requires_action", "next_action": step, "last_payment_error": None}
        sandbox.announce("payment_intent.requires_action", intent)
        return intent
    decline = card.on_saving or card.on_charging
    if decline is not None:
        raise ApiError(402, decline_card(sandbox, intent, method_id, decline))
    charge_card(sandbox, intent, method_id)
    return intent


def _usable_method(sandbox: Sandbox, intent: Thing, name: str) -> Thing:
    method = named_method(sandbox, name)
    if method["customer"] not in (None, intent["customer"]):
        message = (
            f"The customer does not have a payment method with the ID {name}. "
            "The payment method must be attached to the customer."
        )
        raise invalid(message, code="resource_missing", param="payment_method", kept=True)
    return method


def _check_sum(params: Params) -> None:
    currency, amount = params["currency"].lower(), params["amount"]
    if currency not in SMALLEST_MINOR:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    if amount < SMALLEST_MINOR[currency]:
        least = SMALLEST_MINOR[currency] / 100
        raise invalid(f"Amount must be at least {least:.2f} {currency}", code="amount_too_small", param="amount")
    if amount > LARGEST_MINOR:
        raise invalid("Amount must be no more than 999,999.99", code="amount_too_large", param="amount")


def _new_intent(sandbox: Sandbox, params: Params) -> Thing:
    intent_id = sandbox.make_id("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": sandbox.make_secret(intent_id),
        "created": sandbox.seconds(),
        "currency": params["currency"].lower(),
        "customer": params.get("customer"),
        "description": params.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "payment_method_types": params.get("allowed_payment_method_types", ["card"]),
        "status": "requires_payment_method",
    }
