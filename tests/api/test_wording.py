"""Every event reads as one plain sentence (rule K3)."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

import pytest

from application.wording import ToldEvent, in_words, instant_in_words, money_in_words
from domain.model import Location, Medium, Money, Role, SessionKind, Slot
from domain.payment import events as payment
from domain.relationship import events as relationship
from domain.session import events as session
from domain.session.events import Attendance, Entitlement, Reason
from tests.given import NOW, PRICE, booked, of_series

ID = UUID(int=1)

SENTENCES: list[tuple[ToldEvent, str]] = [
    (
        relationship.Opened(therapist_id=ID, client_id=ID, kind=SessionKind.COUPLE, first_session_id=ID, at=NOW),
        "The relationship (couple) was opened.",
    ),
    (
        relationship.TermsAccepted(policy_version="48h-1", at=NOW),
        "The client accepted the cancellation policy, version 48h-1.",
    ),
    (
        relationship.SelfBookingRevoked(at=NOW),
        "The client was asked to book by telephone; what is booked stands (G5).",
    ),
    (relationship.SelfBookingRestored(at=NOW), "The client may book by themselves again (G5)."),
    (
        booked(),
        "The session was booked by the client for Sat 12 Jan 2030 10:00 (Europe/Paris), 50 minutes by video, "
        "at GBP 80.00; cancelling is free until Thu 10 Jan 2030 10:00 (Europe/Paris).",
    ),
    (
        booked(series=of_series(2)),
        "The session (2 of 3) was booked by the client for Sat 12 Jan 2030 10:00 (Europe/Paris), 50 minutes by video, "
        "at GBP 80.00; cancelling is free until Thu 10 Jan 2030 10:00 (Europe/Paris).",
    ),
    (session.BookingPlaced(at=NOW), "The booking stands, and the therapist knows of it."),
    (session.Confirmed(rule="C2", at=NOW), "The therapist confirmed the session (C2)."),
    (
        session.Confirmed(rule="A7", at=NOW),
        "The session was confirmed at once, because the therapist booked it (A7).",
    ),
    (
        session.Cancelled(
            by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED, entitlement=Entitlement.ALL, rule="A5", at=NOW
        ),
        "The session was cancelled by the system: it was not paid in time; the client has everything back (A5).",
    ),
    (session.Charged(payment_id=ID, amount=PRICE, at=NOW), "GBP 80.00 was charged."),
    (
        session.ChargeFailed(payment_id=ID, attempt=2, code="card_declined", needs_authentication=False, at=NOW),
        "Try 2 to charge the card failed (card_declined).",
    ),
    (
        session.ChargeFailed(payment_id=ID, attempt=1, code="x", needs_authentication=True, at=NOW),
        "Try 1 to charge the card needs the cardholder to authenticate.",
    ),
    (
        session.RefundGranted(refund_id=ID, payment_id=ID, rule="E3", at=NOW),
        "A refund of what was charged was granted (E3).",
    ),
    (session.Refunded(refund_id=ID, amount_minor=8000, at=NOW), "EUR 80.00 was given back."),
    (
        session.RefundFailed(refund_id=ID, amount_minor=5, at=NOW),
        "EUR 0.05 could not be given back yet; it is being sorted.",
    ),
    (
        session.AttendanceRecorded(outcome=Attendance.CLIENT_MISSED, entitlement=Entitlement.NONE, rule="E6", at=NOW),
        "Attendance was recorded: the client missed it; nothing is given back (E6).",
    ),
    (
        payment.Due(session_id=ID, client_id=ID, therapist_id=ID, amount=PRICE, charge_at=NOW, at=NOW),
        "A payment of GBP 80.00 falls due on Mon 7 Jan 2030 10:00 (Europe/Paris).",
    ),
    (payment.Waived(rule="E2", at=NOW), "The payment was closed, and nothing is taken (E2)."),
    (
        payment.IntentCreated(epoch=1, intent_id="pi_1", at=NOW),
        "The payment was opened at the provider; no money moves yet.",
    ),
    (payment.ConfirmStarted(attempt=1, card_ref="pm_1", at=NOW), "Try 1 to charge the card began."),
    (payment.Captured(intent_id="pi_1", charge_ref="ch_1", amount=PRICE, at=NOW), "The provider took GBP 80.00."),
    (payment.Declined(attempt=1, code="stolen", advice=None, at=NOW), "The card was declined in try 1 (stolen)."),
    (
        payment.AuthenticationRequired(attempt=1, at=NOW),
        "The bank wants the cardholder to authenticate try 1.",
    ),
    (
        payment.OutcomeUnknown(attempt=1, at=NOW),
        "The provider did not say how try 1 ended; it will be read again.",
    ),
    (
        payment.IntentCanceled(epoch=1, intent_id="pi_1", at=NOW),
        "The payment was cancelled at the provider and can no longer succeed.",
    ),
    (
        payment.RefundRequested(refund_id=ID, amount_minor=8000, rule="E2", at=NOW),
        "A refund of EUR 80.00 was asked for (E2).",
    ),
    (payment.RefundSent(refund_id=ID, at=NOW), "The refund was sent to the provider."),
    (
        payment.RefundPending(refund_id=ID, provider_ref="re_1", at=NOW),
        "The provider has the refund and has not finished it.",
    ),
    (
        payment.RefundSucceeded(refund_id=ID, provider_ref="re_1", amount_minor=8000, at=NOW),
        "The provider gave EUR 80.00 back.",
    ),
    (
        payment.RefundFailed(refund_id=ID, provider_ref=None, amount_minor=8000, code="closed", at=NOW),
        "The provider could not give EUR 80.00 back (closed).",
    ),
]


@pytest.mark.parametrize(("event", "sentence"), SENTENCES, ids=lambda value: type(value).__name__)
def test_k3_an_event_reads_as_a_sentence(event: ToldEvent, sentence: str) -> None:
    assert in_words(event, zone="Europe/Paris", currency="EUR") == sentence


def test_k3_every_event_of_a_history_has_its_sentence() -> None:
    unions = get_args(ToldEvent)
    classes = {cls for union in unions for cls in (get_args(union) or (union,))}
    assert {type(event) for event, _ in SENTENCES} == classes


@pytest.mark.parametrize("entitlement", Entitlement)
@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("by", Role)
def test_every_way_to_cancel_has_words(by: Role, reason: Reason, entitlement: Entitlement) -> None:
    event = session.Cancelled(by=by, reason=reason, entitlement=entitlement, rule="E2", at=NOW)
    assert in_words(event, zone="Europe/Paris", currency="EUR").startswith("The session was cancelled by ")


@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize("outcome", Attendance)
def test_every_medium_and_outcome_has_words(medium: Medium, outcome: Attendance) -> None:
    slot = Slot(starts_at=NOW, duration_minutes=50, location=Location(location_id=ID, medium=medium))
    attended = session.AttendanceRecorded(outcome=outcome, entitlement=Entitlement.NONE, rule="F1", at=NOW)
    told = in_words(booked().model_copy(update={"slot": slot}), zone="Europe/Paris", currency="EUR")
    assert "50 minutes" in told
    assert in_words(attended, zone="Europe/Paris", currency="EUR").startswith("Attendance was recorded: ")


@pytest.mark.parametrize(
    ("amount_minor", "currency", "words"),
    [(8000, "GBP", "GBP 80.00"), (5, "GBP", "GBP 0.05"), (8000, "JPY", "JPY 8000"), (8005, "KWD", "KWD 8.005")],
)
def test_an_amount_has_the_digits_of_its_currency(amount_minor: int, currency: str, words: str) -> None:
    assert money_in_words(Money(amount_minor=amount_minor, currency=currency)) == words


def test_an_instant_names_its_zone() -> None:
    assert instant_in_words(NOW, zone="Asia/Kolkata") == "Mon 7 Jan 2030 14:30 (Asia/Kolkata)"
