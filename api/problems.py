"""Everything that can be answered instead of what was asked for: one table from exceptions to problems (RFC 9457).

A problem's code is its class's name, its detail the class's docstring; `/problems/<code>` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError
from starlette.responses import JSONResponse

from application.errors import Contended, RequestDiffers, RequestInFlight, StoreUnavailable, TryLater, VersionMoved
from application.ports import GatewayRefused, GatewayUnsure, UnverifiedWebhook
from domain.diary.picture import SENTENCES, WhyNot
from domain.errors import (
    AskedWrongly,
    NotOpen,
    NotPermitted,
    NotPossibleNow,
    NotThere,
    Refusal,
    SeriesClash,
    SeriesClashes,
    StepMissing,
)

MEDIA_TYPE = "application/problem+json"


class EdgeProblem(Exception):
    """The request could not be answered."""


class IdempotencyKeyMissing(EdgeProblem):
    """This request needs an `Idempotency-Key` header: 1 to 255 printable characters, chosen by you for this request."""


class PositionMalformed(EdgeProblem):
    """`Min-Position` has to be an `Event-Position` that was answered here before."""


class CursorMalformed(EdgeProblem):
    """`cursor` has to be the `next` of a page that was answered here before."""


class BodyUnreadable(EdgeProblem):
    """The body could not be read."""


class NotAuthenticated(EdgeProblem):
    """This needs a token: `Authorization: Bearer <token>`."""


class TokenRefused(EdgeProblem):
    """The token is not one that is accepted here, or it has expired."""


class NoSuchPath(EdgeProblem):
    """There is nothing at this path."""


class MethodNotAllowed(EdgeProblem):
    """This path does not take that method; the `Allow` header says which it takes."""


class PreconditionFailed(EdgeProblem):
    """This has changed since the version that `If-Match` names; read it again first."""


class BodyTooLarge(EdgeProblem):
    """The body is larger than is accepted here."""


class ValidationFailed(EdgeProblem):
    """Some fields are missing or not as they have to be; `errors` names each of them."""


class InternalError(EdgeProblem):
    """Something went wrong on our side."""


class ProjectionBehind(EdgeProblem):
    """The view has not yet read the position that was asked for; ask again."""


class NotReady(EdgeProblem):
    """This process cannot do its work at the moment."""


STATUSES: Mapping[type[Exception], int] = {
    NotThere: 404,
    NotPossibleNow: 409,
    AskedWrongly: 422,
    StepMissing: 409,
    NotPermitted: 403,
    RequestInFlight: 409,
    RequestDiffers: 422,
    Contended: 503,
    StoreUnavailable: 503,
    GatewayUnsure: 503,
    TryLater: 503,
    GatewayRefused: 502,
    UnverifiedWebhook: 400,
    IdempotencyKeyMissing: 400,
    PositionMalformed: 400,
    CursorMalformed: 400,
    BodyUnreadable: 400,
    NotAuthenticated: 401,
    TokenRefused: 401,
    NoSuchPath: 404,
    MethodNotAllowed: 405,
    PreconditionFailed: 412,
    BodyTooLarge: 413,
    ValidationFailed: 422,
    InternalError: 500,
    ProjectionBehind: 503,
    NotReady: 503,
}
"""Families and single problems; a class that is not here takes the status of the family it belongs to."""

HEADERS: Mapping[type[Exception], Mapping[str, str]] = {
    NotAuthenticated: {"WWW-Authenticate": "Bearer"},
    TokenRefused: {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    RequestInFlight: {"Retry-After": "1"},
    Contended: {"Retry-After": "1"},
    StoreUnavailable: {"Retry-After": "2"},
    GatewayUnsure: {"Retry-After": "5"},
    TryLater: {"Retry-After": "5"},
    ProjectionBehind: {"Retry-After": "1"},
}

SAME_AS: Mapping[type[Exception], type[Exception]] = {
    OperationalError: StoreUnavailable,
    InterfaceError: StoreUnavailable,
    VersionMoved: PreconditionFailed,
}
"""What a read of the database raises is told like what a write raises; a version that moved late like one that had."""


def code_of(cls: type[Exception]) -> str:
    """Return the stable name of a problem, for example `slot-taken`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


def meaning_of(cls: type[Exception]) -> str:
    """Return what a problem means: the first paragraph of its class's docstring."""
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def status_of(cls: type[Exception]) -> int:
    """Return the status of a problem: its own or its family's."""
    return next(STATUSES[base] for base in cls.__mro__ if base in STATUSES)


def every_problem() -> dict[str, type[Exception]]:
    """Return all problems by their code, families of refusals included."""
    classes = [cls for family in STATUSES for cls in (family, *_below(family))]
    return {code_of(cls): cls for cls in classes}


def _below(cls: type[Exception]) -> Iterator[type[Exception]]:
    for below in cls.__subclasses__():
        yield below
        yield from _below(below)


def body_of(error: Exception, **more: Any) -> dict[str, Any]:
    """Return the members of a problem. A refusal's own sentence may say more than its class."""
    cls = type(error)
    code = code_of(cls)
    members = {
        "type": f"/problems/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status_of(cls),
        "detail": error.sentence if isinstance(error, Refusal) else meaning_of(cls),
    }
    return members | _of_its_own(error) | more


def _of_its_own(error: Exception) -> dict[str, Any]:
    """Return what a problem has beyond its sentence, for machines."""
    match error:
        case NotOpen():
            return {"reason": error.reason}
        case SeriesClashes():
            return {"clashes": [_clash(one) for one in error.clashes]}
        case _:
            return {}


def _clash(clash: SeriesClash) -> dict[str, str | None]:
    starts_at = None if clash.starts_at is None else clash.starts_at.isoformat().replace("+00:00", "Z")
    sentence = SENTENCES[WhyNot(clash.reason)]
    return {"day": clash.day.isoformat(), "starts_at": starts_at, "reason": clash.reason, "sentence": sentence}


def problem(error: Exception, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """Return the answer that tells a problem."""
    told = next((same() for cls, same in SAME_AS.items() if isinstance(error, cls)), error)
    members = body_of(told, **more)
    own = HEADERS.get(type(told), {})
    return JSONResponse(members, members["status"], headers={**own, **(headers or {})}, media_type=MEDIA_TYPE)
