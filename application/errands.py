"""What each kind of task does: one use case each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from application.charging import cancel_waived_intent, charge, lapse_checkout
from application.policies import TaskKind
from application.refunding import observe, refund
from application.till import Till


def _refund(till: Till, subject: str) -> None:
    payment_id, _, refund_id = subject.partition("/")
    refund(till, UUID(payment_id), UUID(refund_id))


ERRANDS: Mapping[TaskKind, Callable[[Till, str], object]] = {
    TaskKind.CHARGE: lambda till, subject: charge(till, UUID(subject)),
    TaskKind.REFUND: _refund,
    TaskKind.LAPSE_CHECKOUT: lambda till, subject: lapse_checkout(till, UUID(subject)),
    TaskKind.CANCEL_WAIVED_INTENT: lambda till, subject: cancel_waived_intent(till, UUID(subject)),
    TaskKind.OBSERVE_INTENT: observe,
}
