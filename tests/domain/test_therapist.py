"""A therapist's zone, price list and locations."""

from __future__ import annotations

from functools import reduce
from uuid import UUID

import pytest

from domain.errors import AlreadyThere, NotOffered, PriceMissing, TwoOfOneKind, UnknownLocation, UnknownZone
from domain.model import Location, Medium, Money, SessionKind
from domain.therapist.events import Joined, LocationsSet, Price, PricesSet, TherapistEvent
from domain.therapist.therapist import Therapist, evolve, join, set_locations, set_prices
from tests.given import LOCATION, NOW, PRICE

JOINED = Joined(zone="Europe/London", country="GB", at=NOW)
INDIVIDUAL = Price(kind=SessionKind.INDIVIDUAL, amount=PRICE, duration_minutes=50)
COUPLE = Price(kind=SessionKind.COUPLE, amount=Money(amount_minor=12000, currency="GBP"), duration_minutes=80)
LISTED = PricesSet(version=1, prices=(INDIVIDUAL, COUPLE), at=NOW)
ROOM = Location(location_id=UUID(int=21), medium=Medium.IN_PERSON)
PLACES = LocationsSet(locations=(LOCATION, ROOM), at=NOW)


def _after(*events: TherapistEvent) -> Therapist:
    return reduce(evolve, events, evolve(None, JOINED))


def test_a15_a_therapist_joins_once() -> None:
    assert join(None, zone="Europe/London", country="GB", now=NOW) == JOINED
    assert join(_after(), zone="Europe/London", country="GB", now=NOW) is None


@pytest.mark.parametrize(("zone", "country"), [("Europe/Paris", "GB"), ("Europe/London", "IE")])
def test_a15_joining_again_with_other_details_is_refused(zone: str, country: str) -> None:
    with pytest.raises(AlreadyThere):
        join(_after(), zone=zone, country=country, now=NOW)


def test_b10_a_therapists_zone_is_one_that_is_known() -> None:
    with pytest.raises(UnknownZone):
        join(None, zone="Europe/Londinium", country="GB", now=NOW)


def test_a13_a_price_list_has_a_price_and_a_length_for_each_kind() -> None:
    first = set_prices(_after(), prices=(INDIVIDUAL, COUPLE), now=NOW)

    assert first == LISTED
    assert _after(LISTED).price_of(SessionKind.COUPLE) == COUPLE


def test_a4_a_new_price_list_has_the_next_version() -> None:
    dearer = INDIVIDUAL.model_copy(update={"amount": Money(amount_minor=9000, currency="GBP")})

    newer = set_prices(_after(LISTED), prices=(dearer,), now=NOW)

    assert newer == PricesSet(version=2, prices=(dearer,), at=NOW)
    with pytest.raises(NotOffered):
        _after(LISTED, newer).price_of(SessionKind.COUPLE)


def test_a4_the_same_price_list_twice_is_one_list() -> None:
    assert set_prices(_after(LISTED), prices=(INDIVIDUAL, COUPLE), now=NOW) is None


def test_a13_a_therapist_who_offers_nothing_yet_may_say_so_once() -> None:
    empty = PricesSet(version=1, prices=(), at=NOW)

    assert set_prices(_after(), prices=(), now=NOW) == empty
    assert set_prices(_after(empty), prices=(), now=NOW) is None


def test_a4_a_price_is_more_than_nothing() -> None:
    free = COUPLE.model_copy(update={"amount": Money(amount_minor=0, currency="GBP")})

    with pytest.raises(PriceMissing):
        set_prices(_after(), prices=(INDIVIDUAL, free), now=NOW)


def test_a13_a_kind_of_session_has_one_price() -> None:
    with pytest.raises(TwoOfOneKind):
        set_prices(_after(), prices=(INDIVIDUAL, INDIVIDUAL), now=NOW)


def test_a13_a_kind_without_a_price_is_not_offered() -> None:
    with pytest.raises(NotOffered):
        _after(LISTED).price_of(SessionKind.FAMILY)


def test_a14_a_therapist_says_where_they_work() -> None:
    assert set_locations(_after(), locations=(LOCATION, ROOM), now=NOW) == PLACES
    assert set_locations(_after(PLACES), locations=(LOCATION, ROOM), now=NOW) is None
    assert _after(PLACES).location(ROOM.location_id) == ROOM


def test_a14_new_locations_replace_the_ones_before() -> None:
    only_room = LocationsSet(locations=(ROOM,), at=NOW)

    with pytest.raises(UnknownLocation):
        _after(PLACES, only_room).location(LOCATION.location_id)


def test_a14_a_location_is_named_once() -> None:
    with pytest.raises(TwoOfOneKind):
        set_locations(_after(), locations=(ROOM, ROOM), now=NOW)
