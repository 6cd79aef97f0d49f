"""Rows on a psycopg connection: the one place where a view's SQL meets the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow


class ConnectionRows:
    """Rows inside the caller's transaction, for the follower."""

    def __init__(self, conn: Connection[DictRow]) -> None:
        self._conn = conn

    def read(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        return self._conn.execute(sql, parameters).fetchall()

    def write(self, sql: str, parameters: Mapping[str, object]) -> None:
        self._conn.execute(sql, parameters, prepare=True)


class PooledRows:
    """Rows to read from, each statement on a connection of its own: for queries at the edge."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        self._datastore = datastore

    def read(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        with self._datastore.get_connection() as conn:
            return ConnectionRows(conn).read(sql, parameters)

    def write(self, sql: str, parameters: Mapping[str, object]) -> None:
        with self._datastore.get_connection() as conn:
            ConnectionRows(conn).write(sql, parameters)
