"""Webhooks: signs each event as Stripe does and delivers it from a thread of its own, trying again a few times."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass

import httpx

from adapters.sandbox.refusals import Thing
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.state import named_in_path

TIMEOUT_SECONDS = 5.0
_IDLE_SECONDS = 1.0
_DONE_FROM, _DONE_BEFORE = 200, 300


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery to make now. `entry` is what the books hold of it: a resend puts another in its place."""

    event_id: str
    entry: Thing
    payload: bytes
    url: str
    secret: str
    copies: int


def signature_of(payload: bytes, secret: str, *, at_seconds: int) -> str:
    """The `Stripe-Signature` header: when it was sent, and an HMAC over that and the raw body."""
    signed = hmac.new(secret.encode(), f"{at_seconds}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at_seconds},v1={signed}"


def resend(sandbox: Sandbox, event_id: str) -> Thing:
    """Deliver an event once more, whatever became of it before."""
    named_in_path(sandbox.books.events, "event", event_id, param="id")
    sandbox.books.deliveries[event_id] = {"state": "due", "attempts": 0, "last_status": None}
    sandbox.news.set()
    return sandbox.books.deliveries[event_id]


def reverse_due(sandbox: Sandbox) -> None:
    """Let the deliveries that wait go out newest first."""
    deliveries = sandbox.books.deliveries
    for event_id in reversed([one for one, delivery in deliveries.items() if delivery["state"] == "due"]):
        deliveries[event_id] = deliveries.pop(event_id)


class Courier:
    """Delivers what is due, in the order of the books. A failed delivery is due again later, then given up."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._not_before: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the delivery under way and stop."""
        self._stopping.set()
        self._sandbox.news.set()
        self._thread.join(TIMEOUT_SECONDS * 2)

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            while not self._stopping.is_set():
                parcel = self._next_parcel()
                if parcel is None:
                    self._sandbox.news.wait(self._pause_seconds())
                    self._sandbox.news.clear()
                else:
                    self._record(parcel, self._send(http, parcel))

    def _next_parcel(self) -> Parcel | None:
        sandbox = self._sandbox
        with sandbox.lock:
            told, now = copy.copy(sandbox.subscription), time.monotonic()
            self._not_before = {one: when for one, when in self._not_before.items() if when > now}
            if told.url is None or told.secret is None or told.held:
                return None
            for event_id, delivery in sandbox.books.deliveries.items():
                if delivery["state"] == "due" and event_id not in self._not_before:
                    payload = json.dumps(sandbox.books.events[event_id], indent=2).encode()
                    return Parcel(event_id, delivery, payload, told.url, told.secret, told.copies)
            return None

    def _send(self, http: httpx.Client, parcel: Parcel) -> int | None:
        """Return the status of the last copy, or None when there was no answer."""
        status: int | None = None
        for _ in range(parcel.copies):
            signature = signature_of(parcel.payload, parcel.secret, at_seconds=self._sandbox.seconds())
            headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
            try:
                status = http.post(parcel.url, content=parcel.payload, headers=headers).status_code
            except (httpx.HTTPError, httpx.InvalidURL):
                status = None
        return status

    def _record(self, parcel: Parcel, status: int | None) -> None:
        sandbox = self._sandbox
        with sandbox.lock:
            delivery = sandbox.books.deliveries.get(parcel.event_id)
            if delivery is not parcel.entry:
                return  # forgotten, or asked for once more while it was on its way
            delivery |= {"attempts": delivery["attempts"] + 1, "last_status": status}
            waits = sandbox.settings.retry_after_seconds
            if status is not None and _DONE_FROM <= status < _DONE_BEFORE:
                delivery["state"] = "delivered"
                sandbox.books.events[parcel.event_id]["pending_webhooks"] = 0
            elif delivery["attempts"] > len(waits):
                delivery["state"] = "given_up"
            else:
                self._not_before[parcel.event_id] = time.monotonic() + waits[delivery["attempts"] - 1]
            sandbox.save()

    def _pause_seconds(self) -> float:
        soonest = min(self._not_before.values(), default=float("inf")) - time.monotonic()
        return min(max(soonest, 0.05), _IDLE_SECONDS)
