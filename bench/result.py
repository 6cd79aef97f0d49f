"""The lines that a benchmark ends with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


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

    @property
    def is_well(self) -> bool:
        return self.ratio >= self.wanted

    def line(self) -> str:
        """Return the line, for people and for machines."""
        return _line(self.name, self.ours, self.reference, self.ratio, "yes" if self.is_well else "no")


@dataclass(frozen=True, slots=True)
class Limited:
    """What was measured, and what it may be at most, in the same unit: its ratio is the room that is left."""

    name: str
    measured: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.limit / self.measured

    @property
    def is_well(self) -> bool:
        return self.ratio >= 1

    def line(self) -> str:
        """Return the line, for people and for machines."""
        return _line(self.name, self.measured, self.limit, self.ratio, "yes" if self.is_well else "no")


AnyResult: TypeAlias = Result | Limited


def _line(name: str, ours: float, reference: float, ratio: float, ok: str) -> str:
    return f"RESULT name={name} ours={_figure(ours)} reference={_figure(reference)} ratio={ratio:.2f} ok={ok}"


def _figure(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"
