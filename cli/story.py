"""Telling a story step by step and checking each step: what the tour is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from rich.console import Console

from adapters.ids import new_id
from adapters.postgres.clock import PracticeClock
from adapters.postgres.pool import connect
from cli.place import DemoAddresses, DemoSecrets
from cli.samples import become_client, open_practice
from cli.visitor import Visitor
from domain.model import Role
from domain.session.notice import POLICY_VERSION


class StepFailed(Exception):
    """A step of the tour did not come out as it should."""


@dataclass
class Story:
    """One therapist and four clients, new in every telling, and the demo's clock."""

    addresses: DemoAddresses
    secrets: DemoSecrets
    console: Console
    telling: UUID = field(default_factory=new_id)
    steps: int = 0
    relationship_ids: dict[UUID, str] = field(default_factory=dict)
    policy_version: str = POLICY_VERSION

    def __post_init__(self) -> None:
        self.therapist = self._person("Dr Ada Okafor", Role.THERAPIST)
        self.amara, self.ben, self.chloe, self.dana = (
            self._person(name, Role.CLIENT) for name in ("Amara Diallo", "Ben Hughes", "Chloe Martin", "Dana Whitfield")
        )
        self.pair = self.ben, self.chloe
        self.auditor = self._person("Auditor", Role.AUDITOR)
        self.location_id = open_practice(self.therapist, address="12 Canal Street, London N1")

    def _person(self, name: str, role: Role) -> Visitor:
        return Visitor(name, role, uuid5(self.telling, name), self.addresses, self.secrets)

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.console.print(f"\n[bold]{title}[/]")

    def check(self, sentence: str, expected: object, actual: object) -> None:
        """Tell a step; raise StepFailed unless it is so."""
        if expected != actual:
            self.console.print(f"  [red]✗[/] {sentence}", highlight=False)
            raise StepFailed(f"{sentence}: expected {expected!r}, and it is {actual!r}.")
        self.steps += 1
        self.console.print(f"  [green]✓[/] {sentence}", highlight=False)

    def join(self, client: Visitor) -> None:
        """Let a client register with a card."""
        become_client(client)

    def openings(self, *, days_ahead: int) -> list[dict[str, Any]]:
        """What anybody sees of the therapist's open times from that many days ahead."""
        since = self.now() + timedelta(days=days_ahead)
        path = f"/v1/therapists/{self.therapist.person_id}/openings"
        query = {"kind": "individual", "from": since.isoformat(), "until": (since + timedelta(days=7)).isoformat()}
        found: list[dict[str, Any]] = self.amara.get(path, **query)["openings"]
        return found

    def book_first(self, client: Visitor, *, days_ahead: int) -> dict[str, Any]:
        """A client's own first booking, paid with the saved card."""
        slot = self.openings(days_ahead=days_ahead)[0]
        body = self.booking(client, slot["starts_at"]) | {"accept_policy": POLICY_VERSION}
        booked = client.post("/v1/sessions", body)
        self.relationship_ids[client.person_id] = booked["relationship_id"]
        return self.until(client, booked["session_id"], lambda s: s["status"] != "being_booked")

    def book_for(self, client: Visitor, *, days_ahead: int) -> dict[str, Any]:
        """The therapist books a follow-up that the client agreed to."""
        slot = self.openings(days_ahead=days_ahead)[0]
        body = self.booking(client, slot["starts_at"]) | {"client_id": str(client.person_id), "client_agreed": True}
        booked: dict[str, Any] = self.therapist.post("/v1/sessions", body)
        return booked

    def booking(self, client: Visitor, starts_at: str) -> dict[str, Any]:
        """What is asked for when somebody books with the therapist."""
        return {
            "therapist_id": str(self.therapist.person_id),
            "kind": "individual",
            "starts_at": starts_at,
            "location_id": self.location_id,
            "attendees": [client.name],
        }

    def until(self, who: Visitor, session_id: str, holds: Callable[[Any], bool]) -> dict[str, Any]:
        """Look at a session until it is as expected."""
        session: dict[str, Any] = who.until(f"/v1/sessions/{session_id}", holds)
        return session

    def now(self) -> datetime:
        """The practice's time."""
        with self._clock() as clock:
            return clock.now()

    def advance_to(self, instant: str | datetime, *, beyond: timedelta = timedelta()) -> None:
        """Set the demo's clock to an instant, or a little beyond it."""
        target = instant if isinstance(instant, datetime) else datetime.fromisoformat(instant)
        with self._clock() as clock:
            ahead = target.astimezone(UTC) + beyond - clock.now()
            clock.advance(max(ahead, timedelta()))
        self.console.print(f"    … it is {target + beyond:%a %d %b %Y %H:%M:%S} UTC", style="dim", highlight=False)

    @contextmanager
    def _clock(self) -> Iterator[PracticeClock]:
        owner = connect(self.addresses.conninfo, pool_size=1, role=None)
        try:
            yield PracticeClock(owner)
        finally:
            owner.close()
