"""A therapist's zone, price list and locations."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.errors import AlreadyThere, NotOffered, PriceMissing, TwoOfOneKind, UnknownLocation, UnknownZone
from domain.model import Location, Medium, Money, SessionKind
from domain.therapist.events import (
    AcceptingNewClientsSet,
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
)
from domain.therapist.therapist import (
    join,
    pause,
    reinstate,
    resume,
    set_accepting_new_clients,
    set_locations,
    set_prices,
    suspend,
)
from tests.given import INDIVIDUAL, JOINED, LOCATION, NOW, given_therapist

COUPLE = Price(kind=SessionKind.COUPLE, amount=Money(amount_minor=12000, currency="GBP"), duration_minutes=80)
LISTED = PricesSet(version=1, prices=(INDIVIDUAL, COUPLE), at=NOW)
ROOM = Location(location_id=UUID(int=21), medium=Medium.IN_PERSON)
PLACES = LocationsSet(locations=(LOCATION, ROOM), at=NOW)


def test_a15_a_therapist_joins_once() -> None:
    assert join(None, zone="Europe/London", country="GB", now=NOW) == JOINED
    assert join(given_therapist(), zone="Europe/London", country="GB", now=NOW) is None


@pytest.mark.parametrize(("zone", "country"), [("Europe/Paris", "GB"), ("Europe/London", "IE")])
def test_a15_joining_again_with_other_details_is_refused(zone: str, country: str) -> None:
    with pytest.raises(AlreadyThere):
        join(given_therapist(), zone=zone, country=country, now=NOW)


def test_b10_a_therapists_zone_is_one_that_is_known() -> None:
    with pytest.raises(UnknownZone):
        join(None, zone="Europe/Londinium", country="GB", now=NOW)


def test_a13_a_price_list_has_a_price_and_a_length_for_each_kind() -> None:
    first = set_prices(given_therapist(), prices=(INDIVIDUAL, COUPLE), now=NOW)

    assert first == LISTED
    assert given_therapist(LISTED).price_of(SessionKind.COUPLE) == COUPLE


def test_a4_a_new_price_list_has_the_next_version() -> None:
    dearer = INDIVIDUAL.model_copy(update={"amount": Money(amount_minor=9000, currency="GBP")})

    newer = set_prices(given_therapist(LISTED), prices=(dearer,), now=NOW)

    assert newer == PricesSet(version=2, prices=(dearer,), at=NOW)
    with pytest.raises(NotOffered):
        given_therapist(LISTED, newer).price_of(SessionKind.COUPLE)


def test_a4_the_same_price_list_twice_is_one_list() -> None:
    assert set_prices(given_therapist(LISTED), prices=(INDIVIDUAL, COUPLE), now=NOW) is None


def test_a13_a_therapist_who_offers_nothing_yet_may_say_so_once() -> None:
    empty = PricesSet(version=1, prices=(), at=NOW)

    assert set_prices(given_therapist(), prices=(), now=NOW) == empty
    assert set_prices(given_therapist(empty), prices=(), now=NOW) is None


def test_a4_a_price_is_more_than_nothing() -> None:
    free = COUPLE.model_copy(update={"amount": Money(amount_minor=0, currency="GBP")})

    with pytest.raises(PriceMissing):
        set_prices(given_therapist(), prices=(INDIVIDUAL, free), now=NOW)


def test_a13_a_kind_of_session_has_one_price() -> None:
    with pytest.raises(TwoOfOneKind):
        set_prices(given_therapist(), prices=(INDIVIDUAL, INDIVIDUAL), now=NOW)


def test_a13_a_kind_without_a_price_is_not_offered() -> None:
    with pytest.raises(NotOffered):
        given_therapist(LISTED).price_of(SessionKind.FAMILY)


def test_a14_a_therapist_says_where_they_work() -> None:
    assert set_locations(given_therapist(), locations=(LOCATION, ROOM), now=NOW) == PLACES
    assert set_locations(given_therapist(PLACES), locations=(LOCATION, ROOM), now=NOW) is None
    assert given_therapist(PLACES).location(ROOM.location_id) == ROOM


def test_a14_new_locations_replace_the_ones_before() -> None:
    only_room = LocationsSet(locations=(ROOM,), at=NOW)

    with pytest.raises(UnknownLocation):
        given_therapist(PLACES, only_room).location(LOCATION.location_id)


def test_a14_a_location_is_named_once() -> None:
    with pytest.raises(TwoOfOneKind):
        set_locations(given_therapist(), locations=(ROOM, ROOM), now=NOW)


CLOSED_TO_NEW = AcceptingNewClientsSet(accepting=False, at=NOW)
OPEN_TO_NEW = AcceptingNewClientsSet(accepting=True, at=NOW)


def test_b7_a_therapist_accepts_new_clients_until_they_say_otherwise() -> None:
    assert given_therapist().accepting_new_clients
    assert set_accepting_new_clients(given_therapist(), accepting=True, now=NOW) is None


def test_b7_accepting_new_clients_is_a_switch() -> None:
    closed, reopened = given_therapist(CLOSED_TO_NEW), given_therapist(CLOSED_TO_NEW, OPEN_TO_NEW)

    assert set_accepting_new_clients(given_therapist(), accepting=False, now=NOW) == CLOSED_TO_NEW
    assert set_accepting_new_clients(closed, accepting=False, now=NOW) is None
    assert set_accepting_new_clients(closed, accepting=True, now=NOW) == OPEN_TO_NEW
    assert set_accepting_new_clients(reopened, accepting=True, now=NOW) is None


NEW_CLIENTS = Paused(extent=PauseExtent.NEW_CLIENTS, at=NOW)
ALL_BOOKINGS = Paused(extent=PauseExtent.ALL_BOOKINGS, at=NOW)
RESUMED = Resumed(at=NOW)


@pytest.mark.parametrize(("paused", "no_bookings"), [(NEW_CLIENTS, False), (ALL_BOOKINGS, True)])
def test_b11_a_therapist_pauses_once_and_resumes_once(paused: Paused, no_bookings: bool) -> None:  # noqa: FBT001 - a column of the table
    assert pause(given_therapist(), extent=paused.extent, now=NOW) == paused
    assert pause(given_therapist(paused), extent=paused.extent, now=NOW) is None
    assert given_therapist(paused).takes_no_bookings is no_bookings
    assert resume(given_therapist(paused), now=NOW) == RESUMED
    assert resume(given_therapist(paused, RESUMED), now=NOW) is None
    assert resume(given_therapist(), now=NOW) is None


def test_b11_a_pause_may_be_widened_and_narrowed() -> None:
    assert pause(given_therapist(NEW_CLIENTS), extent=PauseExtent.ALL_BOOKINGS, now=NOW) == ALL_BOOKINGS
    assert pause(given_therapist(ALL_BOOKINGS), extent=PauseExtent.NEW_CLIENTS, now=NOW) == NEW_CLIENTS
    assert given_therapist(ALL_BOOKINGS, NEW_CLIENTS).takes_no_bookings is False


SUSPENDED = Suspended(reason=SuspensionReason.RELIABILITY, at=NOW)
REINSTATED = Reinstated(reason=ReinstatementReason.MISTAKEN, at=NOW)


def test_b11_an_operator_suspends_once_and_reinstates_once_with_a_reason() -> None:
    suspended, back = given_therapist(SUSPENDED), given_therapist(SUSPENDED, REINSTATED)

    assert suspend(given_therapist(), reason=SuspensionReason.RELIABILITY, now=NOW) == SUSPENDED
    assert suspend(suspended, reason=SuspensionReason.RELIABILITY, now=NOW) is None
    assert suspend(suspended, reason=SuspensionReason.COMPLAINT, now=NOW) == Suspended(
        reason=SuspensionReason.COMPLAINT, at=NOW
    )
    assert reinstate(suspended, reason=ReinstatementReason.MISTAKEN, now=NOW) == REINSTATED
    assert reinstate(back, reason=ReinstatementReason.RESOLVED, now=NOW) is None
    assert (suspended.takes_no_bookings, back.takes_no_bookings) == (True, False)


def test_b11_resuming_lifts_no_suspension_and_reinstating_ends_no_pause() -> None:
    resumed = given_therapist(SUSPENDED, ALL_BOOKINGS, RESUMED)
    reinstated = given_therapist(SUSPENDED, ALL_BOOKINGS, REINSTATED)

    assert (resumed.takes_no_bookings, resumed.suspended, resumed.paused) == (True, SuspensionReason.RELIABILITY, None)
    assert (reinstated.takes_no_bookings, reinstated.suspended) == (True, None)
    assert resume(given_therapist(SUSPENDED), now=NOW) is None
