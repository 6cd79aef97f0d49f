"""Whether a therapist takes bookings, and from whom; what is booked stands (rules B6, B7, B11, G5)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from domain.model import Role
from tests.adapters.stored import rows_of
from tests.api.practice import (
    Known,
    Practice,
    Therapist,
    a_booking,
    a_reservation,
    a_series,
    ok,
    on,
    refused,
)

CALL_MY_OFFICE = "I have no free places at present. Call my office: 020 7946 0018."


def of_therapist(practice: Practice, therapist: Therapist) -> dict[str, Any]:
    """Return what anybody sees of a therapist."""
    return ok(practice.api.http.get(therapist.path))


def reason(answer: httpx.Response) -> str:
    """Return why a time is not open."""
    assert refused(answer) == (409, "not-open")
    return str(answer.json()["reason"])


def set_client_self_booking(therapist: Therapist, known: Known, **body: object) -> dict[str, Any]:
    """Let a client book by themselves or not."""
    return ok(therapist.asks.put(f"/v1/relationships/{known.relationship_id}/self-booking", body))


def test_b7_a_therapist_without_places_is_seen_with_what_new_people_are_to_do(practice: Practice) -> None:
    therapist, new, day = practice.therapist(), practice.client(), practice.day()

    answered = ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False, "contact": CALL_MY_OFFICE}))
    answer = practice.asks_for(new, therapist, on(day, "12:00"))

    assert answered == of_therapist(practice, therapist)
    assert (answered["accepting_new_clients"], answered["contact"]) == (False, CALL_MY_OFFICE)
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

    shown = [ok(therapist.asks.put(f"{therapist.path}/new-clients", body))["contact"] for body in steps]

    assert shown == [CALL_MY_OFFICE, None, CALL_MY_OFFICE, "Write to me."]


def test_h1_the_contact_text_stands_in_no_event(practice: Practice) -> None:
    therapist = practice.therapist()
    ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": False, "contact": CALL_MY_OFFICE}))

    events = rows_of(practice.api.service.conninfo, "select convert_from(state, 'UTF8') as state from stored_events")
    assert "therapist" in str(events)
    assert [row for row in events if "Call my office" in row["state"]] == []


@pytest.mark.parametrize(
    ("extent", "new_clients", "known_clients"),
    [("new_clients", "paused", None), ("all_bookings", "paused", "paused")],
)
def test_b11_a_pause_stops_new_clients_or_everybody(
    practice: Practice, extent: str, new_clients: str, known_clients: str | None
) -> None:
    therapist, new, day = practice.therapist(), practice.client(), practice.day()
    known = practice.known(therapist)

    paused = ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": extent}))
    by_new, by_known = (practice.asks_for(asks, therapist, on(day, "12:00")) for asks in (new, known.asks))

    assert (paused["paused"], paused["accepting_new_clients"]) == (extent, False)
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


def test_b11_an_operator_alone_suspends_and_reinstates(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    operator, known = practice.somebody(Role.OPERATOR), practice.known(therapist)
    path = f"{therapist.path}/suspension"

    others = [asks.put(path, {"reason": "complaint"}) for asks in (therapist.asks, known.asks)]
    suspended = ok(operator.put(path, {"reason": "complaint"}))
    stopped = practice.asks_for(known.asks, therapist, on(day, "12:00"))
    lifting = [asks.delete(f"{path}?reason=resolved") for asks in (therapist.asks, known.asks)]
    reinstated = ok(operator.delete(f"{path}?reason=resolved"))

    assert [refused(answer) for answer in (*others, *lifting)] == [(403, "not-permitted")] * 4
    assert (suspended["paused"], reason(stopped)) == ("all_bookings", "paused")
    assert "complaint" not in str(suspended)
    assert reinstated["paused"] is None
    assert practice.asks_for(known.asks, therapist, on(day, "12:00")).status_code == 201


def test_b11_a_therapist_cannot_resume_out_of_a_suspension_and_keeps_their_own_pause(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "new_clients"}))
    ok(operator.put(f"{therapist.path}/suspension", {"reason": "reliability"}))

    resumed = ok(therapist.asks.delete(f"{therapist.path}/pause"))
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "new_clients"}))
    reinstated = ok(operator.delete(f"{therapist.path}/suspension?reason=mistaken"))

    assert (resumed["paused"], reinstated["paused"]) == ("all_bookings", "new_clients")


def test_b11_a_suspension_has_a_reason_of_the_list(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    path = f"{therapist.path}/suspension"
    answers = [
        operator.put(path, {"reason": "dislike"}),
        operator.put(path, {}),
        operator.delete(path),
        operator.delete(f"{path}?reason=dislike"),
    ]
    assert [refused(answer) for answer in answers] == [(422, "validation-failed")] * 4
    assert of_therapist(practice, therapist)["paused"] is None


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


def test_g5_a_client_who_is_to_call_sees_and_cancels_and_does_not_book(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    session = practice.placed(known.asks, therapist, on(day, "09:00"))
    path = f"/v1/sessions/{session['session_id']}"

    answered = set_client_self_booking(therapist, known, open=False)
    by_themselves = practice.asks_for(known.asks, therapist, on(day, "12:00"))
    by_the_therapist = practice.placed(known.asks, therapist, on(day, "14:00"))

    assert answered == {"relationship_id": known.relationship_id, "open": False, "reserved_slot_ids": []}
    assert reason(by_themselves) == "self_booking_revoked"
    assert by_the_therapist["status"] == "confirmed"
    assert ok(known.asks.get(path))["status"] == "confirmed"
    assert ok(known.asks.post(f"{path}/cancel", {"reason": "illness"}))["status"] == "cancelled"


def test_g5_what_was_taken_is_given_back(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, other = practice.known(therapist), practice.known(therapist)
    set_client_self_booking(therapist, known, open=False)
    others = practice.open_on(day, therapist, to=other.asks)

    restored = set_client_self_booking(therapist, known, open=True)

    assert restored["open"] is True
    assert practice.open_on(day, therapist, to=known.asks) == others
    assert practice.asks_for(known.asks, therapist, on(day, "12:00")).status_code == 201


@pytest.mark.parametrize("ticked", [True, False])
def test_g5_what_is_reserved_for_the_client_is_let_go_only_if_it_is_ticked(practice: Practice, *, ticked: bool) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, other = practice.known(therapist), practice.known(therapist)
    theirs, others = (
        ok(therapist.asks.post(f"{therapist.path}/reserved-slots", a_reservation(therapist, who, day, at=at)))
        for who, at in ((known, "12:00"), (other, "15:00"))
    )

    answered = set_client_self_booking(therapist, known, open=False, release_reserved_slots=ticked)

    kept = [] if ticked else [theirs["reserved_slot_id"]]
    diary = ok(therapist.asks.get(f"{therapist.path}/diary"))
    assert answered["reserved_slot_ids"] == kept
    assert [one["reserved_slot_id"] for one in diary["reserved_slots"]] == [*kept, others["reserved_slot_id"]]


def test_g5_slots_can_be_let_go_after_self_booking_was_taken(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    ok(therapist.asks.post(f"{therapist.path}/reserved-slots", a_reservation(therapist, known, day)))

    first = set_client_self_booking(therapist, known, open=False)
    then = set_client_self_booking(therapist, known, open=False, release_reserved_slots=True)

    assert (len(first["reserved_slot_ids"]), then["reserved_slot_ids"], then["open"]) == (1, [], False)


def test_g5_slots_are_not_let_go_by_giving_self_booking_back(practice: Practice) -> None:
    therapist = practice.therapist()
    known = practice.known(therapist)
    set_client_self_booking(therapist, known, open=False)

    answer = therapist.asks.put(
        f"/v1/relationships/{known.relationship_id}/self-booking", {"open": True, "release_reserved_slots": True}
    )

    assert refused(answer) == (422, "validation-failed")
    assert answer.json()["errors"] == [
        {"pointer": "", "detail": "Reserved slots are only let go where self-booking is taken from the client."}
    ]


def test_k3_the_client_reads_in_words_what_became_of_their_booking(practice: Practice) -> None:
    therapist = practice.therapist()
    known = practice.known(therapist)
    set_client_self_booking(therapist, known, open=False)
    set_client_self_booking(therapist, known, open=True)
    practice.api.catch_up()

    events = ok(known.asks.get(f"/v1/relationships/{known.relationship_id}/history"))["events"]

    assert [event["words"] for event in events[-2:]] == [
        "The therapist asked the client to book by telephone; what is booked stands (G5).",
        "The client may book by themselves again (G5).",
    ]
