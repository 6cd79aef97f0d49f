"""A therapist: zone, country, price list and locations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from domain.errors import AlreadyThere, NotOffered, PriceMissing, TwoOfOneKind, UnknownLocation
from domain.model import Location, SessionKind
from domain.therapist.events import Joined, LocationsSet, Price, PricesSet, TherapistEvent
from domain.zones import zone_of


def stream_of(therapist_id: UUID) -> UUID:
    """Return the id of a therapist's stream: one person may be a therapist and a client."""
    return uuid5(therapist_id, "therapist")


@dataclass(frozen=True, slots=True)
class Therapist:
    zone: str
    country: str
    price_list_version: int = 0
    prices: Mapping[SessionKind, Price] = field(default_factory=dict)
    locations: Mapping[UUID, Location] = field(default_factory=dict)

    def price_of(self, kind: SessionKind) -> Price:
        """Return the price and length of a kind of session. Raises NotOffered."""
        if kind not in self.prices:
            raise NotOffered
        return self.prices[kind]

    def location(self, location_id: UUID) -> Location:
        """Return one of the therapist's locations. Raises UnknownLocation."""
        if location_id not in self.locations:
            raise UnknownLocation
        return self.locations[location_id]


def join(therapist: Therapist | None, *, zone: str, country: str, now: datetime) -> Joined | None:
    """Become a therapist of the practice. Raises UnknownZone."""
    zone_of(zone)
    if therapist is None:
        return Joined(zone=zone, country=country, at=now)
    if (therapist.zone, therapist.country) != (zone, country):
        raise AlreadyThere
    return None


def set_prices(therapist: Therapist, *, prices: tuple[Price, ...], now: datetime) -> PricesSet | None:
    """Publish a new price list (rules A4, A13)."""
    _refuse_repeats([price.kind for price in prices])
    if any(price.amount.amount_minor == 0 for price in prices):
        raise PriceMissing
    if therapist.price_list_version and tuple(therapist.prices.values()) == prices:
        return None
    return PricesSet(version=therapist.price_list_version + 1, prices=prices, at=now)


def set_locations(therapist: Therapist, *, locations: tuple[Location, ...], now: datetime) -> LocationsSet | None:
    """Say where the therapist works (rule A14)."""
    _refuse_repeats([location.location_id for location in locations])
    if tuple(therapist.locations.values()) == locations:
        return None
    return LocationsSet(locations=locations, at=now)


def _refuse_repeats(things: list[SessionKind] | list[UUID]) -> None:
    if any(count > 1 for count in Counter(things).values()):
        raise TwoOfOneKind


def evolve(therapist: Therapist | None, event: TherapistEvent) -> Therapist:
    """Total and without a rule, so that the past always loads."""
    if isinstance(event, Joined):
        return Therapist(zone=event.zone, country=event.country)
    assert therapist is not None, f"{event!r} came before Joined"
    match event:
        case PricesSet():
            prices = {price.kind: price for price in event.prices}
            return replace(therapist, price_list_version=event.version, prices=prices)
        case LocationsSet():
            locations = {location.location_id: location for location in event.locations}
            return replace(therapist, locations=locations)
        case _:
            assert_never(event)
