"""Where the payment provider tells us that something happened: verified, stored, and acted on later."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from api.auth import TheService
from api.permissions import Action
from api.problems import NoSuchPath
from api.schemas.common import Answer
from application.ports import UnverifiedWebhook

router = APIRouter(tags=["webhooks"])


class ReceivedAnswer(Answer):
    """False where the same webhook had been received before."""

    received: bool


async def raw_body(http: Request) -> bytes:
    """Return the bytes as they came: the signature is over these."""
    return await http.body()


BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}


@router.post("/v1/webhooks/stripe", operation_id=Action.RECEIVE_WEBHOOK, openapi_extra={"requestBody": BODY})
def receive_webhook(
    service: TheService,
    payload: Annotated[bytes, Depends(raw_body)],
    stripe_signature: Annotated[
        str | None, Header(alias="Stripe-Signature", description="The provider's signature of the body.")
    ] = None,
) -> ReceivedAnswer:
    """Take a message of the payment provider's. What it is about is then read from the provider itself."""
    if service.webhooks is None:
        raise NoSuchPath
    if stripe_signature is None:
        raise UnverifiedWebhook
    webhook = service.webhooks.verify(payload, stripe_signature)
    return ReceivedAnswer(received=service.inbox.receive(webhook, correlation_id=service.desk.new_id()))
