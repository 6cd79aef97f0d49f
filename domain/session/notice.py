"""The notice rule: 48 hours, an absolute instant, frozen when the session is booked (rules E1, E2, E3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from domain.model import Role
from domain.session.events import Entitlement, Reason

NOTICE = timedelta(hours=48)
POLICY_VERSION = "48h-1"


def notice_deadline(starts_at: datetime) -> datetime:
    """Return the last instant at which cancelling is free: 48 elapsed hours before the start (rule E1)."""
    return starts_at - NOTICE


class Judgement(NamedTuple):
    entitlement: Entitlement
    rule: str


def judge_cancelling(*, by: Role, reason: Reason, deadline: datetime, now: datetime) -> Judgement:
    """Return what the client may have back, and by which rule.

    The exact instant of the deadline goes to the client (E2). A cancelling by anybody else gives everything back at
    any notice (E3), unless it was the client who asked for it.
    """
    if by is not Role.CLIENT and reason is not Reason.CLIENT_ASKED:
        return Judgement(Entitlement.ALL, "E3")
    in_time = now <= deadline
    return Judgement(Entitlement.ALL if in_time else Entitlement.NONE, "E2")
