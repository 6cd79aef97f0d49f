"""A series asked for twice, and two series at the same moment: one is stored, as a whole (rules A10, B12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from adapters.bootstrap import Service, build
from adapters.settings import Settings
from application.errors import RequestDiffers
from application.ports import ClaimedTime, Claims
from application.series import SeriesBooking, SeriesOutcome, book_series
from domain.errors import (
    Refusal,
    SeriesClashes,
)
from domain.model import Role
from tests.application.series import (
    COUNT,
    a_series,
    all_at_once,
    ask_as_client,
    told_of,
)
from tests.fakes import FakeGateway
from tests.races import DEADLOCKS, OVERLAPS, WON, counted
from tests.seeded import Seeded, a_client, a_therapist

WEEK = timedelta(weeks=1)
ROUNDS = 16


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


# --- asked twice --------------------------------------------------------------------------------------------------


def test_a10_a_series_that_is_asked_for_twice_is_booked_once(seeded: Seeded) -> None:
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))
    ask_as_client(seeded, series)

    again = ask_as_client(seeded, series)

    assert (again.outcome.recorded, told_of(seeded, series)) == ((), [["Booked"]] * COUNT)


@pytest.mark.parametrize(
    "other",
    [
        {"count": COUNT + 1},
        {"count": COUNT - 1},
        {"interval_weeks": 2},
        {"first_starts_at": datetime(2040, 1, 2, 9, tzinfo=UTC)},
        {"client_id": UUID(int=1)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a10_the_id_of_a_series_is_not_answered_for_another(seeded: Seeded, other: dict[str, object]) -> None:
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))
    ask_as_client(seeded, series)

    with pytest.raises(RequestDiffers):
        ask_as_client(seeded, replace(series, **other))  # type: ignore[arg-type] # one field, of its own type


def _how_it_went(seeded: Seeded, series: SeriesBooking) -> str:
    """Let the client ask; return WON, or the refusal's name."""
    try:
        ask_as_client(seeded, series)
    except Refusal as refusal:
        return type(refusal).__name__
    return WON


def test_a10_two_tabs_that_ask_for_the_same_series_at_once_book_it_once(seeded: Seeded, database: str) -> None:
    client_id, at = a_client(seeded), seeded.full_hour(days=5)
    asked = [a_series(seeded, client_id, at + timedelta(hours=n)) for n in range(ROUNDS)]

    rounds = [all_at_once(*[partial(_how_it_went, seeded, series)] * 2) for series in asked]

    assert rounds == [[WON, WON]] * ROUNDS
    assert [told_of(seeded, series) for series in asked] == [[["Booked"]] * COUNT] * ROUNDS
    assert counted(database, DEADLOCKS) == 0


# --- whoever is faster --------------------------------------------------------------------------------------------


@pytest.fixture
def wide(any_database: str, settings: Settings) -> Iterator[Seeded]:
    made = build(settings.model_copy(update={"pool_size": 8}), any_database, gateway=FakeGateway())
    yield a_therapist(made)
    made.close()


def test_b12_of_two_series_that_overlap_one_wins_and_the_other_is_told_its_dates(
    any_database: str, wide: Seeded
) -> None:
    """The second begins a week later, so that they share all dates but two, and meet in different order."""
    first_id, second_id, at = a_client(wide), a_client(wide), wide.full_hour(days=5)
    rounds = []
    for n in range(ROUNDS):
        one = a_series(wide, first_id, at + timedelta(hours=n), count=5)
        other = a_series(wide, second_id, at + timedelta(hours=n) + WEEK, count=5)
        rounds.append(sorted(all_at_once(partial(_how_it_went, wide, one), partial(_how_it_went, wide, other))))

    assert rounds == [["SeriesClashes", WON]] * ROUNDS
    assert (counted(any_database, OVERLAPS), counted(any_database, "select count(*) from claims")) == (0, 5 * ROUNDS)
    assert counted(any_database, DEADLOCKS) == 0


def test_b12_series_with_two_therapists_cannot_have_one_client_in_two_places(any_database: str, wide: Seeded) -> None:
    another, client_id, at = a_therapist(wide.service), a_client(wide), wide.full_hour(days=5)
    rounds = []
    for n in range(ROUNDS):
        starts_at = at + timedelta(hours=n)
        one, other = a_series(wide, client_id, starts_at), a_series(another, client_id, starts_at)
        rounds.append(sorted(all_at_once(partial(_how_it_went, wide, one), partial(_how_it_went, another, other))))

    assert rounds == [["SeriesClashes", WON]] * ROUNDS
    assert counted(any_database, OVERLAPS) == 0
    assert counted(any_database, DEADLOCKS) == 0


class Looks:
    """Claims, and what happens just before the first look at them; `hidden` shows nothing at that look."""

    def __init__(self, claims: Claims, *, before: Callable[[], object] = lambda: None, hidden: bool = False) -> None:
        self._claims, self._before = claims, before
        self._hidden = {"of_therapist", "of_client"} if hidden else set()

    def of_therapist(self, therapist_id: UUID, *, since: datetime, until: datetime) -> Sequence[ClaimedTime]:
        before, self._before = self._before, lambda: None
        before()
        found = self._claims.of_therapist(therapist_id, since=since, until=until)
        return self._seen("of_therapist", found)

    def of_client(self, client_id: UUID, *, since: datetime, until: datetime) -> Sequence[ClaimedTime]:
        return self._seen("of_client", self._claims.of_client(client_id, since=since, until=until))

    def _seen(self, of: str, found: Sequence[ClaimedTime]) -> Sequence[ClaimedTime]:
        hidden = of in self._hidden
        self._hidden.discard(of)
        return () if hidden else found


def _ask(seeded: Seeded, series: SeriesBooking, looks: Looks) -> SeriesOutcome:
    service, command = seeded.service, seeded.command(Role.CLIENT, series.client_id)
    return book_series(service.practice, looks, service.busy, command, series)


def _ask_late(seeded: Seeded, series: SeriesBooking) -> SeriesOutcome:
    """Ask on claims as they were before somebody was faster, so that only the store can refuse."""
    return _ask(seeded, series, Looks(seeded.service.claims, hidden=True))


@pytest.mark.parametrize("hidden", [False, True], ids=["seen in the claims", "seen by the store"])
def test_a10_a_series_does_not_clash_with_itself(seeded: Seeded, *, hidden: bool) -> None:
    """Another tab is faster, between the look for the series and the look at the claims."""
    series = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))
    faster = Looks(seeded.service.claims, before=lambda: ask_as_client(seeded, series), hidden=hidden)

    slower = _ask(seeded, series, faster)

    assert (slower.outcome.recorded, told_of(seeded, series)) == ((), [["Booked"]] * COUNT)


def test_b12_what_the_store_refuses_is_named_by_its_dates(seeded: Seeded) -> None:
    at = seeded.full_hour(days=5)
    seeded.book(a_client(seeded), at + WEEK)

    with pytest.raises(SeriesClashes) as refusal:
        _ask_late(seeded, a_series(seeded, a_client(seeded), at))

    assert [(at + WEEK, "overlaps")] == [(clash.starts_at, clash.reason) for clash in refusal.value.clashes]


def test_b12_what_the_store_refuses_because_the_client_is_elsewhere_is_named_too(seeded: Seeded) -> None:
    client_id, at = a_client(seeded), seeded.full_hour(days=5)
    a_therapist(seeded.service).book(client_id, at + 2 * WEEK)

    with pytest.raises(SeriesClashes) as refusal:
        _ask_late(seeded, a_series(seeded, client_id, at))

    assert [clash.reason for clash in refusal.value.clashes] == ["client_busy"]
