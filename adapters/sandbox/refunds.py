"""Refunds: never more than was charged. One may stay pending, and one that succeeded may fail later."""

from __future__ import annotations

from adapters.sandbox.cards import RefundCourse
from adapters.sandbox.customers import card_of
from adapters.sandbox.lists import page_of
from adapters.sandbox.parameters import Params
from adapters.sandbox.refusals import Thing, invalid
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.settling import record_movement
from adapters.sandbox.state import named_in_parameter, named_in_path


def create_refund(sandbox: Sandbox, params: Params) -> Thing:
    """Give back a part of a charge, or the rest of it."""
    charge = _charge_meant(sandbox, params)
    rest = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", rest)
    _refuse_while_disputed(sandbox, charge)
    _refuse_too_much(charge, amount, rest)
    refund = _new_refund(sandbox, charge, amount, params)
    refund["balance_transaction"] = record_movement(sandbox, "refund", refund["id"], -amount, charge)
    _set_refunded(charge, charge["amount_refunded"] + amount)
    sandbox.books.refunds[refund["id"]] = refund
    sandbox.announce("refund.created", refund)
    sandbox.announce("charge.refunded", charge)
    return refund


def retrieve_refund(sandbox: Sandbox, _: Params, refund_id: str) -> Thing:
    """Read a refund."""
    return named_in_path(sandbox.books.refunds, "refund", refund_id, param="id")


def list_refunds(sandbox: Sandbox, params: Params) -> Thing:
    """Refunds, all or of one intent or charge, newest first."""
    wanted = {name: params[name] for name in ("payment_intent", "charge") if name in params}
    found = [one for one in sandbox.books.refunds.values() if wanted.items() <= one.items()]
    return page_of(found, params, url="/v1/refunds")


def settle_refund(sandbox: Sandbox, refund_id: str, *, status: str) -> Thing:
    """What the bank does later: a refund becomes `succeeded`, or `failed` and its money is in the balance again."""
    refund = retrieve_refund(sandbox, {}, refund_id)
    if refund["status"] == status:
        return refund
    if refund["status"] == "failed":
        raise invalid("A failed refund stays failed.", param="status")
    refund |= {"status": status, "pending_reason": None}
    if status == "failed":
        _return_to_balance(sandbox, refund)
    sandbox.announce("refund.updated", refund)
    if status == "failed":
        sandbox.announce("refund.failed", refund)
    return refund


def next_status(sandbox: Sandbox, refund_id: str) -> str:
    """What becomes of a refund by itself, as its test card has it."""
    refund = retrieve_refund(sandbox, {}, refund_id)
    course = card_of(sandbox, sandbox.books.charges[refund["charge"]]["payment_method"]).refund
    return "failed" if course is RefundCourse.FAILS_LATER else "succeeded"


def _charge_meant(sandbox: Sandbox, params: Params) -> Thing:
    if ("payment_intent" in params) == ("charge" in params):
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise invalid(message, code="parameter_missing", param="payment_intent")
    if "charge" in params:
        return named_in_parameter(sandbox.books.charges, "charge", params["charge"], param="charge")
    wanted = params["payment_intent"]
    intent = named_in_parameter(sandbox.books.payment_intents, "payment_intent", wanted, param="payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({wanted}) does not have a successful charge to refund."
        raise invalid(message, param="payment_intent", kept=True)
    return sandbox.books.charges[intent["latest_charge"]]


def _refuse_while_disputed(sandbox: Sandbox, charge: Thing) -> None:
    disputes = [one for one in sandbox.books.disputes.values() if one["charge"] == charge["id"]]
    if any(one["status"] != "won" for one in disputes):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid(message, code="charge_disputed", kept=True)


def _refuse_too_much(charge: Thing, amount: int, rest: int) -> None:
    if rest == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded", kept=True)
    if amount > rest:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({rest})"
        raise invalid(message, param="amount", kept=True)


def _new_refund(sandbox: Sandbox, charge: Thing, amount: int, params: Params) -> Thing:
    pending = card_of(sandbox, charge["payment_method"]).refund is RefundCourse.PENDING_FIRST
    return {
        "id": sandbox.make_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": sandbox.seconds(),
        "currency": charge["currency"],
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "pending_reason": "processing" if pending else None,
        "reason": params.get("reason"),
        "status": "pending" if pending else "succeeded",
    }


def _return_to_balance(sandbox: Sandbox, refund: Thing) -> None:
    charge = sandbox.books.charges[refund["charge"]]
    _set_refunded(charge, charge["amount_refunded"] - refund["amount"])
    movement = record_movement(sandbox, "refund_failure", refund["id"], refund["amount"], refund)
    refund |= {"failure_reason": "expired_or_canceled_card", "failure_balance_transaction": movement}


def _set_refunded(charge: Thing, amount_minor: int) -> None:
    charge |= {"amount_refunded": amount_minor, "refunded": amount_minor == charge["amount"]}
