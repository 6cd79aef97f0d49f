"""Confirming, cancelling, attending and paying, and versions that requests can be held to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.model import Role
from tests.api.practice import Practice, a_booking, ok, refused
from tests.api.server import Api


@pytest.fixture
def cards_are_declined(api: Api) -> Iterator[None]:
    """No card can be charged."""
    api.gateway.refuse_cards = "card_declined"
    yield
    api.gateway.refuse_cards = None


def test_e2_a_session_cancelled_in_time_is_refunded_and_says_by_which_rule(api: Api, practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    cancelled = ok(client.post(f"{path}/cancel", {"reason": "illness"}))
    api.do_work()
    session = ok(client.get(path))
    assert {name: value for name, value in cancelled["cancelled"].items() if name != "at"} == {
        "by": "client",
        "reason": "illness",
        "entitlement": "all",
        "rule": "E2",
    }
    assert (session["status"], session["charged_minor"], session["refunded_minor"]) == ("cancelled", 8000, 8000)


def test_e3_an_operator_cancels_with_everything_given_back(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    cancelled = ok(practice.somebody(Role.OPERATOR).post(f"{path}/cancel", {"reason": "other"}))["cancelled"]
    assert (cancelled["by"], cancelled["entitlement"], cancelled["rule"]) == ("operator", "all", "E3")


def test_reasons_belong_to_those_who_may_give_them(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}/cancel"
    assert refused(client.post(path, {"reason": "not_a_fit"})) == (422, "reason-not-yours")
    assert refused(client.post(path, {"reason": "boredom"})) == (422, "validation-failed")
    assert refused(therapist.asks.post(path, {"reason": "checkout_lapsed"})) == (422, "validation-failed")


def test_a5_a_booking_that_is_not_paid_yet_cannot_be_confirmed(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.booked(client, therapist)['session_id']}"
    assert refused(therapist.asks.post(f"{path}/confirm", {})) == (409, "still-being-booked")


def test_f1_attendance_is_recorded_from_the_end_and_once(api: Api, practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    early = therapist.asks.post(f"{path}/attendance", {"outcome": "attended"})
    ok(therapist.asks.post(f"{path}/confirm", {}))
    api.advance(timedelta(days=7))
    recorded = ok(therapist.asks.post(f"{path}/attendance", {"outcome": "therapist_could_not"}))
    other = therapist.asks.post(f"{path}/attendance", {"outcome": "attended"})
    late = client.post(f"{path}/cancel", {"reason": "other"})
    assert refused(early) == (409, "not-confirmed")
    assert recorded["attendance"] == "therapist_could_not"
    assert refused(other) == (409, "attendance-already-recorded")
    assert refused(late) == (409, "session-over")


@pytest.mark.usefixtures("cards_are_declined")
def test_e7_a_charge_that_failed_is_told_and_can_be_paid(api: Api, practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    session = practice.paid(client, therapist)
    path = f"/v1/sessions/{session['session_id']}"
    assert session["charge_failure"] == {"code": "card_declined", "needs_authentication": False}

    api.gateway.refuse_cards = None
    first, second = (client.post(f"{path}/pay", {}) for _ in range(2))
    paid = ok(first)
    assert (paid["status"], paid["charged_minor"], paid["charge_failure"]) == ("unconfirmed", 8000, None)
    history = client.get(f"{path}/history", min_position=first.headers["Event-Position"])
    assert "session.charged" in {event["name"] for event in ok(history)["events"]}
    assert (ok(second)["charged_minor"], second.headers.get("Event-Position")) == (8000, None)


@pytest.mark.usefixtures("cards_are_declined")
@pytest.mark.parametrize(
    ("call", "problem"), [("confirm_intent", (503, "try-later")), ("intent", (503, "gateway-unsure"))]
)
def test_e9_an_unclear_answer_of_the_provider_is_not_an_outcome(
    api: Api, practice: Practice, call: str, problem: tuple[int, str]
) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}/pay"
    api.gateway.refuse_cards = None
    api.gateway.unsure.append(call)
    answer = client.post(path, {})
    assert refused(answer) == problem
    assert answer.headers["Retry-After"] == "5"


def test_a8_there_is_nothing_to_pay_for_a_session_settled_outside(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    practice.paid(client, therapist)
    starts_at = practice.openings(therapist, in_days=9)[0]["starts_at"]
    booking = a_booking(therapist, starts_at, client_id=client.id, client_agreed=True, settlement="in_the_room")
    session = ok(therapist.asks.post("/v1/sessions", booking))
    answer = client.post(f"/v1/sessions/{session['session_id']}/pay", {})
    assert (session["status"], session["charge_timing"], session["charge_at"]) == ("confirmed", "never", None)
    assert refused(answer) == (409, "nothing-to-pay")


@pytest.mark.parametrize(
    ("if_match", "status"),
    [('"v3"', 200), ("*", 200), ('"v1", "v3"', 200), ('"v2"', 412), ('W/"v3"', 412), ("v3", 412), ("", 412)],
)
def test_a_request_for_another_version_is_refused(practice: Practice, if_match: str, status: int) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    assert client.get(path).headers["ETag"] == '"v3"'
    answer = therapist.asks.post(f"{path}/confirm", {}, if_match=if_match)
    assert answer.status_code == status
    if status == 412:
        assert refused(answer) == (412, "precondition-failed")
        assert ok(client.get(path))["status"] == "unconfirmed"


def test_a_repeated_request_is_answered_though_its_version_has_passed(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    first, again = (client.post(f"{path}/cancel", {"reason": "other"}, key="k", if_match='"v3"') for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()


def test_a_sessions_answer_has_every_field_that_is_promised(practice: Practice) -> None:
    session: dict[str, Any] = practice.booked(practice.client(), practice.therapist())
    assert (
        session["price"],
        session["zone"],
        session["settlement"],
        session["initial"],
    ) == ({"amount_minor": 8000, "currency": "GBP"}, "Europe/London", "platform", True)
    assert session["charge_at"] < session["checkout_ends_at"] < session["notice_deadline"] < session["starts_at"]
    nothing_yet = ("attendance", "cancelled", "charge_failure")
    assert [session[name] for name in nothing_yet] == [None] * 3
