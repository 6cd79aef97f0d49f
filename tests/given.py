"""Builders with defaults: what is not named does not matter to the test that uses them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import cast
from uuid import UUID

from application.recorded import Meta, PracticeEvent, Recorded
from domain.diary import diary as diaries
from domain.diary.diary import Diary
from domain.diary.events import DiaryEvent, Hours, WeeklyHours
from domain.diary.events import Opened as DiaryOpened
from domain.model import SYSTEM, Location, Medium, Money, Role, SessionKind, Slot
from domain.payment import payment as payments
from domain.payment.events import Captured, ConfirmStarted, Due, IntentCreated, PaymentEvent
from domain.payment.payment import Payment
from domain.session import session as sessions
from domain.session.booking import BookingRequest, book
from domain.session.events import (
    Booked,
    BookingPlaced,
    Cancelled,
    Charged,
    Confirmed,
    Entitlement,
    Reason,
    RefundGranted,
    Series,
    SessionEvent,
    Settlement,
)
from domain.session.session import Session
from domain.therapist import therapist as therapists
from domain.therapist.events import Joined, Price, TherapistEvent
from domain.therapist.therapist import Therapist

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
STARTS_AT = NOW + timedelta(days=5)
THERAPIST, CLIENT, RELATIONSHIP, SESSION, PAYMENT, REFUND = (UUID(int=n) for n in range(1, 7))
SERIES = UUID(int=7)
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
    series: Series | None = None,
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
        series=series,
    )


def booked(
    *,
    booked_by: Role = Role.CLIENT,
    now: datetime = NOW,
    starts_at: datetime = STARTS_AT,
    series: Series | None = None,
) -> Booked:
    """The event that a booking begins with."""
    first = book(a_request(booked_by=booked_by, starts_at=starts_at, series=series), now=now)[0]
    return cast("Booked", first)


def of_series(number: int, *, count: int = 3) -> Series:
    """A place in a series."""
    return Series(series_id=SERIES, number=number, count=count)


def given(*events: SessionEvent) -> Session:
    """A session that these events happened to."""
    session = reduce(sessions.evolve, events, cast("Session | None", None))
    assert session is not None
    return session


ENDS_AT = STARTS_AT + timedelta(minutes=50)
DEADLINE = STARTS_AT - timedelta(hours=48)
MICROSECOND = timedelta(microseconds=1)

PLACED = BookingPlaced(at=NOW)
CONFIRMED = Confirmed(rule="C2", at=NOW)
CHARGED = Charged(payment_id=PAYMENT, amount=PRICE, at=NOW)
PAID_AND_CONFIRMED = (booked(), CHARGED, PLACED, CONFIRMED)
BOOKED_BY_THERAPIST = (booked(booked_by=Role.THERAPIST), PLACED, Confirmed(rule="A7", at=NOW))


def cancelled(
    *,
    by: Role = Role.CLIENT,
    reason: Reason = Reason.CLIENT_ASKED,
    entitlement: Entitlement = Entitlement.ALL,
    rule: str = "E2",
    at: datetime = NOW,
) -> Cancelled:
    """The event that ends a session."""
    return Cancelled(by=by, reason=reason, entitlement=entitlement, rule=rule, at=at)


def granted(*, rule: str = "E2", at: datetime = NOW) -> RefundGranted:
    """The event that gives back what was charged."""
    return RefundGranted(refund_id=REFUND, payment_id=PAYMENT, rule=rule, at=at)


DUE = Due(session_id=SESSION, client_id=CLIENT, therapist_id=THERAPIST, amount=PRICE, charge_at=NOW, at=NOW)
INTENT = IntentCreated(epoch=1, intent_id="pi_1", at=NOW)
TRIED = ConfirmStarted(attempt=1, card_ref="pm_1", at=NOW)
CAPTURED = Captured(intent_id="pi_1", charge_ref="ch_1", amount=PRICE, at=NOW)


def given_payment(*events: PaymentEvent) -> Payment:
    """A payment that is due and that these events happened to."""
    payment = reduce(payments.evolve, events, payments.evolve(None, DUE))
    assert payment is not None
    return payment


def hours(from_: str, until: str, *, at: Location = LOCATION) -> Hours:
    """Hours of a day, written as on a clock: 09:00 to 17:30."""
    return Hours(from_minutes=_minute_of(from_), until_minutes=_minute_of(until), location_ids=(at.location_id,))


def _minute_of(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return 60 * int(hour) + int(minute)


def weekly(weekday: int, from_: str, until: str) -> WeeklyHours:
    """Hours of a weekday, 0 for Monday."""
    return WeeklyHours(weekday=weekday, hours=hours(from_, until))


DIARY_OPENED = DiaryOpened(therapist_id=THERAPIST, zone="Europe/London", at=NOW)


def given_diary(*events: DiaryEvent) -> Diary:
    """A diary in London that these events happened to."""
    diary = reduce(diaries.evolve, events, diaries.evolve(None, DIARY_OPENED))
    assert diary is not None
    return diary


INDIVIDUAL = Price(kind=SessionKind.INDIVIDUAL, amount=PRICE, duration_minutes=50)
JOINED = Joined(zone="Europe/London", country="GB", at=NOW)


def given_therapist(*events: TherapistEvent) -> Therapist:
    """A therapist in London that these events happened to."""
    return reduce(therapists.evolve, events, therapists.evolve(None, JOINED))


def recorded(event: PracticeEvent, *, stream_id: UUID = SESSION, version: int = 1) -> Recorded:
    """An event in its place in a stream, done by the system."""
    command_id = UUID(int=30)
    meta = Meta(actor=SYSTEM, command_id=command_id, correlation_id=command_id, causation=None, recorded_at=NOW)
    return Recorded(stream_id, version, event, meta)
