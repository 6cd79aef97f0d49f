"""What the payment provider tells: verified on its raw bytes, stored once, acted on later."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import httpx
import pytest

from adapters.bootstrap import Service
from adapters.clock import machine_now
from adapters.ids import new_id
from api.app import create_app
from application.ports import IntentStatus
from tests.api.conftest import WEBHOOK_SECRET
from tests.api.practice import Practice, ok, refused
from tests.api.server import Api, asking, served

PATH = "/v1/webhooks/stripe"


def a_webhook(intent_id: str = "pi_1") -> bytes:
    """What the provider sends when an intent has succeeded."""
    intent = {"id": intent_id, "object": "payment_intent"}
    webhook = {"id": f"evt_{new_id().hex}", "object": "event", "type": "payment_intent.succeeded"}
    return json.dumps(webhook | {"data": {"object": intent}}).encode()


def signature_of(payload: bytes, *, secret: str = WEBHOOK_SECRET, age_seconds: int = 0) -> str:
    """Sign as the provider does."""
    seconds = int(machine_now().timestamp()) - age_seconds
    signature = hmac.new(secret.encode(), f"{seconds}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={signature}"


def send(http: httpx.Client, payload: bytes, signature: str) -> httpx.Response:
    """Deliver a webhook."""
    return http.post(PATH, content=payload, headers={"Stripe-Signature": signature})


def test_a_webhook_is_received_once(api: Api) -> None:
    payload = a_webhook()
    answers = [ok(send(api.http, payload, signature_of(payload))) for _ in range(2)]
    assert answers == [{"received": True}, {"received": False}]


def test_a_webhook_may_be_larger_than_other_bodies_but_not_endless(api: Api) -> None:
    large, endless = a_webhook() + b" " * 200_000, a_webhook() + b" " * 270_000
    assert ok(send(api.http, large, signature_of(large))) == {"received": True}
    assert refused(send(api.http, endless, signature_of(endless))) == (413, "body-too-large")


def test_a_webhook_that_the_provider_did_not_sign_is_refused(api: Api) -> None:
    payload = a_webhook()
    wrong = [
        send(api.http, payload, signature_of(payload, secret="whsec_other")),
        send(api.http, payload + b" ", signature_of(payload)),
        send(api.http, payload, signature_of(payload, age_seconds=400)),
        send(api.http, payload, "nonsense"),
        send(api.http, b"[]", signature_of(b"[]")),
        api.http.post(PATH, content=payload),
    ]
    assert [refused(answer) for answer in wrong] == [(400, "unverified-webhook")] * 6
    assert ok(send(api.http, payload, signature_of(payload))) == {"received": True}


def test_without_a_secret_there_is_no_webhook(service: Service) -> None:
    payload = a_webhook()
    with served(create_app(replace(service, webhooks=None))) as url, asking(url) as http:
        answer = send(http, payload, signature_of(payload))
    assert refused(answer) == (404, "no-such-path")


@pytest.mark.parametrize("secret", ["", " "])
def test_an_empty_secret_signs_nothing(api: Api, secret: str) -> None:
    payload = a_webhook()
    answer = send(api.http, payload, signature_of(payload, secret=secret))
    assert refused(answer) == (400, "unverified-webhook")


def test_the_word_of_a_webhook_is_not_taken_for_the_truth(
    api: Api, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = practice.client()
    session = practice.booked(client, practice.therapist())
    payload = a_webhook("pi_never_made")
    ok(send(api.http, payload, signature_of(payload)))
    monkeypatch.setattr(api.gateway, "refuse_cards", "card_declined")
    api.do_work()
    assert ok(client.get(f"/v1/sessions/{session['session_id']}"))["charged_minor"] == 0


def test_e9_a_webhook_leads_to_reading_what_it_is_about(
    api: Api, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = practice.client()
    monkeypatch.setattr(api.gateway, "refuse_cards", "authentication_required")
    session = practice.paid(client, practice.therapist())
    intent_id = next(reversed(api.gateway.intents))
    intent = api.gateway.intents[intent_id]
    api.gateway.intents[intent_id] = replace(
        intent, status=IntentStatus.SUCCEEDED, received_minor=intent.amount.amount_minor
    )

    payload = a_webhook(intent_id)
    ok(send(api.http, payload, signature_of(payload)))
    api.do_work()

    seen = ok(client.get(f"/v1/sessions/{session['session_id']}"))
    assert (seen["status"], seen["charged_minor"]) == ("unconfirmed", 8000)
