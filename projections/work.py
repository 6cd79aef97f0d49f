"""Policies as a projection: what an event leads to becomes a row of work in the transaction that moves the position.

It is kept, not rebuilt: the ids of what is done stay, so that nothing is done twice.
"""

from __future__ import annotations

from application.policies import react
from application.recorded import Logged
from projections.view import Rows, View

ADD = """
insert into work (work_id, kind, subject, due_at, causation, correlation_id)
values (%(work_id)s, %(kind)s, %(subject)s, %(due_at)s, %(causation)s, %(correlation_id)s)
on conflict (work_id) do nothing
"""


def apply(rows: Rows, logged: Logged) -> None:
    """Write down what one event leads to."""
    recorded = logged.recorded
    for task in react(recorded):
        row = {
            "work_id": task.task_id,
            "kind": task.kind.value,
            "subject": task.subject,
            "due_at": task.due_at,
            "causation": f"{logged.stored_name}:{recorded.originator_id}:{recorded.originator_version}",
            "correlation_id": recorded.meta.correlation_id,
        }
        rows.write(ADD, row)


VIEW = View(name="work", version=1, ddl="", apply=apply, kept=True)
