"""Making and moving the tables: `diary migrate`, as the owner, one at a time, forwards only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import NamedTuple

import dramatiq_postgres.schema
import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow, dict_row

from adapters.postgres.pool import APPLICATION_ROLE
from projections.view import View

LOCK = "select pg_advisory_xact_lock(hashtextextended('therapy-diary migrate', 0))"
APPLIED = """
create table if not exists migrations (
    number integer primary key, name text not null, applied_at timestamptz not null default now())
"""
BROKER_GRANTS = f"""
grant usage on schema dramatiq to {APPLICATION_ROLE};
grant select, insert, update, delete on all tables in schema dramatiq to {APPLICATION_ROLE};
grant usage on all sequences in schema dramatiq to {APPLICATION_ROLE};
"""
KNOWN_VIEW = "select from view_positions where view = %s and version = %s"
BEGIN_VIEW = "insert into view_positions (view, version, position) values (%s, %s, 0)"
VIEW_TABLES = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = current_schema() and c.relname like %s
"""
LOG = """
select coalesce(max(notification_id) >> 20, 0) as last_in_log,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint + (select base from log_base) as next
from stored_events
"""
OWNER_UNREACHABLE = (
    "The database of DIARY_OWNER_DATABASE_URL, or where that is not set of DIARY_DATABASE_URL, does not let us in: is "
    "it up, and are the address, the login and the password right?"
)
LIFT = "update log_base set base = base + %s"


class Migration(NamedTuple):
    number: int
    name: str
    sql: str


class DatabaseUnreachable(Exception):
    """The database of DIARY_DATABASE_URL does not let us in: is it up, is the address right, and has the login been
    granted the role diary_app?"""


class LogAheadOfCounter(Exception):
    """The log holds positions that this database server has not reached: it was restored into a new cluster.

    Run `diary migrate --lift-log-base` once, before anything is written.
    """


class NotMigrated(Exception):
    """The tables of this database are not those of this version; run `diary migrate`."""


def migrations() -> Iterator[Migration]:
    """Yield the numbered SQL files in order."""
    folder = resources.files("adapters.postgres") / "migrations"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".sql"):
            yield Migration(int(file.name[:4]), file.name, file.read_text("utf-8"))


def migrate(conninfo: str, views: Sequence[View]) -> list[str]:
    """Bring a database to this version and return what was done. Safe to run at once from many places.

    Raises DatabaseUnreachable.
    """
    done: list[str] = []
    with _owners(conninfo) as conn:
        conn.execute(LOCK)
        conn.execute(APPLIED)
        applied = {row[0] for row in conn.execute("select number from migrations")}
        for migration in migrations():
            if migration.number not in applied:
                _run(conn, migration.sql)
                conn.execute("insert into migrations (number, name) values (%s, %s)", migration[:2])
                done.append(migration.name)
        done += [_make(conn, view) for view in views if conn.execute(KNOWN_VIEW, view_key(view)).fetchone() is None]
        with conn.cursor() as cursor:
            if dramatiq_postgres.schema.init(cursor):
                _run(conn, BROKER_GRANTS)
                done.append("dramatiq's tables")
    return done


def _owners(conninfo: str) -> Connection[TupleRow]:
    """A connection of the owner's, whose address stands in a setting of its own."""
    try:
        return psycopg.connect(conninfo, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(OWNER_UNREACHABLE) from error


def view_key(view: View) -> tuple[str, int]:
    """Return what names a view's tables and position."""
    return view.name, view.version


def _make(conn: Connection[TupleRow], view: View) -> str:
    """Make a view's tables and hand them to the role that fills them."""
    before = _tables_of(conn, view)
    if view.ddl:
        _run(conn, view.ddl)
    for table in _tables_of(conn, view) - before:
        _run(conn, f"grant select, insert, update, delete on {table} to {APPLICATION_ROLE}")
    conn.execute(BEGIN_VIEW, view_key(view))
    return f"view {view.name} {view.version}"


def _tables_of(conn: Connection[TupleRow], view: View) -> set[str]:
    return {row[0] for row in conn.execute(VIEW_TABLES, [f"%\\_v{view.version}"])}


def _run(conn: Connection[TupleRow], sql: str) -> None:
    conn.execute(sql)


def check_migrated(conninfo: str, views: Sequence[View]) -> None:
    """Raise NotMigrated or LogAheadOfCounter unless this version may work on this database."""
    with psycopg.connect(conninfo, connect_timeout=10, row_factory=dict_row) as conn:
        if conn.execute("select to_regclass('migrations') as here").fetchone() != {"here": "migrations"}:
            raise NotMigrated
        applied = {row["number"] for row in conn.execute("select number from migrations")}
        views_known = all(conn.execute(KNOWN_VIEW, view_key(view)).fetchone() is not None for view in views)
        if applied != {m.number for m in migrations()} or not views_known:
            raise NotMigrated
        log = conn.execute(LOG).fetchone()
        if log is not None and log["last_in_log"] >= log["next"]:
            raise LogAheadOfCounter


def lift_log_base(conninfo: str) -> int:
    """Raise the base so that new positions come after everything in the log. Return by how much."""
    with psycopg.connect(conninfo, connect_timeout=10, row_factory=dict_row) as conn:
        conn.execute(LOCK)
        log = conn.execute(LOG).fetchone()
        assert log is not None
        missing = max(0, log["last_in_log"] - log["next"] + 1)
        conn.execute(LIFT, [missing])
        return int(missing)
