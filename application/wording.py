"""Every event of a session, a relationship and a payment as one plain sentence (rule K3)."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

from domain.model import Medium, Money, Role
from domain.payment import events as payment
from domain.payment.events import PaymentEvent
from domain.relationship import events as relationship
from domain.relationship.events import RelationshipEvent
from domain.session import events as session
from domain.session.events import Attendance, Entitlement, Reason, SessionEvent
from domain.zones import zone_of

ToldEvent: TypeAlias = SessionEvent | RelationshipEvent | PaymentEvent

WITHOUT_MINOR_UNITS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
WITH_THOUSANDTHS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
"""As the payment provider counts minor units, which for a few currencies is not how banks do."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

WHO = {
    Role.CLIENT: "the client",
    Role.THERAPIST: "the therapist",
    Role.OPERATOR: "an operator",
    Role.AUDITOR: "an auditor",
    Role.SYSTEM: "the system",
}
WHERE = {Medium.IN_PERSON: "in person", Medium.VIDEO: "by video", Medium.PHONE: "by phone"}
WHY = {
    Reason.CLIENT_ASKED: "the client asked",
    Reason.NOT_AVAILABLE: "the therapist is not available",
    Reason.NOT_A_FIT: "it is not a fit",
    Reason.ILLNESS: "illness",
    Reason.RELATIONSHIP_ENDED: "the relationship ended",
    Reason.OTHER: "another reason",
    Reason.CHECKOUT_LAPSED: "it was not paid in time",
}
BACK = {Entitlement.ALL: "the client has everything back", Entitlement.NONE: "nothing is given back"}
ATTENDED = {
    Attendance.ATTENDED: "the client attended",
    Attendance.CLIENT_MISSED: "the client missed it",
    Attendance.THERAPIST_COULD_NOT: "the therapist could not hold it",
}


def money_in_words(amount: Money) -> str:
    """Return an amount like `GBP 80.00`, with the digits that its currency has."""
    digits = 0 if amount.currency in WITHOUT_MINOR_UNITS else 3 if amount.currency in WITH_THOUSANDTHS else 2
    whole, rest = divmod(amount.amount_minor, 10**digits)
    return f"{amount.currency} {whole}.{rest:0{digits}}" if digits else f"{amount.currency} {whole}"


def instant_in_words(instant: datetime, *, zone: str) -> str:
    """Return an instant like `Mon 7 Jan 2030 09:00 (Europe/London)`, whatever the machine's language is."""
    local = instant.astimezone(zone_of(zone))
    day = f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"
    return f"{day} {local.hour:02}:{local.minute:02} ({zone})"


def clock_in_words(minutes: int) -> str:
    """Return minutes since midnight as a clock shows them, 24:00 for the next midnight."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def in_words(event: ToldEvent, *, zone: str, currency: str) -> str:
    """Return what happened. Instants are told in `zone`; amounts that carry no currency are in `currency`."""
    match event:
        case (
            relationship.Opened()
            | relationship.TermsAccepted()
            | relationship.SelfBookingRevoked()
            | relationship.SelfBookingRestored()
        ):
            return _of_relationship(event)
        case (
            session.Booked()
            | session.BookingPlaced()
            | session.Confirmed()
            | session.Cancelled()
            | session.Charged()
            | session.ChargeFailed()
            | session.RefundGranted()
            | session.Refunded()
            | session.RefundFailed()
            | session.AttendanceRecorded()
        ):
            return _of_session(event, zone=zone, currency=currency)
        case _:
            return _of_payment(event, zone=zone, currency=currency)


def _of_relationship(event: RelationshipEvent) -> str:
    match event:
        case relationship.Opened():
            return f"The relationship ({event.kind.value}) was opened."
        case relationship.TermsAccepted():
            return f"The client accepted the cancellation policy, version {event.policy_version}."
        case relationship.SelfBookingRevoked():
            return "The client was asked to book by telephone; what is booked stands (G5)."
        case relationship.SelfBookingRestored():
            return "The client may book by themselves again (G5)."
        case _:
            assert_never(event)


def _of_session(event: SessionEvent, *, zone: str, currency: str) -> str:  # noqa: C901 - one flat case for each event
    match event:
        case session.Booked():
            return _booked(event, zone=zone)
        case session.BookingPlaced():
            return "The booking stands, and the therapist knows of it."
        case session.Confirmed(rule="A7"):
            return "The session was confirmed at once, because the therapist booked it (A7)."
        case session.Confirmed():
            return f"The therapist confirmed the session ({event.rule})."
        case session.Cancelled():
            by, why, back = WHO[event.by], WHY[event.reason], BACK[event.entitlement]
            return f"The session was cancelled by {by}: {why}; {back} ({event.rule})."
        case session.Charged():
            return f"{money_in_words(event.amount)} was charged."
        case session.ChargeFailed(needs_authentication=True):
            return f"Try {event.attempt} to charge the card needs the cardholder to authenticate."
        case session.ChargeFailed():
            return f"Try {event.attempt} to charge the card failed ({event.code})."
        case session.RefundGranted():
            return f"A refund of what was charged was granted ({event.rule})."
        case session.Refunded():
            return f"{_minor(event.amount_minor, currency)} was given back."
        case session.RefundFailed():
            return f"{_minor(event.amount_minor, currency)} could not be given back yet; it is being sorted."
        case session.AttendanceRecorded():
            said, back = ATTENDED[event.outcome], BACK[event.entitlement]
            return f"Attendance was recorded: {said}; {back} ({event.rule})."
        case _:
            assert_never(event)


def _booked(event: session.Booked, *, zone: str) -> str:
    slot = event.slot
    starts_at = instant_in_words(slot.starts_at, zone=zone)
    place = f" ({event.series.number} of {event.series.count})" if event.series else ""
    return (
        f"The session{place} was booked by {WHO[event.booked_by]} for {starts_at}, {slot.duration_minutes} minutes "
        f"{WHERE[slot.location.medium]}, {_cost(event)}; {_freely_cancelled(event, zone=zone)}."
    )


def _cost(event: session.Booked) -> str:
    """Tell where it is paid for when that is not here (rule A8)."""
    settled = {
        session.Settlement.PLATFORM: f"at {money_in_words(event.price)}",
        session.Settlement.IN_THE_ROOM: f"{money_in_words(event.price)} to be paid in the room",
        session.Settlement.BANK_TRANSFER: f"{money_in_words(event.price)} to be paid by bank transfer",
        session.Settlement.FREE: "free of charge",
    }
    return settled[event.settlement]


def _freely_cancelled(event: session.Booked, *, zone: str) -> str:
    deadline = instant_in_words(event.notice_deadline, zone=zone)
    if event.charge_at is None:
        return "nothing is charged here"
    if event.at > event.notice_deadline:
        return f"the time for cancelling freely had passed on {deadline}"
    return f"cancelling is free until {deadline}"


def _of_payment(event: PaymentEvent, *, zone: str, currency: str) -> str:  # noqa: C901 - one flat case for each event
    match event:
        case payment.Due():
            at = instant_in_words(event.charge_at, zone=zone)
            return f"A payment of {money_in_words(event.amount)} falls due on {at}."
        case payment.Waived():
            return f"The payment was closed, and nothing is taken ({event.rule})."
        case payment.IntentCreated():
            return "The payment was opened at the provider; no money moves yet."
        case payment.ConfirmStarted():
            return f"Try {event.attempt} to charge the card began."
        case payment.Captured():
            return f"The provider took {money_in_words(event.amount)}."
        case payment.Declined():
            return f"The card was declined in try {event.attempt} ({event.code})."
        case payment.AuthenticationRequired():
            return f"The bank wants the cardholder to authenticate try {event.attempt}."
        case payment.OutcomeUnknown():
            return f"The provider did not say how try {event.attempt} ended; it will be read again."
        case payment.IntentCanceled():
            return "The payment was cancelled at the provider and can no longer succeed."
        case payment.RefundRequested():
            return f"A refund of {_minor(event.amount_minor, currency)} was asked for ({event.rule})."
        case payment.RefundSent():
            return "The refund was sent to the provider."
        case payment.RefundPending():
            return "The provider has the refund and has not finished it."
        case payment.RefundSucceeded():
            return f"The provider gave {_minor(event.amount_minor, currency)} back."
        case payment.RefundFailed():
            return f"The provider could not give {_minor(event.amount_minor, currency)} back ({event.code})."
        case _:
            assert_never(event)


def _minor(amount_minor: int, currency: str) -> str:
    return money_in_words(Money(amount_minor=amount_minor, currency=currency))
