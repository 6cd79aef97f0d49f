"""The error answers of the API, shaped as Stripe shapes them."""

from __future__ import annotations

from typing import Any

Thing = dict[str, Any]
"""One object of the API, as JSON."""


class ApiError(Exception):
    """An answer other than 200. `kept`: execution had begun, so the answer is stored under the idempotency key."""

    def __init__(self, status: int, error: Thing, *, kept: bool = True) -> None:
        super().__init__(status, error.get("code"))
        self.status = status
        self.body: Thing = {"error": error}
        self.kept = kept


def invalid(message: str, *, code: str | None = None, param: str | None = None, kept: bool = False) -> ApiError:
    """400: the request itself is wrong. Nothing began unless `kept`, so its key may be used again."""
    return ApiError(400, _error("invalid_request_error", message, code=code, param=param), kept=kept)


def missing(noun: str, wanted: str, *, param: str, status: int = 400) -> ApiError:
    """No such object: 404 when the path names it, 400 when a parameter does."""
    message = f"No such {noun}: '{wanted}'"
    return ApiError(status, _error("invalid_request_error", message, code="resource_missing", param=param))


def unexpected_state(kind: str, message: str, intent: Thing) -> ApiError:
    """400: the intent's state forbids the step. The answer holds the intent as it is."""
    error = _error("invalid_request_error", message, code=f"{kind}_unexpected_state")
    return ApiError(400, error | {kind: intent})


def not_allowed(status: int, message: str, *, code: str | None = None) -> ApiError:
    """401 or 403: the key does not open this door."""
    return ApiError(status, _error("invalid_request_error", message, code=code), kept=False)


def unknown_url(method: str, path: str) -> ApiError:
    """404: nothing is served here."""
    return ApiError(404, _error("invalid_request_error", f"Unrecognized request URL ({method}: {path})."), kept=False)


def key_mismatch(key: str) -> ApiError:
    """400: the idempotency key was first used with other parameters."""
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return ApiError(400, _error("idempotency_error", message), kept=False)


def key_in_use() -> ApiError:
    """409: a request with this idempotency key is running now."""
    message = "There is currently another in-progress request using this Idempotent Key. Please try again later."
    return ApiError(409, _error("idempotency_error", message, code="idempotency_key_in_use"), kept=False)


def too_many_requests() -> ApiError:
    """429: slower, please."""
    error = _error("invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
    return ApiError(429, error, kept=False)


def broken(*, kept: bool) -> ApiError:
    """500: something went wrong at the provider. It may or may not have done what was asked."""
    return ApiError(500, _error("api_error", "Sorry! There was an error while talking to Stripe."), kept=kept)


def _error(kind: str, message: str, *, code: str | None = None, param: str | None = None) -> Thing:
    error: Thing = {"type": kind, "message": message}
    if code is not None:
        error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
    if param is not None:
        error["param"] = param
    return error
