"""The picture of a therapist's time at one instant: all that decides what is open, and why a time is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from domain.diary.diary import Diary
from domain.errors import NotOpen
from domain.therapist.therapist import Therapist


class WhyNot(StrEnum):
    """Why a time is not open to a client. A suspension is told as a pause: it is nobody else's business."""

    PAUSED = "paused"
    SELF_BOOKING_CLOSED = "self_booking_closed"
    SELF_BOOKING_REVOKED = "self_booking_revoked"
    NOT_ACCEPTING_NEW_CLIENTS = "not_accepting_new_clients"
    INSIDE_NOTICE = "inside_notice"
    BEYOND_HORIZON = "beyond_horizon"
    NOT_A_WORKING_TIME = "not_a_working_time"
    BLOCKED = "blocked"
    RESERVED_FOR_ANOTHER = "reserved_for_another"
    PRIME_TIME = "prime_time"
    OVERLAPS = "overlaps"
    CLIENT_BUSY = "client_busy"
    CLOCK_CHANGE_GAP = "clock_change_gap"


SENTENCES: Mapping[WhyNot, str] = {
    WhyNot.PAUSED: "This therapist is not taking bookings at present.",
    WhyNot.SELF_BOOKING_CLOSED: "This therapist does not take bookings online at present.",
    WhyNot.SELF_BOOKING_REVOKED: "Please call your therapist to book.",
    WhyNot.NOT_ACCEPTING_NEW_CLIENTS: "This therapist is not taking new clients at present; clients of theirs sign in.",
    WhyNot.INSIDE_NOTICE: "That time begins sooner than this therapist can be booked online.",
    WhyNot.BEYOND_HORIZON: "That time is further ahead than this therapist can be booked online.",
    WhyNot.NOT_A_WORKING_TIME: "This therapist does not begin a session there at that time.",
    WhyNot.BLOCKED: "This therapist is not available at that time.",
    WhyNot.RESERVED_FOR_ANOTHER: "That time is kept for somebody else.",
    WhyNot.PRIME_TIME: "That time is not open for booking online yet.",
    WhyNot.OVERLAPS: "That time is taken.",
    WhyNot.CLIENT_BUSY: "The client has another session at that time.",
    WhyNot.CLOCK_CHANGE_GAP: "The clocks skip that time on that date.",
}
"""What people read."""


def not_open(reason: WhyNot) -> NotOpen:
    """Return the refusal of a time for a reason."""
    return NotOpen(reason.value, SENTENCES[reason])


ClosedBecause: TypeAlias = Literal[
    WhyNot.PAUSED,
    WhyNot.SELF_BOOKING_CLOSED,
    WhyNot.SELF_BOOKING_REVOKED,
    WhyNot.NOT_ACCEPTING_NEW_CLIENTS,
]
"""The reasons for which nothing at all is open to somebody."""


class Taken(Protocol):
    """A half-open range of somebody's time that is not free."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Asker:
    """Who looks or books, as far as a diary has to know: without a relationship, somebody new (rule B7).

    `busy` is what they have in their own diary, whoever it is with (rule B12).
    """

    relationship_ids: frozenset[UUID] = frozenset()
    self_booking_revoked: bool = False
    busy: Sequence[Taken] = ()


ANYBODY = Asker()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that decides what is open, as it stands at one instant.

    `claims` are the therapist's, gaps included; `external_busy` comes from the calendars they keep elsewhere (rule B8).
    """

    diary: Diary
    therapist: Therapist
    asker: Asker = ANYBODY
    claims: Sequence[Taken] = ()
    external_busy: Sequence[Taken] = ()
    now: datetime
