"""Webhooks of the payment provider: who sent them, when, and about what."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import stripe

from application.ports import UnverifiedWebhook, Webhook


class StripeWebhooks:
    """Verifies webhooks on their raw bytes. Two secrets are valid side by side while one replaces the other."""

    def __init__(self, secrets: Sequence[str], *, now: Callable[[], datetime], tolerance_seconds: int = 300) -> None:
        if not secrets or not all(secret.strip() for secret in secrets):
            raise ValueError("At least one webhook secret is needed, and none may be empty.")
        self._secrets = tuple(secrets)
        self._now = now
        self._tolerance_seconds = tolerance_seconds

    def verify(self, payload: bytes, signature: str) -> Webhook:
        """Raise UnverifiedWebhook when the signature, its age or the body is wrong."""
        if not any(_signed_with(secret, payload, signature) for secret in self._secrets):
            raise UnverifiedWebhook("No known secret signed this message.")
        self._refuse_wrong_time(signature)
        return _webhook_in(payload)

    def _refuse_wrong_time(self, signature: str) -> None:
        """The SDK accepts any time in the future; a message from there is as wrong as an old one."""
        age_seconds = self._now().timestamp() - _sent_at_seconds(signature)
        if abs(age_seconds) > self._tolerance_seconds:
            raise UnverifiedWebhook("This message was signed too long ago or ahead of time.")


def _signed_with(secret: str, payload: bytes, signature: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(payload, signature, secret, tolerance=None))
    except stripe.SignatureVerificationError:
        return False
    except UnicodeDecodeError as error:
        raise UnverifiedWebhook("This message is not text.") from error


def _sent_at_seconds(signature: str) -> int:
    """The first time in the header: it is the one that the SDK takes as signed."""
    times = [item.split("=", 2)[1] for item in signature.split(",") if item.split("=", 2)[0] == "t"]
    return int(times[0])


def _webhook_in(payload: bytes) -> Webhook:
    try:
        event = json.loads(payload)
        account = event.get("account")
        about = event["data"]["object"]
        return Webhook(
            webhook_id=_text(event["id"]),
            kind=_text(event["type"]),
            object_id=_text(about["id"]),
            intent_id=_intent_of(about),
            account=None if account is None else _text(account),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnverifiedWebhook("This message is signed, but is not an event.") from error


def _intent_of(about: Mapping[str, Any]) -> str | None:
    """Return the payment intent that an object is or belongs to: charges, refunds and disputes name theirs."""
    found = about["id"] if about.get("object") == "payment_intent" else about.get("payment_intent")
    return None if found is None else _text(found)


def _text(found: Any) -> str:
    if not isinstance(found, str) or not found:
        raise TypeError("An event has texts here.")
    return found
