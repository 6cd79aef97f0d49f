"""What can happen to a session."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import NonNegativeInt, PositiveInt

from domain.model import Event, Instant, MinorUnits, Money, Role, SessionKind, Slot, Value


class Settlement(StrEnum):
    """Where a session is paid for: on the platform, or outside it (rule A8)."""

    PLATFORM = "platform"
    IN_THE_ROOM = "in_the_room"
    BANK_TRANSFER = "bank_transfer"
    FREE = "free"


class ChargeTiming(StrEnum):
    """When money is taken (rule E5)."""

    AT_BOOKING = "at_booking"
    AT_ONCE = "at_once"
    AT_NOTICE_DEADLINE = "at_notice_deadline"
    NEVER = "never"


class Entitlement(StrEnum):
    """What the client may have back. The amount comes from the payment (rule E2)."""

    ALL = "all"
    NONE = "none"


class Reason(StrEnum):
    """Why a session was cancelled."""

    CLIENT_ASKED = "client_asked"
    NOT_AVAILABLE = "not_available"
    NOT_A_FIT = "not_a_fit"
    ILLNESS = "illness"
    RELATIONSHIP_ENDED = "relationship_ended"
    OTHER = "other"
    CHECKOUT_LAPSED = "checkout_lapsed"


class Attendance(StrEnum):
    """How the session went (rule F1)."""

    ATTENDED = "attended"
    CLIENT_MISSED = "client_missed"
    THERAPIST_COULD_NOT = "therapist_could_not"


class Series(Value):
    """The place of a session in a series of `count` sessions that were booked as one, counted from 1 (rule A10)."""

    series_id: UUID
    number: PositiveInt
    count: PositiveInt


class Booked(Event):
    """A slot is claimed for a client. Price, gap, deadline and timing are frozen here (rules A4, B2, E1, E5).

    `attendees` says how many; their names are personal data and kept in the vault. `charge_at` is None where nothing
    is ever charged; `checkout_ends_at` is set where the booking only stands once it is paid, or the first of its
    series is (rules A5, A10).
    """

    relationship_id: UUID
    therapist_id: UUID
    client_id: UUID
    booked_by: Role
    initial: bool
    kind: SessionKind
    slot: Slot
    gap_minutes: NonNegativeInt
    zone: str
    attendees: PositiveInt
    price: Money
    price_list_version: PositiveInt
    policy_version: str
    notice_deadline: Instant
    settlement: Settlement
    charge_timing: ChargeTiming
    charge_at: Instant | None
    checkout_ends_at: Instant | None
    series: Series | None


class BookingPlaced(Event):
    """The booking stands: nothing is due now, or it is paid. From here the therapist knows of it (rule A5)."""


class Confirmed(Event):
    """The therapist takes the session. The rule is C2, or A7 where the therapist booked it."""

    rule: str


class Cancelled(Event):
    """The session will not take place. What is given back is an entitlement (rules E2, E3)."""

    by: Role
    reason: Reason
    entitlement: Entitlement
    rule: str


class Charged(Event):
    """The money was taken. It may come after a cancellation, when the charge was under way."""

    payment_id: UUID
    amount: Money


class ChargeFailed(Event):
    """The money could not be taken. `code` is the provider's; a card that needs authentication was not declined."""

    payment_id: UUID
    attempt: PositiveInt
    code: str
    needs_authentication: bool


class RefundGranted(Event):
    """Whatever was charged is to be given back, by the rule named."""

    refund_id: UUID
    payment_id: UUID
    rule: str


class Refunded(Event):
    """The money went back."""

    refund_id: UUID
    amount_minor: MinorUnits


class RefundFailed(Event):
    """The provider could not give the money back; the debt is open again (rule E10)."""

    refund_id: UUID
    amount_minor: MinorUnits


class AttendanceRecorded(Event):
    """The therapist completed the attendance update (rules F1, F3)."""

    outcome: Attendance
    entitlement: Entitlement
    rule: str


SessionEvent = (
    Booked
    | BookingPlaced
    | Confirmed
    | Cancelled
    | Charged
    | ChargeFailed
    | RefundGranted
    | Refunded
    | RefundFailed
    | AttendanceRecorded
)
