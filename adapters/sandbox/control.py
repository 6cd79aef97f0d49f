"""The controls of the sandbox, which Stripe does not have: faults, settling, authentication, webhooks, state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.faults import Fault
from adapters.sandbox.ledger import close_dispute, open_dispute
from adapters.sandbox.refunds import next_status, settle_refund
from adapters.sandbox.refusals import ApiError, Thing
from adapters.sandbox.sandbox import Sandbox
from adapters.sandbox.webhooks import resend, reverse_due

Body = TypeVar("Body", bound=BaseModel)

MAX_BODY_BYTES = 16 * 1024
_SECONDS_PER_HOUR = 3600


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Pruning(_Body):
    """Which keys to forget."""

    older_than_hours: Annotated[float, Field(ge=0)] = 24


class Settling(_Body):
    """What becomes of a refund; without a status, what its test card has in store."""

    status: Literal["succeeded", "failed"] | None = None


class Deciding(_Body):
    """How a dispute ends."""

    outcome: Literal["won", "lost"]


class Subscribing(_Body):
    """Who is told of events, whether deliveries wait, and how often each is sent."""

    url: str | None = None
    secret: str | None = None
    held: bool = False
    copies: Annotated[int, Field(ge=1, le=5)] = 1


class Releasing(_Body):
    """In which order the deliveries that were held go out."""

    order: Literal["oldest_first", "newest_first"] = "oldest_first"


def control_routes(sandbox: Sandbox) -> list[Route]:
    """The control endpoints. They take and answer JSON."""
    return [
        _post(sandbox, "/sandbox/faults", Fault, _add_fault),
        Route("/sandbox/faults", _answering(sandbox, _clear_faults), methods=["DELETE"]),
        _post(sandbox, "/sandbox/keys/prune", Pruning, _prune),
        _post(sandbox, "/sandbox/refunds/{id}/settle", Settling, _settle),
        _post(sandbox, "/sandbox/charges/{id}/dispute", _Body, lambda box, _, charge_id: open_dispute(box, charge_id)),
        _post(sandbox, "/sandbox/disputes/{id}/close", Deciding, _decide),
        _post(sandbox, "/sandbox/events/{id}/resend", _Body, lambda box, _, event_id: resend(box, event_id)),
        _post(sandbox, "/sandbox/webhook", Subscribing, _subscribe),
        _post(sandbox, "/sandbox/webhook/release", Releasing, _release),
        Route("/sandbox/reset", _answering(sandbox, _reset), methods=["POST"]),
        Route("/sandbox/state", _answering(sandbox, _state), methods=["GET"]),
    ]


def _add_fault(sandbox: Sandbox, fault: Fault, _: str) -> Thing:
    sandbox.faults.add(fault)
    return _faults(sandbox)


def _clear_faults(sandbox: Sandbox) -> Thing:
    sandbox.faults.clear()
    return _faults(sandbox)


def _faults(sandbox: Sandbox) -> Thing:
    return {"faults": [fault.model_dump(mode="json") for fault in sandbox.faults.waiting()]}


def _prune(sandbox: Sandbox, asked: Pruning, _: str) -> Thing:
    before = sandbox.seconds() - int(asked.older_than_hours * _SECONDS_PER_HOUR) + (asked.older_than_hours == 0)
    return {"pruned": sandbox.keys.prune(before_seconds=before)}


def _settle(sandbox: Sandbox, asked: Settling, refund_id: str) -> Thing:
    return settle_refund(sandbox, refund_id, status=asked.status or next_status(sandbox, refund_id))


def _decide(sandbox: Sandbox, asked: Deciding, dispute_id: str) -> Thing:
    return close_dispute(sandbox, dispute_id, outcome=asked.outcome)


def _subscribe(sandbox: Sandbox, asked: Subscribing, _: str) -> Thing:
    told = sandbox.subscription
    told.url, told.secret, told.held, told.copies = asked.url, asked.secret, asked.held, asked.copies
    sandbox.news.set()
    return {"url": told.url, "held": told.held, "copies": told.copies}


def _release(sandbox: Sandbox, asked: Releasing, _: str) -> Thing:
    if asked.order == "newest_first":
        reverse_due(sandbox)
    sandbox.subscription.held = False
    sandbox.news.set()
    return {"held": False}


def _reset(sandbox: Sandbox) -> Thing:
    sandbox.reset()
    return {"reset": True}


def _state(sandbox: Sandbox) -> Thing:
    return sandbox.books.as_json() | _faults(sandbox)


def _post(sandbox: Sandbox, path: str, shape: type[Body], act: Callable[[Sandbox, Body, str], Thing]) -> Route:
    async def endpoint(request: Request) -> Response:
        sent = await request.body()
        if len(sent) > MAX_BODY_BYTES:
            return JSONResponse({"error": f"The body has more than {MAX_BODY_BYTES} bytes"}, 413)
        try:
            asked = shape.model_validate_json(sent or b"{}")
        except ValidationError as error:
            return JSONResponse({"error": error.errors(include_url=False, include_context=False)}, 422)
        return _done(sandbox, lambda: act(sandbox, asked, request.path_params.get("id", "")))

    return Route(path, endpoint, methods=["POST"])


def _answering(sandbox: Sandbox, act: Callable[[Sandbox], Thing]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_: Request) -> Response:
        return _done(sandbox, lambda: act(sandbox))

    return endpoint


def _done(sandbox: Sandbox, act: Callable[[], Thing]) -> Response:
    with sandbox.lock:
        try:
            answer = JSONResponse(act())
        except ApiError as error:
            return JSONResponse(error.body, error.status)
        sandbox.save()
        return answer
