"""The whole automatic behaviour of the practice on one page: what each event leads to, and when.

Tasks are hints with a due time. What they start re-checks everything and does nothing when it comes too late, so a task
is never cancelled. The id is made from the event, so reacting twice is reacting once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from application.recorded import Recorded
from domain.payment.events import Due, RefundPending, Waived
from domain.payment.payment import payment_id_of
from domain.session.events import AttendanceRecorded, Booked, Cancelled, Entitlement, RefundGranted
from domain.session.series import hangs_on_the_first

PENDING_REFUND_IS_READ_AGAIN_AFTER = timedelta(hours=1)


class TaskKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    LAPSE_CHECKOUT = "lapse_checkout"
    CANCEL_WAIVED_INTENT = "cancel_waived_intent"
    OBSERVE_INTENT = "observe_intent"


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done at `due_at`, in the practice's time. `subject` names what it is about, by ids alone."""

    task_id: str
    kind: TaskKind
    subject: str
    due_at: datetime


def react(recorded: Recorded) -> tuple[Task, ...]:
    """Return what an event leads to."""
    stream_id, event = recorded.originator_id, recorded.event
    match event:
        case Booked(checkout_ends_at=datetime() as ends_at) if not hangs_on_the_first(event):  # A5, A10
            return (_task(recorded, TaskKind.LAPSE_CHECKOUT, str(stream_id), ends_at),)
        case Due():  # E5
            return (_task(recorded, TaskKind.CHARGE, str(stream_id), event.charge_at),)
        case Cancelled() | AttendanceRecorded(entitlement=Entitlement.ALL):
            # E2: charged if not yet charged. Where all is owed, a try whose answer was lost is brought to its end.
            return (_task(recorded, TaskKind.CHARGE, str(payment_id_of(stream_id)), event.at),)
        case Waived():
            return (_task(recorded, TaskKind.CANCEL_WAIVED_INTENT, str(stream_id), event.at),)
        case RefundGranted():  # E2, E3, F3
            return (_task(recorded, TaskKind.REFUND, refund_subject(event.payment_id, event.refund_id), event.at),)
        case RefundPending():
            due_at = event.at + PENDING_REFUND_IS_READ_AGAIN_AFTER
            return (_task(recorded, TaskKind.REFUND, refund_subject(stream_id, event.refund_id), due_at),)
        case _:
            return ()


def _task(recorded: Recorded, kind: TaskKind, subject: str, due_at: datetime) -> Task:
    return Task(f"{kind}:{recorded.originator_id}:{recorded.originator_version}", kind, subject, due_at)


def refund_subject(payment_id: UUID, refund_id: UUID) -> str:
    """Name a refund as a task's subject."""
    return f"{payment_id}/{refund_id}"
