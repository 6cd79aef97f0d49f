"""Whether a series is paid or lapses is decided once, for all of it, whoever is first (rules A5, A10, E9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import cast

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Service
from adapters.postgres.recorder import PracticeRecorder
from application.ports import Intent, IntentStatus
from application.practice import Alongside, Stored
from application.series import SeriesBooking
from application.till import record_capture
from domain.model import Role
from domain.payment.payment import payment_id_of
from domain.session.events import Reason
from domain.session.session import Status
from tests.application.money import EVERYTHING, Interrupted, a_till, try_again, until
from tests.application.series import (
    COUNT,
    a_series,
    all_at_once,
    ask_as_client,
    sessions_of,
    statuses_of,
    told_of,
    told_of_payments,
)
from tests.fakes import FakeGateway
from tests.races import DEADLOCKS, counted
from tests.seeded import PRICE, Seeded, a_client, a_therapist
from tests.workers.story import do_what_is_due

Advance = Callable[[timedelta], None]
MINUTE = timedelta(minutes=1)
ROUNDS = 16


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


@pytest.fixture
def series(seeded: Seeded) -> SeriesBooking:
    """A series that a client has asked for and not paid yet."""
    asked = a_series(seeded, a_client(seeded), seeded.full_hour(days=5))
    ask_as_client(seeded, asked)
    return asked


def test_a5_what_the_provider_says_was_paid_places_the_series_instead_of_letting_it_lapse(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking, advance: Advance
) -> None:
    gateway.unsure = ["confirm_intent"]
    do_what_is_due(seeded)

    advance(16 * MINUTE)
    seeded.lapse(sessions_of(series)[0])

    assert statuses_of(seeded, series) == [Status.UNCONFIRMED] * COUNT


def test_a5_money_that_arrives_after_the_lapse_is_given_back_and_no_session_revives(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking, advance: Advance
) -> None:
    def lapse_meanwhile() -> None:
        advance(16 * MINUTE)
        seeded.cancel(sessions_of(series)[0], by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED)

    Interrupted(gateway, before=lapse_meanwhile)
    do_what_is_due(seeded)

    assert (gateway.charged_minor, gateway.refunded_minor) == (EVERYTHING, EVERYTHING)
    assert statuses_of(seeded, series) == [Status.CANCELLED] * COUNT


def test_a5_a_later_session_whose_deadline_comes_while_the_first_is_unknown_waits_and_is_charged_then(
    seeded: Seeded, gateway: FakeGateway, series: SeriesBooking, advance: Advance
) -> None:
    """The provider is silent for more than a week: nothing lapses, nothing is taken, and no charge is forgotten."""
    first, second, _ = sessions_of(series)
    gateway.unsure = ["confirm_intent"]
    do_what_is_due(seeded)
    gateway.unsure = ["intent", "cancel_intent"] * 20
    advance(until(seeded, seeded.session(second).notice_deadline) + MINUTE)
    do_what_is_due(seeded)
    waiting = seeded.session(second).status, seeded.told_of_payment(second)

    gateway.unsure = []
    try_again(seeded)
    try_again(seeded)

    assert waiting == (Status.BEING_BOOKED, ["Due"])
    assert (seeded.session(first).charged_minor, seeded.session(second).charged_minor) == (EVERYTHING, EVERYTHING)


# --- at the same moment -------------------------------------------------------------------------------------------


class Meanwhile:
    """Lets something happen once, between the decision of several sessions' events and its being stored."""

    def __init__(self, seeded: Seeded, happen: Callable[[], object]) -> None:
        recorder = cast("PracticeRecorder", seeded.service.practice._given_recorder)
        self._store, self._happen = recorder.store, happen
        recorder.store = self.store  # type: ignore[method-assign] # between decision and save

    def store(self, stored_events: Sequence[StoredEvent], *, alongside: Alongside) -> Stored:
        if len(stored_events) > COUNT:
            happen, self._happen = self._happen, lambda: None
            happen()
        return self._store(stored_events, alongside=alongside)


def _first_is_paid(seeded: Seeded, series: SeriesBooking) -> None:
    """Record that the provider took the money of the first."""
    paid = Intent("pi_1", IntentStatus.SUCCEEDED, PRICE, received_minor=EVERYTHING, charge_id="ch_1")
    record_capture(a_till(seeded), payment_id_of(sessions_of(series)[0]), paid)


def test_a10_a_session_let_go_while_the_payment_is_recorded_stays_cancelled_and_the_others_are_placed(
    seeded: Seeded, series: SeriesBooking
) -> None:
    Meanwhile(seeded, lambda: seeded.cancel(sessions_of(series)[1]))

    _first_is_paid(seeded, series)

    assert statuses_of(seeded, series) == [Status.UNCONFIRMED, Status.CANCELLED, Status.UNCONFIRMED]


def test_a5_a_series_that_lapses_while_its_payment_is_recorded_stays_cancelled_and_the_money_is_granted_back(
    seeded: Seeded, series: SeriesBooking, advance: Advance
) -> None:
    advance(16 * MINUTE)
    Meanwhile(seeded, lambda: seeded.cancel(sessions_of(series)[0], by=Role.SYSTEM, reason=Reason.CHECKOUT_LAPSED))

    _first_is_paid(seeded, series)

    assert [
        ["Booked", "Cancelled", "Charged", "RefundGranted"],
        *[["Booked", "Cancelled"]] * (COUNT - 1),
    ] == told_of(seeded, series)


def test_a5_a_series_that_is_paid_while_it_lapses_is_placed(
    seeded: Seeded, series: SeriesBooking, advance: Advance
) -> None:
    advance(16 * MINUTE)
    Meanwhile(seeded, lambda: _first_is_paid(seeded, series))

    seeded.lapse(sessions_of(series)[0])

    assert statuses_of(seeded, series) == [Status.UNCONFIRMED] * COUNT
    assert told_of_payments(seeded, series) == [["Due", "Captured"], ["Due"], ["Due"]]


def test_a5_paid_and_lapsed_at_the_same_moment_all_of_a_series_stands_or_none(
    seeded: Seeded, advance: Advance, database: str
) -> None:
    client_id, at = a_client(seeded), seeded.full_hour(days=5)
    asked = [a_series(seeded, client_id, at + timedelta(hours=n)) for n in range(ROUNDS)]
    for series in asked:
        ask_as_client(seeded, series)
    advance(16 * MINUTE)

    for series in asked:
        all_at_once(partial(_first_is_paid, seeded, series), partial(seeded.lapse, sessions_of(series)[0]))

    stands, gone = [Status.UNCONFIRMED] * COUNT, [Status.CANCELLED] * COUNT
    for series in asked:
        statuses = statuses_of(seeded, series)
        assert statuses in (stands, gone)
        assert len(seeded.session(sessions_of(series)[0]).grants) == (1 if statuses == gone else 0)
    assert counted(database, DEADLOCKS) == 0
