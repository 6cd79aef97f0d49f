"""Lists, newest first, a page at a time."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from itertools import islice

from adapters.sandbox.parameters import Kind, Params, instants, integer, text
from adapters.sandbox.refusals import Thing, invalid, missing

PAGE: Mapping[str, Kind] = {"limit": integer, "starting_after": text, "created": instants}
"""The parameters that every list takes."""

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
_BOUNDS = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def page_of(things: Iterable[Thing], params: Params, *, url: str) -> Thing:
    """Return one page of `things` (given oldest first) as Stripe's list object."""
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid(f"Invalid limit: must be 1 to {MAX_LIMIT}", code="parameter_invalid_integer", param="limit")
    newest_first = [thing for thing in reversed(list(things)) if _within(thing, params.get("created", {}))]
    rest = _after(newest_first, params.get("starting_after"))
    data = list(islice(rest, limit))
    return {"object": "list", "data": data, "has_more": len(rest) > limit, "url": url}


def _within(thing: Thing, bounds: Mapping[str, int]) -> bool:
    return all(_BOUNDS[name](thing["created"], bound) for name, bound in bounds.items())


def _after(things: list[Thing], cursor: str | None) -> list[Thing]:
    if cursor is None:
        return things
    for index, thing in enumerate(things):
        if thing["id"] == cursor:
            return things[index + 1 :]
    raise missing("object", cursor, param="starting_after")
