"""The same race through the front door: sixteen clients, one slot, two hundred rounds, real HTTP (B12)."""

from __future__ import annotations

import base64
import random
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from pydantic import SecretStr

from adapters.bootstrap import build
from adapters.clock import machine_now
from adapters.ids import new_id
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.settings import Settings
from adapters.tokens import DevelopmentIssuer
from api.app import create_app
from domain.model import Role
from domain.session.notice import POLICY_VERSION
from projections.catalogue import VIEWS
from tests.api.server import asking, served
from tests.campaigns.chapter import Figures
from tests.fakes import FakeGateway
from tests.races import DEADLOCKS, OVERLAPS, counted
from tests.seeded import Seeded, a_client, a_therapist

ROUNDS = 200
CLIENTS = 16
SECRET = "campaign" * 4
WON = "201"
TAKEN = "409 /problems/slot-taken"


def run(seed: int) -> Figures:
    """Race through the API, with the hours in an order of the seed's."""
    chance = random.Random(seed)  # noqa: S311 - it only has to be repeatable
    settings = Settings(
        pool_size=CLIENTS + 2,
        stripe_key=SecretStr("sk_test_campaign"),
        master_key=SecretStr(base64.b64encode(b"k" * 32).decode()),
        token_secret=SecretStr(SECRET),
    )
    with tempfile.TemporaryDirectory(prefix="diary-campaign-") as folder, EmbeddedPostgres(Path(folder)) as server:
        conninfo = server.conninfo()
        migrate(conninfo, VIEWS)
        service = build(settings, conninfo, gateway=FakeGateway())
        seeded = a_therapist(service)
        with served(create_app(service)) as url:
            clients = [_asking(url, seeded) for _ in range(CLIENTS)]
            first, started_at = seeded.full_hour(days=3), time.monotonic()
            hours = chance.sample(range(24 * 50), ROUNDS)
            rounds = [_race(clients, seeded, first + timedelta(hours=hour)) for hour in hours]
            seconds = time.monotonic() - started_at
            for client in clients:
                client.close()
        overlaps, deadlocks = counted(conninfo, OVERLAPS), counted(conninfo, DEADLOCKS)
    together = sum(rounds, Counter[str]())
    one_winner = sum(of_round[WON] == 1 for of_round in rounds)
    return Figures(
        ok=one_winner == ROUNDS and set(together) == {WON, TAKEN} and not overlaps and not deadlocks,
        figures={
            "rounds": ROUNDS,
            "clients": CLIENTS,
            "with_one_winner": one_winner,
            "slot_taken": together[TAKEN],
            "other_answers": sum(together.values()) - together[WON] - together[TAKEN],
            "deadlocks": deadlocks,
            "overlaps": overlaps,
            "seconds": round(seconds, 1),
        },
    )


def _asking(url: str, seeded: Seeded) -> httpx.Client:
    """Return a registered client's way to ask."""
    issuer = DevelopmentIssuer(SECRET.encode())
    token = issuer.issue(a_client(seeded), Role.CLIENT, now=machine_now(), lifetime=timedelta(hours=1))
    return asking(url, {"Authorization": f"Bearer {token}"})


def _race(clients: list[httpx.Client], seeded: Seeded, starts_at: datetime) -> Counter[str]:
    at_once = threading.Barrier(len(clients))
    body = {
        "therapist_id": str(seeded.therapist_id),
        "kind": "individual",
        "starts_at": starts_at.isoformat(),
        "location_id": str(seeded.location_id),
        "attendees": ["Somebody"],
        "accept_policy": POLICY_VERSION,
    }

    def ask(client: httpx.Client) -> str:
        at_once.wait()
        answer = client.post("/v1/sessions", json=body, headers={"Idempotency-Key": new_id().hex})
        return str(answer.status_code) if answer.is_success else f"{answer.status_code} {answer.json()['type']}"

    with ThreadPoolExecutor(len(clients)) as threads:
        return Counter(threads.map(ask, clients))
