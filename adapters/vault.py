"""Personal data, encrypted with one key per person and purpose (rules H1, H2).

A data key is wrapped by the master key, which lives outside the database. The associated data of each entry binds its
place, so that an entry moved to another person or field does not open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection
from psycopg.rows import DictRow

from application.practice import Sealed

KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = "identity"

NEW_KEY = "insert into vault_keys (person_id, purpose, wrapped) values (%s, %s, %s) on conflict do nothing"
READ_KEY = "select wrapped from vault_keys where person_id = %s and purpose = %s"
KEEP = """
insert into vault (person_id, purpose, field, sealed) values (%s, %s, %s, %s)
on conflict (person_id, purpose, field) do update set sealed = excluded.sealed
"""
READ = """
select e.person_id, e.field, e.sealed, k.wrapped from vault e
left join vault_keys k using (person_id, purpose)
join unnest(%s::uuid[], %s::text[]) as wanted(person_id, field) using (person_id, field)
where e.purpose = %s
"""


class VaultLocked(Exception):
    """The master key does not open what is kept here; it is not the key that this data was kept with."""


class Vault:
    """Seals and opens. The master key is 32 bytes."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError("The master key has to be 32 bytes long.")
        self._master = AESGCM(master_key)

    def seal(self, conn: Connection[DictRow], sealed: Sealed) -> None:
        """Keep one text, replacing what stood in that field. It is part of the caller's transaction."""
        place = sealed.person_id, PURPOSE
        fresh = _encrypt(self._master, os.urandom(KEY_BYTES), _bound(*place, "key"))
        conn.execute(NEW_KEY, (*place, fresh), prepare=True)
        row = conn.execute(READ_KEY, place, prepare=True).fetchone()
        assert row is not None, "the key was made a line ago"
        key = AESGCM(self._unwrap(sealed.person_id, bytes(row["wrapped"])))
        entry = _encrypt(key, sealed.text.encode(), _bound(*place, sealed.field))
        conn.execute(KEEP, (*place, sealed.field, entry), prepare=True)

    def open(self, conn: Connection[DictRow], wanted: Sequence[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], str]:
        """Return the texts that are there. One whose key was deleted is gone like one that never was."""
        if not wanted:
            return {}
        columns = [person_id for person_id, _ in wanted], [field for _, field in wanted], PURPOSE
        rows = conn.execute(READ, columns, prepare=True).fetchall()
        return {(r["person_id"], r["field"]): self._opened(r) for r in rows if r["wrapped"] is not None}

    def _opened(self, row: DictRow) -> str:
        person_id, field = row["person_id"], row["field"]
        key = AESGCM(self._unwrap(person_id, bytes(row["wrapped"])))
        return _decrypt(key, bytes(row["sealed"]), _bound(person_id, PURPOSE, field)).decode()

    def _unwrap(self, person_id: UUID, wrapped: bytes) -> bytes:
        return _decrypt(self._master, wrapped, _bound(person_id, PURPOSE, "key"))


def _bound(person_id: UUID, purpose: str, field: str) -> bytes:
    return f"{person_id}|{purpose}|{field}".encode()


def _encrypt(key: AESGCM, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, bound)


def _decrypt(key: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except InvalidTag as error:
        raise VaultLocked from error
