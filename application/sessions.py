"""Use cases on sessions: load, decide, append."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from uuid import UUID, uuid5

from application.errors import RequestDiffers
from application.ports import ClaimedTime, Claims
from application.practice import Changes, Command, Loaded, Outcome, Practice, Sealed, events
from domain.client import client as clients
from domain.client.client import Client
from domain.diary import diary as diaries
from domain.diary.diary import Diary, diary_id_of
from domain.diary.openings import refuse_unless_open, why_not
from domain.model import Money, Role, SessionKind, Slot
from domain.payment import payment as payments
from domain.payment.events import Due
from domain.payment.payment import payment_id_of
from domain.relationship import relationship as relationships
from domain.relationship.relationship import relationship_id_of
from domain.session import session as sessions
from domain.session.booking import BookingRequest, book
from domain.session.events import (
    Attendance,
    Booked,
    ChargeTiming,
    Reason,
    SessionEvent,
    Settlement,
)
from domain.session.notice import POLICY_VERSION
from domain.session.session import Session
from domain.therapist import therapist as therapists
from domain.therapist.therapist import Therapist

DAY = timedelta(days=1)


def refund_id_of(session_id: UUID) -> UUID:
    """Return the id of the refund of everything: a session has at most one, however often it is asked for."""
    return uuid5(payment_id_of(session_id), "refund:all")


def attendees_field(session_id: UUID) -> str:
    """Return the field of the client's vault that holds the names of those who come."""
    return f"attendees:{session_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What somebody asks to book. `attendees` are names and go to the vault; the event says how many."""

    session_id: UUID
    therapist_id: UUID
    client_id: UUID
    kind: SessionKind
    starts_at: datetime
    location_id: UUID
    attendees: tuple[str, ...]
    settlement: Settlement = Settlement.PLATFORM
    client_agreed: bool = False
    accepted_policy: str | None = None


@dataclass(frozen=True, slots=True)
class BookingOutcome:
    """What was stored, and what a therapist should know about it (rule B13): codes, empty for clients."""

    outcome: Outcome
    warnings: tuple[str, ...]


def book_session(practice: Practice, claims: Claims, command: Command, booking: Booking) -> BookingOutcome:
    """Book a slot, open the relationship if it is the first, and open the payment, all in one transaction.

    Rules A2, A4, A7, A8, B12, E1, E5. Raises the refusals of `book`, NotOpen, SlotTaken, ClientBusy,
    PolicyNotAccepted, NoRelationship, NotOffered, UnknownLocation, NotThere.
    """
    warnings: list[str] = []
    if command.actor.role is Role.THERAPIST:
        command = replace(command, on_behalf_of=booking.client_id)

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(booking.therapist_id))
        warnings.clear()
        changes = _decide_booking(practice, claims, command, booking, warnings)
        return Changes(events=changes.events, rests_on=guards, sealed=changes.sealed)

    return BookingOutcome(practice.perform(command, decide), tuple(warnings))


def _decide_booking(
    practice: Practice, claims: Claims, command: Command, booking: Booking, warnings: list[str]
) -> Changes:
    stream = practice.read(booking.session_id, sessions.evolve)
    if stream.state is not None:
        _refuse_another(stream.state.booked, booking)
        return Changes()
    therapist = practice.load(therapists.stream_of(booking.therapist_id), therapists.evolve).state
    diary = practice.load(diary_id_of(booking.therapist_id), diaries.evolve).state
    client = practice.load(clients.stream_of(booking.client_id), clients.evolve).state
    relationship = practice.read(_relationship_id(booking), relationships.evolve)
    by_role = command.actor.role
    opened = relationships.open_for_booking(
        relationship.state,
        therapist_id=booking.therapist_id,
        client_id=booking.client_id,
        kind=booking.kind,
        session_id=booking.session_id,
        booked_by=by_role,
        accepted_policy=booking.accepted_policy,
        policy_version=POLICY_VERSION,
        now=command.now,
    )
    agreed = reduce(relationships.evolve, opened, relationship.state)
    assert agreed is not None, "a booking rests on a relationship"
    assert agreed.accepted_policy is not None, "and on accepted terms"
    request = _booking_request(
        booking,
        by_role,
        therapist,
        diary,
        client,
        policy_version=agreed.accepted_policy,
        first=not relationship.version,
    )
    booked, *rest = book(request, now=command.now)
    _check_diary(claims, diary, request, by_role=by_role, now=command.now, warnings=warnings)
    assert isinstance(booked, Booked)
    if booked.charge_timing is ChargeTiming.AT_ONCE:
        warnings.append("cannot_be_refunded")
    payment = practice.read(payment_id_of(booking.session_id), payments.evolve)
    due = _payment_of(booking, booked, now=command.now)
    names = Sealed(booking.client_id, attendees_field(booking.session_id), "\n".join(booking.attendees))
    return Changes(events=events((relationship, opened), (stream, (booked, *rest)), (payment, due)), sealed=(names,))


def _refuse_another(booked: Booked, booking: Booking) -> None:
    """An id that was used for another booking, perhaps long ago, must not be answered with that one."""
    slot = booked.slot
    before = booked.therapist_id, booked.client_id, booked.kind, slot.starts_at, slot.location.location_id
    if before != (
        booking.therapist_id,
        booking.client_id,
        booking.kind,
        booking.starts_at,
        booking.location_id,
    ):
        raise RequestDiffers


def _payment_of(booking: Booking, booked: Booked, *, now: datetime) -> Due | None:
    if booked.charge_at is None:
        return None
    return payments.fall_due(
        session_id=booking.session_id,
        client_id=booking.client_id,
        therapist_id=booking.therapist_id,
        amount=booked.price,
        charge_at=booked.charge_at,
        now=now,
    )


def _relationship_id(booking: Booking) -> UUID:
    return relationship_id_of(therapist_id=booking.therapist_id, client_id=booking.client_id, kind=booking.kind)


def _booking_request(
    booking: Booking,
    booked_by: Role,
    therapist: Therapist,
    diary: Diary,
    client: Client,
    *,
    policy_version: str,
    first: bool,
) -> BookingRequest:
    price = therapist.price_of(booking.kind)
    location = therapist.location(booking.location_id)
    return BookingRequest(
        relationship_id=_relationship_id(booking),
        therapist_id=booking.therapist_id,
        client_id=booking.client_id,
        booked_by=booked_by,
        initial=first,
        kind=booking.kind,
        slot=Slot(starts_at=booking.starts_at, duration_minutes=price.duration_minutes, location=location),
        gap_minutes=diary.terms.gap_minutes,
        zone=diary.zone,
        attendees=len(booking.attendees),
        price=_price(price.amount, booking.settlement),
        price_list_version=therapist.price_list_version,
        policy_version=policy_version,
        settlement=booking.settlement,
        client_agreed=booking.client_agreed,
        client_has_card=client.card is not None,
    )


def _price(listed: Money, settlement: Settlement) -> Money:
    """What is free costs nothing (rule A4); what is settled elsewhere keeps its price for the record."""
    return Money(amount_minor=0, currency=listed.currency) if settlement is Settlement.FREE else listed


def _check_diary(
    claims: Claims, diary: Diary, request: BookingRequest, *, by_role: Role, now: datetime, warnings: list[str]
) -> None:
    """Bind a client to what is listed (rule B9); a therapist is bound by claims alone and only warned (rule B13)."""
    slot = request.slot
    if by_role is Role.CLIENT:
        refuse_unless_open(diary, slot, taken=taken_around(claims, request.therapist_id, slot), now=now)
    elif (reason := why_not(diary, slot, now=now)) is not None:
        warnings.append(reason.value)


def taken_around(claims: Claims, therapist_id: UUID, slot: Slot) -> list[ClaimedTime]:
    """Return the claims that can touch a slot."""
    return list(claims.of_therapist(therapist_id, since=slot.starts_at - DAY, until=slot.ends_at + DAY))


def close(practice: Practice, session: Loaded[Session], decided: tuple[SessionEvent, ...], *, now: datetime) -> Changes:
    """Return a session's closing events, with its payment waived where the client is entitled to everything."""
    after = reduce(sessions.evolve, decided, session.state)
    payment = practice.read(payment_id_of(session.stream_id), payments.evolve)
    if not decided or payment.state is None or not after.owes_everything_back:
        return Changes(events=events((session, decided)))
    assert after.judgement is not None, "whoever owes everything back was judged"
    waived = payments.waive(payment.state, rule=after.judgement.rule, now=now)
    return Changes(events=events((session, decided), (payment, waived)))


def confirm_session(practice: Practice, command: Command, session_id: UUID) -> Outcome:
    """Take a session (rule C2). Raises StillBeingBooked, SessionCancelled."""

    def decide() -> Changes:
        session = practice.load(session_id, sessions.evolve)
        return Changes(events=events((session, sessions.confirm(session.state, now=command.now))))

    return practice.perform(command, decide)


def cancel_session(practice: Practice, command: Command, session_id: UUID, *, reason: Reason) -> Outcome:
    """Cancel a session and say what the client may have back (rules E2, E3).

    Where nothing may be taken any more the payment is waived in the same transaction, so that no charge can begin
    after the cancellation; one that is under way is given back when it arrives.
    """

    def decide() -> Changes:
        session = practice.load(session_id, sessions.evolve)
        cancelled = sessions.cancel(
            session.state, by=command.actor.role, reason=reason, refund_id=refund_id_of(session_id), now=command.now
        )
        return close(practice, session, cancelled, now=command.now)

    return practice.perform(command, decide)


def record_attendance(practice: Practice, command: Command, session_id: UUID, *, outcome: Attendance) -> Outcome:
    """Complete the attendance update (rules F1, E6). Raises NotEndedYet, NotConfirmed, SessionCancelled."""

    def decide() -> Changes:
        session = practice.load(session_id, sessions.evolve)
        recorded = sessions.record_attendance(
            session.state, outcome=outcome, refund_id=refund_id_of(session_id), now=command.now
        )
        return close(practice, session, recorded, now=command.now)

    return practice.perform(command, decide)
