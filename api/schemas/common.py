"""What every schema is made of: instants, days, names, money."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)

from api.schemas.currencies import CURRENCIES
from domain.model import Location, Medium

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
FIRST_YEAR, LAST_YEAR = 2000, 2199
MONEY_LIMIT_MINOR = 99_999_999


def matching(pattern: str, *, sentence: str) -> Callable[[str], str]:
    """Return a check that a text has a form all through; people read the sentence, never the pattern."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError(sentence)
        return value

    return check


def described(pattern: str) -> Any:
    """Return what tells machines the pattern of a text, where it is not the one that checks it."""
    return Field(json_schema_extra={"pattern": f"^{pattern}$"})


def _text_of_a_time(value: object) -> object:
    """Numbers and bare dates would be taken for instants otherwise."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise ValueError("An instant is written like 2030-01-07T09:00:00Z, with its offset from UTC.")
    return value


def _text_of_a_day(value: object) -> object:
    if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
        raise ValueError("A day is written like 2030-01-07.")
    return value


def _in_our_time(value: date) -> date:
    """Instants at the ends of the calendar leave it when they are moved to another zone."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"The year has to lie between {FIRST_YEAR} and {LAST_YEAR}.")
    return value


def _instant_in_our_time(value: datetime) -> datetime:
    _in_our_time(value)
    return value


Rfc3339 = Annotated[AwareDatetime, BeforeValidator(_text_of_a_time), AfterValidator(_instant_in_our_time)]
"""An instant as a text with its offset; naive ones are refused."""

Day = Annotated[date, BeforeValidator(_text_of_a_day), AfterValidator(_in_our_time)]

NO_CONTROLS = r"[^\x00-\x1f\x7f-\x9f]*"
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(matching(NO_CONTROLS, sentence="This has to be one line of text.")),
]
"""One line of text: names of attendees are kept one a line."""

IntervalWeeks = Annotated[
    StrictInt,
    Field(
        description="1 for every week, 2 for every other week.",
        json_schema_extra={"minimum": 1, "maximum": 2},
    ),
]
"""The bounds are told to machines; what is out of them the practice itself refuses, in its own sentence."""

ZoneName = Annotated[str, StringConstraints(min_length=1, max_length=64)]


CAPITALS = "[A-Z]{3}"
_three_capitals = matching(CAPITALS, sentence="A currency is three capitals, such as GBP.")


def _active_currency(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError("This is not a currency in use (ISO 4217).")
    return value


Currency = Annotated[str, AfterValidator(_three_capitals), AfterValidator(_active_currency), described(CAPITALS)]


class Body(BaseModel):
    """What is sent: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Nothing(Body):
    """A body without fields; it may be left out."""


NOTHING = Nothing()


class Answer(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class MoneyAnswer(Answer):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


class PlaceAnswer(Answer):
    """Where, without the address, link or number itself."""

    location_id: UUID
    medium: Medium

    @classmethod
    def of(cls, location: Location) -> PlaceAnswer:
        return cls(location_id=location.location_id, medium=location.medium)


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a schema with one example."""
    return ConfigDict(json_schema_extra={"examples": [fields]})
