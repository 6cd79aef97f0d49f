"""The one maker of ids."""

from __future__ import annotations

from uuid import UUID, uuid4


def new_id() -> UUID:
    """A random id."""
    return uuid4()
