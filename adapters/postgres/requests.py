"""The book of requests: one outcome for one key. The row itself is written with the events it stands for."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore

from application.errors import RequestDiffers

FIND = "select fingerprint, subject_id, position from requests where person_id = %s and route = %s and key = %s"
FORGET = "delete from requests where recorded_at < now() - make_interval(days => %s)"
KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class PastRequest:
    """What came of a request that was carried out before."""

    subject_id: UUID
    position: int


class RequestBook:
    def __init__(self, datastore: PostgresDatastore, secret: bytes) -> None:
        self._datastore = datastore
        self._secret = hashlib.sha256(b"requests" + secret).digest()

    def fingerprint(self, body: bytes) -> bytes:
        """Return a keyed hash: bodies hold names, and a plain hash of a name can be guessed."""
        return hmac.digest(self._secret, body, "sha256")

    def find(self, person_id: UUID, route: str, key: str, *, fingerprint: bytes) -> PastRequest | None:
        """Return what came of a key's request, None where it is new. Raises RequestDiffers."""
        with self._datastore.get_connection() as conn:
            row = conn.execute(FIND, [person_id, route, key], prepare=True).fetchone()
        if row is None:
            return None
        if not hmac.compare_digest(bytes(row["fingerprint"]), fingerprint):
            raise RequestDiffers
        return PastRequest(row["subject_id"], row["position"])

    def forget_old(self) -> int:
        """Delete requests that are older than 30 days. Return how many."""
        with self._datastore.get_connection() as conn:
            return conn.execute(FORGET, [KEPT_DAYS]).rowcount
