"""Setup intents: saving a card so that it can be charged later, without the cardholder."""

from __future__ import annotations

from adapters.sandbox.cards import AUTHENTICATION_FAILED, Asks, Decline
from adapters.sandbox.customers import card_of, living_customer, named_method
from adapters.sandbox.links import authentication_step
from adapters.sandbox.parameters import Params
from adapters.sandbox.refusals import ApiError, Thing, invalid, unexpected_state
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.settling import card_error
from adapters.sandbox.state import named_in_path


def create_setup(sandbox: Sandbox, params: Params) -> Thing:
    """Begin to save a card for a customer; with `confirm`, try at once."""
    if "customer" in params:
        living_customer(sandbox, params["customer"])
    setup_id = sandbox.make_id("seti")
    setup: Thing = {
        "id": setup_id,
        "object": "setup_intent",
        "client_secret": sandbox.make_secret(setup_id),
        "created": sandbox.seconds(),
        "customer": params.get("customer"),
        "description": params.get("description"),
        "last_setup_error": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "payment_method_types": params.get("allowed_payment_method_types", ["card"]),
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    if "payment_method" in params:
        setup |= {"payment_method": named_method(sandbox, params["payment_method"])["id"]}
        setup["status"] = "requires_confirmation"
    sandbox.books.setup_intents[setup_id] = setup
    return confirm_setup(sandbox, {}, setup_id) if params.get("confirm") else setup


def retrieve_setup(sandbox: Sandbox, _: Params, setup_id: str) -> Thing:
    """Read a setup intent."""
    return named_in_path(sandbox.books.setup_intents, "setupintent", setup_id, param="intent")


def confirm_setup(sandbox: Sandbox, params: Params, setup_id: str) -> Thing:
    """Save the card; 402 when the bank refuses it, `requires_action` when it asks for the cardholder."""
    setup = retrieve_setup(sandbox, {}, setup_id)
    if setup["status"] in ("succeeded", "canceled"):
        message = f"You cannot confirm this SetupIntent because it has a status of {setup['status']}."
        raise unexpected_state("setup_intent", message, setup)
    method_id = _method_for(sandbox, setup, params)
    card = card_of(sandbox, method_id)
    if card.on_saving is not None:
        raise ApiError(402, _refuse(sandbox, setup, method_id, card.on_saving))
    setup |= {"payment_method": method_id, "last_setup_error": None}
    if card.asks is not Asks.NEVER and not card.set_up_elsewhere:
        step = authentication_step(sandbox, setup_id, params.get("return_url"))
        return _changed(setup, status="requires_action", next_action=step)
    return _succeed(sandbox, setup)


def authenticate_setup(sandbox: Sandbox, params: Params, setup_id: str) -> Thing:
    """The cardholder authenticates (or fails to) where the bank asked for it."""
    setup = retrieve_setup(sandbox, {}, setup_id)
    if setup["status"] != "requires_action":
        raise unexpected_state("setup_intent", "This SetupIntent does not wait for authentication.", setup)
    if params.get("outcome") == "failure":
        _refuse(sandbox, setup, setup["payment_method"], AUTHENTICATION_FAILED)
        return setup
    return _succeed(sandbox, setup)


def _method_for(sandbox: Sandbox, setup: Thing, params: Params) -> str:
    if "payment_method" in params:
        return str(named_method(sandbox, params["payment_method"])["id"])
    if setup["payment_method"] is None:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise invalid(message, code="parameter_missing", param="payment_method", kept=True)
    return str(setup["payment_method"])


def _succeed(sandbox: Sandbox, setup: Thing) -> Thing:
    method_id = setup["payment_method"]
    sandbox.books.payment_methods[method_id]["customer"] = setup["customer"]
    sandbox.books.saved_as[method_id]["set_up"] = setup["usage"] == "off_session"
    _changed(setup, status="succeeded", next_action=None)
    sandbox.announce("setup_intent.succeeded", setup)
    return setup


def _refuse(sandbox: Sandbox, setup: Thing, method_id: str, decline: Decline) -> Thing:
    method = dict(sandbox.books.payment_methods[method_id])
    error = card_error(decline) | {"payment_method": method}
    _changed(setup, status="requires_payment_method", payment_method=None, next_action=None, last_setup_error=error)
    sandbox.announce("setup_intent.setup_failed", setup)
    return error | {"setup_intent": dict(setup)}


def _changed(setup: Thing, **news: object) -> Thing:
    setup.update(news)
    return setup
