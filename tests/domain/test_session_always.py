"""What holds for a session whatever is asked of it, in whatever order, however often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from typing import TypeVar, cast
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import given as whatever
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.model import Event, Role
from domain.session import session as sessions
from domain.session.booking import BookingRequest, book
from domain.session.events import (
    Attendance,
    AttendanceRecorded,
    Booked,
    Cancelled,
    Charged,
    Entitlement,
    Reason,
    RefundGranted,
    SessionEvent,
    Settlement,
)
from domain.session.session import Session, charge_is_due
from tests.domain.any_event import any_event
from tests.given import ENDS_AT, NOW, PAYMENT, PRICE, a_request, cancelled, of_series

E = TypeVar("E", bound=Event)
Happened = tuple[SessionEvent, ...]
Ask = Callable[[Session, datetime, UUID], SessionEvent | Happened | None]
MODERATE = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WAITS = [timedelta(0), timedelta(minutes=15), timedelta(days=1), timedelta(days=3), timedelta(days=5)]


def _cancel(by: Role, reason: Reason) -> Ask:
    return lambda session, now, fresh: sessions.cancel(session, by=by, reason=reason, refund_id=fresh, now=now)


def _attend(outcome: Attendance) -> Ask:
    return lambda session, now, fresh: sessions.record_attendance(session, outcome=outcome, refund_id=fresh, now=now)


def _confirm(session: Session, now: datetime, _: UUID) -> SessionEvent | None:
    return sessions.confirm(session, now=now)


def _lapse(session: Session, now: datetime, fresh: UUID) -> Happened:
    return sessions.lapse_checkout(session, refund_id=fresh, now=now)


def _charge(session: Session, now: datetime, fresh: UUID) -> Happened:
    return sessions.record_charge(session, payment_id=PAYMENT, amount=PRICE, refund_id=fresh, now=now)


def _fail(session: Session, now: datetime, _: UUID) -> SessionEvent | None:
    return sessions.record_charge_failure(
        session, payment_id=PAYMENT, attempt=1, code="card_declined", needs_authentication=False, now=now
    )


def _refund(session: Session, now: datetime, _: UUID) -> SessionEvent | None:
    if not session.grants:
        return None
    return sessions.record_refund(session, refund_id=next(iter(session.grants)), amount_minor=8000, now=now)


def _place_along(session: Session, now: datetime, _: UUID) -> SessionEvent | None:
    return sessions.place_with_the_first(session, now=now)


def _cancel_along(session: Session, now: datetime, fresh: UUID) -> Happened:
    first = cancelled(by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED, rule="A5", at=now)
    return sessions.cancel_with_the_first(session, first, refund_id=fresh)


ASKS: list[Ask] = [
    _confirm,
    _lapse,
    _place_along,
    _cancel_along,
    _charge,
    _fail,
    _refund,
    *(_attend(outcome) for outcome in Attendance),
    *(_cancel(by, reason) for by in (Role.CLIENT, Role.THERAPIST, Role.OPERATOR, Role.SYSTEM) for reason in Reason),
]
asks = st.one_of(st.sampled_from(ASKS[:10]), st.sampled_from(ASKS))
steps = st.lists(st.tuples(asks, st.sampled_from(WAITS)), max_size=12)
bookings = st.sampled_from(
    [
        a_request(),
        a_request(booked_by=Role.THERAPIST),
        a_request(booked_by=Role.THERAPIST, settlement=Settlement.FREE),
        a_request(series=of_series(1)),
        a_request(series=of_series(2)),
    ]
)


def _ask(session: Session, ask: Ask, now: datetime, fresh: UUID) -> Happened:
    """What happened, nothing where it was refused; anything but a Refusal is a mistake and comes through."""
    try:
        answer = ask(session, now, fresh)
    except Refusal:
        return ()
    if answer is None:
        return ()
    return answer if isinstance(answer, tuple) else (answer,)


def _replay(events: Happened) -> Session:
    session = reduce(sessions.evolve, events, cast("Session | None", None))
    assert session is not None
    return session


def _live(request: BookingRequest, taken: list[tuple[Ask, timedelta]]) -> Happened:
    events, now = book(request, now=NOW), NOW
    for number, (ask, wait) in enumerate(taken):
        now += wait
        events += _ask(_replay(events), ask, now, UUID(int=1000 + number))
    return events


def _of(events: Happened, kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


@MODERATE
@whatever(bookings, steps)
def test_e2_a_session_ends_at_most_once(request: BookingRequest, taken: list[tuple[Ask, timedelta]]) -> None:
    events = _live(request, taken)

    assert len(_of(events, Cancelled)) + len(_of(events, AttendanceRecorded)) <= 1


@MODERATE
@whatever(bookings, steps)
def test_e9_money_is_taken_once_and_granted_back_once(
    request: BookingRequest, taken: list[tuple[Ask, timedelta]]
) -> None:
    events = _live(request, taken)

    charges = Counter(charged.payment_id for charged in _of(events, Charged))
    grants = Counter(granted.payment_id for granted in _of(events, RefundGranted))
    assert all(count == 1 for count in (charges | grants).values())
    assert grants <= charges


def _everything_is_owed(events: Happened) -> bool:
    ends = [event for event in events if isinstance(event, Cancelled | AttendanceRecorded)]
    return any(event.entitlement is Entitlement.ALL for event in ends)


@MODERATE
@whatever(bookings, steps)
def test_e2_the_client_is_given_back_what_was_charged_exactly_where_all_is_owed(
    request: BookingRequest, taken: list[tuple[Ask, timedelta]]
) -> None:
    events = _live(request, taken)

    session = _replay(events)
    assert len(session.grants) == (len(session.charges) if _everything_is_owed(events) else 0)
    assert session.refunded_minor <= session.charged_minor


@MODERATE
@whatever(bookings, steps)
def test_e2_nobody_owes_and_is_owed_at_once(request: BookingRequest, taken: list[tuple[Ask, timedelta]]) -> None:
    session = _replay(_live(request, taken))

    due = charge_is_due(session, now=ENDS_AT + timedelta(days=365))

    assert not (due and (session.owes_everything_back or session.grants or session.charged_minor))
    assert not (due and request.settlement is not Settlement.PLATFORM)


@MODERATE
@whatever(bookings, steps, asks)
def test_asked_twice_is_asked_once(request: BookingRequest, taken: list[tuple[Ask, timedelta]], last: Ask) -> None:
    events = _live(request, taken)
    now = events[-1].at

    once = events + _ask(_replay(events), last, now, UUID(int=1))

    assert _ask(_replay(once), last, now, UUID(int=2)) == ()


@settings(MODERATE, max_examples=40)
@whatever(st.lists(any_event(SessionEvent), max_size=6), any_event(Booked))
def test_the_past_always_loads_whatever_it_was(events: list[SessionEvent], booked: Booked) -> None:
    past = [event for event in events if not isinstance(event, Booked)]

    session = reduce(sessions.evolve, past, sessions.evolve(None, booked))

    assert session.booked == booked
