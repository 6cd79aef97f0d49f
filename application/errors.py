"""What can go wrong around a decision, as against within it (that is a Refusal)."""

from __future__ import annotations


class SomebodyWasFirst(Exception):
    """Another command changed what this one was decided on; it is decided again."""


class Contended(Exception):
    """This was changed by others over and over again while it was being decided; ask once more."""


class VersionMoved(Exception):
    """This has changed since the version that the request speaks of."""


class RequestInFlight(Exception):
    """The same request is being worked on at this moment."""


class RequestRepeated(Exception):
    """This request was carried out before; its record tells what came of it."""


class RequestDiffers(Exception):
    """This Idempotency-Key was used for another request."""


class StoreUnavailable(Exception):
    """The practice's records cannot be reached at the moment."""


class TryLater(Exception):
    """The work is not finished and nothing is wrong: it is to be looked at again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
