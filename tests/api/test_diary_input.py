"""What is asked of a diary wrongly is refused with a sentence, and nothing of it is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.ids import new_id
from domain.diary import blocks, diary, reserved_slots
from tests.api.practice import (
    Practice,
    Therapist,
    a_notice,
    a_reservation,
    a_series,
    every,
    nothing_stored,
    ok,
    on,
    once,
    refused,
)

MONDAY = {"weekday": "monday", "from": "09:00", "until": "10:00"}


def release(weekday: str, at: str, weeks_ahead: object) -> dict[str, object]:
    """A release of prime time."""
    return {"weekday": weekday, "at": at, "weeks_ahead": weeks_ahead}


@pytest.mark.parametrize(
    ("what", "body", "problem"),
    [
        ("prime-time", {"ranges": [MONDAY, MONDAY | {"from": "09:59", "until": "11:00"}]}, "overlapping-ranges"),
        ("prime-time", {"ranges": [MONDAY | {"until": "08:00"}]}, "reversed-range"),
        ("prime-time", {"ranges": [MONDAY | {"until": "09:00"}]}, "reversed-range"),
        ("prime-time", {"ranges": [MONDAY], "release": release("monday", "09:00", 0)}, "released-too-late"),
        ("prime-time", {"ranges": [MONDAY], "release": release("friday", "18:00", 0)}, "released-too-late"),
        ("prime-time", {"ranges": [MONDAY] * 21}, "too-many-ranges"),
        ("notice", a_notice(gap_minutes=31), "gap-larger-than-grid"),
        ("notice", a_notice(gap_minutes=16, grid_minutes=15), "gap-larger-than-grid"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_and_the_diary_stays_as_it_was(
    practice: Practice, what: str, body: dict[str, Any], problem: str
) -> None:
    therapist = practice.therapist()
    ok(therapist.asks.put(f"{therapist.path}/prime-time", {"ranges": [every(practice.day(), "12:00", "13:00")]}))
    before = ok(therapist.asks.get(f"{therapist.path}/diary"))

    with nothing_stored(practice):
        answer = therapist.asks.put(f"{therapist.path}/{what}", body)

    assert refused(answer) == (422, problem)
    assert ok(therapist.asks.get(f"{therapist.path}/diary")) == before


def test_b3_a_block_that_makes_no_sense_is_refused(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    two_years = {"starts_at": on(day, "12:00"), "ends_at": on(day + timedelta(days=730), "12:00")}
    over = {"starts_at": "2020-01-07T09:00:00Z", "ends_at": "2020-01-08T09:00:00Z"}
    asked = [
        {"once": once(day, "13:00", "12:00")},
        {"once": once(day, "12:00", "12:00")},
        {"weekly": every(day, "13:00", "12:00")},
        {"once": two_years},
        {"once": over},
    ]

    with nothing_stored(practice):
        answers = [therapist.asks.post(f"{therapist.path}/blocks", body) for body in asked]

    problems = [*[(422, "reversed-range")] * 3, (422, "block-too-long"), (422, "in-the-past")]
    assert [refused(answer) for answer in answers] == problems
    assert answers[3].json()["detail"].startswith("A block lasts at most 366 days")


def test_b3_a_diary_holds_so_many_blocks_and_no_more(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    therapist, day = practice.therapist(), practice.day()
    assert blocks.BLOCKS_LIMIT == 500
    monkeypatch.setattr(blocks, "BLOCKS_LIMIT", 2)
    first, _ = (add_block(therapist, once(day, f"{hour}:00", f"{hour}:30")) for hour in (12, 13))

    with nothing_stored(practice):
        refusal = add_block(therapist, once(day, "14:00", "14:30"))
    ok(therapist.asks.delete(f"{therapist.path}/blocks/{ok(first)['block_id']}"))

    assert refused(refusal) == (409, "too-many-blocks")
    assert add_block(therapist, once(day, "14:00", "14:30")).status_code == 201


def test_b1_a_diary_holds_so_many_dates_and_no_more(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    therapist, day = practice.therapist(), practice.day()
    assert diary.DATES_LIMIT == 400
    monkeypatch.setattr(diary, "DATES_LIMIT", 1)
    ok(therapist.asks.put(f"{therapist.path}/dates/{day}", {"hours": []}))
    another = f"{therapist.path}/dates/{day + timedelta(days=1)}"

    with nothing_stored(practice):
        refusal = therapist.asks.put(another, {"hours": []})
    ok(therapist.asks.delete(f"{therapist.path}/dates/{day}"))

    assert refused(refusal) == (409, "too-many-dates")
    assert therapist.asks.put(another, {"hours": []}).status_code == 200


def add_block(therapist: Therapist, period: dict[str, object]) -> httpx.Response:
    """Ask for a block of one range of time."""
    return therapist.asks.post(f"{therapist.path}/blocks", {"once": period})


def test_b5_a_diary_holds_so_many_reserved_slots_and_no_more(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, path = practice.known(therapist), f"{therapist.path}/reserved-slots"
    assert reserved_slots.RESERVED_LIMIT == 200
    monkeypatch.setattr(reserved_slots, "RESERVED_LIMIT", 1)
    ok(therapist.asks.post(path, a_reservation(therapist, known, day)))

    with nothing_stored(practice):
        answer = therapist.asks.post(path, a_reservation(therapist, known, day, at="15:00"))

    assert refused(answer) == (409, "too-many-reserved-slots")


def test_h3_a_relationship_of_another_therapist_reads_like_none(practice: Practice) -> None:
    therapist, other = practice.therapist(), practice.therapist()
    theirs = practice.known(other).relationship_id

    with nothing_stored(practice):
        answers = [
            therapist.asks.put(f"/v1/relationships/{one}/self-booking", {"open": False}) for one in (theirs, new_id())
        ]

    assert [refused(answer) for answer in answers] == [(404, "not-there")] * 2
    assert answers[0].json() == answers[1].json()


def test_a_place_that_stands_twice_in_the_hours_is_one_place(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    hours = every(day, "09:00", "12:00") | {"location_ids": [therapist.place] * 2}

    weekly = ok(therapist.asks.put(f"{therapist.path}/hours", {"weekly": [hours]}))["weekly"]

    assert [one["location_ids"] for one in weekly] == [[therapist.place]]


def test_openings_of_years_are_not_shown_at_once_and_far_ahead_there_are_none(practice: Practice) -> None:
    therapist = practice.therapist()
    path = f"{therapist.path}/openings?kind=individual"
    years = practice.api.http.get(f"{path}&from=2030-01-01T00:00:00Z&until=2034-01-01T00:00:00Z")
    far = practice.api.http.get(f"{path}&from=2199-12-31T23:00:00Z")
    past = practice.api.http.get(f"{path}&from=2000-01-01T00:00:00Z")
    assert refused(years) == (422, "range-too-long")
    assert [ok(answer)["openings"] for answer in (far, past)] == [[], []]


@pytest.mark.parametrize("path", ["/v1/series", "{0}/blocks", "{0}/reserved-slots"])
def test_what_is_made_needs_a_key(practice: Practice, path: str) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    bodies = {
        "/v1/series": a_series(therapist, on(day, "12:00"), client_id=known.id, client_agreed=True),
        "{0}/blocks": {"once": once(day, "12:00", "13:00")},
        "{0}/reserved-slots": a_reservation(therapist, known, day),
    }

    with nothing_stored(practice):
        answer = therapist.asks.http.post(path.format(therapist.path), json=bodies[path])

    assert refused(answer) == (400, "idempotency-key-missing")


def test_a10_a_series_that_makes_no_sense_is_refused_and_nothing_of_it_is_stored(practice: Practice) -> None:
    therapist, other, client = practice.therapist(), practice.therapist(), practice.client()
    starts_at = on(practice.day(), "12:00")
    asked: list[tuple[dict[str, object], tuple[int, str]]] = [
        ({"location_id": other.place}, (422, "unknown-location")),
        ({"kind": "couple"}, (422, "not-offered")),
        ({"starts_at": "2020-01-07T09:00:00Z"}, (422, "in-the-past")),
        ({"therapist_id": str(new_id())}, (404, "not-there")),
        ({"client_id": str(new_id())}, (404, "not-there")),
        ({"settlement": "free"}, (422, "settled-by-therapist-only")),
        ({"accept_policy": "24h-1"}, (409, "policy-not-accepted")),
        ({"accept_policy": None}, (409, "policy-not-accepted")),
        ({"starts_at": "2199-12-31T09:00:00Z"}, (409, "series-clashes")),
    ]

    with nothing_stored(practice):
        answers = [client.post("/v1/series", a_series(therapist, starts_at) | changed) for changed, _ in asked]

    assert [refused(answer) for answer in answers] == [problem for _, problem in asked]
