"""People and sessions by a few words, made through the API itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from adapters.ids import new_id
from adapters.tokens import Person
from domain.diary.days import local_day
from domain.model import Role
from domain.zones import zone_of
from tests.adapters.stored import rows_of
from tests.api.server import Api, Asking

LINK = "https://meet.example/ada"
LONDON = zone_of("Europe/London")
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
class Known:
    """A client whom a therapist knows already, and their relationship."""

    asks: Asking
    relationship_id: str

    @property
    def id(self) -> str:
        return self.asks.id


@dataclass(frozen=True, slots=True)
class Practice:
    """Makes what a test begins with."""

    api: Api

    def somebody(self, role: Role) -> Asking:
        """Somebody new with a token, and nothing else."""
        return self.api.as_(Person(new_id(), role))

    def a_newcomer(self) -> Therapist:
        """A therapist with a price and a place, who has not said yet when they work."""
        therapist = Therapist(self.somebody(Role.THERAPIST), str(new_id()))
        asks, path = therapist.asks, therapist.path
        ok(asks.post("/v1/therapists", {"name": "Ada Lake", "zone": "Europe/London", "country": "GB"}))
        ok(asks.put(f"{path}/prices", {"prices": [a_price()]}))
        place = {"location_id": therapist.place, "medium": "video", "details": LINK}
        ok(asks.put(f"{path}/locations", {"locations": [place]}))
        return therapist

    def therapist(self) -> Therapist:
        """A therapist with a price, a place and long days, open for self-booking."""
        therapist = self.a_newcomer()
        asks, path = therapist.asks, therapist.path
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

    def seen(self, therapist: Therapist) -> dict[str, Any]:
        """What anybody sees of a therapist."""
        return ok(self.api.http.get(therapist.path))

    def day(self, *, in_days: int = 10) -> date:
        """The date so many days from now on the clock of London."""
        return self.api.service.desk.now().astimezone(LONDON).date() + timedelta(days=in_days)

    def change_of_the_clocks(self) -> date:
        """The next date, some weeks from now, on which the clock of London skips 01:30."""
        day = self.day(in_days=30)
        while local_day("Europe/London", day).start(90) is not None:
            day += timedelta(days=1)
        return day

    def wait_until_noon(self) -> None:
        """Let time pass until the clock of London shows noon, for what a time of day decides."""
        now = self.api.service.desk.now()
        noon = _at(now.astimezone(LONDON).date(), "12:00")
        self.api.advance((noon if now < noon else noon + timedelta(days=1)) - now)

    def open_on(self, day: date, therapist: Therapist, *, to: Asking | None = None) -> list[str]:
        """The starts that are open on a date in London, as its clock shows them, to somebody or to anybody."""
        begins, ends = (stamp(_at(one, "00:00")) for one in (day, day + timedelta(days=1)))
        http = self.api.http if to is None else to.http
        listed = ok(http.get(f"{therapist.path}/openings?kind=individual&from={begins}&until={ends}"))["openings"]
        starts = (datetime.fromisoformat(one["starts_at"]).astimezone(LONDON) for one in listed)
        return [f"{start:%H:%M}" for start in starts]

    def openings(self, therapist: Therapist, *, in_days: float = 5) -> list[dict[str, Any]]:
        """What is open in the 24 hours that begin after so many days."""
        since = self.api.service.desk.now() + timedelta(days=in_days)
        path = f"{therapist.path}/openings?kind=individual&from={stamp(since)}&until={stamp(since + timedelta(days=1))}"
        return list(ok(self.api.http.get(path))["openings"])

    def booked(self, client: Asking, therapist: Therapist, *, in_days: float = 5) -> dict[str, Any]:
        """A session that the client booked and has yet to pay."""
        opening = self.openings(therapist, in_days=in_days)[0]
        return ok(client.post("/v1/sessions", a_booking(therapist, opening["starts_at"])))

    def asks_for(self, client: Asking, therapist: Therapist, starts_at: str) -> httpx.Response:
        """What a client is answered who asks to book a time."""
        return client.post("/v1/sessions", a_booking(therapist, starts_at))

    def known(self, therapist: Therapist, *, name: str = "Ben Brook") -> Known:
        """A client of a therapist, whose first session was paid and cancelled again."""
        client = self.client(name=name)
        session = self.paid(client, therapist, in_days=40)
        ok(client.post(f"/v1/sessions/{session['session_id']}/cancel", {"reason": "other"}))
        self.api.do_work()
        return Known(client, session["relationship_id"])

    def placed(self, client: Asking, therapist: Therapist, starts_at: str, **changed: object) -> dict[str, Any]:
        """A session that the therapist booked for a client of theirs."""
        booking = a_booking(therapist, starts_at, client_id=client.id, client_agreed=True, **changed)
        return ok(therapist.asks.post("/v1/sessions", booking))

    def paid(self, client: Asking, therapist: Therapist, *, in_days: float = 5) -> dict[str, Any]:
        """A session that the client booked and paid."""
        session = self.booked(client, therapist, in_days=in_days)
        self.api.do_work()
        return ok(client.get(f"/v1/sessions/{session['session_id']}"))


def on(day: date, clock: str) -> str:
    """When the clock of London shows a time on a date, as it is answered."""
    return f"{_at(day, clock):%Y-%m-%dT%H:%M:%SZ}"


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=LONDON).astimezone(UTC)


def weekday(day: date) -> str:
    """A date's weekday by its name."""
    return DAYS[day.weekday()]


def every(day: date, begins: str, ends: str) -> dict[str, object]:
    """A weekly range on the weekday of a date."""
    return {"weekday": weekday(day), "from": begins, "until": ends}


def once(day: date, begins: str, ends: str) -> dict[str, object]:
    """A range of one date."""
    return {"starts_at": on(day, begins), "ends_at": on(day, ends)}


def a_notice(**changed: object) -> dict[str, object]:
    """Booking terms as a new diary has them."""
    usual = {"notice_hours": 24, "next_day_until": None, "horizon_weeks": 8, "grid_minutes": 30, "gap_minutes": 10}
    return usual | changed


def a_reservation(therapist: Therapist, known: Known, day: date, **changed: object) -> dict[str, object]:
    """A weekly time, at noon, that may be held for a client from a date on."""
    return {
        "relationship_id": known.relationship_id,
        "weekday": weekday(day),
        "at": "12:00",
        "location_id": therapist.place,
        "interval_weeks": 1,
        "anchor": day.isoformat(),
    } | changed


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


def a_series(therapist: Therapist, starts_at: str, **changed: object) -> dict[str, object]:
    """A series that may be booked by a client: three weeks running unless said otherwise."""
    return a_booking(therapist, starts_at) | {"count": 3, "interval_weeks": 1} | changed


def stamp(instant: datetime) -> str:
    """An instant for a query."""
    return quote(instant.isoformat())


@contextmanager
def nothing_stored(practice: Practice) -> Iterator[None]:
    """See to it that not one event is stored meanwhile."""
    before = _events_stored(practice.api)
    yield
    assert _events_stored(practice.api) == before


def _events_stored(api: Api) -> int:
    [row] = rows_of(api.service.conninfo, "select count(*) as n from stored_events")
    return int(row["n"])


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


def reason(answer: httpx.Response) -> str:
    """Return why a time is not open."""
    assert refused(answer) == (409, "not-open")
    return str(answer.json()["reason"])
