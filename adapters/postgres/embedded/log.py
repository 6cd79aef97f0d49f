"""The server's log: a file that does not grow without end."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from adapters.postgres.embedded.account import Account, give

_LOOK_EVERY_SECONDS = 20.0
_JOIN_SECONDS = 5.0


class BoundedLog:
    """`server.log` and one older `server.log.1`, each of about `limit_bytes`.

    The server appends to an open file, so the file is copied and emptied in place, at the start and while it runs.
    """

    def __init__(self, path: Path, *, limit_bytes: int) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._ended = threading.Event()
        self._keeper: threading.Thread | None = None

    def open_for_server(self, account: Account) -> int:
        """A descriptor that appends, for the server's output."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        give(account, descriptor)
        self.trim()
        return descriptor

    def trim(self) -> None:
        """Move the content to `server.log.1` when it is over the limit."""
        if self.size_bytes() <= self._limit_bytes:
            return
        try:
            shutil.copy2(self._path, self._path.with_name(f"{self._path.name}.1"))
        finally:  # On a full disk emptying the log matters more than the copy.
            os.truncate(self._path, 0)

    def keep_small(self) -> None:
        """Look at the size now and then until `close`."""
        self._ended.clear()
        self._keeper = threading.Thread(target=self._keep, name="embedded-postgres-log", daemon=True)
        self._keeper.start()

    def _keep(self) -> None:
        while not self._ended.wait(_LOOK_EVERY_SECONDS):
            with suppress(OSError):  # A full disk or a removed folder is the server's to report; the next look retries.
                self.trim()

    def close(self) -> None:
        """Stop looking."""
        self._ended.set()
        if self._keeper is not None:
            self._keeper.join(_JOIN_SECONDS)
            self._keeper = None

    def size_bytes(self) -> int:
        """How much there is, to read later only what came after."""
        return self._path.stat().st_size

    def since(self, offset_bytes: int) -> str:
        """At most 2,000 characters of what was written after the offset, the last ones."""
        with self._path.open("rb") as file:
            file.seek(max(offset_bytes, self.size_bytes() - 2000))
            return file.read(2000).decode(errors="replace").strip()
