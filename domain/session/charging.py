"""When money is taken, as one table (rule E5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.model import Role
from domain.session.events import ChargeTiming, Settlement

JUST_AFTER = timedelta(seconds=1)
CHECKOUT = timedelta(minutes=15)


def charge_timing(*, booked_by: Role, settlement: Settlement, deadline: datetime, now: datetime) -> ChargeTiming:
    """Return when a session is charged. Moving or confirming it later does not change the answer."""
    if settlement is not Settlement.PLATFORM:
        return ChargeTiming.NEVER
    if booked_by is Role.CLIENT:
        return ChargeTiming.AT_BOOKING
    if now > deadline:
        return ChargeTiming.AT_ONCE
    return ChargeTiming.AT_NOTICE_DEADLINE


def charge_at(timing: ChargeTiming, *, deadline: datetime, now: datetime) -> datetime | None:
    """Return the instant of the charge, None for never. The deadline itself still belongs to the client (E2)."""
    match timing:
        case ChargeTiming.NEVER:
            return None
        case ChargeTiming.AT_NOTICE_DEADLINE:
            return deadline + JUST_AFTER
        case ChargeTiming.AT_BOOKING | ChargeTiming.AT_ONCE:
            return now


def checkout_ends_at(timing: ChargeTiming, *, now: datetime) -> datetime | None:
    """Return until when an unpaid booking holds its slot (rule A5), None where it stands without payment."""
    return now + CHECKOUT if timing is ChargeTiming.AT_BOOKING else None
