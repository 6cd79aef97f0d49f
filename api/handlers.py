"""How each exception becomes a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.problems import (
    SAME_AS,
    STATUSES,
    BodyTooLarge,
    BodyUnreadable,
    InternalError,
    MethodNotAllowed,
    NoSuchPath,
    ValidationFailed,
    problem,
)

BY_STATUS: Mapping[int, type[Exception]] = {
    400: BodyUnreadable,
    404: NoSuchPath,
    405: MethodNotAllowed,
    413: BodyTooLarge,
}


def install(app: FastAPI) -> None:
    """Answer every error of the framework, of the practice and of the edge as a problem."""
    for cls in (*STATUSES, *SAME_AS):
        app.add_exception_handler(cls, _told)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(RequestValidationError, _of_the_fields)


async def _told(_: Request, error: Exception) -> Response:
    return problem(error)


async def _of_the_framework(_: Request, error: Exception) -> Response:
    said = cast("HTTPException", error)
    return problem(BY_STATUS.get(said.status_code, InternalError)(), headers=_with_head(said.headers))


def _with_head(headers: Mapping[str, str] | None) -> dict[str, str]:
    """What takes GET takes HEAD: the edge sees to that, so the routes do not know."""
    given = dict(headers or {})
    if "GET" in (methods := given.get("Allow", "").split(", ")) and "HEAD" not in methods:
        given["Allow"] = f"{given['Allow']}, HEAD"
    return given


async def _of_the_fields(_: Request, error: Exception) -> Response:
    found = cast("RequestValidationError", error).errors()
    return problem(ValidationFailed(), errors=[_field(one) for one in found])


SENTENCES: Mapping[str, str] = {
    "extra_forbidden": "There is no such field.",
    "missing": "This field is needed.",
    "timezone_aware": "An instant needs its offset from UTC, such as 2026-12-21T12:00:00Z.",
    "uuid_parsing": "This has to be an id (a UUID).",
    "uuid_type": "This has to be an id (a UUID).",
    "json_invalid": "This is not JSON.",
    "int_type": "This has to be a whole number.",
    "bool_type": "This has to be true or false.",
    "list_type": "This has to be a list.",
    "model_attributes_type": "This has to be a JSON object.",
    "greater_than_equal": "This has to be at least {ge}.",
    "less_than_equal": "This has to be at most {le}.",
    "enum": "This has to be {expected}.",
    "literal_error": "This has to be {expected}.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This may have at most {max_length} characters.",
    "too_short": "This list must not be empty.",
    "too_long": "This list may have at most {max_length} entries.",
    "datetime_from_date_parsing": "There is no such date or time of day.",
    "date_from_datetime_parsing": "There is no such date.",
}
"""What people read in place of the validator's own words, with what it says of its limits."""

NO_JSON = "Send JSON, with Content-Type: application/json."
NO_OBJECT = "Send a JSON object."


def _field(found: Mapping[str, Any]) -> dict[str, str]:
    """Say where and what. What was sent is not repeated: it may be somebody's name."""
    where: Sequence[str | int] = found["loc"]
    if found["type"] == "json_invalid":
        return {"pointer": "", "detail": _sentence(found)}
    if tuple(where) == ("body",):
        return {"pointer": "", "detail": _about_the_whole_body(found)}
    if where[0] == "body":
        return {"pointer": "".join(f"/{_escaped(str(part))}" for part in where[1:]), "detail": _sentence(found)}
    return {"parameter": str(where[-1]), "detail": _sentence(found)}


def _sentence(found: Mapping[str, Any]) -> str:
    """Return the sentence of a schema as it is, without the validator's words around it."""
    if found["type"] == "value_error":
        return str(found["ctx"]["error"])
    sentence = SENTENCES.get(found["type"])
    return str(found["msg"]) if sentence is None else sentence.format(**found.get("ctx", {}))


def _about_the_whole_body(found: Mapping[str, Any]) -> str:
    """A body that came without its content type is bytes; one that did not come is missing."""
    if found["type"] == "value_error":
        return _sentence(found)
    unread = found["type"] == "missing" or isinstance(found.get("input"), bytes)
    return NO_JSON if unread else NO_OBJECT


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
