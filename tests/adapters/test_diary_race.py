"""Many processes at one diary: whatever runs at once, each booking is right by the rules at its place in the log.

The long run is `make faults CHAPTER=diary`; this is a short one, and a look at whether its judge sees anything.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from adapters.bootstrap import Service
from adapters.ids import new_id
from adapters.settings import Settings
from application.diaries import block
from domain.diary.events import Period
from domain.model import Role
from tests.campaigns.diary import judge
from tests.campaigns.diary_judge import violations, wrongly_listed
from tests.campaigns.diary_race import race
from tests.campaigns.diary_world import CLIENTS, a_world
from tests.seeded import Seeded, a_client, a_therapist
from tests.workers.story import whole_log

SEED = 1
SECONDS = 5.0


def test_b9_every_booking_of_a_race_is_right_by_the_rules_at_its_place_in_the_log(
    database: str, settings: Settings
) -> None:
    world = a_world(settings, database, SEED)

    played = race(world, clients=2, therapists=1, seconds=SECONDS)
    verdict = judge(world, played)

    assert (verdict.broken, verdict.deadlocks) == ({}, 0)
    assert verdict.bookings[Role.CLIENT] > CLIENTS, "nobody booked anything in the race"


def test_the_judge_sees_a_booking_that_stands_in_the_log_behind_the_block_over_its_time(service: Service) -> None:
    seeded, block_id = a_therapist(service), new_id()
    at, before = seeded.full_hour(days=3), len(whole_log(seeded))
    session_id = seeded.book(a_client(seeded), at)
    done = _block(seeded, block_id, Period(starts_at=at, ends_at=at + timedelta(hours=1)))

    log = whole_log(seeded)
    turned_round = [*log[:before], log[-1], *log[before:-1]]

    assert violations(log, {}) == {}
    assert violations(turned_round, {}) == {"blocked": 1}
    assert done == {session_id}


def test_the_judge_sees_a_clash_that_a_block_did_not_list_and_one_that_is_none(service: Service) -> None:
    seeded, block_id = a_therapist(service), new_id()
    at = seeded.full_hour(days=3)
    session_id = seeded.book(a_client(seeded), at)
    _block(seeded, block_id, Period(starts_at=at, ends_at=at + timedelta(hours=1)))

    def wrong(*told: UUID) -> int:
        return wrongly_listed(whole_log(seeded), {block_id: frozenset(told)}, seeded.therapist_id)

    assert (wrong(session_id), wrong(), wrong(session_id, new_id())) == (0, 1, 1)


def _block(seeded: Seeded, block_id: UUID, time: Period) -> set[UUID]:
    """Block a time; return the sessions that the answer listed."""
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)
    done = block(seeded.service.practice, command, seeded.therapist_id, block_id=block_id, time=time)
    return {clash.session_id for clash in done.clashes}
