"""What the payment provider told us of: stored first, acted on later at our own pace."""

from __future__ import annotations

from uuid import UUID

from eventsourcing.postgres import PostgresDatastore

from adapters.postgres.work import ADD
from application.policies import TaskKind
from application.ports import Webhook

RECEIVE = """
insert into inbox (webhook_id, kind, object_id, account) values (%s, %s, %s, %s)
on conflict (webhook_id) do nothing returning webhook_id
"""


class Inbox:
    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def receive(self, webhook: Webhook, *, correlation_id: UUID) -> bool:
        """Keep a webhook and the work that it leads to, both or none. False where it had been received before."""
        with self._datastore.get_connection() as conn, conn.transaction():
            kept = (webhook.webhook_id, webhook.kind, webhook.object_id, webhook.account)
            if conn.execute(RECEIVE, kept, prepare=True).fetchone() is None:
                return False
            if webhook.intent_id is not None:
                work = {
                    "work_id": f"{TaskKind.OBSERVE_INTENT}:{webhook.webhook_id}",
                    "kind": TaskKind.OBSERVE_INTENT.value,
                    "subject": webhook.intent_id,
                    "causation": f"webhook:{webhook.webhook_id}",
                    "correlation_id": correlation_id,
                }
                conn.execute(ADD, work, prepare=True)
        return True
