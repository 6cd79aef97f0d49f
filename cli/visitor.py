"""A person of the demo, as a client of the public HTTP API: a token, fresh keys, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx

from adapters.clock import machine_now
from adapters.ids import new_id
from adapters.tokens import DevelopmentIssuer
from cli.place import DemoAddresses, DemoSecrets
from domain.model import Role

T = TypeVar("T")

TOKEN_LIFETIME = timedelta(days=30)
PATIENCE_SECONDS = 20
LOOK_SECONDS = 0.1


class UnexpectedAnswer(Exception):
    """The service did not answer as it should."""


def token_for(secrets: DemoSecrets, person_id: UUID, role: Role) -> str:
    """Return a token of the development issuer, for a month."""
    issuer = DevelopmentIssuer(secrets.token_secret.encode())
    return issuer.issue(person_id, role, now=machine_now(), lifetime=TOKEN_LIFETIME)


@dataclass
class Visitor:
    """Somebody who uses the API. Answers are JSON; a refusal is an UnexpectedAnswer unless it is asked for."""

    name: str
    role: Role
    person_id: UUID
    addresses: DemoAddresses
    secrets: DemoSecrets
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        token = token_for(self.secrets, self.person_id, self.role)
        self.http = httpx.Client(base_url=self.addresses.api, headers={"Authorization": f"Bearer {token}"}, timeout=15)

    def get(self, path: str, **query: str) -> Any:
        """Read something."""
        return self._answer(self.http.get(path, params=query))

    def put(self, path: str, body: object) -> Any:
        """Set something."""
        return self._answer(self.http.put(path, json=body))

    def post(self, path: str, body: object | None = None, *, key: str | None = None) -> Any:
        """Ask for something to be done, once."""
        headers = {"Idempotency-Key": key or str(new_id())}
        return self._answer(self.http.post(path, json=body or {}, headers=headers))

    def refused(self, path: str, body: object | None = None) -> dict[str, Any]:
        """Ask for something that will be refused, and return the problem."""
        answer = self.http.post(path, json=body or {}, headers={"Idempotency-Key": str(new_id())})
        if answer.is_success:
            raise UnexpectedAnswer(f"POST {path} was expected to be refused, and was not.")
        problem: dict[str, Any] = answer.json()
        return problem

    def save_card(self, card: str = "pm_card_visa") -> None:
        """Save a test card, finishing the setup with the provider as a browser would."""
        setup = self.post(f"/v1/clients/{self.person_id}/card-setups")
        confirmed = httpx.post(
            f"{self.addresses.sandbox}/v1/setup_intents/{setup['setup_id']}/confirm",
            data={"client_secret": setup["client_secret"], "payment_method": card},
            headers={"Authorization": f"Bearer {self.secrets.stripe_key.replace('sk_', 'pk_')}"},
            timeout=10,
        )
        self._answer(confirmed)
        self.post(f"/v1/clients/{self.person_id}/cards", {"setup_id": setup["setup_id"]})

    def until(self, path: str, holds: Callable[[Any], bool]) -> Any:
        """Read something until it is as expected; the service's own processes need a moment."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.get(path)
            if holds(answer):
                return answer
            if time.monotonic() > deadline:
                raise UnexpectedAnswer(f"GET {path} is still {answer}")
            time.sleep(LOOK_SECONDS)

    def _answer(self, response: httpx.Response) -> Any:
        if not response.is_success:
            request = response.request
            raise UnexpectedAnswer(f"{request.method} {request.url.path}: {response.status_code} {response.text}")
        return response.json()
