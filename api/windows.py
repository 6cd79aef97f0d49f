"""Ranges of time that can be asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import Query

from api.schemas.common import Rfc3339
from domain.errors import RangeTooLong, ReversedRange

LONGEST = timedelta(days=62)
USUAL = timedelta(days=28)

From = Annotated[Rfc3339 | None, Query(alias="from", description="The first instant. Not given: now.")]
Until = Annotated[Rfc3339 | None, Query(description="The first instant that is out. Not given: 28 days after `from`.")]


class Window(NamedTuple):
    """A half-open range, [since, until)."""

    since: datetime
    until: datetime


def window(since: datetime | None, until: datetime | None, *, now: datetime) -> Window:
    """Return the range that was asked for. Raises ReversedRange, RangeTooLong."""
    begins = now if since is None else since
    ends = begins + USUAL if until is None else until
    if ends <= begins:
        raise ReversedRange
    if ends - begins > LONGEST:
        raise RangeTooLong
    return Window(begins, ends)
