"""A therapist: zone, country, price list, locations, and whether bookings are taken at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from domain.errors import AlreadyThere, NotOffered, PriceMissing, TwoOfOneKind, UnknownLocation
from domain.model import Location, SessionKind
from domain.therapist.events import (
    AcceptingNewClientsSet,
    Joined,
    LocationsSet,
    Paused,
    PauseExtent,
    Price,
    PricesSet,
    Reinstated,
    ReinstatementReason,
    Resumed,
    Suspended,
    SuspensionReason,
    TherapistEvent,
)
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
    accepting_new_clients: bool = True
    paused: PauseExtent | None = None
    suspended: SuspensionReason | None = None

    @property
    def takes_no_bookings(self) -> bool:
        """Nobody can book, the therapist for a client neither (rule B11)."""
        return self.suspended is not None or self.paused is PauseExtent.ALL_BOOKINGS

    @property
    def takes_new_clients(self) -> bool:
        """People who are not clients yet can book, as far as the therapist and the operators go (rules B7, B11)."""
        return self.accepting_new_clients and self.paused is None and self.suspended is None

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


def set_accepting_new_clients(therapist: Therapist, *, accepting: bool, now: datetime) -> AcceptingNewClientsSet | None:
    """Let people who are not clients yet book, or not (rule B7)."""
    if therapist.accepting_new_clients == accepting:
        return None
    return AcceptingNewClientsSet(accepting=accepting, at=now)


def pause(therapist: Therapist, *, extent: PauseExtent, now: datetime) -> Paused | None:
    """Stop bookings by new clients, or all of them, for a while (rule B11)."""
    return None if therapist.paused is extent else Paused(extent=extent, at=now)


def resume(therapist: Therapist, *, now: datetime) -> Resumed | None:
    """End the pause (rule B11). A suspension stays."""
    return Resumed(at=now) if therapist.paused else None


def suspend(therapist: Therapist, *, reason: SuspensionReason, now: datetime) -> Suspended | None:
    """Stop all bookings with a therapist, as an operator (rule B11). Another reason than before is told anew."""
    return None if therapist.suspended is reason else Suspended(reason=reason, at=now)


def reinstate(therapist: Therapist, *, reason: ReinstatementReason, now: datetime) -> Reinstated | None:
    """Lift a suspension, as an operator (rule B11). The therapist's own pause stays."""
    return Reinstated(reason=reason, at=now) if therapist.suspended else None


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
        case AcceptingNewClientsSet():
            return replace(therapist, accepting_new_clients=event.accepting)
        case Paused():
            return replace(therapist, paused=event.extent)
        case Resumed():
            return replace(therapist, paused=None)
        case Suspended():
            return replace(therapist, suspended=event.reason)
        case Reinstated():
            return replace(therapist, suspended=None)
        case _:
            assert_never(event)
