"""Idempotency keys: the first answer is kept and given again; a running twin and other parameters are refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from adapters.sandbox.parameters import Form
from adapters.sandbox.refusals import Thing, invalid, key_in_use, key_mismatch
from adapters.sandbox.state import Shelf

MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The first answer given under a key."""

    status: int
    body: Thing
    request_id: str


class Keys:
    """The keys in use and the answers kept. Answers older than 24 hours may be pruned; a key is then new again."""

    def __init__(self, kept: Shelf) -> None:
        self._kept = kept
        self._running: dict[str, str] = {}

    def begin(self, key: str, fingerprint: str) -> KeptAnswer | None:
        """Return the answer kept under the key, or None and mark the key as running.

        Raises ApiError 400 for other parameters or an overlong key, 409 while a twin runs.
        """
        if len(key) > MAX_KEY_CHARACTERS:
            raise invalid(f"Idempotency keys have at most {MAX_KEY_CHARACTERS} characters")
        if self._running.get(key, fingerprint) != fingerprint:
            raise key_mismatch(key)
        if key in self._running:
            raise key_in_use()
        kept = self._kept.get(key)
        if kept is None:
            self._running[key] = fingerprint
            return None
        if kept["fingerprint"] != fingerprint:
            raise key_mismatch(key)
        return KeptAnswer(kept["status"], kept["body"], kept["request_id"])

    def keep(self, key: str, answer: KeptAnswer, *, at_seconds: int) -> None:
        """Keep the answer of a request that ran under the key."""
        self._kept[key] = {
            "fingerprint": self._running.pop(key),
            "status": answer.status,
            "body": answer.body,
            "request_id": answer.request_id,
            "at": at_seconds,
        }

    def release(self, key: str) -> None:
        """End a request that never began to execute: its key is as unused."""
        self._running.pop(key, None)

    def prune(self, *, before_seconds: int) -> int:
        """Forget the answers kept before this time; return how many."""
        old = [key for key, kept in self._kept.items() if kept["at"] < before_seconds]
        for key in old:
            del self._kept[key]
        return len(old)


def fingerprint_of(method: str, path: str, form: Form) -> str:
    """What must be the same when a key is used again."""
    whole = json.dumps([method, path, form], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()
