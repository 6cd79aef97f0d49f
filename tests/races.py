"""Many clients who want the same slot at the same moment (rule B12)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import psycopg

from domain.errors import SlotTaken
from tests.seeded import Seeded

OVERLAPS = """
select count(*) as n from claims a join claims b on a.session_id < b.session_id
where a.therapist_id = b.therapist_id and a.therapist_period && b.therapist_period
   or a.client_id = b.client_id and a.client_period && b.client_period
"""
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"
WON = "won"


def race(seeded: Seeded, clients: Sequence[UUID], starts_at: datetime) -> list[str]:
    """Let every client book the slot at once; return how it went for each: WON, or the refusal's name."""
    at_once = threading.Barrier(len(clients))

    def ask(client_id: UUID) -> str:
        at_once.wait()
        try:
            seeded.book(client_id, starts_at)
        except SlotTaken as refusal:
            return type(refusal).__name__
        return WON

    with ThreadPoolExecutor(len(clients)) as threads:
        return list(threads.map(ask, clients))


def counted(conninfo: str, statement: str) -> int:
    """Ask for one number."""
    with psycopg.connect(conninfo) as conn:
        row = conn.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])
