"""A client: their zone, and the card they pay with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from domain.client.events import CardSaved, ClientEvent, Registered
from domain.errors import AlreadyThere
from domain.zones import zone_of


def stream_of(client_id: UUID) -> UUID:
    """Return the id of a client's stream: one person may be a client and a therapist."""
    return uuid5(client_id, "client")


@dataclass(frozen=True, slots=True)
class Client:
    zone: str
    card: CardSaved | None = None


def register(client: Client | None, *, zone: str, now: datetime) -> Registered | None:
    """Become a client. Raises UnknownZone."""
    zone_of(zone)
    if client is None:
        return Registered(zone=zone, at=now)
    if client.zone != zone:
        raise AlreadyThere
    return None


def save_card(client: Client, *, customer_ref: str, card_ref: str, now: datetime) -> CardSaved | None:
    """Keep the reference of a card for later charges; it replaces the one before."""
    if client.card is not None and client.card.card_ref == card_ref:
        return None
    return CardSaved(customer_ref=customer_ref, card_ref=card_ref, at=now)


def evolve(client: Client | None, event: ClientEvent) -> Client:
    """Total and without a rule, so that the past always loads."""
    if isinstance(event, Registered):
        return Client(zone=event.zone)
    assert client is not None, f"{event!r} came before Registered"
    match event:
        case CardSaved():
            return replace(client, card=event)
        case _:
            assert_never(event)
