"""A running sandbox for tests: the real server, in a process of its own, on a free port of loopback.

A folder of tests takes the fixtures by importing them in its `conftest.py`.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.stripe.gateway import StripeGateway

SECRET_KEY = "sk_test_sandbox"  # noqa: S105 -- made up, as the next two
PUBLISHABLE_KEY = "pk_test_sandbox"
WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 -- made up
START_SECONDS = 20.0
STOP_SECONDS = 10.0
ARRIVAL_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that answers at `url`. `http` asks as the server does, with a secret key."""

    url: str
    http: httpx.Client

    def post(self, path: str, params: dict[str, Any] | None = None, *, key: str | None = None) -> httpx.Response:
        """POST form parameters to the API, with an idempotency key if given."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post(f"/v1/{path}", data=params or {}, headers=headers)

    def get(self, path: str, params: dict[str, Any] | None = None) -> httpx.Response:
        """GET from the API."""
        return self.http.get(f"/v1/{path}", params=params or {})

    def state(self) -> dict[str, Any]:
        """Everything it holds: shelves of objects by id, oldest first, and the faults still to come."""
        return dict(self._control("GET", "state"))

    def fault(self, kind: str, path_contains: str = "", **details: Any) -> None:
        """Let the next matching request meet a fault; `details`: method, times, seconds."""
        self._control("POST", "faults", {"kind": kind, "path_contains": path_contains, **details})

    def clear_faults(self) -> None:
        """Let everything work again."""
        self._control("DELETE", "faults")

    def prune_keys(self, *, older_than_hours: float = 0) -> int:
        """Forget idempotency keys, all of them unless told; return how many."""
        return int(self._control("POST", "keys/prune", {"older_than_hours": older_than_hours})["pruned"])

    def settle_refund(self, refund_id: str, status: str | None = None) -> dict[str, Any]:
        """Let the bank settle a refund: as its card has it, or with this status."""
        return dict(self._control("POST", f"refunds/{refund_id}/settle", {"status": status}))

    def dispute(self, charge_id: str) -> dict[str, Any]:
        """Let the cardholder dispute a charge."""
        return dict(self._control("POST", f"charges/{charge_id}/dispute"))

    def tell(self, url: str | None, *, held: bool = False, copies: int = 1) -> None:
        """Deliver events to `url`, signed with WEBHOOK_SECRET; None stops it."""
        told = {"url": url, "secret": WEBHOOK_SECRET, "held": held, "copies": copies}
        self._control("POST", "webhook", told)

    def release(self, order: str = "oldest_first") -> None:
        """Deliver what was held, `oldest_first` or `newest_first`."""
        self._control("POST", "webhook/release", {"order": order})

    def resend(self, event_id: str) -> None:
        """Deliver an event once more."""
        self._control("POST", f"events/{event_id}/resend")

    def save_card(self, setup_id: str, client_secret: str, card: str = "pm_card_visa") -> httpx.Response:
        """Confirm a card setup as the browser does: publishable key, client secret, test card."""
        params = {"payment_method": card, "client_secret": client_secret}
        return httpx.post(
            f"{self.url}/v1/setup_intents/{setup_id}/confirm",
            data=params,
            headers={"Authorization": f"Bearer {PUBLISHABLE_KEY}"},
        )

    def authenticate(self, intent_id: str, outcome: str = "success") -> httpx.Response:
        """The cardholder answers the bank for a payment intent (`pi_`) or a card setup (`seti_`)."""
        kind = "setup_intents" if intent_id.startswith("seti_") else "payment_intents"
        return self.post(f"{kind}/{intent_id}/sandbox_authenticate", {"outcome": outcome})

    def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        sent = None if method != "POST" else (body or {})
        return self.http.request(method, f"/sandbox/{path}", json=sent).raise_for_status().json()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it arrived."""

    payload: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        """The event in it."""
        return dict(json.loads(self.payload))


class WebhookCatcher:
    """Takes webhooks. It answers the statuses in `answers` first, then 200."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.answers: list[int] = []
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def wait_for(self, count: int) -> list[Delivery]:
        """Return the deliveries once there are `count` of them; fail when they do not come."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: len(self.deliveries) >= count, ARRIVAL_SECONDS)
            assert came, f"{len(self.deliveries)} of {count} webhooks came"
            return list(self.deliveries)

    def close(self) -> None:
        """Stop taking webhooks."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, delivery: Delivery) -> int:
        with self._arrived:
            self.deliveries.append(delivery)
            self._arrived.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                status = catcher._take(Delivery(payload, self.headers["Stripe-Signature"]))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
                """Stay silent."""

        return Handler


@contextmanager
def running_sandbox(file: Path | None = None, webhook_url: str | None = None) -> Iterator[RunningSandbox]:
    """Start a sandbox, with a file for its books and somebody to tell if given, and stop it in the end."""
    port = _free_port()
    command = [sys.executable, "-m", "adapters.sandbox", "--port", str(port)]
    command += [] if file is None else ["--file", str(file)]
    command += [] if webhook_url is None else ["--webhook-url", webhook_url, "--webhook-secret", WEBHOOK_SECRET]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=20, trust_env=False) as http:
            _wait_until_live(process, http)
            yield RunningSandbox(url, http)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[RunningSandbox]:
    """One sandbox for the whole session."""
    with running_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: RunningSandbox) -> RunningSandbox:
    """The session's sandbox, empty, without faults, telling nobody."""
    sandbox_process._control("POST", "reset")
    return sandbox_process


@pytest.fixture
def gateway(sandbox: RunningSandbox) -> Iterator[StripeGateway]:
    """Our gateway, speaking to the sandbox."""
    made = StripeGateway(api_key=SECRET_KEY, base_url=sandbox.url, calls_per_second=1000, timeout_seconds=10)
    yield made
    made.close()


@pytest.fixture
def catcher() -> Iterator[WebhookCatcher]:
    """Someone to tell."""
    made = WebhookCatcher()
    yield made
    made.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_live(process: subprocess.Popen[bytes], http: httpx.Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the sandbox ended with {process.returncode}"
        try:
            http.get("/livez").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no sandbox after {START_SECONDS} seconds")
