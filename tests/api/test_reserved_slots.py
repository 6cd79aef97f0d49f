"""Reserved slots over HTTP: a time is held for one client, and nothing is booked by it (rule B5)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.api.practice import (
    Known,
    Practice,
    Therapist,
    a_reservation,
    every,
    ok,
    on,
    once,
    refused,
    weekday,
)

REPLAYED = "Idempotency-Replayed"


def reserve(
    therapist: Therapist, known: Known, day: date, *, key: str | None = None, **changed: object
) -> httpx.Response:
    """Ask for a time to be held."""
    body = a_reservation(therapist, known, day, **changed)
    return therapist.asks.post(f"{therapist.path}/reserved-slots", body, key=key)


def reserved_by(therapist: Therapist) -> list[dict[str, Any]]:
    """Return the reserved slots that the diary shows."""
    slots: list[dict[str, Any]] = ok(therapist.asks.get(f"{therapist.path}/diary"))["reserved_slots"]
    return slots


def test_b5_a_reserved_slot_is_answered_as_the_diary_shows_it(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist, name="Ann Field")

    answer = reserve(therapist, client, day, interval_weeks=2)

    made = ok(answer)
    beside = {name: made.pop(name) for name in ("clashes", "clash_count", "warnings")}
    assert (answer.status_code, beside) == (201, {"clashes": [], "clash_count": 0, "warnings": []})
    assert made == {
        "reserved_slot_id": made["reserved_slot_id"],
        "relationship_id": client.relationship_id,
        "client_id": client.id,
        "client_name": "Ann Field",
        "weekday": weekday(day),
        "at": "12:00",
        "duration_minutes": 50,
        "location_id": therapist.place,
        "interval_weeks": 2,
        "anchor": day.isoformat(),
    }
    assert reserved_by(therapist) == [made]


def test_b5_only_the_one_it_is_held_for_books_in_it(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client, other = practice.known(therapist), practice.client()
    ok(reserve(therapist, client, day))

    refusal = practice.asks_for(other, therapist, on(day, "12:00"))
    session = ok(practice.asks_for(client.asks, therapist, on(day, "12:00")))

    assert (refused(refusal), refusal.json()["reason"]) == ((409, "not-open"), "reserved_for_another")
    assert session["status"] == "being_booked"


def test_b5_nothing_is_booked_and_nothing_is_charged_by_it(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    charged_minor = practice.api.gateway.charged_minor

    ok(reserve(therapist, client, day))
    practice.api.do_work()

    assert ok(client.asks.get(f"/v1/clients/{client.id}/calendar"))["sessions"] == []
    assert practice.api.gateway.charged_minor == charged_minor


def test_b5_two_clients_alternate_in_one_weekly_time(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    next_week = day + timedelta(weeks=1)
    even, odd = practice.known(therapist, name="Eve Even"), practice.known(therapist, name="Otto Odd")
    ok(reserve(therapist, even, day, interval_weeks=2))
    ok(reserve(therapist, odd, next_week, interval_weeks=2))

    opened = {
        (name, one): "12:00" in practice.open_on(one, therapist, to=who.asks)
        for name, who in (("even", even), ("odd", odd))
        for one in (day, next_week)
    }

    assert opened == {("even", day): True, ("even", next_week): False, ("odd", day): False, ("odd", next_week): True}
    weekly = reserve(therapist, even, day)
    assert refused(weekly) == (409, "already-reserved")


def test_b5_others_sessions_in_it_are_told_and_the_clients_own_are_not(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client, other = practice.known(therapist), practice.known(therapist, name="Otto Odd")
    practice.placed(client.asks, therapist, on(day, "12:00"))
    practice.placed(other.asks, therapist, on(day, "13:00"))
    theirs = practice.placed(other.asks, therapist, on(day + timedelta(weeks=1), "12:00"))

    made = ok(reserve(therapist, client, day))

    assert [(one["session_id"], one["client_name"]) for one in made["clashes"]] == [(theirs["session_id"], "Otto Odd")]
    assert made["clash_count"] == 1


def test_b13_what_a_therapist_should_know_of_a_time_that_they_hold_is_told(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    ok(therapist.asks.put(f"{therapist.path}/dates/{day}", {"hours": []}))
    ok(therapist.asks.post(f"{therapist.path}/blocks", {"once": once(day + timedelta(weeks=1), "12:30", "13:00")}))
    ok(therapist.asks.put(f"{therapist.path}/prime-time", {"ranges": [every(day, "12:00", "13:00")]}))

    made = ok(reserve(therapist, client, day))

    assert made["warnings"] == ["not_a_working_time", "blocked", "prime_time"]
    assert len(reserved_by(therapist)) == 1


def test_b5_a_slot_that_was_let_go_is_open_to_everybody_and_a_second_time_it_is_nothing(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    made = ok(reserve(therapist, client, day))
    path = f"{therapist.path}/reserved-slots/{made['reserved_slot_id']}"
    held = practice.open_on(day, therapist)

    diary, again = ok(therapist.asks.delete(path)), therapist.asks.delete(path)

    assert diary["reserved_slots"] == []
    assert (again.status_code, "Event-Position" in again.headers) == (200, False)
    assert ("12:00" in held, "12:00" in practice.open_on(day, therapist)) == (False, True)


def test_b5_sessions_in_a_slot_stand_when_it_is_let_go(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    made = ok(reserve(therapist, client, day))
    session = practice.placed(client.asks, therapist, on(day, "12:00"))

    ok(therapist.asks.delete(f"{therapist.path}/reserved-slots/{made['reserved_slot_id']}"))

    assert ok(client.asks.get(f"/v1/sessions/{session['session_id']}"))["status"] == "confirmed"


def test_a_slot_asked_for_again_is_the_same_slot_and_tells_the_same(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client, other = practice.known(therapist), practice.known(therapist)
    practice.placed(other.asks, therapist, on(day, "12:00"))
    ok(therapist.asks.put(f"{therapist.path}/dates/{day}", {"hours": []}))
    first = reserve(therapist, client, day, key="k")

    again = reserve(therapist, client, day, key="k")

    assert (first.json()["clash_count"], first.json()["warnings"]) == (1, ["not_a_working_time"])
    assert (again.status_code, again.headers[REPLAYED], again.json()) == (201, "true", first.json())
    assert len(reserved_by(therapist)) == 1


def test_another_slot_under_the_same_key_is_refused(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    ok(reserve(therapist, client, day, key="k"))

    answer = reserve(therapist, client, day, key="k", at="15:00")

    assert refused(answer) == (422, "request-differs")
    assert [one["at"] for one in reserved_by(therapist)] == ["12:00"]


def test_a_slot_that_was_let_go_does_not_come_back_when_it_is_asked_for_again(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    made = ok(reserve(therapist, client, day, key="k"))
    ok(therapist.asks.delete(f"{therapist.path}/reserved-slots/{made['reserved_slot_id']}"))

    again = reserve(therapist, client, day, key="k")

    assert refused(again) == (404, "not-there")
    assert reserved_by(therapist) == []


@pytest.mark.parametrize("interval_weeks", [0, 3, -1, 10**30])
def test_b5_a_slot_is_held_for_every_week_or_every_other_one(practice: Practice, interval_weeks: int) -> None:
    therapist = practice.therapist()
    client = practice.known(therapist)

    answer = reserve(therapist, client, practice.day(), interval_weeks=interval_weeks)

    assert refused(answer) == (422, "every-other-week-at-most")
    assert reserved_by(therapist) == []


def test_b5_the_anchor_is_a_date_of_the_weekday(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)

    answer = reserve(therapist, client, day, anchor=(day + timedelta(days=1)).isoformat())

    assert refused(answer) == (422, "anchor-on-another-weekday")
    assert reserved_by(therapist) == []


def test_b5_a_slot_at_a_place_or_for_a_relationship_that_is_not_theirs_is_refused(practice: Practice) -> None:
    therapist, other, day = practice.therapist(), practice.therapist(), practice.day()
    client, others = practice.known(therapist), practice.known(other)

    answers = [
        reserve(therapist, client, day, location_id=other.place),
        reserve(therapist, others, day),
        reserve(therapist, others, day, relationship_id=therapist.id),
    ]

    assert [refused(one) for one in answers] == [(422, "unknown-location"), *[(409, "no-relationship")] * 2]
    assert [answer.json() for answer in answers[1:2]] == [answer.json() for answer in answers[2:]]
    assert reserved_by(therapist) == []
