"""Builders with defaults: what is not named does not matter to the test that uses them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import cast
from uuid import UUID

from domain.model import Location, Medium, Money, Role, SessionKind, Slot
from domain.session import session as sessions
from domain.session.events import Booked, SessionEvent, Settlement
from domain.session.session import BookingRequest, Session

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
STARTS_AT = NOW + timedelta(days=5)
THERAPIST, CLIENT, RELATIONSHIP, SESSION, PAYMENT, REFUND = (UUID(int=n) for n in range(1, 7))
LOCATION = Location(location_id=UUID(int=20), medium=Medium.VIDEO)
PRICE = Money(amount_minor=8000, currency="GBP")


def a_request(
    *,
    booked_by: Role = Role.CLIENT,
    starts_at: datetime = STARTS_AT,
    price: Money = PRICE,
    settlement: Settlement = Settlement.PLATFORM,
    client_agreed: bool = True,
    client_has_card: bool = True,
    initial: bool = True,
) -> BookingRequest:
    """A booking that may be made."""
    return BookingRequest(
        relationship_id=RELATIONSHIP,
        therapist_id=THERAPIST,
        client_id=CLIENT,
        booked_by=booked_by,
        initial=initial,
        kind=SessionKind.INDIVIDUAL,
        slot=Slot(starts_at=starts_at, duration_minutes=50, location=LOCATION),
        gap_minutes=10,
        zone="Europe/London",
        attendees=1,
        price=price,
        price_list_version=1,
        policy_version="48h-1",
        settlement=settlement,
        client_agreed=client_agreed,
        client_has_card=client_has_card,
    )


def booked(*, booked_by: Role = Role.CLIENT, now: datetime = NOW, starts_at: datetime = STARTS_AT) -> Booked:
    """The event that a booking begins with."""
    first = sessions.book(a_request(booked_by=booked_by, starts_at=starts_at), now=now)[0]
    return cast("Booked", first)


def given(*events: SessionEvent) -> Session:
    """A session that these events happened to."""
    session = reduce(sessions.evolve, events, cast("Session | None", None))
    assert session is not None
    return session
