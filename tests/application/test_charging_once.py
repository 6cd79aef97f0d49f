"""One charge has one effect, whatever the provider answers, late, twice or not at all (rules E8, E9)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from adapters.bootstrap import Service
from application.charging import charge, pay
from application.errors import TryLater
from application.refunding import observe
from domain.errors import NothingToPay
from domain.model import Role
from domain.payment.payment import Status, confirm_key, payment_id_of
from domain.session.events import Reason
from tests.application.money import (
    EVERYTHING,
    PAID,
    Interrupted,
    a_till,
    do_everything_again,
    try_again,
    unsure,
)
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_client, a_known_client, a_therapist, save_a_card
from tests.workers.story import do_what_is_due

Advance = Callable[[timedelta], None]
HOUR = timedelta(hours=1)


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


def test_e9_a_decline_is_recorded_once_and_not_tried_again_blindly(seeded: Seeded, gateway: FakeGateway) -> None:
    gateway.refuse_cards = "insufficient_funds"
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))

    do_what_is_due(seeded)
    do_everything_again(seeded)

    assert gateway.calls.count("confirm_intent") == 1
    assert [*PAID[:3], "Declined"] == seeded.told_of_payment(session_id)
    assert seeded.told(session_id) == ["Booked", "ChargeFailed"]


def test_e9_after_a_decline_the_client_pays_with_another_card_by_the_same_intent(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    gateway.refuse_cards = "insufficient_funds"
    client_id = a_client(seeded)
    session_id = seeded.book(client_id, seeded.full_hour(days=5))
    do_what_is_due(seeded)
    gateway.refuse_cards = None
    save_a_card(seeded, client_id, card_ref="pm_2")

    pay(a_till(seeded), payment_id_of(session_id))

    assert [intent.charge_id for intent in gateway.intents.values()] == ["ch_pi_1_pm_2"]
    assert seeded.told(session_id)[-2:] == ["Charged", "BookingPlaced"]


def test_e9_nothing_can_be_paid_twice(seeded: Seeded, gateway: FakeGateway) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)

    again = pay(a_till(seeded), payment_id_of(session_id))

    assert (again, gateway.charged_minor) == (None, EVERYTHING)


def test_e5_nothing_is_paid_before_it_is_due(seeded: Seeded, gateway: FakeGateway) -> None:
    session_id = seeded.place(a_known_client(seeded), seeded.full_hour(days=5))

    with pytest.raises(NothingToPay):
        pay(a_till(seeded), payment_id_of(session_id))

    assert gateway.charged_minor == 0


def test_e9_while_it_is_not_known_how_a_try_ended_nobody_is_told_that_nothing_is_due(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    gateway.unsure = ["confirm_intent"]
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)

    with pytest.raises(TryLater):
        pay(a_till(seeded), payment_id_of(session_id))


def test_e9_an_outage_of_hours_parks_nothing_and_a_cancellation_in_it_is_put_right(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    session_id = seeded.place(a_known_client(seeded), seeded.full_hour(days=1))
    gateway.unsure = ["confirm_intent"]
    do_what_is_due(seeded)
    gateway.unsure = ["intent"] * 30
    for _ in range(25):
        try_again(seeded)
    seeded.cancel(session_id, by=Role.THERAPIST, reason=Reason.NOT_AVAILABLE)

    gateway.unsure = []
    try_again(seeded)

    assert (gateway.charged_minor, gateway.refunded_minor) == (EVERYTHING, EVERYTHING)
    assert seeded.told(session_id)[-4:] == ["Cancelled", "Charged", "RefundGranted", "Refunded"]


def test_e8_a_card_that_needs_its_holder_was_not_declined_and_is_not_tried_blindly(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    gateway.refuse_cards = "authentication_required"
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))

    do_what_is_due(seeded)
    do_everything_again(seeded)

    failure = seeded.session(session_id).charge_failure
    assert failure is not None
    assert (failure.needs_authentication, gateway.calls.count("confirm_intent")) == (True, 1)
    assert seeded.told_of_payment(session_id)[-1] == "AuthenticationRequired"


def test_e8_when_the_holder_has_authenticated_the_providers_hint_completes_the_payment(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    gateway.refuse_cards = "authentication_required"
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)
    gateway.refuse_cards = None
    gateway.intents["pi_1"] = gateway._confirmed(gateway.intents["pi_1"], "pm_1")

    observe(a_till(seeded), "pi_1")
    observe(a_till(seeded), "pi_1")

    assert seeded.told(session_id)[-2:] == ["Charged", "BookingPlaced"]


def test_e9_an_answer_lost_after_the_effect_is_read_and_not_asked_for_again(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    gateway.unsure = ["confirm_intent"]
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)
    unknown = seeded.payment(session_id).status

    try_again(seeded)

    assert (unknown, seeded.payment(session_id).status) == (Status.UNKNOWN, Status.CAPTURED)
    assert (gateway.charged_minor, gateway.calls.count("confirm_intent")) == (EVERYTHING, 1)


def test_e9_a_try_that_never_reached_the_provider_is_finished_under_its_own_key(
    seeded: Seeded, gateway: FakeGateway
) -> None:
    between = Interrupted(gateway, before=unsure)
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)

    try_again(seeded)

    latest = seeded.payment(session_id).latest_try
    assert latest is not None
    assert [confirm_key(payment_id_of(session_id), latest)] * 2 == between.keys
    assert seeded.told_of_payment(session_id) == [
        "Due",
        "IntentCreated",
        "ConfirmStarted",
        "OutcomeUnknown",
        "Captured",
    ]


def test_e9_an_intent_whose_making_was_not_answered_is_made_once(seeded: Seeded, gateway: FakeGateway) -> None:
    gateway.unsure = ["create_intent"]
    seeded.book(a_client(seeded), seeded.full_hour(days=5))
    do_what_is_due(seeded)

    try_again(seeded)

    assert (len(gateway.intents), gateway.charged_minor) == (1, EVERYTHING)


def test_e9_a_key_older_than_twenty_hours_is_not_trusted_and_the_provider_is_read_first(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    between = Interrupted(gateway, before=unsure)
    seeded.place(a_known_client(seeded), seeded.full_hour(days=1.5))
    do_what_is_due(seeded)
    gateway.calls.clear()
    advance(21 * HOUR)

    try_again(seeded)

    assert len(set(between.keys)) == 2
    assert gateway.calls == ["intent", "confirm_intent"]
    assert gateway.charged_minor == EVERYTHING


def test_e9_an_old_try_that_did_succeed_is_not_followed_by_another(
    seeded: Seeded, gateway: FakeGateway, advance: Advance
) -> None:
    seeded.place(a_known_client(seeded), seeded.full_hour(days=1.5))
    gateway.unsure = ["confirm_intent"]
    do_what_is_due(seeded)
    gateway._answers.clear()
    advance(21 * HOUR)

    try_again(seeded)

    assert (gateway.charged_minor, gateway.calls.count("confirm_intent")) == (EVERYTHING, 1)


def test_e9_two_workers_who_charge_at_once_take_the_money_once(seeded: Seeded, gateway: FakeGateway) -> None:
    session_id = seeded.book(a_client(seeded), seeded.full_hour(days=5))
    at_once = threading.Barrier(4)

    def work(_: int) -> None:
        at_once.wait()
        with suppress(TryLater):
            charge(a_till(seeded), payment_id_of(session_id))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    do_what_is_due(seeded)

    assert gateway.charged_minor == EVERYTHING
    assert seeded.told_of_payment(session_id).count("Captured") == 1
    assert seeded.told(session_id).count("Charged") == 1


def test_a_payment_that_does_not_exist_is_nothing_to_charge(seeded: Seeded, gateway: FakeGateway) -> None:
    charge(a_till(seeded), payment_id_of(seeded.therapist_id))

    assert gateway.calls == []
