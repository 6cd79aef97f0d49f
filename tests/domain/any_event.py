"""Hypothesis strategies for events: any value that an event's class allows, read from the class itself."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le
from hypothesis import strategies as st
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from domain.model import Value

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants its bounds naive
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(),
    AwareDatetime: INSTANTS,
    date: st.dates(),
    bool: st.booleans(),
    type(None): st.none(),
}


def any_event(kind: Any) -> st.SearchStrategy[Any]:
    """Events of a class, or of any class of a union."""
    return _of(kind, [])


def _of(annotation: Any, constraints: list[Any]) -> st.SearchStrategy[Any]:
    """Values of a type as pydantic keeps it: the bare type, and beside it the constraints."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    if annotation is int:
        return _integers(constraints)
    if annotation is str:
        return _strings(constraints)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Value):
        fields = {name: _of(field.annotation, field.metadata) for name, field in annotation.model_fields.items()}
        return st.builds(cast("type[Any]", annotation), **fields)
    return _of_several(get_origin(annotation), get_args(annotation))


def _of_several(origin: Any, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin is Annotated:
        field = FieldInfo.from_annotation(Annotated[inner])
        return _of(field.annotation, field.metadata)
    if origin in {Union, types.UnionType}:
        return st.one_of([_of(one, []) for one in inner])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        return st.lists(_of(inner[0], []), max_size=3).map(tuple)
    raise TypeError(f"no strategy for {origin} of {inner}")


def _integers(constraints: list[Any]) -> st.SearchStrategy[int]:
    lowest, highest = 0, 10**9
    for constraint in constraints:
        if isinstance(constraint, Gt):
            lowest = int(cast("Any", constraint.gt)) + 1
        if isinstance(constraint, Ge):
            lowest = int(cast("Any", constraint.ge))
        if isinstance(constraint, Le):
            highest = int(cast("Any", constraint.le))
    return st.integers(lowest, highest)


def _strings(constraints: list[Any]) -> st.SearchStrategy[str]:
    patterns = [constraint.pattern for constraint in constraints if hasattr(constraint, "pattern")]
    return st.from_regex(patterns[0].removesuffix("$") + r"\Z") if patterns else WORDS
