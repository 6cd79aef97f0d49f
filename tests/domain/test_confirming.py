"""Taking a session."""

from __future__ import annotations

import pytest

from domain.errors import SessionCancelled, StillBeingBooked
from domain.session.events import Confirmed
from domain.session.session import confirm
from tests.given import BOOKED_BY_THERAPIST, CHARGED, CONFIRMED, NOW, PLACED, booked, cancelled, given


def test_c2_a_therapist_confirms_a_booking_that_stands() -> None:
    confirmed = confirm(given(booked(), CHARGED, PLACED), now=NOW)

    assert Confirmed(rule="C2", at=NOW) == confirmed


def test_c2_confirming_twice_is_confirming_once() -> None:
    confirmed = confirm(given(booked(), CHARGED, PLACED, CONFIRMED), now=NOW)

    assert confirmed is None


def test_a7_what_the_therapist_booked_needs_no_confirming() -> None:
    confirmed = confirm(given(*BOOKED_BY_THERAPIST), now=NOW)

    assert confirmed is None


def test_a5_a_booking_that_is_not_paid_cannot_be_confirmed() -> None:
    with pytest.raises(StillBeingBooked):
        confirm(given(booked()), now=NOW)


def test_c2_a_cancelled_session_cannot_be_confirmed() -> None:
    with pytest.raises(SessionCancelled):
        confirm(given(booked(), PLACED, cancelled()), now=NOW)
