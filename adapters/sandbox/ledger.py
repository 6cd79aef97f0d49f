"""What can be read about money and events afterwards: charges, balance transactions, disputes, events."""

from __future__ import annotations

from adapters.sandbox.lists import page_of
from adapters.sandbox.parameters import Params
from adapters.sandbox.refusals import Thing, invalid
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.settling import record_movement
from adapters.sandbox.state import named_in_path


def retrieve_charge(sandbox: Sandbox, _: Params, charge_id: str) -> Thing:
    """Read a charge."""
    return named_in_path(sandbox.books.charges, "charge", charge_id, param="id")


def list_charges(sandbox: Sandbox, params: Params) -> Thing:
    """Charges, all or of one intent, the failed ones too, newest first."""
    wanted = params.get("payment_intent")
    found = [one for one in sandbox.books.charges.values() if wanted in (None, one["payment_intent"])]
    return page_of(found, params, url="/v1/charges")


def list_balance_transactions(sandbox: Sandbox, params: Params) -> Thing:
    """Every movement of the balance, newest first; their sum is what the provider holds."""
    wanted = {name: params[name] for name in ("type", "source", "currency") if name in params}
    found = [one for one in sandbox.books.balance_transactions.values() if wanted.items() <= one.items()]
    return page_of(found, params, url="/v1/balance_transactions")


def retrieve_event(sandbox: Sandbox, _: Params, event_id: str) -> Thing:
    """Read an event."""
    return named_in_path(sandbox.books.events, "event", event_id, param="id")


def list_events(sandbox: Sandbox, params: Params) -> Thing:
    """Events, all or of one type, newest first."""
    wanted = params.get("type")
    found = [one for one in sandbox.books.events.values() if wanted in (None, one["type"])]
    return page_of(found, params, url="/v1/events")


def retrieve_dispute(sandbox: Sandbox, _: Params, dispute_id: str) -> Thing:
    """Read a dispute."""
    return named_in_path(sandbox.books.disputes, "dispute", dispute_id, param="id")


def open_dispute(sandbox: Sandbox, charge_id: str) -> Thing:
    """The cardholder's bank takes the money back until the dispute is decided."""
    charge = retrieve_charge(sandbox, {}, charge_id)
    if charge["disputed"] or not charge["paid"]:
        raise invalid("Only a paid charge can be disputed, and only once.", param="charge")
    dispute: Thing = {
        "id": sandbox.make_id("dp"),
        "object": "dispute",
        "amount": charge["amount"],
        "charge": charge_id,
        "created": sandbox.seconds(),
        "currency": charge["currency"],
        "livemode": False,
        "payment_intent": charge["payment_intent"],
        "reason": "general",
        "status": "needs_response",
    }
    charge["disputed"] = True
    sandbox.books.disputes[dispute["id"]] = dispute
    record_movement(sandbox, "adjustment", dispute["id"], -charge["amount"], charge)
    sandbox.announce("charge.dispute.created", dispute)
    return dispute


def close_dispute(sandbox: Sandbox, dispute_id: str, *, outcome: str) -> Thing:
    """Decide a dispute as `won` or `lost`; when it is won the money comes back."""
    dispute = retrieve_dispute(sandbox, {}, dispute_id)
    if dispute["status"] != "needs_response":
        raise invalid("This dispute is closed.", param="dispute")
    dispute["status"] = outcome
    if outcome == "won":
        record_movement(sandbox, "adjustment", dispute_id, dispute["amount"], dispute)
    sandbox.announce("charge.dispute.closed", dispute)
    return dispute
