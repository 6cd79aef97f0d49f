"""Stored names and shapes of every event, as data: reviewed like a schema, guarded by the golden files.

A class may be renamed; its stored name may not. To change a shape, append a function to that name's list in
UPCASTERS (it turns the previous shape's data into the next one's) and add a golden file of the new shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import domain.client.events as client
import domain.diary.events as diary
import domain.payment.events as payment
import domain.relationship.events as relationship
import domain.session.events as session
import domain.therapist.events as therapist
from domain.model import Event

NAMES: dict[type[Event], str] = {
    session.Booked: "session.booked",
    session.BookingPlaced: "session.booking_placed",
    session.Confirmed: "session.confirmed",
    session.Cancelled: "session.cancelled",
    session.Charged: "session.charged",
    session.ChargeFailed: "session.charge_failed",
    session.RefundGranted: "session.refund_granted",
    session.Refunded: "session.refunded",
    session.RefundFailed: "session.refund_failed",
    session.AttendanceRecorded: "session.attendance_recorded",
    relationship.Opened: "relationship.opened",
    relationship.TermsAccepted: "relationship.terms_accepted",
    relationship.SelfBookingRevoked: "relationship.self_booking_revoked",
    relationship.SelfBookingRestored: "relationship.self_booking_restored",
    diary.Opened: "diary.opened",
    diary.HoursSet: "diary.hours_set",
    diary.DateOpened: "diary.date_opened",
    diary.DateClosed: "diary.date_closed",
    diary.NoticeSet: "diary.notice_set",
    diary.SelfBookingOpened: "diary.self_booking_opened",
    diary.SelfBookingClosed: "diary.self_booking_closed",
    diary.Blocked: "diary.blocked",
    diary.Unblocked: "diary.unblocked",
    diary.PrimeTimeSet: "diary.prime_time_set",
    diary.SlotReserved: "diary.slot_reserved",
    diary.ReservedSlotReleased: "diary.reserved_slot_released",
    therapist.Joined: "therapist.joined",
    therapist.PricesSet: "therapist.prices_set",
    therapist.LocationsSet: "therapist.locations_set",
    therapist.AcceptingNewClientsSet: "therapist.accepting_new_clients_set",
    therapist.Paused: "therapist.paused",
    therapist.Resumed: "therapist.resumed",
    therapist.Suspended: "therapist.suspended",
    therapist.Reinstated: "therapist.reinstated",
    client.Registered: "client.registered",
    client.CardSaved: "client.card_saved",
    payment.Due: "payment.due",
    payment.Waived: "payment.waived",
    payment.IntentCreated: "payment.intent_created",
    payment.ConfirmStarted: "payment.confirm_started",
    payment.Captured: "payment.captured",
    payment.Declined: "payment.declined",
    payment.AuthenticationRequired: "payment.authentication_required",
    payment.OutcomeUnknown: "payment.outcome_unknown",
    payment.IntentCanceled: "payment.intent_canceled",
    payment.RefundRequested: "payment.refund_requested",
    payment.RefundSent: "payment.refund_sent",
    payment.RefundPending: "payment.refund_pending",
    payment.RefundSucceeded: "payment.refund_succeeded",
    payment.RefundFailed: "payment.refund_failed",
}

CLASSES: dict[str, type[Event]] = {name: cls for cls, name in NAMES.items()}


def _booked_alone(data: dict[str, Any]) -> dict[str, Any]:
    """Before there were series, every session was booked alone."""
    return {**data, "series": None}


def _notice_in_hours(data: dict[str, Any]) -> dict[str, Any]:
    """Before notice could be a time of the day before, it was a number of hours."""
    return {
        **{name: value for name, value in data.items() if name != "notice_hours"},
        "notice": {"hours": data["notice_hours"]},
    }


UPCASTERS: dict[str, list[Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "session.booked": [_booked_alone],
    "diary.notice_set": [_notice_in_hours],
}


def present_shape(name: str) -> int:
    """Return the number of the shape that is written today; the first is 0."""
    return len(UPCASTERS.get(name, []))
