"""Booking a slot: what it freezes, what is refused, and when it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import CardMissing, ClientAgreementMissing, InThePast, PriceMissing, SettledByTherapistOnly
from domain.model import Money, Role
from domain.session.booking import book
from domain.session.events import Booked, BookingPlaced, ChargeTiming, Confirmed, Settlement
from domain.session.session import Status
from tests.given import (
    CLIENT,
    CONFIRMED,
    DEADLINE,
    MICROSECOND,
    NOW,
    PLACED,
    PRICE,
    RELATIONSHIP,
    STARTS_AT,
    THERAPIST,
    a_request,
    booked,
    given,
)

OUTSIDE = [Settlement.IN_THE_ROOM, Settlement.BANK_TRANSFER, Settlement.FREE]
NOTHING = Money(amount_minor=0, currency="GBP")


def test_a2_a_client_who_books_claims_the_slot_and_pays_at_once() -> None:
    request = a_request()

    happened = book(request, now=NOW)

    expected = Booked(
        relationship_id=RELATIONSHIP,
        therapist_id=THERAPIST,
        client_id=CLIENT,
        booked_by=Role.CLIENT,
        initial=True,
        kind=request.kind,
        slot=request.slot,
        gap_minutes=10,
        zone="Europe/London",
        attendees=1,
        price=PRICE,
        price_list_version=1,
        policy_version="48h-1",
        notice_deadline=DEADLINE,
        settlement=Settlement.PLATFORM,
        charge_timing=ChargeTiming.AT_BOOKING,
        charge_at=NOW,
        checkout_ends_at=NOW + timedelta(minutes=15),
        series=None,
        at=NOW,
    )
    assert (expected,) == happened


def test_a4_the_price_and_its_list_are_frozen_in_the_booking() -> None:
    request = replace(a_request(price=Money(amount_minor=9500, currency="EUR")), price_list_version=7)

    frozen = book(request, now=NOW)[0]

    assert isinstance(frozen, Booked)
    assert (Money(amount_minor=9500, currency="EUR"), 7) == (frozen.price, frozen.price_list_version)


def test_b2_the_gap_is_frozen_in_the_booking_and_may_be_none() -> None:
    frozen = book(replace(a_request(), gap_minutes=0), now=NOW)[0]

    assert isinstance(frozen, Booked)
    assert frozen.gap_minutes == 0


def test_e1_the_deadline_and_the_accepted_policy_are_frozen_in_the_booking() -> None:
    frozen = book(replace(a_request(), policy_version="48h-2"), now=NOW)[0]

    assert isinstance(frozen, Booked)
    assert (STARTS_AT - timedelta(hours=48), "48h-2") == (frozen.notice_deadline, frozen.policy_version)


@pytest.mark.parametrize("initial", [True, False])
def test_e5_a_client_pays_at_booking_for_the_first_session_and_for_those_that_follow(*, initial: bool) -> None:
    frozen = book(a_request(initial=initial), now=NOW)[0]

    assert isinstance(frozen, Booked)
    assert (initial, ChargeTiming.AT_BOOKING) == (frozen.initial, frozen.charge_timing)


def test_a5_until_it_is_paid_a_booking_is_being_booked() -> None:
    session = given(booked())

    assert session.status is Status.BEING_BOOKED


def test_a7_what_a_therapist_books_stands_confirmed_at_once() -> None:
    first, *rest = book(a_request(booked_by=Role.THERAPIST), now=NOW)

    assert isinstance(first, Booked)
    assert (first.checkout_ends_at, first.booked_by) == (None, Role.THERAPIST)
    assert [BookingPlaced(at=NOW), Confirmed(rule="A7", at=NOW)] == rest


def test_a7_a_therapist_books_only_what_the_client_agreed_to() -> None:
    with pytest.raises(ClientAgreementMissing):
        book(a_request(booked_by=Role.THERAPIST, client_agreed=False), now=NOW)


def test_a7_a_client_who_books_agrees_by_booking() -> None:
    happened = book(a_request(client_agreed=False), now=NOW)

    assert (booked(),) == happened


@pytest.mark.parametrize("role", [Role.CLIENT, Role.THERAPIST])
def test_a7_a_card_has_to_be_saved_before_a_session_that_is_paid_here(role: Role) -> None:
    with pytest.raises(CardMissing):
        book(a_request(booked_by=role, client_has_card=False), now=NOW)


@pytest.mark.parametrize("settlement", OUTSIDE)
def test_a8_a_session_settled_outside_needs_no_card_and_is_never_charged(settlement: Settlement) -> None:
    request = a_request(booked_by=Role.THERAPIST, settlement=settlement, client_has_card=False)

    first, *rest = book(request, now=NOW)

    assert isinstance(first, Booked)
    assert (first.charge_timing, first.charge_at, first.checkout_ends_at) == (ChargeTiming.NEVER, None, None)
    assert [BookingPlaced(at=NOW), Confirmed(rule="A7", at=NOW)] == rest


@pytest.mark.parametrize("settlement", OUTSIDE)
def test_a8_only_the_therapist_says_that_a_session_is_settled_outside(settlement: Settlement) -> None:
    with pytest.raises(SettledByTherapistOnly):
        book(a_request(settlement=settlement), now=NOW)


@pytest.mark.parametrize("role", [Role.CLIENT, Role.THERAPIST])
def test_a4_a_session_that_is_paid_here_costs_something(role: Role) -> None:
    with pytest.raises(PriceMissing):
        book(a_request(booked_by=role, price=NOTHING), now=NOW)


@pytest.mark.parametrize("settlement", OUTSIDE)
def test_a4_a_session_settled_outside_may_cost_nothing(settlement: Settlement) -> None:
    first = book(a_request(booked_by=Role.THERAPIST, settlement=settlement, price=NOTHING), now=NOW)[0]

    assert isinstance(first, Booked)
    assert first.price == NOTHING


@pytest.mark.parametrize("role", [Role.CLIENT, Role.THERAPIST])
def test_b13_nobody_books_a_session_that_begins_now(role: Role) -> None:
    with pytest.raises(InThePast):
        book(a_request(booked_by=role), now=STARTS_AT)


def test_b13_a_therapist_books_up_to_the_last_moment() -> None:
    first, *_ = book(a_request(booked_by=Role.THERAPIST), now=STARTS_AT - MICROSECOND)

    assert isinstance(first, Booked)
    assert first.charge_timing == ChargeTiming.AT_ONCE


def test_c2_a_placed_booking_waits_for_the_therapist() -> None:
    assert given(booked(), PLACED).status == Status.UNCONFIRMED
    assert given(booked(), PLACED, CONFIRMED).status == Status.CONFIRMED
