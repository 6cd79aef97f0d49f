"""A booking rests on the diary as it stands: whoever changes it meanwhile has the booking decided again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Service, build
from adapters.postgres.recorder import PracticeRecorder
from adapters.settings import Settings
from application.diaries import close_self_booking, set_notice
from application.errors import Contended
from application.practice import DECISIONS_LIMIT, Alongside, Stored
from domain.diary.diary import BookingTerms
from domain.errors import NotOpen
from domain.model import Role
from tests.adapters.stored import rows_of
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_client, a_therapist


@pytest.fixture
def service(any_database: str, settings: Settings) -> Iterator[Service]:
    made = build(settings, any_database, gateway=FakeGateway())
    yield made
    made.close()


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


class Meanwhile:
    """Lets something happen between a decision and its save, so many times."""

    def __init__(self, service: Service, happen: Callable[[int], object], *, times: int = 1) -> None:
        recorder = cast("PracticeRecorder", service.practice._given_recorder)
        self._store, self._happen, self._left = recorder.store, happen, times
        self.saves = 0
        recorder.store = self.store  # type: ignore[method-assign] # between decision and save

    def store(self, stored_events: Sequence[StoredEvent], *, alongside: Alongside) -> Stored:
        if alongside.takes:
            self.saves += 1
            if self._left:
                self._left -= 1
                self._happen(self._left)
        return self._store(stored_events, alongside=alongside)


def test_a_booking_decided_on_an_open_diary_is_refused_when_the_diary_closes_meanwhile(
    any_database: str, seeded: Seeded
) -> None:
    client_id, command = a_client(seeded), seeded.command(Role.THERAPIST, seeded.therapist_id)
    Meanwhile(seeded.service, lambda _: close_self_booking(seeded.service.practice, command, seeded.therapist_id))

    with pytest.raises(NotOpen) as refusal:
        seeded.book(client_id, seeded.full_hour(days=3))

    assert refusal.value.reason == "self_booking_closed"
    assert rows_of(any_database, "select from claims") == []
    assert rows_of(any_database, "select from stored_events where topic = 'session.booked'") == []


def _change_gap(seeded: Seeded, gap_minutes: int) -> None:
    command = seeded.command(Role.THERAPIST, seeded.therapist_id)
    set_notice(seeded.service.practice, command, seeded.therapist_id, terms=BookingTerms(gap_minutes=gap_minutes))


def test_b2_a_booking_is_decided_again_with_the_gap_that_was_set_meanwhile(seeded: Seeded) -> None:
    client_id = a_client(seeded)
    meanwhile = Meanwhile(seeded.service, lambda _: _change_gap(seeded, 25))

    session_id = seeded.book(client_id, seeded.full_hour(days=3))

    assert (seeded.session(session_id).booked.gap_minutes, meanwhile.saves) == (25, 2)


def test_a_booking_that_is_overtaken_over_and_over_gives_up(any_database: str, seeded: Seeded) -> None:
    client_id = a_client(seeded)
    meanwhile = Meanwhile(seeded.service, lambda left: _change_gap(seeded, 15 + left), times=DECISIONS_LIMIT)

    with pytest.raises(Contended):
        seeded.book(client_id, seeded.full_hour(days=3))

    assert meanwhile.saves == DECISIONS_LIMIT
    assert rows_of(any_database, "select from claims") == []


def test_bookings_do_not_make_each_other_decide_again(seeded: Seeded) -> None:
    client_id, another_id = a_client(seeded), a_client(seeded)
    later = seeded.full_hour(days=4)
    meanwhile = Meanwhile(seeded.service, lambda _: seeded.book(another_id, later))

    seeded.book(client_id, seeded.full_hour(days=3))

    assert meanwhile.saves == 2
