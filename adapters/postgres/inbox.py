"""What the payment provider told us of: stored first, acted on later at our own pace."""

from __future__ import annotations

from uuid import UUID

from eventsourcing.postgres import PostgresDatastore

from adapters.postgres.work import ADD
from application.policies import TaskKind
from application.ports import ProviderNotice

RECEIVE = """
insert into inbox (notice_id, kind, object_id, account) values (%s, %s, %s, %s)
on conflict (notice_id) do nothing returning notice_id
"""


class Inbox:
    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def receive(self, notice: ProviderNotice, *, correlation_id: UUID) -> bool:
        """Keep a notice and the work that it leads to, both or none. False where it had been received before."""
        with self._datastore.get_connection() as conn, conn.transaction():
            kept = (notice.notice_id, notice.kind, notice.object_id, notice.account)
            if conn.execute(RECEIVE, kept, prepare=True).fetchone() is None:
                return False
            if notice.intent_id is not None:
                work = {
                    "work_id": f"{TaskKind.OBSERVE_INTENT}:{notice.notice_id}",
                    "kind": TaskKind.OBSERVE_INTENT.value,
                    "subject": notice.intent_id,
                    "causation": f"notice:{notice.notice_id}",
                    "correlation_id": correlation_id,
                }
                conn.execute(ADD, work, prepare=True)
        return True
