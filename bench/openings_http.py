"""What is open in four weeks of a busy diary over HTTP, one question after the other, with everything stored.

Asked by nobody in particular, by a client who has a reserved slot, and of a therapist whose diary is ten years old.
`/livez` is asked beside them: what the machine and the server need for nothing at all.
"""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from itertools import chain
from pathlib import Path
from statistics import median, quantiles
from typing import TypeAlias
from uuid import UUID

import httpx
from pydantic import SecretStr

from adapters.bootstrap import Service, build
from adapters.clock import machine_now
from adapters.ids import new_id
from adapters.postgres.clock import PracticeClock
from adapters.postgres.embedded import EmbeddedPostgres, ServerOptions
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import connect
from adapters.settings import Settings
from adapters.tokens import DevelopmentIssuer
from application import diaries
from application.diaries import Reservation
from application.practice import Command
from bench.busy_diary import DAY, EIGHT, FRIDAY_AT_SIX, HOUR, WEEK, rules, session_starts
from bench.result import Limited
from bench.serving import LIVENESS, serving
from domain.diary.diary import BookingTerms, diary_id_of
from domain.diary.events import Hours, Period, WeeklyHours
from domain.model import Role, SessionKind
from domain.relationship.relationship import relationship_id_of
from projections.catalogue import VIEWS
from tests.api.server import asking
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_client, a_therapist

LIMIT_MS = 20.0
ROUNDS = 5
REQUESTS = 200
WARM_UP = 50
CLIENTS = 7
YEARS = 10
SECRET = "benchmark" * 4
MASTER_KEY = base64.b64encode(b"k" * 32).decode()
STRIPE_KEY = "sk_test_benchmark"
READING_ALONE = ServerOptions(settings={"fsync": "off", "synchronous_commit": "off"})
"""Only reads are measured, so that what is stored before them may be stored without care for the disk."""

Looks: TypeAlias = Mapping[str, tuple[httpx.Client, str]]


def run() -> list[Limited]:
    """Store two therapists, ask for what is open with one of them; return the results."""
    settings = Settings(
        pool_size=4,
        stripe_key=SecretStr(STRIPE_KEY),
        master_key=SecretStr(MASTER_KEY),
        token_secret=SecretStr(SECRET),
    )
    with (
        tempfile.TemporaryDirectory(prefix="diary-bench-") as folder,
        EmbeddedPostgres(Path(folder), options=READING_ALONE) as server,
    ):
        migrate(server.conninfo(), VIEWS)
        service = build(settings, server.conninfo(), gateway=FakeGateway())
        old = _ten_years_old(service, PracticeClock(connect(server.conninfo(), pool_size=1, role=None)))
        young = a_therapist(service, zone="Europe/London")
        regular, _ = _fill(young), _fill(old)
        service.close()
        return _asked(_environment(folder, server.conninfo()), young, old, regular=regular)


def _environment(folder: str, conninfo: str) -> dict[str, str]:
    return {
        "DIARY_FOLDER": folder,
        "DIARY_DATABASE_URL": conninfo,
        "DIARY_MASTER_KEY": MASTER_KEY,
        "DIARY_TOKEN_SECRET": SECRET,
        "DIARY_STRIPE_KEY": STRIPE_KEY,
    }


def _asked(environment: Mapping[str, str], young: Seeded, old: Seeded, *, regular: UUID) -> list[Limited]:
    token = DevelopmentIssuer(SECRET.encode()).issue(
        regular, Role.CLIENT, now=machine_now(), lifetime=timedelta(hours=1)
    )
    with (
        serving(environment) as url,
        asking(url) as anybody,
        asking(url, {"Authorization": f"Bearer {token}"}) as client,
    ):
        took = _milliseconds(
            {
                "livez": (anybody, LIVENESS),
                "anonymous": (anybody, _path(young)),
                "client": (client, _path(young)),
                "old": (anybody, _path(old)),
            }
        )
    every = {name: list(chain.from_iterable(rounds)) for name, rounds in took.items()}
    p99 = {name: quantiles(of_all, n=100)[-1] for name, of_all in every.items()}
    for name, of_all in every.items():
        print(f"http, {name}: median {median(of_all):.2f}, p99 {p99[name]:.2f}, max {max(of_all):.2f} ms")
    return [Limited(f"openings-http-{name}", p99[name], LIMIT_MS) for name in ("anonymous", "client", "old")]


def _path(seeded: Seeded) -> str:
    return f"/v1/therapists/{seeded.therapist_id}/openings?kind=individual"


def _milliseconds(looks: Looks) -> dict[str, list[list[float]]]:
    """Return what each request took, round by round."""
    for http, path in looks.values():
        for _ in range(WARM_UP):
            answer = http.get(path).raise_for_status()
        if path != LIVENESS:
            print(f"{len(answer.json()['openings'])} openings in {len(answer.content)} bytes")
    rounds = [_round(looks) for _ in range(ROUNDS)]
    return {name: [of_round[name] for of_round in rounds] for name in looks}


def _round(looks: Looks) -> dict[str, list[float]]:
    """Ask in turn, so that whatever else the machine does meets all alike."""
    turns = [{name: _once(http, path) for name, (http, path) in looks.items()} for _ in range(REQUESTS)]
    return {name: [turn[name] for turn in turns] for name in looks}


def _once(http: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    http.get(path).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _ten_years_old(service: Service, clock: PracticeClock) -> Seeded:
    """Let a therapist keep their diary for ten years, with six changes in every week of them."""
    seeded = a_therapist(service, zone="Europe/London")
    week = rules(seeded.location_id, now=service.desk.now()).weekly
    diaries.set_hours(service.practice, _command(seeded), seeded.therapist_id, weekly=week)
    for _ in range(52 * YEARS):
        clock.advance(WEEK)
        _a_week_of_changes(seeded)
    clock.advance(WEEK)
    events = len(service.practice.history(diary_id_of(seeded.therapist_id)))
    print(f"{events} events in a diary of {YEARS} years")
    return seeded


def _a_week_of_changes(seeded: Seeded) -> None:
    practice, therapist_id, now = seeded.service.practice, seeded.therapist_id, seeded.service.desk.now()
    command, today, ended = _command(seeded), now.date(), new_id()
    evening = (Hours(from_minutes=EIGHT + 30, until_minutes=EIGHT + 90, location_ids=(seeded.location_id,)),)
    for block_id, days in ((ended, 1), (new_id(), 2), (new_id(), 3)):
        time_ = Period(starts_at=now + days * DAY, ends_at=now + days * DAY + 2 * HOUR)
        diaries.block(practice, command, therapist_id, block_id=block_id, time=time_)
    diaries.unblock(practice, command, therapist_id, block_id=ended)
    diaries.open_date(practice, command, therapist_id, day=today, hours=evening)
    diaries.close_date(practice, command, therapist_id, day=today + 4 * DAY)


def _fill(seeded: Seeded) -> UUID:
    """Store 150 sessions and forty rules; return a client who has a reserved slot."""
    service = seeded.service
    _work_at_all_hours(seeded)
    clients = [a_client(seeded) for _ in range(CLIENTS)]
    starts = session_starts(service.desk.now())
    for client_id, starts_at in zip(clients, starts[-CLIENTS:], strict=True):
        seeded.book(client_id, starts_at)
    for number, starts_at in enumerate(starts[:-CLIENTS]):
        seeded.place(clients[number % CLIENTS], starts_at)
    _set_rules(seeded, clients)
    return clients[0]


def _work_at_all_hours(seeded: Seeded) -> None:
    """So that clients may book wherever the sessions are to be; the rules come after them."""
    day = Hours(from_minutes=0, until_minutes=24 * 60, location_ids=(seeded.location_id,))
    weekly = tuple(WeeklyHours(weekday=weekday, hours=day) for weekday in range(7))
    command, practice = _command(seeded), seeded.service.practice
    diaries.set_hours(practice, command, seeded.therapist_id, weekly=weekly)


def _set_rules(seeded: Seeded, clients: list[UUID]) -> None:
    practice, therapist_id, command = seeded.service.practice, seeded.therapist_id, _command(seeded)
    forty = rules(seeded.location_id, now=seeded.service.desk.now())
    diaries.set_hours(practice, command, therapist_id, weekly=forty.weekly)
    diaries.set_notice(practice, command, therapist_id, terms=BookingTerms())
    diaries.set_prime_time(practice, command, therapist_id, ranges=forty.prime_time, release=FRIDAY_AT_SIX)
    for day, hours in forty.dates.items():
        if hours:
            diaries.open_date(practice, command, therapist_id, day=day, hours=hours)
        else:
            diaries.close_date(practice, command, therapist_id, day=day)
    for time_ in forty.blocks:
        diaries.block(practice, command, therapist_id, block_id=new_id(), time=time_)
    for client_id, held in zip(clients, forty.reserved, strict=True):
        reservation = Reservation(
            reserved_slot_id=new_id(),
            relationship_id=relationship_id_of(
                therapist_id=therapist_id, client_id=client_id, kind=SessionKind.INDIVIDUAL
            ),
            weekday=held.weekday,
            from_minutes=held.from_minutes,
            duration_minutes=None,
            location_id=seeded.location_id,
            interval_weeks=held.interval_weeks,
            anchor=held.anchor,
        )
        diaries.reserve_slot(practice, command, therapist_id, reservation=reservation)


def _command(seeded: Seeded) -> Command:
    return seeded.command(Role.THERAPIST, seeded.therapist_id)
