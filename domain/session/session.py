"""A session from booking to attendance: what may be asked of it, and what it has become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from domain.errors import (
    AttendanceAlreadyRecorded,
    NotConfirmed,
    NotEndedYet,
    ReasonNotYours,
    SessionCancelled,
    SessionOver,
    StillBeingBooked,
)
from domain.model import Money, Role, Slot
from domain.session.events import (
    Attendance,
    AttendanceRecorded,
    Booked,
    BookingPlaced,
    Cancelled,
    Charged,
    ChargeFailed,
    Confirmed,
    Entitlement,
    Reason,
    Refunded,
    RefundFailed,
    RefundGranted,
    SessionEvent,
)
from domain.session.notice import Judgement, judge_cancelling
from domain.session.series import hangs_on_the_first


class Status(StrEnum):
    BEING_BOOKED = "being_booked"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Session:
    """What a session has become. Amounts are in minor units of the price's currency."""

    booked: Booked
    slot: Slot
    notice_deadline: datetime
    status: Status
    judgement: Judgement | None = None
    attendance: Attendance | None = None
    charged_minor: int = 0
    refunded_minor: int = 0
    charges: frozenset[UUID] = frozenset()
    grants: Mapping[UUID, RefundGranted] = field(default_factory=dict)
    refunds: frozenset[UUID] = frozenset()
    charge_failure: ChargeFailed | None = None

    @property
    def owes_everything_back(self) -> bool:
        return self.judgement is not None and self.judgement.entitlement is Entitlement.ALL


THERAPIST_REASONS = frozenset(Reason) - {Reason.CHECKOUT_LAPSED}
CLIENT_REASONS = frozenset({Reason.CLIENT_ASKED, Reason.ILLNESS, Reason.OTHER})
REASONS = {Role.CLIENT: CLIENT_REASONS, Role.THERAPIST: THERAPIST_REASONS, Role.OPERATOR: THERAPIST_REASONS}
MAY_CANCEL_AFTER_THE_END = {Role.SYSTEM, Role.OPERATOR}


def confirm(session: Session, *, now: datetime) -> Confirmed | None:
    """Take the session (rule C2)."""
    match session.status:
        case Status.UNCONFIRMED:
            return Confirmed(rule="C2", at=now)
        case Status.CONFIRMED:
            return None
        case Status.BEING_BOOKED:
            raise StillBeingBooked
        case Status.CANCELLED:
            raise SessionCancelled


def cancel(session: Session, *, by: Role, reason: Reason, refund_id: UUID, now: datetime) -> tuple[SessionEvent, ...]:
    """Cancel the session; grant the refund of what was charged where the client is entitled to it (rules E2, E3)."""
    if session.status is Status.CANCELLED:
        return ()
    if by is not Role.SYSTEM and reason not in REASONS.get(by, frozenset()):
        raise ReasonNotYours
    if session.attendance is not None or (by not in MAY_CANCEL_AFTER_THE_END and now >= session.slot.ends_at):
        raise SessionOver
    judgement = _judge(session, by=by, reason=reason, now=now)
    cancelled = Cancelled(by=by, reason=reason, entitlement=judgement.entitlement, rule=judgement.rule, at=now)
    return cancelled, *_grant(session, judgement, refund_id=refund_id, now=now)


def _judge(session: Session, *, by: Role, reason: Reason, now: datetime) -> Judgement:
    if session.status is Status.BEING_BOOKED:
        return Judgement(Entitlement.ALL, "A5")  # until it is paid it is nobody's booking, so nothing can be owed
    return judge_cancelling(by=by, reason=reason, deadline=session.notice_deadline, now=now)


def _grant(session: Session, judgement: Judgement, *, refund_id: UUID, now: datetime) -> tuple[SessionEvent, ...]:
    if judgement.entitlement is not Entitlement.ALL:
        return ()
    return tuple(
        RefundGranted(refund_id=refund_id, payment_id=payment_id, rule=judgement.rule, at=now)
        for payment_id in session.charges
    )


def lapse_checkout(session: Session, *, refund_id: UUID, now: datetime) -> tuple[SessionEvent, ...]:
    """Let an unpaid booking go once its checkout has ended (rule A5). A later one of a series goes with its first."""
    ends_at = session.booked.checkout_ends_at
    if session.status is not Status.BEING_BOOKED or ends_at is None or now < ends_at:
        return ()
    if hangs_on_the_first(session.booked):
        return ()
    return cancel(session, by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED, refund_id=refund_id, now=now)


def place_with_the_first(session: Session, *, now: datetime) -> BookingPlaced | None:
    """Let a later session of a series stand, now that the first is paid (rules A5, A10)."""
    return BookingPlaced(at=now) if session.status is Status.BEING_BOOKED else None


def cancel_with_the_first(session: Session, first: Cancelled, *, refund_id: UUID) -> tuple[SessionEvent, ...]:
    """Let a later session of a series go with the first that was never paid, for the same reason (rules A5, A10).

    Whatever is placed stands by itself: nothing happens to it here.
    """
    if session.status is not Status.BEING_BOOKED:
        return ()
    return cancel(session, by=first.by, reason=first.reason, refund_id=refund_id, now=first.at)


def charge_is_due(session: Session, *, now: datetime) -> bool:
    """Say whether the session's money is to be taken now (rules E2, E5). After its checkout nothing is (A5).

    Nor is anything taken for a later session of a series before the first is paid (A10).
    """
    due_at = session.booked.charge_at
    checkout_ends_at = session.booked.checkout_ends_at
    if session.status is Status.BEING_BOOKED and checkout_ends_at is not None and now >= checkout_ends_at:
        return False
    if waits_for_the_first(session):
        return False
    if due_at is None or session.charged_minor or session.owes_everything_back:
        return False
    return now >= due_at or session.status is Status.CANCELLED


def waits_for_the_first(session: Session) -> bool:
    """Say whether it is not known yet if this session will stand, the first of its series being unpaid (rule A10)."""
    return session.status is Status.BEING_BOOKED and hangs_on_the_first(session.booked)


def record_charge(
    session: Session, *, payment_id: UUID, amount: Money, refund_id: UUID, now: datetime
) -> tuple[SessionEvent, ...]:
    """Record money that was taken: refused in no state, because it is a fact.

    It places a booking that waited for it; where the client is entitled to have everything back, it is granted at once.
    """
    if payment_id in session.charges:
        return ()
    charged = Charged(payment_id=payment_id, amount=amount, at=now)
    if session.judgement is not None and session.owes_everything_back:
        rule = session.judgement.rule
        return charged, RefundGranted(refund_id=refund_id, payment_id=payment_id, rule=rule, at=now)
    if session.status is Status.BEING_BOOKED:
        return charged, BookingPlaced(at=now)
    return (charged,)


def record_charge_failure(
    session: Session, *, payment_id: UUID, attempt: int, code: str, needs_authentication: bool, now: datetime
) -> ChargeFailed | None:
    """Record that the money could not be taken this time."""
    last = session.charge_failure
    if last is not None and (last.payment_id, last.attempt) == (payment_id, attempt):
        return None
    return ChargeFailed(
        payment_id=payment_id, attempt=attempt, code=code, needs_authentication=needs_authentication, at=now
    )


def record_refund(session: Session, *, refund_id: UUID, amount_minor: int, now: datetime) -> Refunded | None:
    """Record money that went back."""
    if refund_id in session.refunds:
        return None
    return Refunded(refund_id=refund_id, amount_minor=amount_minor, at=now)


def record_refund_failure(*, refund_id: UUID, amount_minor: int, now: datetime) -> RefundFailed:
    """Record that the provider could not give the money back (rule E10)."""
    return RefundFailed(refund_id=refund_id, amount_minor=amount_minor, at=now)


def record_attendance(
    session: Session, *, outcome: Attendance, refund_id: UUID, now: datetime
) -> tuple[SessionEvent, ...]:
    """Complete the attendance update (rule F1). A session that the therapist missed is given back in full (F3)."""
    if session.attendance is outcome:
        return ()
    if session.attendance is not None:
        raise AttendanceAlreadyRecorded
    if session.status is Status.CANCELLED:
        raise SessionCancelled
    if session.status is not Status.CONFIRMED:
        raise NotConfirmed
    if now < session.slot.ends_at:
        raise NotEndedYet(session.slot.ends_at)
    judgement = _ATTENDANCE_JUDGEMENTS[outcome]
    recorded = AttendanceRecorded(outcome=outcome, entitlement=judgement.entitlement, rule=judgement.rule, at=now)
    return recorded, *_grant(session, judgement, refund_id=refund_id, now=now)


_ATTENDANCE_JUDGEMENTS = {
    Attendance.ATTENDED: Judgement(Entitlement.NONE, "F1"),
    Attendance.CLIENT_MISSED: Judgement(Entitlement.NONE, "E6"),
    Attendance.THERAPIST_COULD_NOT: Judgement(Entitlement.ALL, "F3"),
}


def evolve(session: Session | None, event: SessionEvent) -> Session:  # noqa: C901 - one flat case for each event
    """Total and without a rule, so that the past always loads."""
    if isinstance(event, Booked):
        return Session(booked=event, slot=event.slot, notice_deadline=event.notice_deadline, status=Status.BEING_BOOKED)
    assert session is not None, f"{event!r} came before Booked"
    match event:
        case BookingPlaced():
            return replace(session, status=Status.UNCONFIRMED)
        case Confirmed():
            return replace(session, status=Status.CONFIRMED)
        case Cancelled():
            return replace(session, status=Status.CANCELLED, judgement=Judgement(event.entitlement, event.rule))
        case Charged():
            return replace(
                session,
                charged_minor=session.charged_minor + event.amount.amount_minor,
                charges=session.charges | {event.payment_id},
                charge_failure=None,
            )
        case ChargeFailed():
            return replace(session, charge_failure=event)
        case RefundGranted():
            return replace(session, grants={**session.grants, event.refund_id: event})
        case Refunded():
            return replace(
                session,
                refunded_minor=session.refunded_minor + event.amount_minor,
                refunds=session.refunds | {event.refund_id},
            )
        case RefundFailed():
            return _reopen_debt(session, event)
        case AttendanceRecorded():
            return replace(session, attendance=event.outcome, judgement=Judgement(event.entitlement, event.rule))
        case _:
            assert_never(event)


def _reopen_debt(session: Session, event: RefundFailed) -> Session:
    if event.refund_id not in session.refunds:
        return session
    return replace(
        session,
        refunded_minor=session.refunded_minor - event.amount_minor,
        refunds=session.refunds - {event.refund_id},
    )
