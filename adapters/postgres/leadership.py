"""Who may write a view: one process at a time, by a lock that the server lets go when the holder dies."""

from __future__ import annotations

import contextlib

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow

LEAD = "select pg_try_advisory_lock(hashtextextended(%s, 0)) as leads"


class Leadership:
    """Holds locks on a connection of its own. A cut connection loses the lead; the next asking takes it up again."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore
        self._conn: Connection[DictRow] | None = None
        self._held: set[str] = set()

    def leads(self, name: str) -> bool:
        """Take or keep the lead under a name. False where somebody else has it or the server cannot be reached."""
        try:
            return self._ask(name)
        except psycopg.Error:
            self.close()
            return False

    def _ask(self, name: str) -> bool:
        if self._conn is None:
            kwargs = dict(self._datastore.pool.kwargs)  # type: ignore[arg-type] # always a dict here
            self._conn = psycopg.connect(**kwargs, autocommit=True)
        if name in self._held:
            self._conn.execute("select 1")  # a dead connection has lost the lock without a word
            return True
        row = self._conn.execute(LEAD, [name]).fetchone()
        if row and row["leads"]:
            self._held.add(name)
        return name in self._held

    def close(self) -> None:
        """Let every lead go."""
        self._held.clear()
        if self._conn is not None:
            with contextlib.suppress(psycopg.Error):
                self._conn.close()
            self._conn = None
