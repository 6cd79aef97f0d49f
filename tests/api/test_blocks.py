"""Blocks over HTTP: time is closed, nothing is cancelled, and what stands in it is answered (rule B3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import diary_answers
from application.clashes import CLASHES_SHOWN
from tests.api.practice import Practice, Therapist, every, ok, on, once, refused

REPLAYED = "Idempotency-Replayed"
LUNCH = ("12:00", "13:00")


def block(therapist: Therapist, body: object, *, key: str | None = None) -> httpx.Response:
    """Ask for a block."""
    return therapist.asks.post(f"{therapist.path}/blocks", body, key=key)


def unblock(therapist: Therapist, block_id: str) -> dict[str, Any]:
    """Let a block end, and return the diary after that."""
    return ok(therapist.asks.delete(f"{therapist.path}/blocks/{block_id}"))


def blocks_of(therapist: Therapist) -> list[dict[str, Any]]:
    """Return the blocks that the diary shows."""
    blocks: list[dict[str, Any]] = ok(therapist.asks.get(f"{therapist.path}/diary"))["blocks"]
    return blocks


def test_b3_a_block_closes_its_time_once_and_no_other_week(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    before = practice.open_on(day, therapist)

    answer = block(therapist, {"once": once(day, *LUNCH)})

    made = ok(answer)
    shown = {name: made[name] for name in ("block_id", "once", "weekly")}
    assert (answer.status_code, made["clashes"], made["clash_count"]) == (201, [], 0)
    assert shown == {"block_id": made["block_id"], "once": once(day, *LUNCH), "weekly": None}
    assert blocks_of(therapist) == [shown]
    assert sorted(set(before) - set(practice.open_on(day, therapist))) == ["11:30", "12:00", "12:30"]
    assert practice.open_on(day + timedelta(weeks=1), therapist) == before


def test_b3_a_weekly_block_closes_every_week(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()

    made = ok(block(therapist, {"weekly": every(day, *LUNCH)}))

    assert (made["once"], made["weekly"]) == (None, every(day, *LUNCH))
    for weeks in range(3):
        opened = practice.open_on(day + timedelta(weeks=weeks), therapist)
        assert {"11:30", "12:00", "12:30"} & set(opened) == set()
        assert {"11:00", "13:00"} <= set(opened)
    assert "12:00" in practice.open_on(day + timedelta(days=1), therapist)


def test_b3_a_block_never_cancels_a_session_and_lists_it_with_the_choices(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist, name="Ann Field")
    session = practice.placed(client.asks, therapist, on(day, "12:00"))
    path = f"/v1/sessions/{session['session_id']}"

    made = ok(block(therapist, {"once": once(day, "12:30", "18:00")}))

    (clash,) = made["clashes"]
    assert (clash["session_id"], clash["client_name"]) == (session["session_id"], "Ann Field")
    assert [choice["choice"] for choice in clash["choices"]] == ["cancel", "keep"]
    assert (clash["choices"][0]["path"], clash["choices"][0]["body"]) == (
        f"{path}/cancel",
        {"reason": "not_available"},
    )
    assert ok(client.asks.get(path))["status"] == "confirmed"


def test_b3_a_session_that_is_still_being_booked_stands_in_a_block_too(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    session = ok(practice.asks_for(client, therapist, on(day, "12:00")))

    made = ok(block(therapist, {"once": once(day, *LUNCH)}))
    practice.api.do_work()

    assert [(one["session_id"], one["status"]) for one in made["clashes"]] == [(session["session_id"], "being_booked")]
    assert ok(client.get(f"/v1/sessions/{session['session_id']}"))["status"] == "unconfirmed"


@pytest.mark.parametrize("how", ["once", "weekly"])
def test_b3_a_session_that_ends_where_the_block_begins_stands_outside_it_though_its_gap_reaches_in(
    practice: Practice, how: str
) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    before, after = (practice.placed(client.asks, therapist, on(day, clock)) for clock in ("11:10", "13:00"))
    ranges = {"once": once(day, *LUNCH), "weekly": every(day, *LUNCH)}
    inside = {"once": once(day, "11:59", "13:01"), "weekly": every(day, "11:59", "13:01")}

    touching = ok(block(therapist, {how: ranges[how]}))
    reaching = ok(block(therapist, {how: inside[how]}))

    assert (before["ends_at"], touching["clash_count"]) == (on(day, "12:00"), 0)
    assert [one["session_id"] for one in reaching["clashes"]] == [before["session_id"], after["session_id"]]


def test_b3_a_weekly_block_tells_the_sessions_of_every_week_in_order(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    later, sooner = (
        practice.placed(client.asks, therapist, on(day + timedelta(weeks=weeks), "12:00")) for weeks in (9, 0)
    )
    practice.placed(client.asks, therapist, on(day + timedelta(days=1), "12:00"))

    made = ok(block(therapist, {"weekly": every(day, *LUNCH)}))

    assert [one["session_id"] for one in made["clashes"]] == [sooner["session_id"], later["session_id"]]


def test_b3_only_the_first_clashes_are_shown_and_all_are_counted(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    first, _ = (practice.placed(client.asks, therapist, on(day, clock)) for clock in ("09:00", "10:00"))
    assert CLASHES_SHOWN == 200
    monkeypatch.setattr(diary_answers, "CLASHES_SHOWN", 1)

    made = ok(block(therapist, {"once": once(day, "08:00", "18:00")}))

    assert [one["session_id"] for one in made["clashes"]] == [first["session_id"]]
    assert made["clash_count"] == 2


def test_b3_what_is_unblocked_is_open_again_and_a_second_time_it_is_nothing(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    before = practice.open_on(day, therapist)
    block_id = ok(block(therapist, {"once": once(day, *LUNCH)}))["block_id"]

    diary = unblock(therapist, block_id)
    again = therapist.asks.delete(f"{therapist.path}/blocks/{block_id}")

    assert diary["blocks"] == []
    assert (again.status_code, "Event-Position" in again.headers) == (200, False)
    assert practice.open_on(day, therapist) == before


def test_b3_a_client_is_told_that_a_time_is_blocked(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    ok(block(therapist, {"weekly": every(day, *LUNCH)}))

    answer = practice.asks_for(client, therapist, on(day, "12:30"))

    assert refused(answer) == (409, "not-open")
    assert (answer.json()["reason"], answer.json()["detail"]) == (
        "blocked",
        "This therapist is not available at that time.",
    )


def test_b13_a_therapist_books_in_a_block_and_is_told(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    ok(block(therapist, {"once": once(day, *LUNCH)}))

    session = practice.placed(client.asks, therapist, on(day, "12:00"))

    assert (session["status"], session["warnings"]) == ("confirmed", ["blocked"])


def test_a_block_asked_for_again_is_the_same_block_and_tells_what_clashes_now(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    session = practice.placed(client.asks, therapist, on(day, "12:00"))
    body = {"once": once(day, *LUNCH)}
    first = block(therapist, body, key="once")

    again = block(therapist, body, key="once")
    ok(therapist.asks.post(f"/v1/sessions/{session['session_id']}/cancel", {"reason": "illness"}))
    later = block(therapist, body, key="once")

    assert (again.status_code, again.headers[REPLAYED], again.json()) == (201, "true", first.json())
    assert again.headers["Event-Position"] == first.headers["Event-Position"]
    assert (later.json()["block_id"], later.json()["clashes"]) == (first.json()["block_id"], [])
    assert len(blocks_of(therapist)) == 1


def test_b3_a_session_years_ahead_is_told_of_then_and_when_it_is_asked_for_again(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    far = practice.placed(client.asks, therapist, on(day + timedelta(weeks=150), "12:00"))

    first, again = (block(therapist, {"weekly": every(day, *LUNCH)}, key="k") for _ in range(2))

    assert [one["session_id"] for one in ok(first)["clashes"]] == [far["session_id"]]
    assert again.json() == first.json()


def test_another_block_under_the_same_key_is_refused(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    ok(block(therapist, {"once": once(day, *LUNCH)}, key="k"))

    answer = block(therapist, {"once": once(day, "12:00", "14:00")}, key="k")

    assert refused(answer) == (422, "request-differs")
    assert [one["once"] for one in blocks_of(therapist)] == [once(day, *LUNCH)]


def test_a_block_that_ended_does_not_come_back_when_it_is_asked_for_again(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    practice.placed(client.asks, therapist, on(day, "12:00"))
    first = ok(block(therapist, {"once": once(day, *LUNCH)}, key="k"))
    unblock(therapist, first["block_id"])

    again = block(therapist, {"once": once(day, *LUNCH)}, key="k")

    assert refused(again) == (404, "not-there")
    assert blocks_of(therapist) == []
