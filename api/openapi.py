"""The description of the API: what FastAPI finds, and the problems that it cannot know of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.permissions import PERMISSIONS, Action
from api.problems import MEDIA_TYPE

DESCRIPTION = """
Book, pay and keep therapy sessions.

- Every error is an RFC 9457 problem; its `type` leads to what it means.
- Every POST but the webhook needs an `Idempotency-Key`; repeated, it is answered again with `Idempotency-Replayed`.
- A command that stored something answers `Event-Position`; a view read with `Min-Position` has read at least that far.
- A session and a diary have their version as `ETag`; with `If-Match` a command holds only for that version.
- Instants are RFC 3339 in UTC, with the IANA zone beside them; amounts are in minor units.
"""

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "Why a time is not open (`not-open`)."},
        "clashes": {
            "type": "array",
            "description": "Which dates of a series cannot be booked, and why (`series-clashes`).",
            "items": {
                "type": "object",
                "required": ["day", "starts_at", "reason", "sentence"],
                "properties": {
                    "day": {"type": "string", "format": "date"},
                    "starts_at": {"type": ["string", "null"], "format": "date-time"},
                    "reason": {"type": "string"},
                    "sentence": {"type": "string"},
                },
            },
        },
        "errors": {
            "type": "array",
            "description": "Which fields (`validation-failed`): a JSON pointer into the body, or a parameter's name.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "examples": [
        {
            "type": "/problems/slot-taken",
            "title": "Slot taken",
            "status": 409,
            "detail": "That time is taken.",
        }
    ],
}

WITH_A_TOKEN = {
    "401": "No token, or one that is not accepted",
    "403": "Not yours to do",
    "404": "Not there, or not yours",
}
WITH_A_KEY = {"400": "The request lacks its key", "409": "Not possible now, or another step comes first"}
WITH_A_SIGNATURE = {"400": "The signature is missing or not the provider's"}
WITH_A_VERSION = {"412": "The session or the diary has changed since the version that `If-Match` names"}
WITH_A_TOKEN_OR_NONE = {"401": "A token that is not accepted"}
WITH_AN_ID = {"404": "Not there"}
ONE_BY_ONE: Mapping[Action, Mapping[str, str]] = {
    Action.SET_DATE: {"409": "The diary holds too many dates of their own already"}
}
"""What no family of operations has in common."""
REQUIRED_HEADERS = {"Idempotency-Key", "Stripe-Signature"}
"""Headers that the routes themselves ask for, so that their absence has a problem of its own."""
WITH_INPUT = {"413": "The body is too large", "422": "Some fields are not as they have to be"}
ALWAYS = {"503": "Not at the moment; try again", "default": "A problem"}


def describe(app: FastAPI) -> None:
    """Let the application answer its description with the problems of every operation."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(
                get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign] # the way that the framework documents


def _with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    for path in schema["paths"].values():
        for operation in path.values():
            action = Action(operation["operationId"])
            public = PERMISSIONS[action] is None
            for parameter in operation.get("parameters", []):
                _tell_required(parameter)
            for status, meaning in {**_statuses(operation, public=public), **ONE_BY_ONE.get(action, {})}.items():
                operation["responses"][status] = _response(meaning)
            if public and "security" in operation:
                operation["security"] = [{}, *operation["security"]]
    schemas = schema["components"]["schemas"]
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = PROBLEM
    return schema


def _tell_required(parameter: dict[str, Any]) -> None:
    if parameter["name"] in REQUIRED_HEADERS:
        parameter["required"] = True
        parameter["schema"] = {"type": "string", "title": parameter["name"]}


def _statuses(operation: dict[str, Any], *, public: bool) -> dict[str, str]:
    headers = {parameter["name"] for parameter in operation.get("parameters", [])}
    takes_input = "requestBody" in operation or "parameters" in operation
    return {
        **(_told_to_anybody(operation) if public else WITH_A_TOKEN),
        **(WITH_A_KEY if "Idempotency-Key" in headers else {}),
        **(WITH_A_SIGNATURE if "Stripe-Signature" in headers else {}),
        **(WITH_A_VERSION if "If-Match" in headers else {}),
        **(WITH_INPUT if takes_input else {}),
        **ALWAYS,
    }


def _told_to_anybody(operation: dict[str, Any]) -> dict[str, str]:
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    return {**(WITH_A_TOKEN_OR_NONE if "security" in operation else {}), **(WITH_AN_ID if "path" in places else {})}


def _response(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
