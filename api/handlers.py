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
    return problem(BY_STATUS.get(said.status_code, InternalError)(), headers=said.headers)


async def _of_the_fields(_: Request, error: Exception) -> Response:
    found = cast("RequestValidationError", error).errors()
    return problem(ValidationFailed(), errors=[_field(one) for one in found])


def _field(found: Mapping[str, Any]) -> dict[str, str]:
    """Say where and what. What was sent is not repeated: it may be somebody's name."""
    where: Sequence[str | int] = found["loc"]
    if found["type"] == "json_invalid":
        return {"pointer": "", "detail": "This is not JSON."}
    if where[0] == "body":
        return {"pointer": "".join(f"/{_escaped(str(part))}" for part in where[1:]), "detail": found["msg"]}
    return {"parameter": str(where[-1]), "detail": found["msg"]}


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
