"""The view of reserved slots: what a client finds in it is what the diaries hold (rule B5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.bootstrap import Service
from application.diaries import Reservation, release_reserved_slot, reserve_slot
from domain.model import Role, SessionKind
from domain.relationship.relationship import relationship_id_of
from projections import reserved_slots
from projections.catalogue import VIEWS
from tests.seeded import Seeded, a_known_client, a_therapist
from tests.workers.story import a_reservation
from workers.follower import catch_up


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


def reservation_for(seeded: Seeded, client_id: UUID, *, hour: int = 9) -> Reservation:
    """A time that may be held for a client."""
    of_both = {"therapist_id": seeded.therapist_id, "client_id": client_id}
    return a_reservation(seeded, relationship_id_of(**of_both, kind=SessionKind.INDIVIDUAL), hour)


def reserve(seeded: Seeded, reservation: Reservation) -> None:
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)
    reserve_slot(seeded.service.practice, command, seeded.therapist_id, reservation=reservation)


def release(seeded: Seeded, reservation: Reservation) -> None:
    command, slot_id = seeded.command(Role.THERAPIST, seeded.therapist_id), reservation.reserved_slot_id
    release_reserved_slot(seeded.service.practice, command, seeded.therapist_id, reserved_slot_id=slot_id)


def found(seeded: Seeded, client_id: UUID, *, limit: int = 10) -> list[tuple[UUID, int]]:
    """Return the client's slots, by id and time of day, when the view has read everything."""
    catch_up(seeded.service, VIEWS)
    rows = reserved_slots.of_client(seeded.service.rows, client_id, limit=limit)
    return [(row["reserved_slot_id"], row["from_minutes"]) for row in rows]


def test_b5_a_client_finds_their_slots_and_nobody_elses(seeded: Seeded) -> None:
    client_id, another_id = a_known_client(seeded), a_known_client(seeded)
    theirs = reservation_for(seeded, client_id, hour=9)
    reserve(seeded, theirs)
    reserve(seeded, reservation_for(seeded, another_id, hour=11))

    assert found(seeded, client_id) == [(theirs.reserved_slot_id, 9 * 60)]


def test_b5_a_slot_that_was_let_go_is_not_found(seeded: Seeded) -> None:
    client_id = a_known_client(seeded)
    kept, dropped = (reservation_for(seeded, client_id, hour=hour) for hour in (9, 11))
    for reservation in (kept, dropped):
        reserve(seeded, reservation)
    release(seeded, dropped)

    assert found(seeded, client_id) == [(kept.reserved_slot_id, 9 * 60)]


def test_b5_a_slot_that_is_reserved_again_under_its_id_is_found_as_it_is_now(seeded: Seeded) -> None:
    client_id = a_known_client(seeded)
    first = reservation_for(seeded, client_id, hour=9)
    reserve(seeded, first)
    release(seeded, first)

    reserve(seeded, replace(first, from_minutes=15 * 60))

    assert found(seeded, client_id) == [(first.reserved_slot_id, 15 * 60)]


def test_no_more_slots_are_read_than_were_asked_for(seeded: Seeded) -> None:
    client_id = a_known_client(seeded)
    for hour in (9, 11, 13):
        reserve(seeded, reservation_for(seeded, client_id, hour=hour))

    assert (len(found(seeded, client_id)), len(found(seeded, client_id, limit=2))) == (3, 2)


def test_b5_the_slots_that_began_first_are_read_where_there_are_too_many(seeded: Seeded) -> None:
    client_id = a_known_client(seeded)
    later, sooner = (reservation_for(seeded, client_id, hour=hour) for hour in (9, 11))
    reserve(seeded, replace(later, anchor=later.anchor + timedelta(weeks=1)))
    reserve(seeded, sooner)
    reserve(seeded, reservation_for(seeded, client_id, hour=13))

    assert [minutes for _, minutes in found(seeded, client_id, limit=2)] == [11 * 60, 13 * 60]
    assert [minutes for _, minutes in found(seeded, client_id)] == [11 * 60, 13 * 60, 9 * 60]
