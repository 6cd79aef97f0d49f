"""Money that goes back, as a session sees it."""

from __future__ import annotations

from domain.session.events import Refunded, RefundFailed
from domain.session.session import Session, record_refund, record_refund_failure
from tests.given import NOW, PAID_AND_CONFIRMED, PAYMENT, REFUND, cancelled, given, granted

GIVEN_BACK = (*PAID_AND_CONFIRMED, cancelled(), granted())
REFUNDED = Refunded(refund_id=REFUND, amount_minor=8000, at=NOW)
REFUND_FAILED = RefundFailed(refund_id=REFUND, amount_minor=8000, at=NOW)


def _record(session: Session) -> Refunded | None:
    return record_refund(session, refund_id=REFUND, amount_minor=8000, now=NOW)


def test_e2_a_granted_refund_is_known_by_its_id() -> None:
    assert {REFUND: granted()} == given(*GIVEN_BACK).grants


def test_e9_money_that_went_back_is_recorded() -> None:
    refunded = _record(given(*GIVEN_BACK))

    assert refunded == REFUNDED
    assert given(*GIVEN_BACK, REFUNDED).refunded_minor == 8000


def test_e9_money_that_went_back_is_recorded_once() -> None:
    assert _record(given(*GIVEN_BACK, REFUNDED)) is None


def test_e10_a_refund_that_fails_later_opens_the_debt_again() -> None:
    failed = record_refund_failure(refund_id=REFUND, amount_minor=8000, now=NOW)

    session = given(*GIVEN_BACK, REFUNDED, failed)

    assert failed == REFUND_FAILED
    assert (0, frozenset()) == (session.refunded_minor, session.refunds)


def test_e10_a_refund_that_fails_at_once_changes_no_amount() -> None:
    session = given(*GIVEN_BACK, REFUND_FAILED)

    assert (session.charged_minor, session.refunded_minor) == (8000, 0)


def test_e10_a_refund_that_fails_twice_takes_nothing_off_twice() -> None:
    session = given(*GIVEN_BACK, REFUNDED, REFUND_FAILED, REFUND_FAILED)

    assert session.refunded_minor == 0


def test_e9_what_is_charged_stays_on_record_when_it_went_back() -> None:
    session = given(*GIVEN_BACK, REFUNDED)

    assert (8000, frozenset({PAYMENT})) == (session.charged_minor, session.charges)
