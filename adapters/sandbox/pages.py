"""Plain pages for people: what the sandbox holds, a card form, and the page of the cardholder's bank."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from string import Template
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.sandbox.cards import CARDS
from adapters.sandbox.intents import authenticate_intent, confirm_intent
from adapters.sandbox.links import return_address
from adapters.sandbox.parameters import web_address
from adapters.sandbox.refusals import ApiError, Thing, missing
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.setups import authenticate_setup, confirm_setup

MAX_ROWS = 200

_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>$title</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin-bottom:2rem}td,th{text-align:left;padding:.25rem .75rem .25rem 0;
border-bottom:1px solid #ccc}button{font:inherit;padding:.4rem 1rem;margin-right:.5rem}.refused{color:#a00}</style>
</head><body><main><h1>$title</h1>
$body
</main></body></html>
""")

_TABLES = {
    "customers": ("id", "metadata"),
    "payment_methods": ("id", "customer", "card"),
    "setup_intents": ("id", "customer", "status"),
    "payment_intents": ("id", "customer", "amount", "currency", "status", "metadata"),
    "charges": ("id", "payment_intent", "amount", "amount_refunded", "status"),
    "refunds": ("id", "payment_intent", "amount", "status"),
    "disputes": ("id", "charge", "amount", "status"),
    "events": ("id", "type", "pending_webhooks"),
    "deliveries": ("id", "state", "attempts", "last_status"),
}


class Pages:
    """The pages of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """The pages and where they are."""
        return [
            Route("/sandbox", self.overview, methods=["GET"]),
            Route("/sandbox/authenticate/{id}", self.bank, methods=["GET"]),
            Route("/sandbox/authenticate/{id}", self.authenticate, methods=["POST"]),
            Route("/sandbox/card/{id}", self.card_form, methods=["GET"]),
            Route("/sandbox/card/{id}", self.use_card, methods=["POST"]),
        ]

    async def overview(self, _: Request) -> Response:
        """What the sandbox holds, newest first."""
        with self._sandbox.lock:
            shelves = self._sandbox.books.as_json()
            tables = [_table(name, shelves[name], columns) for name, columns in _TABLES.items()]
        return _page("Stripe sandbox", "\n".join(tables))

    async def bank(self, request: Request) -> Response:
        """Ask the cardholder to authenticate. Nothing happens before a button is pressed."""
        try:
            intent = self._intent(request)
        except ApiError as error:
            return _refused(error)
        if intent["status"] != "requires_action":
            return _page("Your bank", f"<p>Nothing waits for you here: {escape(str(intent['status']))}.</p>")
        buttons = _button("success", "Yes, it is me") + _button("failure", "No")
        return _page("Your bank", f"<p>{_purpose(intent)}</p><form method='post'>{buttons}</form>")

    async def authenticate(self, request: Request) -> Response:
        """The cardholder pressed a button."""
        outcome = (await _fields(request)).get("outcome", "failure")
        with self._sandbox.lock:
            try:
                intent = self._intent(request)
                act = authenticate_setup if intent["object"] == "setup_intent" else authenticate_intent
                step = intent["next_action"] or {"redirect_to_url": {"return_url": None}}
                act(self._sandbox, {"outcome": outcome}, intent["id"])
            except ApiError as error:
                return _refused(error)
            self._sandbox.save()
            return _finished(intent, step["redirect_to_url"]["return_url"])

    async def card_form(self, request: Request) -> Response:
        """Choose a test card to save or to pay with; `return_url` in the query says where to go afterwards."""
        try:
            return self._card_page(self._intent(request))
        except ApiError as error:
            return _refused(error)

    async def use_card(self, request: Request) -> Response:
        """Save the chosen card, or pay with it, as the browser would."""
        chosen = (await _fields(request)).get("payment_method", "")
        return_url = request.query_params.get("return_url")
        with self._sandbox.lock:
            try:
                intent = self._intent(request)
                params = {"payment_method": chosen}
                if return_url is not None:
                    params["return_url"] = web_address("return_url", return_url)
                confirm = confirm_setup if intent["object"] == "setup_intent" else confirm_intent
                confirm(self._sandbox, params, intent["id"])
            except ApiError as error:
                self._sandbox.save()
                return _refused(error)
            self._sandbox.save()
            if intent["status"] == "requires_action":
                return RedirectResponse(intent["next_action"]["redirect_to_url"]["url"], 303)
            return _finished(intent, return_url)

    def _intent(self, request: Request) -> Thing:
        wanted = request.path_params["id"]
        books = self._sandbox.books
        found = books.payment_intents.get(wanted) or books.setup_intents.get(wanted)
        if found is None:
            raise missing("intent", wanted, param="id", status=404)
        return found

    def _card_page(self, intent: Thing) -> Response:
        methods = self._sandbox.books.payment_methods.values()
        saved = [one for one in methods if one["customer"] is not None and one["customer"] == intent["customer"]]
        options = [(one["id"], f"saved card ending in {one['card']['last4']}") for one in saved]
        options += [(name, f"{name} ({card.last4})") for name, card in CARDS.items()]
        choices = "".join(f"<option value='{escape(name)}'>{escape(words)}</option>" for name, words in options)
        field = f"<p><label>Test card <select name='payment_method'>{choices}</select></label></p>"
        return _page("Your card", f"<p>{_purpose(intent)}</p><form method='post'>{field}<button>Go on</button></form>")


def _purpose(intent: Thing) -> str:
    if intent["object"] == "setup_intent":
        return "Save a card for later payments."
    return f"Pay {intent['amount'] / 100:.2f} {escape(intent['currency'].upper())}."


def _finished(intent: Thing, return_url: str | None) -> Response:
    if return_url is not None:
        return RedirectResponse(return_address(intent, return_url), 303)
    return _page("Done", f"<p>The result is: {escape(str(intent['status']))}.</p>")


def _refused(error: ApiError) -> Response:
    message = escape(str(error.body["error"]["message"]))
    return _page("Not done", f"<p class='refused'>{message}</p><p><a href=''>Try again</a></p>", error.status)


async def _fields(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=10))


def _button(outcome: str, words: str) -> str:
    return f"<button name='outcome' value='{outcome}'>{words}</button>"


def _table(name: str, shelf: dict[str, Thing], columns: Iterable[str]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    newest = [({"id": key} | thing) for key, thing in reversed(shelf.items())][:MAX_ROWS]
    rows = "".join(f"<tr>{_cells(one, columns)}</tr>" for one in newest)
    return f"<h2>{escape(name.replace('_', ' '))} ({len(shelf)})</h2><table><tr>{head}</tr>{rows}</table>"


def _cells(thing: Thing, columns: Iterable[str]) -> str:
    return "".join(f"<td>{escape(_in_words(thing.get(column, '')))}</td>" for column in columns)


def _in_words(value: object) -> str:
    """Return a value for people: the parts of a compound one, without its machine's marks."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return str(value)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.substitute(title=escape(title), body=body), status)
