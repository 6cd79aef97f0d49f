"""The race for a whole diary: clients book while every rule of the diary changes; then the log itself is judged.

Eight processes, a minute, one therapist. Every booking has to be right by the rules as they stood at its place in the
log (rules B1 to B7, B9, B11 to B13, A10, G5), and the tables have to be what the log says.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from adapters.bootstrap import Service, build
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.settings import Settings
from application.recorded import Logged
from domain.diary.picture import WhyNot
from domain.model import Role
from domain.session.events import Booked
from projections.catalogue import VIEWS
from tests.adapters.stored import wait_until
from tests.campaigns.chapter import Figures
from tests.campaigns.diary_judge import violations, wrongly_listed
from tests.campaigns.diary_race import REASON, Played, race
from tests.campaigns.diary_tables import differences
from tests.campaigns.diary_world import World, a_world
from tests.fakes import FakeGateway
from tests.races import DEADLOCKS, OVERLAPS, counted
from workers.follower import catch_up

SECONDS = 60.0
BOOKINGS_AT_LEAST = 300
PARKED = "select count(*) as n from parked_events"
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge found: in `broken` is what must not be there, by name and number; nothing, if all is well.

    `bookings` are counted by who made them.
    """

    events: int
    bookings: Counter[Role]
    broken: Mapping[str, int]
    deadlocks: int


def run(seed: int) -> Figures:
    """Race for a minute, and judge."""
    settings = Settings(
        pool_size=4,
        stripe_key=SecretStr("sk_test_campaign"),
        master_key=SecretStr(base64.b64encode(b"k" * 32).decode()),
        token_secret=SecretStr("campaign" * 4),
    )
    with tempfile.TemporaryDirectory(prefix="diary-campaign-") as folder, EmbeddedPostgres(Path(folder)) as server:
        migrate(server.conninfo(), VIEWS)
        world, started_at = a_world(settings, server.conninfo(), seed), time.monotonic()
        played = race(world, clients=4, therapists=3, seconds=SECONDS)
        seconds = time.monotonic() - started_at
        verdict = judge(world, played)
    for name, number in sorted(played.counted.items()):
        sys.stdout.write(f"{number:7} {name}\n")
    return _figures(played, verdict, seconds=seconds)


def judge(world: World, played: Played) -> Verdict:
    """Look at what is left when everything has stopped."""
    service = build(world.settings, world.conninfo, gateway=FakeGateway())
    catch_up(service, VIEWS)
    log = _whole_log(service)
    now = service.desk.now()
    busy = service.busy.of_therapist(world.therapist_id, since=now, until=now + timedelta(weeks=20))
    service.close()
    broken = {
        **violations(log, {world.therapist_id: busy}),
        **{f"rows of {name}": number for name, number in differences(world.conninfo, log).items()},
        "clashes wrongly listed": wrongly_listed(log, played.told, world.therapist_id),
        "overlaps": counted(world.conninfo, OVERLAPS),
        "parked": counted(world.conninfo, PARKED),
    }
    return Verdict(
        events=len(log),
        bookings=Counter(one.recorded.event.booked_by for one in log if isinstance(one.recorded.event, Booked)),
        broken={name: number for name, number in broken.items() if number},
        deadlocks=counted(world.conninfo, DEADLOCKS),
    )


def _whole_log(service: Service) -> list[Logged]:
    """Everything that is stored, as soon as readers may see it: others on the server may hold the horizon back."""
    wait_until(lambda: service.log.head() == service.log.last())
    log: list[Logged] = []
    while batch := service.log.after(log[-1].position if log else 0, PAGE):
        log.extend(service.log._decode(notification) for notification in batch)
    return log


def unmet(played: Played) -> list[str]:
    """Return the reasons for which nobody was refused."""
    return [reason.value for reason in WhyNot if not played.counted[REASON + reason.value]]


def _figures(played: Played, verdict: Verdict, *, seconds: float) -> Figures:
    acts = {name: number for name, number in played.counted.items() if not name.startswith((REASON, "followed"))}
    refused = sum(number for name, number in acts.items() if name.rpartition(" ")[2][0].isupper())
    idle = unmet(played) or sum(verdict.bookings.values()) < BOOKINGS_AT_LEAST
    return Figures(
        ok=not verdict.broken and not idle,
        figures={
            "ops": sum(acts.values()),
            "events": verdict.events,
            "booked_by_clients": verdict.bookings[Role.CLIENT],
            "booked_by_therapist": verdict.bookings[Role.THERAPIST],
            "refused": refused,
            "contended": sum(number for name, number in acts.items() if name.endswith(" Contended")),
            "reasons_unmet": ",".join(unmet(played)) or 0,
            "blocks_judged": len(played.told),
            "deadlocks_retried": verdict.deadlocks,
            "violations": sum(verdict.broken.values()),
            "broken": ",".join(f"{name.replace(' ', '_')}:{n}" for name, n in verdict.broken.items()) or 0,
            "seconds": round(seconds, 1),
        },
    )
