"""What a chapter of the campaigns comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted, and whether nothing was broken."""

    ok: bool
    figures: Mapping[str, object]

    def line(self, chapter: str) -> str:
        """Return the line that a chapter ends with."""
        counted = " ".join(f"{name}={value}" for name, value in self.figures.items())
        return f"CHAPTER {chapter} {counted} ok={'yes' if self.ok else 'no'}"
