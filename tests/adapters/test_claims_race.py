"""No two claims of one therapist overlap, whatever runs at once, and no client is in two places (rule B12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.bootstrap import Service, build
from adapters.settings import Settings
from api.problems import code_of, status_of
from domain.errors import ClientBusy, SlotTaken
from tests.fakes import FakeGateway
from tests.races import DEADLOCKS, OVERLAPS, WON, counted, race
from tests.seeded import Seeded, a_client, a_known_client, a_therapist

CLIENTS = 16
ROUNDS = 10


@pytest.fixture
def service(any_database: str, settings: Settings) -> Iterator[Service]:
    made = build(settings.model_copy(update={"pool_size": CLIENTS + 2}), any_database, gateway=FakeGateway())
    yield made
    made.close()


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


def test_b12_one_of_sixteen_clients_wins_the_slot_and_the_others_are_told_that_it_is_taken(
    any_database: str, seeded: Seeded
) -> None:
    clients = [a_client(seeded) for _ in range(CLIENTS)]
    first = seeded.full_hour(days=3)

    rounds = [sorted(race(seeded, clients, first + timedelta(hours=n))) for n in range(ROUNDS)]

    assert rounds == [["SlotTaken"] * (CLIENTS - 1) + [WON]] * ROUNDS
    assert (counted(any_database, OVERLAPS), counted(any_database, "select count(*) from claims")) == (0, ROUNDS)
    assert counted(any_database, DEADLOCKS) == 0


def test_b12_a_taken_slot_is_a_conflict_at_the_edge() -> None:
    assert (code_of(SlotTaken), status_of(SlotTaken)) == ("slot-taken", 409)


def test_b12_a_client_cannot_be_with_two_therapists_at_once_and_is_told_so(seeded: Seeded) -> None:
    another = a_therapist(seeded.service)
    client_id, at = a_client(seeded), seeded.full_hour(days=3)
    another.book(client_id, at)

    with pytest.raises(ClientBusy):
        seeded.book(client_id, at)


def test_b12_a_therapist_learns_only_that_the_client_cannot_come(seeded: Seeded) -> None:
    another = a_therapist(seeded.service)
    client_id, at = a_known_client(seeded), seeded.full_hour(days=3)
    another.book(client_id, at)

    with pytest.raises(ClientBusy) as refusal:
        seeded.place(client_id, at)

    assert refusal.value.sentence == "The client cannot come at that time."
    assert ClientBusy().args == refusal.value.args


def test_b12_the_gap_after_a_session_belongs_to_the_therapist_and_not_to_the_client(seeded: Seeded) -> None:
    another = a_therapist(seeded.service)
    client_id, at = a_known_client(seeded), seeded.full_hour(days=3)
    seeded.book(client_id, at)
    another.book(client_id, at - timedelta(days=1))
    after_the_session = at + timedelta(minutes=50)

    another.place(client_id, after_the_session)
    with pytest.raises(SlotTaken):
        seeded.place(a_known_client(seeded), after_the_session)


def test_b12_a_cancelled_session_gives_its_time_to_the_next(any_database: str, seeded: Seeded) -> None:
    at = seeded.full_hour(days=3)
    session_id = seeded.book(a_client(seeded), at)

    seeded.cancel(session_id)
    seeded.book(a_client(seeded), at)

    assert counted(any_database, "select count(*) from claims") == 1
