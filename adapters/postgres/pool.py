"""Connections to PostgreSQL: a pool sized on purpose, acting as a role that owns nothing."""

from __future__ import annotations

from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

APPLICATION_ROLE = "diary_app"
CONNECT_TIMEOUT_SECONDS = 2
RECONNECT_SECONDS = 3.0
"""The pool's own pause between tries doubles up to five minutes: after an outage that would be the longer outage."""
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30000}


def connect(conninfo: str, *, pool_size: int, role: str | None = APPLICATION_ROLE) -> PostgresDatastore:
    """Return a pool of at most `pool_size` connections, opened on first use.

    Whoever logs in, statements run as `role`, so that even an owner's login cannot change what is stored.
    """
    datastore = PostgresDatastore(
        dbname="", host="", port="", user="", password="",
        pool_size=1, max_overflow=pool_size - 1, connect_timeout=CONNECT_TIMEOUT_SECONDS,
        idle_in_transaction_session_timeout=30,
    )  # fmt: skip
    datastore.pool.reconnect_timeout = RECONNECT_SECONDS
    given = {key: value for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    row_factory = datastore.pool.kwargs["row_factory"]  # type: ignore[index] # always a dict here
    options = f"{given.pop('options', '')} -c role={role}" if role else given.pop("options", "")
    datastore.pool.kwargs = {
        **KEEPALIVES,
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "application_name": "therapy-diary",
        **given,
        "options": str(options).strip(),
        "row_factory": row_factory,
    }
    return datastore
