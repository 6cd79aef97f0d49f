"""The one reader of the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime


def machine_now() -> datetime:
    """This machine's time, unshifted: for leases, tokens, signatures and skew checks, never for a rule."""
    return datetime.now(UTC)
