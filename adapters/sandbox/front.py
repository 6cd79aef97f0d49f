"""The front door of `/v1`: meets faults, finds the endpoint, checks the key, runs a request once, and answers."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from adapters.sandbox.access import check_access
from adapters.sandbox.faults import Fault, FaultKind
from adapters.sandbox.keys import KeptAnswer, fingerprint_of
from adapters.sandbox.parameters import Form, checked, parse_form
from adapters.sandbox.refusals import ApiError, Thing, broken, invalid
from adapters.sandbox.routes import route_for
from adapters.sandbox.sandbox import API_VERSION, Sandbox

MAX_BODY_BYTES = 64 * 1024
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = _ANY_ORIGIN | {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Stripe-Version",
    "Access-Control-Max-Age": "300",
}
_NO_FAULT = Fault(kind=FaultKind.SLOW, seconds=0)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was understood and may now execute."""

    method: str
    key: str | None
    fingerprint: str
    execute: Callable[[], Thing]


class DroppedConnection(Response):
    """Begins an answer and ends in the middle of it: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- the ASGI signature
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class Front:
    """Answers every request below `/v1`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def answer(self, request: Request) -> Response:
        """Answer one request, through the fault that waits for it, if any."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        fault = self._sandbox.faults.take(request.method, request.url.path) or _NO_FAULT
        if fault.kind is FaultKind.DROP_BEFORE:
            return DroppedConnection()
        answer, extra = await self._safely(request, fault)
        if fault.kind is FaultKind.DROP_AFTER:
            return DroppedConnection()
        return JSONResponse(answer.body, answer.status, headers=self._headers(request, answer, extra))

    async def _safely(self, request: Request, fault: Fault) -> tuple[KeptAnswer, Mapping[str, str]]:
        request_id = self._sandbox.make_id("req")
        try:
            refusal = fault.refusal()
            if refusal is not None:
                raise refusal
            return await self._once(await self._understand(request), fault, request_id)
        except ApiError as error:
            return KeptAnswer(error.status, error.body, request_id), {}

    async def _understand(self, request: Request) -> Call:
        """Refuse what Stripe refuses before it executes anything."""
        form = await _form_of(request)
        sandbox, header = self._sandbox, request.headers.get("authorization", "")
        with sandbox.lock:
            route, ids = route_for(request.method, request.path_params["path"])
            params = checked(route.shape, form)
            check_access(sandbox, route, ids, params, header)
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        fingerprint = fingerprint_of(request.method, request.url.path, form)
        return Call(request.method, key, fingerprint, lambda: route.handler(sandbox, params, *ids))

    async def _once(self, call: Call, fault: Fault, request_id: str) -> tuple[KeptAnswer, Mapping[str, str]]:
        """Execute, or give the answer kept under the key. The key counts as running while a slow request waits."""
        sandbox, keys = self._sandbox, self._sandbox.keys
        if call.key is not None:
            kept = keys.begin(call.key, call.fingerprint)
            if kept is not None:
                return kept, {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
        try:
            await asyncio.sleep(fault.seconds if fault.kind is FaultKind.SLOW else 0)
            with sandbox.lock:
                answer = _executed(call, fault, request_id)
                if call.key is not None:
                    keys.keep(call.key, answer, at_seconds=sandbox.seconds())
                if call.method != "GET":
                    sandbox.save()
            return answer, {}
        finally:
            if call.key is not None:
                keys.release(call.key)

    def _headers(self, request: Request, answer: KeptAnswer, extra: Mapping[str, str]) -> dict[str, str]:
        headers = _ANY_ORIGIN | {"Request-Id": answer.request_id, **extra}
        headers["Stripe-Version"] = request.headers.get("stripe-version", API_VERSION)
        if "idempotency-key" in request.headers:
            headers["Idempotency-Key"] = request.headers["idempotency-key"]
        if "Idempotent-Replayed" in extra:
            headers["Stripe-Should-Retry"] = "false"
        return headers


def _executed(call: Call, fault: Fault, request_id: str) -> KeptAnswer:
    """Run the request; a refusal that came after execution began is an answer like any other."""
    try:
        if fault.kind is FaultKind.STATUS_500_KEPT:
            raise broken(kept=True)
        thing = call.execute()
        if fault.kind is FaultKind.STATUS_500_AFTER:
            raise broken(kept=True)
        return KeptAnswer(200, copy.deepcopy(thing), request_id)
    except ApiError as error:
        if not error.kept:
            raise
        return KeptAnswer(error.status, copy.deepcopy(error.body), request_id)


async def _form_of(request: Request) -> Form:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            raise invalid(f"The body has more than {MAX_BODY_BYTES} bytes")
    try:
        return parse_form("&".join(part for part in (request.url.query, received.decode("utf-8")) if part))
    except UnicodeDecodeError as error:
        raise invalid("The body is not UTF-8") from error
