"""What was booked before there were series loads as booked alone (rules A10, K1)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.event_mapper import EventMapper
from domain.session.events import Booked, Series
from tests.given import SESSION

GOLDEN = Path(__file__).parents[1] / "golden"


def _loaded(shape: int) -> Booked:
    state = (GOLDEN / f"session.booked.{shape}.json").read_bytes()
    event = EventMapper().to_recorded(StoredEvent(SESSION, 1, "session.booked", state)).event
    assert isinstance(event, Booked)
    return event


def test_k1_a_session_that_was_booked_before_there_were_series_was_booked_alone() -> None:
    assert _loaded(0).series is None


def test_a10_a_session_of_a_series_loads_with_its_place_in_it() -> None:
    series_id = UUID("01900010-0000-7000-8000-000000000010")

    assert _loaded(1).series == Series(series_id=series_id, number=2, count=6)
