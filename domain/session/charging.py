"""When money is taken, as one table (rule E5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from domain.model import Role
from domain.session.events import ChargeTiming, Series, Settlement

JUST_AFTER = timedelta(seconds=1)
CHECKOUT = timedelta(minutes=15)


class Turn(Enum):
    """Whether a session is booked first, as every single one is, or later in a series (rule A10)."""

    FIRST = auto()
    LATER = auto()


class Timings(NamedTuple):
    in_time: ChargeTiming
    too_late: ChargeTiming


PAID_HERE: Mapping[tuple[Role, Turn], Timings] = {
    (Role.CLIENT, Turn.FIRST): Timings(ChargeTiming.AT_BOOKING, ChargeTiming.AT_BOOKING),
    (Role.CLIENT, Turn.LATER): Timings(ChargeTiming.AT_NOTICE_DEADLINE, ChargeTiming.AT_BOOKING),
    (Role.THERAPIST, Turn.FIRST): Timings(ChargeTiming.AT_NOTICE_DEADLINE, ChargeTiming.AT_ONCE),
    (Role.THERAPIST, Turn.LATER): Timings(ChargeTiming.AT_NOTICE_DEADLINE, ChargeTiming.AT_ONCE),
}
"""By who books: when the money is taken, booked up to the notice deadline and booked after it."""


def turn_of(series: Series | None) -> Turn:
    """Return whether a session is its series' first. A single session is."""
    return Turn.FIRST if series is None or series.number == 1 else Turn.LATER


def charge_timing(
    *, booked_by: Role, turn: Turn, settlement: Settlement, deadline: datetime, now: datetime
) -> ChargeTiming:
    """Return when a session is charged. Moving or confirming it later does not change the answer."""
    if settlement is not Settlement.PLATFORM:
        return ChargeTiming.NEVER
    timings = PAID_HERE[booked_by, turn]
    return timings.too_late if now > deadline else timings.in_time


def charge_at(timing: ChargeTiming, *, deadline: datetime, now: datetime) -> datetime | None:
    """Return the instant of the charge, None for never. The deadline itself still belongs to the client (E2)."""
    match timing:
        case ChargeTiming.NEVER:
            return None
        case ChargeTiming.AT_NOTICE_DEADLINE:
            return deadline + JUST_AFTER
        case ChargeTiming.AT_BOOKING | ChargeTiming.AT_ONCE:
            return now


def checkout_ends_at(*, booked_by: Role, settlement: Settlement, now: datetime) -> datetime | None:
    """Return until when what a client books holds its slot unpaid (rule A5), None where it stands without payment.

    It is the same for all of a series: the whole series stands once its first session is paid (rule A10).
    """
    return now + CHECKOUT if booked_by is Role.CLIENT and settlement is Settlement.PLATFORM else None
