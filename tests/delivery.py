"""The ways in which a log may reach a view: whatever happens, what the view shows is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_order(log: Sequence[T]) -> list[T]:
    """Each event once, as it should be."""
    return list(log)


def twice_each(log: Sequence[T]) -> list[T]:
    """Each event twice in a row, as after a crash between the effect and its mark."""
    return [logged for logged in log for _ in range(2)]


def all_again(log: Sequence[T]) -> list[T]:
    """The whole log, and then the whole log."""
    return [*log, *log]


REPEATED: tuple[Callable[[Sequence[T]], list[T]], ...] = (twice_each, all_again)
