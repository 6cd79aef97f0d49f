"""What a read model is: its tables, how it takes events in, and whether it may be made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from application.recorded import Logged


class Rows(Protocol):
    """Tables as a view sees them: SQL as text with named parameters. Adapters supply it."""

    def read(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return rows."""

    def write(self, sql: str, parameters: Mapping[str, object]) -> None:
        """Change rows; a failure may only show when the batch ends."""


@dataclass(frozen=True, slots=True)
class View:
    """A read model. Its version stands in its tables' names, so that the next one can be built beside it.

    A view that is `kept` holds more than the log can tell (what was done, what was sent): it is never made anew.
    """

    name: str
    version: int
    ddl: str
    apply: Callable[[Rows, Logged], None]
    kept: bool = False


def apply_all(view: View, rows: Rows, batch: Sequence[Logged]) -> None:
    """Take in a batch, in order."""
    for logged in batch:
        view.apply(rows, logged)
