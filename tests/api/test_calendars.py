"""Calendars: sessions, and below them the diary's layers; a client's, and what is reserved for them (section B)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.ids import new_id
from api import calendars
from application.ports import BusyTime
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
    stamp,
    weekday,
)
from tests.api.server import Asking

WEEK = timedelta(weeks=1)


def around(day: date, *, weeks: int = 1) -> str:
    """Return the query for a date and the weeks after it."""
    begins, ends = (datetime.fromisoformat(on(one, "00:00")) for one in (day, day + weeks * WEEK))
    return f"from={stamp(begins)}&until={stamp(ends)}"


def layers(therapist: Therapist, day: date, *, weeks: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Return the layers of the therapist's calendar."""
    found: dict[str, list[dict[str, Any]]] = ok(
        therapist.asks.get(f"{therapist.path}/calendar?{around(day, weeks=weeks)}")
    )["layers"]
    return found


def reserved_for(client: Asking, day: date, *, position: str, weeks: int = 3) -> list[dict[str, Any]]:
    """Return what a client's calendar shows as reserved for them, as of a position."""
    path = f"/v1/clients/{client.id}/calendar?{around(day, weeks=weeks)}"
    reserved: list[dict[str, Any]] = ok(client.get(path, min_position=position))["reserved"]
    return reserved


def reserve(therapist: Therapist, known: Known, day: date, **changed: object) -> tuple[str, str]:
    """Hold a time for a client; return its id and the position of that."""
    answer = therapist.asks.post(f"{therapist.path}/reserved-slots", a_reservation(therapist, known, day, **changed))
    return ok(answer)["reserved_slot_id"], answer.headers["Event-Position"]


def test_a_new_diary_has_empty_layers(practice: Practice) -> None:
    found = layers(practice.a_newcomer(), practice.day())
    assert found == {"working": [], "blocked": [], "prime_time": [], "reserved": [], "external_busy": []}


def test_a_therapists_calendar_shows_every_layer(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist, name="Ann Field")
    asks, path, place = therapist.asks, therapist.path, therapist.place
    ok(asks.put(f"{path}/hours", {"weekly": [every(day, "09:00", "17:00") | {"location_ids": [place]}]}))
    ok(asks.put(f"{path}/prime-time", {"ranges": [every(day, "16:00", "17:00")]}))
    block_id = ok(asks.post(f"{path}/blocks", {"weekly": every(day, "13:00", "14:00")}))["block_id"]
    reserved_slot_id, _ = reserve(therapist, known, day)
    busy = BusyTime(*(datetime.fromisoformat(on(day, clock)) for clock in ("15:00", "15:30")))
    practice.api.service.busy.replace(UUID(therapist.id), new_id(), [busy])

    found = layers(therapist, day)

    assert found == {
        "working": [once(day, "09:00", "17:00") | {"location_ids": [place]}],
        "blocked": [once(day, "13:00", "14:00") | {"block_id": block_id}],
        "prime_time": [once(day, "16:00", "17:00")],
        "reserved": [
            once(day, "12:00", "12:50")
            | {
                "reserved_slot_id": reserved_slot_id,
                "relationship_id": known.relationship_id,
                "client_id": known.id,
                "client_name": "Ann Field",
                "location_id": place,
            }
        ],
        "external_busy": [once(day, "15:00", "15:30")],
    }


def test_b4_prime_time_that_was_released_is_no_layer_any_more(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    release = {"weekday": "monday", "at": "00:00", "weeks_ahead": 2}
    ok(
        therapist.asks.put(
            f"{therapist.path}/prime-time", {"ranges": [every(day, "16:00", "17:00")], "release": release}
        )
    )

    found = layers(therapist, day, weeks=3)["prime_time"]

    assert [once(one, "16:00", "17:00") in found for one in (day, day + 2 * WEEK)] == [False, True]


def test_b5_the_hold_is_in_the_layers_also_where_the_date_is_blocked(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    reserve(therapist, known, day, interval_weeks=2)
    ok(therapist.asks.post(f"{therapist.path}/blocks", {"once": once(day, "08:00", "20:00")}))

    found = layers(therapist, day, weeks=3)["reserved"]

    assert [one["starts_at"] for one in found] == [on(one, "12:00") for one in (day, day + 2 * WEEK)]


def test_b5_a_client_sees_the_dates_that_are_reserved_for_them(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, other = practice.known(therapist), practice.known(therapist)
    reserve(therapist, other, day, at="15:00")
    reserved_slot_id, position = reserve(therapist, known, day)

    found = reserved_for(known.asks, day, position=position)

    assert found == [
        once(one, "12:00", "12:50")
        | {
            "reserved_slot_id": reserved_slot_id,
            "therapist_id": therapist.id,
            "therapist_name": "Ada Lake",
            "location_id": therapist.place,
        }
        for one in (day, day + WEEK, day + 2 * WEEK)
    ]


def test_b5_a_client_does_not_see_dates_on_which_the_therapist_is_away(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    _, position = reserve(therapist, known, day)
    ok(therapist.asks.post(f"{therapist.path}/blocks", {"once": once(day, "12:30", "13:00")}))
    ok(therapist.asks.put(f"{therapist.path}/dates/{day + WEEK}", {"hours": []}))

    found = reserved_for(known.asks, day, position=position)

    assert [one["starts_at"] for one in found] == [on(day + 2 * WEEK, "12:00")]


def test_b5_a_date_that_is_taken_is_left_out_wherever_the_asked_range_ends(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, other = practice.known(therapist), practice.known(therapist)
    _, position = reserve(therapist, known, day)
    practice.placed(other.asks, therapist, on(day, "12:30"))

    path = f"/v1/clients/{known.asks.id}/calendar?from={on(day, '08:00')}&until={on(day, '12:15')}"
    found = ok(known.asks.get(path, min_position=position))["reserved"]

    assert found == []


def test_b5_a_client_sees_their_slots_with_all_therapists_in_order(practice: Practice) -> None:
    first, second, day = practice.therapist(), practice.therapist(), practice.day()
    client = practice.client()
    known: list[Known] = []
    for therapist in (first, second):
        session = practice.paid(client, therapist, in_days=40 + len(known))
        known.append(Known(client, session["relationship_id"]))
    reserve(first, known[0], day, at="15:00")
    _, position = reserve(second, known[1], day, at="10:00")

    found = reserved_for(client, day, position=position, weeks=1)

    assert [(one["therapist_id"], one["starts_at"]) for one in found] == [
        (second.id, on(day, "10:00")),
        (first.id, on(day, "15:00")),
    ]


@pytest.mark.parametrize("how", ["by hand", "with self-booking"])
def test_b5_a_slot_that_was_let_go_is_in_no_calendar(practice: Practice, how: str) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    reserved_slot_id, before = reserve(therapist, known, day)
    held = reserved_for(known.asks, day, position=before)

    if how == "by hand":
        released = therapist.asks.delete(f"{therapist.path}/reserved-slots/{reserved_slot_id}")
    else:
        body = {"open": False, "release_reserved_slots": True}
        released = therapist.asks.put(f"/v1/relationships/{known.relationship_id}/self-booking", body)

    assert len(held) == 3
    assert reserved_for(known.asks, day, position=released.headers["Event-Position"]) == []
    assert layers(therapist, day)["reserved"] == []


def test_the_layers_end_where_the_range_ends(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    working = layers(therapist, day)["working"]
    last = day + WEEK - timedelta(days=1)
    assert len(working) == 7
    assert (working[0]["starts_at"], working[-1]["ends_at"]) == (
        on(day, "00:00"),
        on(last + timedelta(days=1), "00:00"),
    )


def test_a_calendar_names_the_other_side_and_nobody_else(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    ann, ben = (practice.known(therapist, name=name) for name in ("Ann Field", "Ben Brook"))
    for client, clock in ((ann, "09:00"), (ben, "11:00")):
        practice.placed(client.asks, therapist, on(day, clock))
    practice.api.catch_up()

    theirs = ok(therapist.asks.get(f"{therapist.path}/calendar?{around(day)}"))
    anns = ann.asks.get(f"/v1/clients/{ann.id}/calendar?{around(day)}")

    assert [(one["client_name"], one["starts_at"]) for one in theirs["sessions"]] == [
        ("Ann Field", on(day, "09:00")),
        ("Ben Brook", on(day, "11:00")),
    ]
    assert [one["therapist_name"] for one in ok(anns)["sessions"]] == ["Ada Lake"]
    assert "Ben" not in anns.text


def test_h3_anothers_calendar_is_not_there(practice: Practice) -> None:
    therapist, other = practice.therapist(), practice.therapist()
    client, stranger = practice.client(), practice.client()
    theirs, clients = f"{therapist.path}/calendar", f"/v1/clients/{client.id}/calendar"

    answers = [
        other.asks.get(theirs),
        client.get(theirs),
        stranger.get(clients),
        therapist.asks.get(clients),
    ]

    assert [refused(answer) for answer in answers] == [(404, "not-there")] * 4


def test_a_range_of_a_calendar_has_a_direction_and_a_length(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    for asks, path in ((therapist.asks, f"{therapist.path}/calendar"), (client, f"/v1/clients/{client.id}/calendar")):
        problems = [refused(asks.get(f"{path}?{around(day, weeks=weeks)}")) for weeks in (0, -1, 9, 104)]
        assert problems == [(422, "reversed-range")] * 2 + [(422, "range-too-long")] * 2


def test_sessions_are_cut_and_layers_are_not(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    for clock in ("09:00", "11:00"):
        practice.placed(known.asks, therapist, on(day, clock))
    practice.api.catch_up()
    monkeypatch.setattr(calendars, "CALENDAR_LIMIT", 1)

    found = ok(therapist.asks.get(f"{therapist.path}/calendar?{around(day)}"))

    assert ([one["starts_at"] for one in found["sessions"]], found["more"]) == ([on(day, "09:00")], True)
    assert len(found["layers"]["working"]) == 7


def test_b10_the_layers_of_a_day_on_which_the_clocks_change_are_elapsed_time(practice: Practice) -> None:
    therapist = practice.therapist()
    changing = practice.change_of_the_clocks()

    (working,) = layers(therapist, changing)["working"][:1]

    elapsed = datetime.fromisoformat(working["ends_at"]) - datetime.fromisoformat(working["starts_at"])
    assert (weekday(changing), elapsed) == ("sunday", timedelta(hours=23))
