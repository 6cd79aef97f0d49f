"""Every endpoint of the API on one page: method, path, parameters, and who answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.sandbox import customers, intents, ledger, refunds, setups
from adapters.sandbox.lists import PAGE
from adapters.sandbox.parameters import (
    Shape,
    boolean,
    mapping,
    metadata,
    one_of,
    positive,
    text,
    texts,
    web_address,
)
from adapters.sandbox.refusals import Thing, unknown_url

Handler = Callable[..., Thing]
"""Called with the sandbox, the checked parameters, and the ids of the path in order."""


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """`*` stands for an id in the path. `browser`: also open to a publishable key with the object's client secret."""

    method: str
    path: str
    handler: Handler
    shape: Shape = field(default_factory=Shape)
    browser: bool = False


_NOTES = {"description": text, "metadata": metadata}
_METHOD_TYPES = {"allowed_payment_method_types": texts, "automatic_payment_methods": mapping}
_CONFIRM = {"payment_method": text, "return_url": web_address}
_SECRET = {"client_secret": text}
_OUTCOME = Shape(optional={**_SECRET, "outcome": one_of("success", "failure")})
_REFUND_REASON = one_of("duplicate", "fraudulent", "requested_by_customer")
_CANCEL_REASON = one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")

_NEW_INTENT = Shape(
    required={"amount": positive, "currency": text},
    optional={
        **_NOTES,
        **_METHOD_TYPES,
        **_CONFIRM,
        "customer": text,
        "confirm": boolean,
        "off_session": boolean,
        "setup_future_usage": one_of("off_session", "on_session"),
        "statement_descriptor_suffix": text,
    },
)
_NEW_SETUP = Shape(
    optional={
        **_NOTES,
        **_METHOD_TYPES,
        **_CONFIRM,
        "customer": text,
        "confirm": boolean,
        "usage": one_of("off_session", "on_session"),
    },
)
_NEW_REFUND = Shape(
    optional={
        "amount": positive,
        "charge": text,
        "metadata": metadata,
        "payment_intent": text,
        "reason": _REFUND_REASON,
    },
)
_METHODS = {**PAGE, "type": one_of("card")}

ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("POST", "customers", customers.create_customer, Shape(optional={**_NOTES, "email": text, "name": text})),
    ApiRoute("GET", "customers/*", customers.retrieve_customer),
    ApiRoute("DELETE", "customers/*", customers.delete_customer),
    ApiRoute("GET", "customers/*/payment_methods", customers.list_methods_of, Shape(optional=_METHODS)),
    ApiRoute("GET", "payment_methods", customers.list_methods, Shape({"customer": text}, _METHODS)),
    ApiRoute("GET", "payment_methods/*", customers.retrieve_method),
    ApiRoute("POST", "payment_methods/*/attach", customers.attach_method, Shape({"customer": text})),
    ApiRoute("POST", "payment_methods/*/detach", customers.detach_method),
    ApiRoute("POST", "setup_intents", setups.create_setup, _NEW_SETUP),
    ApiRoute("GET", "setup_intents/*", setups.retrieve_setup, Shape(optional=_SECRET), browser=True),
    ApiRoute(
        "POST", "setup_intents/*/confirm", setups.confirm_setup, Shape(optional={**_CONFIRM, **_SECRET}), browser=True
    ),
    ApiRoute("POST", "setup_intents/*/sandbox_authenticate", setups.authenticate_setup, _OUTCOME, browser=True),
    ApiRoute("POST", "payment_intents", intents.create_intent, _NEW_INTENT),
    ApiRoute("GET", "payment_intents", intents.list_intents, Shape(optional={**PAGE, "customer": text})),
    ApiRoute("GET", "payment_intents/*", intents.retrieve_intent, Shape(optional=_SECRET), browser=True),
    ApiRoute(
        "POST",
        "payment_intents/*/confirm",
        intents.confirm_intent,
        Shape(optional={**_CONFIRM, **_SECRET, "off_session": boolean}),
        browser=True,
    ),
    ApiRoute("POST", "payment_intents/*/sandbox_authenticate", intents.authenticate_intent, _OUTCOME, browser=True),
    ApiRoute(
        "POST",
        "payment_intents/*/cancel",
        intents.cancel_intent,
        Shape(optional={"cancellation_reason": _CANCEL_REASON}),
    ),
    ApiRoute("POST", "refunds", refunds.create_refund, _NEW_REFUND),
    ApiRoute("GET", "refunds", refunds.list_refunds, Shape(optional={**PAGE, "payment_intent": text, "charge": text})),
    ApiRoute("GET", "refunds/*", refunds.retrieve_refund),
    ApiRoute("GET", "charges", ledger.list_charges, Shape(optional={**PAGE, "payment_intent": text})),
    ApiRoute("GET", "charges/*", ledger.retrieve_charge),
    ApiRoute("GET", "disputes/*", ledger.retrieve_dispute),
    ApiRoute(
        "GET",
        "balance_transactions",
        ledger.list_balance_transactions,
        Shape(optional={**PAGE, "type": text, "source": text, "currency": text}),
    ),
    ApiRoute("GET", "events", ledger.list_events, Shape(optional={**PAGE, "type": text})),
    ApiRoute("GET", "events/*", ledger.retrieve_event),
)


def route_for(method: str, path: str) -> tuple[ApiRoute, tuple[str, ...]]:
    """Return the endpoint of a path below `/v1/` and the ids in it, or refuse with 404."""
    given = path.split("/")
    for route in ROUTES:
        ids = _ids_in(given, route.path.split("/"))
        if route.method == method and ids is not None:
            return route, ids
    raise unknown_url(method, f"/v1/{path}")


def _ids_in(given: list[str], pattern: list[str]) -> tuple[str, ...] | None:
    if len(given) != len(pattern):
        return None
    if any(want not in ("*", have) or not have for have, want in zip(given, pattern, strict=True)):
        return None
    return tuple(have for have, want in zip(given, pattern, strict=True) if want == "*")
