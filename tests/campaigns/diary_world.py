"""The world of the diary's race: one therapist whom everybody wants, another one elsewhere, clients, a clock change."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.bootstrap import Service, build
from adapters.clock import machine_now
from adapters.ids import new_id
from adapters.postgres.clock import PracticeClock
from adapters.postgres.pool import connect
from adapters.settings import Settings
from application.diaries import set_notice
from application.people import set_locations, set_prices
from application.ports import BusyTime
from application.practice import Command, Request
from domain.diary.diary import BookingTerms
from domain.model import Actor, Location, Medium, Role, SessionKind
from domain.therapist.events import Price
from tests.fakes import FakeGateway
from tests.seeded import PRICE, Seeded, a_client, a_therapist

ZONES = ("Europe/London", "Europe/Berlin", "America/New_York")
KINDS = (SessionKind.INDIVIDUAL, SessionKind.COUPLE)
CLIENTS = 16
WEEKS = 4
BEFORE_THE_CHANGE = timedelta(days=9)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class World:
    """What every process of a race is told. `gap` is a time of the diary's clock that does not exist."""

    settings: Settings
    conninfo: str
    seed: int
    zone: str
    gap: datetime
    therapist_id: UUID
    location_ids: tuple[UUID, UUID]
    elsewhere_id: UUID
    elsewhere_location_id: UUID
    client_ids: tuple[UUID, ...]


@dataclass
class Player:
    """One process of a race: what it works with, what it has seen and done, how it went.

    `told` has the sessions that a block's answer listed, by the block.
    """

    world: World
    service: Service
    chance: random.Random
    clients: list[UUID]
    seen: list[tuple[datetime, UUID, SessionKind]] = field(default_factory=list)
    booked: list[UUID] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    told: dict[UUID, frozenset[UUID]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.service.desk.now()

    @property
    def seeded(self) -> Seeded:
        return Seeded(self.service, self.world.therapist_id, self.world.location_ids[0])

    def command(self, role: Role, person_id: UUID) -> Command:
        """A command of somebody, now; every other one is a request with a key."""
        request = Request(person_id, "/race", new_id().hex, b"body", new_id()) if self.chance.random() < 0.5 else None
        return self.service.desk.command(Actor(role=role, person_id=person_id), request=request)

    def of_therapist(self) -> Command:
        """A command of the therapist whom everybody wants."""
        return self.command(Role.THERAPIST, self.world.therapist_id)

    def some_time(self) -> datetime:
        """A quarter of an hour, oftener a full or a half one, in the weeks that are raced for, or around them."""
        quarters = self.chance.randrange(-4, (WEEKS * 7 + 1) * 96)
        aligned = quarters - quarters % self.chance.choice((1, 2, 4))
        return self.now.replace(minute=0, second=0, microsecond=0) + aligned * timedelta(minutes=15)


def a_player(world: World, number: int) -> Player:
    """Return one process's player, with a service and a chance of its own."""
    service = build(world.settings, world.conninfo, gateway=FakeGateway())
    chance = random.Random(f"{world.seed}:{number}")  # noqa: S311 - it only has to be repeatable
    return Player(world, service, chance, list(world.client_ids))


def a_world(settings: Settings, conninfo: str, seed: int) -> World:
    """Set a migrated database up, in which the diary's clock will be changed nine days from now."""
    chance = random.Random(seed)  # noqa: S311 - it only has to be repeatable
    zone = chance.choice(ZONES)
    change = _next_gap(ZoneInfo(zone), after=machine_now() + BEFORE_THE_CHANGE)
    owner = connect(conninfo, pool_size=1, role=None)
    PracticeClock(owner).advance(change - BEFORE_THE_CHANGE - machine_now())
    owner.close()
    service = build(settings, conninfo, gateway=FakeGateway())
    seeded, elsewhere = a_therapist(service, zone=zone), a_therapist(service)
    another_location_id = _furnish(seeded)
    world = World(
        settings=settings,
        conninfo=conninfo,
        seed=seed,
        zone=zone,
        gap=(change - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(minutes=1),
        therapist_id=seeded.therapist_id,
        location_ids=(seeded.location_id, another_location_id),
        elsewhere_id=elsewhere.therapist_id,
        elsewhere_location_id=elsewhere.location_id,
        client_ids=tuple(a_client(seeded) for _ in range(CLIENTS)),
    )
    _make_busy(seeded, chance)
    for number, client_id in enumerate(world.client_ids[: CLIENTS // 2]):
        seeded.book(client_id, seeded.full_hour(days=3 + number))
    service.close()
    return world


def _next_gap(zone: ZoneInfo, *, after: datetime) -> datetime:
    """Return when the zone's clock is next put forward."""
    at = after.replace(minute=0, second=0, microsecond=0)
    while (at + HOUR).astimezone(zone).replace(tzinfo=None) - at.astimezone(zone).replace(tzinfo=None) <= HOUR:
        at += HOUR
    return at + HOUR


def _furnish(seeded: Seeded) -> UUID:
    """Give the therapist a second location and a second kind of session, and terms with room for a race."""
    practice, command = seeded.service.practice, seeded.command(Role.THERAPIST, seeded.therapist_id)
    another = Location(location_id=new_id(), medium=Medium.PHONE)
    first = Location(location_id=seeded.location_id, medium=Medium.VIDEO)
    prices = tuple(
        Price(kind=kind, amount=PRICE, duration_minutes=minutes) for kind, minutes in zip(KINDS, (50, 80), strict=True)
    )
    set_prices(practice, command, seeded.therapist_id, prices)
    set_locations(practice, command, seeded.therapist_id, ((first, "a link"), (another, "a number")))
    set_notice(practice, command, seeded.therapist_id, terms=BookingTerms(horizon_weeks=WEEKS))
    return another.location_id


def _make_busy(seeded: Seeded, chance: random.Random) -> None:
    """Fill the therapist's calendar elsewhere, once: the same busy times for every decision (rule B9).

    The days before them are left to the first bookings.
    """
    starts = (seeded.full_hour(days=chance.uniform(3 + CLIENTS, WEEKS * 7)) for _ in range(12))
    busy = [BusyTime(at, at + chance.randrange(1, 5) * HOUR) for at in starts]
    seeded.service.busy.replace(seeded.therapist_id, new_id(), busy)
