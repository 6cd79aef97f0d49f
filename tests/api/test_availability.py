"""Whether a therapist takes bookings, and from whom; what is booked stands (rules B6, B7, B11, G5)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.model import Role
from tests.adapters.stored import rows_of
from tests.api.practice import (
    Practice,
    Therapist,
    a_booking,
    a_series,
    ok,
    on,
    reason,
)

CALL_MY_OFFICE = "I have no free places at present. Call my office: 020 7946 0018."


def test_b7_a_therapist_without_places_is_seen_with_what_new_people_are_to_do(practice: Practice) -> None:
    therapist, new, day = practice.therapist(), practice.client(), practice.day()

    ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False, "contact": CALL_MY_OFFICE}))
    seen = practice.seen(therapist)
    answer = practice.asks_for(new, therapist, on(day, "12:00"))

    assert (seen["accepting_new_clients"], seen["contact"]) == (False, CALL_MY_OFFICE)
    assert reason(answer) == "not_accepting_new_clients"


def test_b7_existing_clients_book_as_before(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False}))

    session = ok(practice.asks_for(known.asks, therapist, on(day, "12:00")))

    assert session["status"] == "being_booked"


def test_b7_the_contact_text_stays_until_another_is_given_and_is_shown_where_it_is_needed(practice: Practice) -> None:
    therapist = practice.therapist()
    steps: list[dict[str, object]] = [
        {"accepting": False, "contact": f"  {CALL_MY_OFFICE} "},
        {"accepting": True},
        {"accepting": False},
        {"accepting": False, "contact": "Write to me."},
    ]

    kept, shown = [], []
    for body in steps:
        kept.append(ok(therapist.asks.put(f"{therapist.path}/new-clients", body))["contact"])
        shown.append(practice.seen(therapist)["contact"])

    assert kept == [CALL_MY_OFFICE, CALL_MY_OFFICE, CALL_MY_OFFICE, "Write to me."]
    assert shown == [CALL_MY_OFFICE, None, CALL_MY_OFFICE, "Write to me."]


@pytest.mark.parametrize("empty", ["", "  "])
def test_b7_an_empty_contact_text_takes_the_one_before_away(practice: Practice, empty: str) -> None:
    therapist, path = practice.therapist(), "/openings?kind=individual"
    ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False, "contact": CALL_MY_OFFICE}))

    diary = ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False, "contact": empty}))

    closed = ok(practice.api.http.get(f"{therapist.path}{path}"))["closed"]
    assert (diary["contact"], practice.seen(therapist)["contact"], closed["contact"]) == (None, None, None)


def test_b7_b11_a_therapist_sees_each_of_their_switches_as_it_was_set(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    before = switches(therapist)

    refusing = ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False}))
    pausing = ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "new_clients"}))
    ok(operator.put(f"{therapist.path}/suspension", {"reason": "complaint"}))
    accepting = ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": True}))

    assert before == (True, None, False)
    assert [switches_in(one) for one in (refusing, pausing, accepting)] == [
        (False, None, False),
        (False, "new_clients", False),
        (True, "new_clients", True),
    ]
    assert switches(therapist) == (True, "new_clients", True)


def switches(therapist: Therapist) -> tuple[object, ...]:
    """Return the therapist's switches as their diary shows them."""
    return switches_in(ok(therapist.asks.get(f"{therapist.path}/diary")))


def switches_in(diary: dict[str, Any]) -> tuple[object, ...]:
    return diary["accepting_new_clients"], diary["paused"], diary["suspended"]


def test_h1_the_contact_text_stands_in_no_event(practice: Practice) -> None:
    therapist = practice.therapist()
    ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False, "contact": CALL_MY_OFFICE}))

    events = rows_of(practice.api.service.conninfo, "select convert_from(state, 'UTF8') as state from stored_events")
    assert "therapist" in str(events)
    assert [row for row in events if "Call my office" in row["state"]] == []


@pytest.mark.parametrize(
    ("extent", "new_clients", "known_clients"),
    [("new_clients", "not_accepting_new_clients", None), ("all_bookings", "paused", "paused")],
)
def test_b11_a_pause_stops_new_clients_or_everybody(
    practice: Practice, extent: str, new_clients: str, known_clients: str | None
) -> None:
    therapist, new, day = practice.therapist(), practice.client(), practice.day()
    known = practice.known(therapist)

    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": extent}))
    seen = practice.seen(therapist)
    by_new, by_known = (practice.asks_for(asks, therapist, on(day, "12:00")) for asks in (new, known.asks))

    assert (seen["paused"], seen["accepting_new_clients"]) == (extent, False)
    assert reason(by_new) == new_clients
    assert (reason(by_known) if known_clients else by_known.status_code) == (known_clients or 201)


def test_b11_during_a_full_pause_nobody_books_the_therapist_neither(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "all_bookings"}))
    agreed = {"client_id": known.id, "client_agreed": True}

    answers = [
        therapist.asks.post("/v1/sessions", a_booking(therapist, on(day, "12:00"), **agreed)),
        therapist.asks.post("/v1/series", a_series(therapist, on(day, "12:00"), **agreed)),
    ]

    assert [reason(answer) for answer in answers] == ["paused", "paused"]


def test_b11_a_therapist_resumes_and_all_is_open_as_before(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    before = practice.open_on(day, therapist)
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "all_bookings"}))

    resumed = therapist.asks.delete(f"{therapist.path}/pause")
    again = therapist.asks.delete(f"{therapist.path}/pause")

    assert (ok(resumed)["paused"], ok(resumed)["accepting_new_clients"], ok(again)) == (None, True, ok(resumed))
    assert ("Event-Position" in resumed.headers, "Event-Position" in again.headers) == (True, False)
    assert practice.open_on(day, therapist) == before


@pytest.mark.parametrize("stop", ["pause", "suspension", "self-booking", "new-clients", "revoke"])
def test_b11_what_is_booked_stands_and_can_be_confirmed_and_cancelled(practice: Practice, stop: str) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    client = practice.client()
    sessions = [practice.paid(client, therapist, in_days=days) for days in (9, 10, 11)]
    paths = [f"/v1/sessions/{one['session_id']}" for one in sessions]
    stops: dict[str, tuple[Any, str, object]] = {
        "pause": (therapist.asks, f"{therapist.path}/pause", {"extent": "all_bookings"}),
        "suspension": (operator, f"{therapist.path}/suspension", {"reason": "registration"}),
        "self-booking": (therapist.asks, f"{therapist.path}/self-booking", {"open": False}),
        "new-clients": (therapist.asks, f"{therapist.path}/new-clients", {"accepting": False}),
        "revoke": (
            therapist.asks,
            f"/v1/relationships/{sessions[0]['relationship_id']}/self-booking",
            {"open": False},
        ),
    }

    asks, path, body = stops[stop]
    ok(asks.put(path, body))
    after = [ok(client.get(path))["status"] for path in paths]
    confirmed = ok(therapist.asks.post(f"{paths[0]}/confirm", {}))
    by_client = ok(client.post(f"{paths[1]}/cancel", {"reason": "illness"}))
    by_therapist = ok(therapist.asks.post(f"{paths[2]}/cancel", {"reason": "illness"}))

    assert after == ["unconfirmed"] * 3
    assert [one["status"] for one in (confirmed, by_client, by_therapist)] == ["confirmed", "cancelled", "cancelled"]


def test_b11_a_booking_that_is_being_paid_is_placed_during_a_pause(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    session = practice.booked(client, therapist)
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "all_bookings"}))

    practice.api.do_work()

    assert ok(client.get(f"/v1/sessions/{session['session_id']}"))["status"] == "unconfirmed"
