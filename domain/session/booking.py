"""Booking a session: what it is decided on, and what it comes to (rules A2, A4, A7, A8, E1, E5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import (
    CardMissing,
    ClientAgreementMissing,
    InThePast,
    NotPermitted,
    PriceMissing,
    SettledByTherapistOnly,
)
from domain.model import Money, Role, SessionKind, Slot
from domain.session.charging import charge_at, charge_timing, checkout_ends_at, turn_of
from domain.session.events import Booked, BookingPlaced, Confirmed, Series, SessionEvent, Settlement
from domain.session.notice import notice_deadline

BOOKERS = {Role.CLIENT, Role.THERAPIST}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRequest:
    """What a booking is decided on. Prices, places and the gap are the therapist's own at this moment.

    `series` is the session's place in a series, None for a single one.
    """

    relationship_id: UUID
    therapist_id: UUID
    client_id: UUID
    booked_by: Role
    initial: bool
    kind: SessionKind
    slot: Slot
    gap_minutes: int
    zone: str
    attendees: int
    price: Money
    price_list_version: int
    policy_version: str
    settlement: Settlement
    client_agreed: bool
    client_has_card: bool
    series: Series | None


def book(request: BookingRequest, *, now: datetime) -> tuple[SessionEvent, ...]:
    """Claim a slot for a client (rules A2, A4, A7, A8, A10, E1, E5).

    What a client books stands once it is paid, a series once its first is; what a therapist books stands, confirmed,
    at once.
    """
    _refuse_what_may_not_be_booked(request, now=now)
    deadline = notice_deadline(request.slot.starts_at)
    booked_by, settlement, turn = request.booked_by, request.settlement, turn_of(request.series)
    timing = charge_timing(booked_by=booked_by, turn=turn, settlement=settlement, deadline=deadline, now=now)
    booked = Booked(
        relationship_id=request.relationship_id,
        therapist_id=request.therapist_id,
        client_id=request.client_id,
        booked_by=booked_by,
        initial=request.initial,
        kind=request.kind,
        slot=request.slot,
        gap_minutes=request.gap_minutes,
        zone=request.zone,
        attendees=request.attendees,
        price=request.price,
        price_list_version=request.price_list_version,
        policy_version=request.policy_version,
        notice_deadline=deadline,
        settlement=settlement,
        charge_timing=timing,
        charge_at=charge_at(timing, deadline=deadline, now=now),
        checkout_ends_at=checkout_ends_at(booked_by=booked_by, settlement=settlement, now=now),
        series=request.series,
        at=now,
    )
    if booked.checkout_ends_at is not None:
        return (booked,)
    return booked, BookingPlaced(at=now), Confirmed(rule="A7", at=now)


def _refuse_what_may_not_be_booked(request: BookingRequest, *, now: datetime) -> None:
    outside = request.settlement is not Settlement.PLATFORM
    if request.booked_by not in BOOKERS:
        raise NotPermitted
    if request.slot.starts_at <= now:
        raise InThePast
    if outside and request.booked_by is not Role.THERAPIST:
        raise SettledByTherapistOnly
    if request.booked_by is Role.THERAPIST and not request.client_agreed:
        raise ClientAgreementMissing
    if not outside and request.price.amount_minor == 0:
        raise PriceMissing
    if not outside and not request.client_has_card:
        raise CardMissing
