"""The 48 hours: one absolute instant, and who has what on either side of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.model import Role
from domain.session.events import Entitlement, Reason
from domain.session.notice import judge_cancelling, notice_deadline
from domain.zones import zone_of
from tests.given import DEADLINE, MICROSECOND, STARTS_AT, booked

LONDON = zone_of("Europe/London")
OTHERS = [Role.THERAPIST, Role.OPERATOR, Role.SYSTEM]
IN_TIME_AND_LATE = [DEADLINE, DEADLINE + MICROSECOND, STARTS_AT]


def _on_the_clock(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=LONDON)


def test_e1_the_deadline_is_48_hours_before_the_start() -> None:
    assert STARTS_AT - timedelta(hours=48) == notice_deadline(STARTS_AT)


@pytest.mark.parametrize(
    ("starts_at", "deadline"),
    [
        pytest.param(_on_the_clock(3, 30, 9), _on_the_clock(3, 28, 8), id="clocks go forward"),
        pytest.param(_on_the_clock(10, 26, 9), _on_the_clock(10, 24, 10), id="clocks go back"),
        pytest.param(_on_the_clock(6, 15, 9), _on_the_clock(6, 13, 9), id="no change between"),
    ],
)
def test_e1_the_48_hours_are_elapsed_time_whatever_the_clocks_do(starts_at: datetime, deadline: datetime) -> None:
    frozen = booked(starts_at=starts_at, now=starts_at - timedelta(days=7)).notice_deadline

    assert deadline.replace(tzinfo=None) == frozen.astimezone(LONDON).replace(tzinfo=None)


def test_e2_a_client_at_the_exact_deadline_may_have_everything_back() -> None:
    judged = judge_cancelling(by=Role.CLIENT, reason=Reason.CLIENT_ASKED, deadline=DEADLINE, now=DEADLINE)

    assert judged == (Entitlement.ALL, "E2")


def test_e2_a_client_one_microsecond_after_the_deadline_may_have_nothing_back() -> None:
    late = DEADLINE + MICROSECOND

    judged = judge_cancelling(by=Role.CLIENT, reason=Reason.ILLNESS, deadline=DEADLINE, now=late)

    assert judged == (Entitlement.NONE, "E2")


@pytest.mark.parametrize("now", IN_TIME_AND_LATE)
@pytest.mark.parametrize("by", OTHERS)
@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.CLIENT_ASKED}))
def test_e3_a_cancelling_by_anybody_else_gives_everything_back(by: Role, reason: Reason, now: datetime) -> None:
    judged = judge_cancelling(by=by, reason=reason, deadline=DEADLINE, now=now)

    assert judged == (Entitlement.ALL, "E3")


@pytest.mark.parametrize("by", OTHERS)
def test_e3_what_the_client_asked_for_is_judged_as_the_clients_own(by: Role) -> None:
    in_time = judge_cancelling(by=by, reason=Reason.CLIENT_ASKED, deadline=DEADLINE, now=DEADLINE)
    late = judge_cancelling(by=by, reason=Reason.CLIENT_ASKED, deadline=DEADLINE, now=DEADLINE + MICROSECOND)

    assert in_time == (Entitlement.ALL, "E2")
    assert late == (Entitlement.NONE, "E2")
