"""The race for a slot, two hundred times: one winner each, nobody shown a deadlock, no overlap left behind (B12)."""

from __future__ import annotations

import base64
import random
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from adapters.bootstrap import build
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.settings import Settings
from projections.catalogue import VIEWS
from tests.campaigns.chapter import Figures
from tests.fakes import FakeGateway
from tests.races import DEADLOCKS, OVERLAPS, WON, counted, race
from tests.seeded import a_client, a_therapist

ROUNDS = 200
CLIENTS = 16


def run(seed: int) -> Figures:
    """Race, with the hours and the clients in an order of the seed's."""
    chance = random.Random(seed)  # noqa: S311 - it only has to be repeatable
    settings = Settings(
        pool_size=CLIENTS + 2,
        stripe_key=SecretStr("sk_test_campaign"),
        master_key=SecretStr(base64.b64encode(b"k" * 32).decode()),
        token_secret=SecretStr("campaign" * 4),
    )
    with tempfile.TemporaryDirectory(prefix="diary-campaign-") as folder, EmbeddedPostgres(Path(folder)) as server:
        conninfo = server.conninfo()
        migrate(conninfo, VIEWS)
        service = build(settings, conninfo, gateway=FakeGateway())
        seeded = a_therapist(service)
        clients = [a_client(seeded) for _ in range(CLIENTS)]
        first, started_at = seeded.full_hour(days=3), time.monotonic()
        rounds = []
        for hour in chance.sample(range(24 * 50), ROUNDS):
            chance.shuffle(clients)
            rounds.append(Counter(race(seeded, clients, first + timedelta(hours=hour))))
        seconds = time.monotonic() - started_at
        service.close()
        overlaps, deadlocks = counted(conninfo, OVERLAPS), counted(conninfo, DEADLOCKS)
    winners = Counter(of_round[WON] for of_round in rounds)
    return Figures(
        ok=winners == {1: ROUNDS} and not overlaps and not deadlocks,
        figures={
            "rounds": ROUNDS,
            "clients": CLIENTS,
            "with_one_winner": winners[1],
            "refused": sum(of_round["SlotTaken"] for of_round in rounds),
            "deadlocks": deadlocks,
            "overlaps": overlaps,
            "seconds": round(seconds, 1),
        },
    )
