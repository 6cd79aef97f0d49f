"""Use cases on sessions: load, decide, append."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from itertools import chain
from uuid import UUID

from application.closing import close, refund_id_of
from application.errors import RequestDiffers
from application.ports import Claims, ExternalBusy
from application.practice import Changes, Command, Decided, Loaded, Outcome, Practice, Sealed, events
from application.standing import Standing, picture_of, read_standing
from domain.client import client as clients
from domain.client.client import Client
from domain.diary.openings import refuse_unless_open, warnings_about
from domain.diary.picture import Picture, WhyNot, not_open
from domain.model import Money, Role, SessionKind, Slot
from domain.payment import payment as payments
from domain.payment.events import Due
from domain.payment.payment import payment_id_of
from domain.relationship import relationship as relationships
from domain.relationship.events import RelationshipEvent
from domain.relationship.relationship import Relationship
from domain.session import session as sessions
from domain.session.booking import BookingRequest, book
from domain.session.events import Attendance, Booked, ChargeTiming, Reason, Series, SessionEvent, Settlement
from domain.session.notice import POLICY_VERSION
from domain.therapist import therapist as therapists


def attendees_field(session_id: UUID) -> str:
    """Return the field of the client's vault that holds the names of those who come."""
    return f"attendees:{session_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What somebody asks to book. `attendees` are names and go to the vault; the event says how many.

    `series` is the session's place in a series, None for a single one.
    """

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
    series: Series | None = None


@dataclass(frozen=True, slots=True)
class BookingOutcome:
    """What was stored, and what a therapist should know about it (rule B13): codes, empty for clients."""

    outcome: Outcome
    warnings: tuple[str, ...]


def book_session(
    practice: Practice, claims: Claims, busy: ExternalBusy, command: Command, booking: Booking
) -> BookingOutcome:
    """Book a slot, open the relationship if it is the first, and open the payment, all in one transaction.

    Rules A2, A4, A7, A8, B12, E1, E5. Raises the refusals of `book`, NotOpen, SlotTaken, ClientBusy,
    PolicyNotAccepted, NoRelationship, NotOffered, UnknownLocation, NotThere.
    """
    warnings: list[str] = []
    command = on_behalf_of_client(command, booking.client_id)

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(booking.therapist_id))
        warnings.clear()
        before = practice.read(booking.session_id, sessions.evolve).state
        if before is not None:
            refuse_another(before.booked, booking)
            return Changes()
        basis = read_basis(practice, command, booking)
        decided = decide_session(basis, command, booking)
        slot = decided.booked.slot
        picture = picture_of(basis.standing, claims, busy, since=slot.starts_at, until=slot.ends_at, now=command.now)
        warnings.extend(_check_diary(picture, command.actor.role, decided.booked))
        return changes_of(basis, [decided], rests_on=guards)

    return BookingOutcome(practice.perform(command, decide), tuple(warnings))


def on_behalf_of_client(command: Command, client_id: UUID) -> Command:
    """Return the command as one for the client, where a therapist gives it (rule K1)."""
    return replace(command, on_behalf_of=client_id) if command.actor.role is Role.THERAPIST else command


@dataclass(frozen=True, slots=True)
class Basis:
    """What all sessions of one decision rest on. `opened` makes the relationship ready for them."""

    standing: Standing
    client: Client
    relationship: Loaded[Relationship | None]
    opened: tuple[RelationshipEvent, ...]
    policy_version: str


def read_basis(practice: Practice, command: Command, booking: Booking) -> Basis:
    """Load what a booking rests on and make sure of its relationship.

    Raises PolicyNotAccepted, NoRelationship, NotThere, NotOpen where a therapist takes no bookings at all (rule B11).
    """
    standing = read_standing(practice, therapist_id=booking.therapist_id, client_id=booking.client_id)
    if command.actor.role is Role.THERAPIST and standing.therapist.takes_no_bookings:
        raise not_open(WhyNot.PAUSED)
    relationship = standing.relationships[booking.kind]
    opened = relationships.open_for_booking(
        relationship.state,
        therapist_id=booking.therapist_id,
        client_id=booking.client_id,
        kind=booking.kind,
        session_id=booking.session_id,
        booked_by=command.actor.role,
        accepted_policy=booking.accepted_policy,
        policy_version=POLICY_VERSION,
        now=command.now,
    )
    agreed = reduce(relationships.evolve, opened, relationship.state)
    assert agreed is not None, "a booking rests on a relationship"
    assert agreed.accepted_policy is not None, "and on accepted terms"
    client = practice.load(clients.stream_of(booking.client_id), clients.evolve).state
    return Basis(standing, client, relationship, opened, agreed.accepted_policy)


@dataclass(frozen=True, slots=True)
class DecidedSession:
    """A session that is booked, with all that happens to it at once; `due` opens its payment."""

    booking: Booking
    booked: Booked
    following: tuple[SessionEvent, ...]
    due: Due | None


def decide_session(basis: Basis, command: Command, booking: Booking) -> DecidedSession:
    """Decide one session on states that are loaded already. Raises the refusals of `book`, NotOffered, UnknownLocation.

    The first session of a relationship is its initial one, in a series the first of the series.
    """
    first = not basis.relationship.version and (booking.series is None or booking.series.number == 1)
    booked, *following = book(_request(basis, command.actor.role, booking, first=first), now=command.now)
    assert isinstance(booked, Booked)
    return DecidedSession(booking, booked, tuple(following), _payment_of(booking, booked, now=command.now))


def changes_of(basis: Basis, decided: Sequence[DecidedSession], *, rests_on: Mapping[UUID, int]) -> Changes:
    """Put sessions that are booked together into one transaction, with their payments, names and relationship."""
    of_sessions = (_events_of(one) for one in decided)
    return Changes(
        events=events((basis.relationship, basis.opened), *chain.from_iterable(of_sessions)),
        rests_on=rests_on,
        sealed=tuple(_names(one.booking) for one in decided),
    )


def _events_of(decided: DecidedSession) -> tuple[tuple[Loaded[None], Decided], ...]:
    """Both streams begin here: where one of them exists somebody was first, and it is decided again."""
    session_id = decided.booking.session_id
    session, payment = Loaded(session_id, 0, None), Loaded(payment_id_of(session_id), 0, None)
    return (session, (decided.booked, *decided.following)), (payment, decided.due)


def _names(booking: Booking) -> Sealed:
    return Sealed(booking.client_id, attendees_field(booking.session_id), "\n".join(booking.attendees))


def refuse_another(booked: Booked, booking: Booking) -> None:
    """An id that was used for another booking, perhaps long ago, must not be answered with that one."""
    slot, asked = booked.slot, (booking.therapist_id, booking.client_id, booking.kind, booking.starts_at)
    before = booked.therapist_id, booked.client_id, booked.kind, slot.starts_at
    if (*before, slot.location.location_id, booked.series) != (*asked, booking.location_id, booking.series):
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


def _request(basis: Basis, booked_by: Role, booking: Booking, *, first: bool) -> BookingRequest:
    therapist, diary = basis.standing.therapist, basis.standing.diary
    price = therapist.price_of(booking.kind)
    location = therapist.location(booking.location_id)
    return BookingRequest(
        relationship_id=basis.relationship.stream_id,
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
        policy_version=basis.policy_version,
        settlement=booking.settlement,
        client_agreed=booking.client_agreed,
        client_has_card=basis.client.card is not None,
        series=booking.series,
    )


def _price(listed: Money, settlement: Settlement) -> Money:
    """What is free costs nothing (rule A4); what is settled elsewhere keeps its price for the record."""
    return Money(amount_minor=0, currency=listed.currency) if settlement is Settlement.FREE else listed


def _check_diary(picture: Picture, by: Role, booked: Booked) -> list[str]:
    """Bind a client to what is listed (rule B9); return what a therapist is only warned of (rule B13).

    A therapist is bound by claims alone, theirs and the client's, and the store sees to that.
    """
    if by is Role.CLIENT:
        refuse_unless_open(picture, booked.slot)
        return []
    return warnings_of(picture, booked)


def warnings_of(picture: Picture, booked: Booked) -> list[str]:
    """Return what a therapist should know of a session that they book (rules B13, E5), as codes."""
    at_once = ["cannot_be_refunded"] if booked.charge_timing is ChargeTiming.AT_ONCE else []
    return [*(reason.value for reason in warnings_about(picture, booked.slot)), *at_once]


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
