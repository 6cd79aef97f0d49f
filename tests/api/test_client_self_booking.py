"""Whether one client books by themselves; what is booked stands (rule G5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.practice import Known, Practice, Therapist, a_booking, a_price, a_reservation, ok, on, reason, refused


def set_client_self_booking(therapist: Therapist, known: Known, **body: object) -> dict[str, Any]:
    """Let a client book by themselves or not."""
    return ok(therapist.asks.put(f"/v1/relationships/{known.relationship_id}/self-booking", body))


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


def test_g5_a_therapist_sees_who_is_to_call(practice: Practice) -> None:
    therapist = practice.therapist()
    known, other = practice.known(therapist), practice.known(therapist)

    answered = set_client_self_booking(therapist, known, open=False)

    paths = [f"/v1/relationships/{one.relationship_id}/self-booking" for one in (known, other)]
    assert ok(therapist.asks.get(paths[0])) == answered
    assert ok(therapist.asks.get(paths[1]))["open"] is True
    assert refused(known.asks.get(paths[0])) == (403, "not-permitted")
    assert refused(other.asks.get(paths[0])) == (404, "not-there")


def test_g5_who_is_to_call_in_one_relationship_is_so_in_every_one_with_this_therapist(practice: Practice) -> None:
    therapist = practice.therapist()
    known = practice.known(therapist)
    ok(therapist.asks.put(f"{therapist.path}/prices", {"prices": [a_price(), a_price(kind="couple")]}))
    booking = a_booking(therapist, on(practice.day(), "12:00"), kind="couple")
    couple = ok(known.asks.post("/v1/sessions", booking))
    as_couple = Known(known.asks, couple["relationship_id"])

    set_client_self_booking(therapist, known, open=False)
    told = ok(therapist.asks.get(f"/v1/relationships/{as_couple.relationship_id}/self-booking"))
    restored = set_client_self_booking(therapist, as_couple, open=True)

    assert as_couple.relationship_id != known.relationship_id
    assert (told["open"], restored["open"]) == (False, True)
    assert ok(therapist.asks.get(f"/v1/relationships/{known.relationship_id}/self-booking"))["open"] is True


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
        "The client was asked to book by telephone; what is booked stands (G5).",
        "The client may book by themselves again (G5).",
    ]
