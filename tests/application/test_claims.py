"""Which pieces of time an event takes, and which it lets go."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

import pytest
from hypothesis import HealthCheck, given, settings

from application.claims import Claim, ClaimKind, claims_taken, sessions_released
from application.recorded import PracticeEvent
from domain.model import Role
from domain.session.events import Booked, Cancelled
from tests.domain.any_event import any_event
from tests.given import CLIENT, ENDS_AT, SESSION, STARTS_AT, THERAPIST, booked, cancelled, recorded

CLAIM = Claim(
    claim_id=uuid5(SESSION, "claim:1:1"),
    therapist_id=THERAPIST,
    starts_at=STARTS_AT,
    therapist_until=ENDS_AT + timedelta(minutes=10),
    client_id=CLIENT,
    client_until=ENDS_AT,
    kind=ClaimKind.SESSION,
    session_id=SESSION,
)
MODERATE = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("role", [Role.CLIENT, Role.THERAPIST])
def test_b12_a_booking_takes_the_therapists_time_with_the_gap_and_the_clients_without(role: Role) -> None:
    assert claims_taken(recorded(booked(booked_by=role))) == (CLAIM,)


def test_b2_the_gap_is_the_one_that_the_booking_froze() -> None:
    without_gap = booked().model_copy(update={"gap_minutes": 0})

    (claim,) = claims_taken(recorded(without_gap))

    assert (claim.therapist_until, claim.client_until) == (ENDS_AT, ENDS_AT)


def test_b12_a_cancelled_session_lets_its_time_go() -> None:
    assert sessions_released(recorded(cancelled())) == (SESSION,)


@MODERATE
@given(any_event(PracticeEvent))
def test_b12_only_booking_takes_and_only_cancelling_lets_go(event: PracticeEvent) -> None:
    place = recorded(event)

    assert len(claims_taken(place)) == (1 if isinstance(event, Booked) else 0)
    assert sessions_released(place) == ((SESSION,) if isinstance(event, Cancelled) else ())


@MODERATE
@given(any_event(Booked))
def test_b12_a_claim_is_never_empty_and_covers_the_session(event: Booked) -> None:
    (claim,) = claims_taken(recorded(event))

    assert claim.client_until is not None
    assert claim.starts_at < claim.client_until <= claim.therapist_until
    assert timedelta(minutes=event.gap_minutes) == claim.therapist_until - claim.client_until
    assert timedelta(minutes=event.slot.duration_minutes) == claim.client_until - claim.starts_at
