"""How a session ends or begins to stand, together with its payment and with what hangs on it (rules A5, A10, E2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce
from typing import TypeAlias
from uuid import UUID, uuid5

from application.practice import Changes, Loaded, Practice, events
from application.reading import Read
from application.recorded import PracticeEvent
from domain.payment import payment as payments
from domain.payment.payment import payment_id_of
from domain.session import session as sessions
from domain.session.events import BookingPlaced, Cancelled, SessionEvent
from domain.session.series import later_session_ids, leads_a_series
from domain.session.session import Session, Status
from domain.therapist import therapist as therapists

OfStreams: TypeAlias = tuple[tuple[Loaded[object], tuple[PracticeEvent, ...]], ...]


def refund_id_of(session_id: UUID) -> UUID:
    """Return the id of the refund of everything: a session has at most one, however often it is asked for."""
    return uuid5(payment_id_of(session_id), "refund:all")


def close(practice: Practice, session: Loaded[Session], decided: tuple[SessionEvent, ...], *, now: datetime) -> Changes:
    """Return a session's closing events, with its payment waived where the client is entitled to everything.

    An unpaid first of a series takes along what hangs on it: until it is paid, the series is nobody's booking.
    """
    ended = _with_payment(practice, session, decided, now=now)
    along = _cancelled_along(practice, session, decided, now=now)
    return Changes(events=(*ended, *along), holds=_held(session.state, decided))


def _held(session: Session, decided: tuple[SessionEvent, ...]) -> frozenset[UUID]:
    """Return the guard under which a cancelled session's time is let go: all of a series have one therapist."""
    cancelled = any(isinstance(event, Cancelled) for event in decided)
    return frozenset({therapists.stream_of(session.booked.therapist_id)}) if cancelled else frozenset()


def _with_payment(
    practice: Practice, session: Loaded[Session], decided: tuple[SessionEvent, ...], *, now: datetime
) -> OfStreams:
    after = reduce(sessions.evolve, decided, session.state)
    payment = practice.read(payment_id_of(session.stream_id), payments.evolve)
    if not decided or payment.state is None or not after.owes_everything_back:
        return events((session, decided))
    assert after.judgement is not None, "whoever owes everything back was judged"
    waived = payments.waive(payment.state, rule=after.judgement.rule, now=now)
    return events((session, decided), (payment, waived))


def _cancelled_along(
    practice: Practice, first: Loaded[Session], decided: Iterable[SessionEvent], *, now: datetime
) -> Iterator[tuple[Loaded[object], tuple[PracticeEvent, ...]]]:
    cancelled = next((event for event in decided if isinstance(event, Cancelled)), None)
    if cancelled is None or first.state.status is not Status.BEING_BOOKED:
        return
    for later in _later_sessions(practice, first.state):
        refund_id = refund_id_of(later.stream_id)
        along = sessions.cancel_with_the_first(later.state, cancelled, refund_id=refund_id)
        yield from _with_payment(practice, later, along, now=now)


def placed_along(practice: Practice, first: Loaded[Session], decided: Iterable[PracticeEvent]) -> OfStreams:
    """Return the placing of all that hangs on the first of a series, where that one is placed by what was decided."""
    placed = next((event for event in decided if isinstance(event, BookingPlaced)), None)
    if placed is None:
        return ()
    later = _later_sessions(practice, first.state)
    return events(*((one, sessions.place_with_the_first(one.state, now=placed.at)) for one in later))


def _later_sessions(practice: Practice, first: Session) -> list[Loaded[Session]]:
    series = first.booked.series
    if series is None or not leads_a_series(first.booked):
        return []
    reads = [Read(session_id, sessions.evolve) for session_id in later_session_ids(series)]
    found = practice.read_together(*reads)
    return [found.load(read) for read in reads]
