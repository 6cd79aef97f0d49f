"""Where the cardholder is sent to authenticate, and back."""

from __future__ import annotations

from urllib.parse import urlencode

from adapters.sandbox.refusals import Thing
from adapters.sandbox.sandbox import Sandbox


def authentication_step(sandbox: Sandbox, intent_id: str, return_url: str | None) -> Thing:
    """The `next_action` of an intent whose bank asks for the cardholder."""
    page = f"{sandbox.settings.address}/sandbox/authenticate/{intent_id}"
    return {"type": "redirect_to_url", "redirect_to_url": {"url": page, "return_url": return_url}}


def return_address(intent: Thing, return_url: str) -> str:
    """Where the browser goes afterwards: Stripe's parameters are added to the address."""
    kind = intent["object"]
    outcome = "succeeded" if intent["status"] == "succeeded" else "failed"
    extra = {kind: intent["id"], f"{kind}_client_secret": intent["client_secret"], "redirect_status": outcome}
    return f"{return_url}{'&' if '?' in return_url else '?'}{urlencode(extra)}"
