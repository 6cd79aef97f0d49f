"""What becomes of money: charges that succeed or are declined, and the balance transactions they leave."""

from __future__ import annotations

from adapters.sandbox.cards import Decline
from adapters.sandbox.refusals import Thing
from adapters.sandbox.sandbox import Sandbox


def card_error(decline: Decline) -> Thing:
    """The error object of a 402 answer."""
    error: Thing = {"type": "card_error", "code": decline.code, "message": decline.message}
    if decline.decline_code is not None:
        error["decline_code"] = decline.decline_code
    if decline.advice is not None:
        error["advice_code"] = decline.advice
    return error | {"doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}"}


def charge_card(sandbox: Sandbox, intent: Thing, method_id: str) -> None:
    """Take the money: the intent has succeeded, for ever."""
    charge = _new_charge(sandbox, intent, method_id, failure=None)
    charge["balance_transaction"] = record_movement(sandbox, "charge", charge["id"], intent["amount"], intent)
    intent |= {
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
        "payment_method": method_id,
        "status": "succeeded",
    }
    sandbox.announce("payment_intent.succeeded", intent)


def decline_card(sandbox: Sandbox, intent: Thing, method_id: str, decline: Decline) -> Thing:
    """Record the failed try: the intent wants another payment method. Return the error to answer with."""
    charge = _new_charge(sandbox, intent, method_id, failure=decline)
    error = card_error(decline) | {"charge": charge["id"]}
    method = dict(sandbox.books.payment_methods[method_id])
    intent |= {
        "last_payment_error": error | {"payment_method": method},
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    sandbox.announce("payment_intent.payment_failed", intent)
    return error | {"payment_intent": dict(intent), "payment_method": method}


def record_movement(sandbox: Sandbox, kind: str, source: str, amount_minor: int, money: Thing) -> str:
    """Record what came into the balance (negative: went out) and return its id. This provider takes no fee."""
    transaction_id = sandbox.make_id("txn")
    sandbox.books.balance_transactions[transaction_id] = {
        "id": transaction_id,
        "object": "balance_transaction",
        "amount": amount_minor,
        "available_on": sandbox.seconds(),
        "created": sandbox.seconds(),
        "currency": money["currency"],
        "fee": 0,
        "fee_details": [],
        "net": amount_minor,
        "reporting_category": kind,
        "source": source,
        "status": "available",
        "type": kind,
    }
    return transaction_id


def _new_charge(sandbox: Sandbox, intent: Thing, method_id: str, *, failure: Decline | None) -> Thing:
    paid = failure is None
    charge: Thing = {
        "id": sandbox.make_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": paid,
        "created": sandbox.seconds(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "failure_code": None if failure is None else failure.code,
        "failure_message": None if failure is None else failure.message,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method_id,
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }
    sandbox.books.charges[charge["id"]] = charge
    return charge
