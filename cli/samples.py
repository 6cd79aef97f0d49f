"""The sample people of a demo, and the first thing a newcomer reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from rich.console import Console

from cli.place import DemoAddresses, DemoSecrets, write_private
from cli.visitor import Visitor, token_for
from domain.model import Role
from domain.session.notice import POLICY_VERSION

SAMPLES = UUID("6b1d2f5e-0d0c-4e2b-9a53-0e0f7a1c9d11")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    role: Role
    person_id: UUID


def sample(name: str, role: Role) -> Sample:
    """Return a sample person; the same name is always the same person."""
    return Sample(name, role, uuid5(SAMPLES, f"{role}:{name}"))


THERAPIST = sample("Dr Ada Okafor", Role.THERAPIST)
CLIENTS = (sample("Ben Hughes", Role.CLIENT), sample("Chloe Martin", Role.CLIENT))
STAFF = (sample("Operator", Role.OPERATOR), sample("Auditor", Role.AUDITOR))


def open_practice(therapist: Visitor, *, address: str) -> str:
    """Let a therapist join, with prices, a place and hours on every day, open for self-booking. Return the place."""
    me = f"/v1/therapists/{therapist.person_id}"
    location_id = location_of(therapist)
    body = {"name": therapist.name, "zone": "Europe/London", "country": "GB"}
    therapist.post("/v1/therapists", body, key="join")
    prices = [
        {"kind": "individual", "amount_minor": 8000, "currency": "GBP", "duration_minutes": 50},
        {"kind": "couple", "amount_minor": 11000, "currency": "GBP", "duration_minutes": 75},
    ]
    therapist.put(f"{me}/prices", {"prices": prices})
    place = {"location_id": location_id, "medium": "in_person", "details": address}
    therapist.put(f"{me}/locations", {"locations": [place]})
    day = {"from": "09:00", "until": "18:00", "location_ids": [location_id]}
    therapist.put(f"{me}/hours", {"weekly": [{"weekday": name, **day} for name in WEEKDAYS]})
    therapist.put(f"{me}/self-booking", {"open": True})
    return location_id


def location_of(therapist: Visitor) -> str:
    """Return the one place where a sample therapist works."""
    return str(uuid5(therapist.person_id, "room"))


def become_client(client: Visitor) -> None:
    """Let a client register and save a card that works."""
    mail = f"{client.name.split()[0].lower()}@example.org"
    client.post("/v1/clients", {"name": client.name, "mail": mail, "zone": "Europe/London"}, key="register")
    if not client.get(f"/v1/clients/{client.person_id}")["has_card"]:
        client.save_card()


def visitor(person: Sample, addresses: DemoAddresses, secrets: DemoSecrets) -> Visitor:
    """Return a sample person as a visitor of the running demo."""
    return Visitor(person.name, person.role, person.person_id, addresses, secrets)


def seed(addresses: DemoAddresses, secrets: DemoSecrets) -> None:
    """Make the sample people. A demo that is started again finds them as they were."""
    open_practice(visitor(THERAPIST, addresses, secrets), address="12 Canal Street, London N1")
    for client in CLIENTS:
        become_client(visitor(client, addresses, secrets))


def leave_something_to_do(addresses: DemoAddresses, secrets: DemoSecrets) -> None:
    """Book for the sample people, so that a newcomer's first look at a dashboard is not an empty one."""
    me = visitor(THERAPIST, addresses, secrets)
    booked = [_book(me, visitor(client, addresses, secrets)) for client in CLIENTS]
    _keep_a_diary(me, relationship_id=booked[0]["relationship_id"], now=datetime.fromisoformat(booked[0]["starts_at"]))


def _book(me: Visitor, guest: Visitor) -> dict[str, Any]:
    slot = guest.get(f"/v1/therapists/{me.person_id}/openings", kind="individual")["openings"][0]
    body = {
        "therapist_id": str(me.person_id),
        "kind": "individual",
        "starts_at": slot["starts_at"],
        "location_id": slot["locations"][0]["location_id"],
        "attendees": [guest.name],
        "accept_policy": POLICY_VERSION,
    }
    booked = guest.post("/v1/sessions", body)
    path = f"/v1/sessions/{booked['session_id']}"
    placed: dict[str, Any] = guest.until(path, lambda session: session["status"] == "unconfirmed")
    return placed


def _keep_a_diary(me: Visitor, *, relationship_id: str, now: datetime) -> None:
    """Lunch, evenings held back until Friday, and the first client's Tuesdays: something for each layer."""
    path = f"/v1/therapists/{me.person_id}"
    for weekday in WEEKDAYS[:5]:
        lunch = {"weekday": weekday, "from": "12:30", "until": "13:30"}
        me.post(f"{path}/blocks", {"weekly": lunch}, key=f"lunch-{weekday}")
    evenings = [{"weekday": weekday, "from": "17:00", "until": "18:00"} for weekday in WEEKDAYS]
    release = {"weekday": "friday", "at": "18:00", "weeks_ahead": 1}
    me.put(f"{path}/prime-time", {"ranges": evenings, "release": release})
    tuesday = now.date() + timedelta(days=(1 - now.weekday()) % 7)
    held = {"weekday": "tuesday", "at": "17:00", "location_id": location_of(me), "anchor": tuesday.isoformat()}
    me.post(f"{path}/reserved-slots", {"relationship_id": relationship_id, **held}, key="tuesdays")


def farewell(addresses: DemoAddresses, secrets: DemoSecrets, folder: Path, console: Console, *, now: datetime) -> None:
    """Print the addresses, the tokens and what to try; the same goes into a file for the shell."""
    names = {THERAPIST: "ADA", CLIENTS[0]: "BEN", CLIENTS[1]: "CHLOE", STAFF[0]: "OPERATOR", STAFF[1]: "AUDITOR"}
    exports = [f"export API={addresses.api}"]
    for person, short in names.items():
        token = token_for(secrets, person.person_id, person.role)
        exports += [f"export {short}={token}", f"export {short}_ID={person.person_id}"]
        console.print(f"[bold]{person.name}[/] ({person.role})  {person.person_id}", highlight=False)
        console.print(f"  {token}", highlight=False, soft_wrap=True)
    waiting = visitor(THERAPIST, addresses, secrets).get(f"/v1/therapists/{THERAPIST.person_id}/dashboard")
    exports += [f"export SESSION={session['session_id']}" for session in waiting["unconfirmed"]["sessions"][:1]]
    shell = folder / SHELL_FILE
    write_private(shell, "\n".join(exports) + "\n")
    console.print(
        WHAT_TO_TRY.format(api=addresses.api, sandbox=addresses.sandbox, shell=shell, folder=folder, now=now), **PLAIN
    )


PLAIN: dict[str, Any] = {"highlight": False, "soft_wrap": True}
SHELL_FILE = "demo.env"
WHAT_TO_TRY = """
[bold]Addresses[/]
  the API, described                      {api}/docs
  what the payment provider holds         {sandbox}/sandbox
  logs, database, secrets                 {folder}

[bold]Try, in another shell[/]
  make tour                               the story of one therapist and four clients, every step checked
  . {shell}
  curl "$API/v1/therapists/$ADA_ID/openings?kind=individual"
  curl -H "Authorization: Bearer $ADA" "$API/v1/therapists/$ADA_ID/dashboard"    what waits for her
  curl -H "Authorization: Bearer $ADA" "$API/v1/therapists/$ADA_ID/calendar"     her weeks: sessions and layers
  .venv/bin/diary therapist openings $ADA_ID    what is open to somebody new; --client $BEN_ID for Ben, who has Tuesdays
  curl -X POST -H "Authorization: Bearer $ADA" -H "Idempotency-Key: 1" "$API/v1/sessions/$SESSION/confirm"
  .venv/bin/diary history $SESSION        what happened to it, replayed from the log
  .venv/bin/diary demo advance 24h        let a day pass: what falls due happens by itself

It is {now:%a %d %b %Y %H:%M} UTC in this demo. Ctrl-C ends it; what it holds is there again at the next start.
"""
