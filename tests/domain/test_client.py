"""A client's zone and card."""

from __future__ import annotations

from functools import reduce

import pytest

from domain.client.client import Client, evolve, register, save_card
from domain.client.events import CardSaved, ClientEvent, Registered
from domain.errors import AlreadyThere, UnknownZone
from tests.given import NOW

REGISTERED = Registered(zone="Europe/London", at=NOW)
CARD = CardSaved(customer_ref="cus_1", card_ref="pm_1", at=NOW)


def _after(*events: ClientEvent) -> Client:
    return reduce(evolve, events, evolve(None, REGISTERED))


def test_h1_a_client_is_registered_by_a_zone_alone() -> None:
    assert register(None, zone="Europe/London", now=NOW) == REGISTERED


def test_h1_registering_twice_is_registering_once() -> None:
    assert register(_after(), zone="Europe/London", now=NOW) is None


def test_h1_registering_again_with_another_zone_is_refused() -> None:
    with pytest.raises(AlreadyThere):
        register(_after(), zone="America/New_York", now=NOW)


@pytest.mark.parametrize("zone", ["Europe/Londinium", "", "../etc/passwd", "/etc/passwd", "London\x00"])
@pytest.mark.parametrize("client", [None, _after()])
def test_b10_a_zone_is_one_that_is_known(client: Client | None, zone: str) -> None:
    with pytest.raises(UnknownZone):
        register(client, zone=zone, now=NOW)


def test_a7_a_card_is_saved_once() -> None:
    assert save_card(_after(), customer_ref="cus_1", card_ref="pm_1", now=NOW) == CARD
    assert save_card(_after(CARD), customer_ref="cus_1", card_ref="pm_1", now=NOW) is None


def test_a7_a_new_card_replaces_the_one_before() -> None:
    newer = save_card(_after(CARD), customer_ref="cus_1", card_ref="pm_2", now=NOW)

    assert newer == CardSaved(customer_ref="cus_1", card_ref="pm_2", at=NOW)
    assert _after(CARD, newer).card == newer
