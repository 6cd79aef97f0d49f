"""What can happen to a client as a person who books and pays."""

from __future__ import annotations

from domain.model import Event


class Registered(Event):
    """Somebody became a client. Name and mail are personal data and kept in the vault."""

    zone: str


class CardSaved(Event):
    """A card may be charged while the client is away. Both are the payment provider's references."""

    customer_ref: str
    card_ref: str


ClientEvent = Registered | CardSaved
