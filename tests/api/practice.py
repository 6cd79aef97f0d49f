"""People and sessions by a few words, made through the API itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from adapters.ids import new_id
from adapters.tokens import Person
from domain.model import Role
from tests.api.server import Api, Asking

LINK = "https://meet.example/ada"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Therapist:
    """A therapist, their way to ask, and the one place where they work."""

    asks: Asking
    place: str

    @property
    def id(self) -> str:
        return self.asks.id

    @property
    def path(self) -> str:
        return f"/v1/therapists/{self.id}"


@dataclass(frozen=True, slots=True)
class Practice:
    """Makes what a test begins with."""

    api: Api

    def somebody(self, role: Role) -> Asking:
        """Somebody new with a token, and nothing else."""
        return self.api.as_(Person(new_id(), role))

    def therapist(self) -> Therapist:
        """A therapist with a price, a place and long days, open for self-booking."""
        therapist = Therapist(self.somebody(Role.THERAPIST), str(new_id()))
        asks, path = therapist.asks, therapist.path
        ok(asks.post("/v1/therapists", {"name": "Ada Lake", "zone": "Europe/London", "country": "GB"}))
        ok(asks.put(f"{path}/prices", {"prices": [a_price()]}))
        place = {"location_id": therapist.place, "medium": "video", "details": LINK}
        ok(asks.put(f"{path}/locations", {"locations": [place]}))
        week = [{"weekday": day, "from": "00:00", "until": "24:00", "location_ids": [therapist.place]} for day in DAYS]
        ok(asks.put(f"{path}/hours", {"weekly": week}))
        ok(asks.put(f"{path}/self-booking", {"open": True}))
        return therapist

    def client(self, *, name: str = "Ben Brook") -> Asking:
        """A client with a saved card."""
        client = self.somebody(Role.CLIENT)
        ok(client.post("/v1/clients", {"name": name, "mail": "ben@example.org", "zone": "Europe/Paris"}))
        setup = ok(client.post(f"/v1/clients/{client.id}/card-setups", {}))
        self.api.gateway.finish_card_setup(setup["setup_id"])
        ok(client.post(f"/v1/clients/{client.id}/cards", {"setup_id": setup["setup_id"]}))
        return client

    def openings(self, therapist: Therapist, *, in_days: float = 5) -> list[dict[str, Any]]:
        """What is open in the 24 hours that begin after so many days."""
        since = self.api.service.desk.now() + timedelta(days=in_days)
        path = f"{therapist.path}/openings?kind=individual&from={stamp(since)}&until={stamp(since + timedelta(days=1))}"
        return list(ok(self.api.http.get(path))["openings"])

    def booked(self, client: Asking, therapist: Therapist, *, in_days: float = 5) -> dict[str, Any]:
        """A session that the client booked and has yet to pay."""
        opening = self.openings(therapist, in_days=in_days)[0]
        return ok(client.post("/v1/sessions", a_booking(therapist, opening["starts_at"])))

    def paid(self, client: Asking, therapist: Therapist, *, in_days: float = 5) -> dict[str, Any]:
        """A session that the client booked and paid."""
        session = self.booked(client, therapist, in_days=in_days)
        self.api.do_work()
        return ok(client.get(f"/v1/sessions/{session['session_id']}"))


def a_price(**changed: object) -> dict[str, object]:
    """A price that may be set."""
    return {"kind": "individual", "amount_minor": 8000, "currency": "GBP", "duration_minutes": 50} | changed


def a_booking(therapist: Therapist, starts_at: str, **changed: object) -> dict[str, object]:
    """A booking that may be made by a client."""
    return {
        "therapist_id": therapist.id,
        "kind": "individual",
        "starts_at": starts_at,
        "location_id": therapist.place,
        "attendees": ["Ben Brook"],
        "accept_policy": "48h-1",
    } | changed


def stamp(instant: datetime) -> str:
    """An instant for a query."""
    return quote(instant.isoformat())


def ok(response: httpx.Response) -> dict[str, Any]:
    """Return the answer of a request that has to succeed."""
    assert response.is_success, f"{response.status_code} {response.text}"
    answer: dict[str, Any] = response.json()
    return answer


def refused(response: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a problem, whose form is checked."""
    members = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert members["status"] == response.status_code
    assert members["title"]
    assert members["detail"]
    return response.status_code, members["type"].removeprefix("/problems/")
