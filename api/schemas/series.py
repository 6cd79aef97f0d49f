"""Series of sessions, as they are sent and answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from api.schemas.common import Answer, IntervalWeeks, example
from api.schemas.sessions import PERSON, BookBody, SessionAnswer
from application.series import DateWarnings
from domain.model import Instant


class BookSeriesBody(BookBody):
    """Sessions to be booked together: the first, and how many there are, one or two weeks apart.

    Each begins at the same time of day by the clock of the therapist's zone.
    """

    count: Annotated[StrictInt, Field(ge=2, le=52)]
    interval_weeks: IntervalWeeks = 1

    model_config = example(
        therapist_id=PERSON,
        kind="individual",
        starts_at="2030-01-07T09:00:00Z",
        count=6,
        interval_weeks=1,
        location_id="7f0c2f4e-7b1c-4a56-9a4e-0d3c5b1f2a10",
        attendees=["Ben Brook"],
        accept_policy="48h-1",
    )


class DateWarningsAnswer(Answer):
    """What a therapist should know about one date of a series (rule B13)."""

    day: date
    starts_at: Instant
    warnings: list[str]

    @classmethod
    def of(cls, one: DateWarnings) -> DateWarningsAnswer:
        return cls(day=one.day, starts_at=one.starts_at, warnings=list(one.warnings))


class SeriesAnswer(Answer):
    """The sessions of a series, in order."""

    series_id: UUID
    sessions: list[SessionAnswer]
    warnings: list[DateWarningsAnswer]
