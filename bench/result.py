"""The line that a benchmark ends with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured, in the same unit on both sides; it is well when `ours / reference` is at least `wanted`."""

    name: str
    ours: float
    reference: float
    wanted: float

    @property
    def ratio(self) -> float:
        return self.ours / self.reference

    def line(self) -> str:
        """Return the line, for people and for machines."""
        ok = "yes" if self.ratio >= self.wanted else "no"
        return (
            f"RESULT name={self.name} ours={self.ours:.0f} reference={self.reference:.0f} "
            f"ratio={self.ratio:.2f} ok={ok}"
        )
