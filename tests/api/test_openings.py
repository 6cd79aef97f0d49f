"""What is open depends on who asks, and what is listed is what can be booked (rules A1, B5 to B9, B12, G5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest

from adapters.ids import new_id
from application.ports import BusyTime
from domain.model import Role
from tests.api.practice import (
    LONDON,
    Practice,
    Therapist,
    a_booking,
    a_notice,
    a_price,
    a_reservation,
    every,
    ok,
    on,
    once,
    refused,
    stamp,
)
from tests.api.server import Asking

NO_NEW_CLIENTS = "This therapist is not taking new clients at present; clients of theirs sign in."
CALL_MY_OFFICE = "I have no free places at present. Call my office: 020 7946 0018."


def openings(http: httpx.Client, therapist: Therapist) -> dict[str, Any]:
    """Ask what is open in the next four weeks."""
    return ok(http.get(f"{therapist.path}/openings?kind=individual"))


def set_new_clients(therapist: Therapist, *, accepting: bool) -> None:
    """Take new clients or not, with a text for those who are not taken."""
    body = {"accepting": accepting, "contact": CALL_MY_OFFICE}
    ok(therapist.asks.put(f"{therapist.path}/new-clients", body))


def set_client_self_booking(therapist: Therapist, relationship_id: str, **body: object) -> None:
    """Let a client book by themselves or not."""
    ok(therapist.asks.put(f"/v1/relationships/{relationship_id}/self-booking", body))


def busy_elsewhere(practice: Practice, therapist: Therapist, *periods: tuple[str, str]) -> None:
    """Let a calendar that the therapist keeps elsewhere say busy."""
    times = [BusyTime(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in periods]
    practice.api.service.busy.replace(UUID(therapist.id), new_id(), times)


def test_b7_anybody_new_and_known_clients_see_what_is_open_to_them(practice: Practice) -> None:
    therapist = practice.therapist()
    known, revoked, new = practice.known(therapist), practice.known(therapist), practice.client()
    set_new_clients(therapist, accepting=False)
    set_client_self_booking(therapist, revoked.relationship_id, open=False)

    asking = {"anybody": practice.api.http, "new": new.http, "known": known.asks.http, "revoked": revoked.asks.http}
    closed = {who: openings(http, therapist)["closed"] for who, http in asking.items()}

    not_new = {
        "reason": "not_accepting_new_clients",
        "sentence": NO_NEW_CLIENTS,
        "contact": CALL_MY_OFFICE,
    }
    call = {
        "reason": "self_booking_revoked",
        "sentence": "Please call your therapist to book.",
        "contact": CALL_MY_OFFICE,
    }
    assert closed == {"anybody": not_new, "new": not_new, "known": None, "revoked": call}
    assert {who for who, http in asking.items() if openings(http, therapist)["openings"]} == {"known"}


@pytest.mark.parametrize(
    ("what", "body", "reason", "sentence"),
    [
        (
            "self-booking",
            {"open": False},
            "self_booking_closed",
            "This therapist does not take bookings online at present.",
        ),
        ("pause", {"extent": "new_clients"}, "not_accepting_new_clients", NO_NEW_CLIENTS),
        ("pause", {"extent": "all_bookings"}, "paused", "This therapist is not taking bookings at present."),
    ],
    ids=["self-booking", "pause for new clients", "pause"],
)
def test_b6_b11_what_is_closed_as_a_whole_says_so_in_a_sentence(
    practice: Practice, what: str, body: object, reason: str, sentence: str
) -> None:
    therapist = practice.therapist()
    ok(therapist.asks.put(f"{therapist.path}/{what}", body))

    listed = openings(practice.api.http, therapist)

    assert (listed["openings"], listed["closed"]) == ([], {"reason": reason, "sentence": sentence, "contact": None})
    assert (listed["zone"], listed["kind"]) == ("Europe/London", "individual")


def test_b9_what_may_be_kept_by_others_is_what_nobody_in_particular_asked_for(practice: Practice) -> None:
    therapist = practice.therapist()
    path = f"{therapist.path}/openings?kind=individual"

    anonymous, personal = practice.api.http.get(path), practice.client().get(path)

    assert [answer.headers["Vary"] for answer in (anonymous, personal)] == ["Authorization"] * 2
    assert (anonymous.headers.get("Cache-Control"), personal.headers["Cache-Control"]) == (None, "no-store")


def test_b9_a_token_that_is_not_good_is_refused_here_too(practice: Practice) -> None:
    therapist = practice.therapist()
    stranger = practice.api.with_token("nonsense")
    assert refused(stranger.get(f"{therapist.path}/openings?kind=individual")) == (401, "token-refused")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.THERAPIST])
def test_b9_whoever_is_no_client_sees_what_anybody_sees(practice: Practice, role: Role) -> None:
    therapist, day = practice.therapist(), practice.day()
    somebody = practice.somebody(role)
    assert practice.open_on(day, therapist, to=somebody) == practice.open_on(day, therapist)


def test_b5_a_reserved_slot_is_open_to_its_client_alone_gap_included(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, other = practice.known(therapist), practice.client()
    body = a_reservation(therapist, known, day, at="12:05")
    ok(therapist.asks.post(f"{therapist.path}/reserved-slots", body))

    theirs, others, anybodys = (set(practice.open_on(day, therapist, to=who)) for who in (known.asks, other, None))

    assert others == anybodys
    assert sorted(theirs - others) == ["11:30", "12:00", "12:05", "12:30", "13:00"]
    assert {"11:00", "13:30"} <= others


def test_b5_ones_own_slot_is_open_outside_the_hours_off_the_grid_and_in_prime_time(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    body = a_reservation(therapist, known, day, at="12:10")
    ok(therapist.asks.post(f"{therapist.path}/reserved-slots", body))
    ok(therapist.asks.put(f"{therapist.path}/prime-time", {"ranges": [every(day, "08:00", "20:00")]}))
    ok(therapist.asks.put(f"{therapist.path}/hours", {"weekly": []}))

    opened = practice.open_on(day, therapist, to=known.asks)
    session = ok(practice.asks_for(known.asks, therapist, on(day, "12:10")))

    assert (opened, practice.open_on(day, therapist)) == (["12:10"], [])
    assert session["starts_at"] == on(day, "12:10")


@pytest.mark.parametrize("away", ["closed date", "block"])
def test_b5_a_date_on_which_the_therapist_is_away_is_skipped_and_the_hold_survives(
    practice: Practice, away: str
) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    ok(therapist.asks.post(f"{therapist.path}/reserved-slots", a_reservation(therapist, known, day)))

    if away == "block":
        ok(therapist.asks.post(f"{therapist.path}/blocks", {"once": once(day, "08:00", "20:00")}))
    else:
        ok(therapist.asks.put(f"{therapist.path}/dates/{day}", {"hours": []}))

    dates = (day, day + timedelta(weeks=1))
    assert ["12:00" in practice.open_on(one, therapist, to=known.asks) for one in dates] == [False, True]
    assert len(ok(therapist.asks.get(f"{therapist.path}/diary"))["reserved_slots"]) == 1


def test_b12_what_a_client_has_elsewhere_is_not_open_to_them_and_is_to_others(practice: Practice) -> None:
    therapist, elsewhere, day = practice.therapist(), practice.therapist(), practice.day()
    client = practice.client()
    ok(practice.asks_for(client, elsewhere, on(day, "12:00")))

    own, anybodys = set(practice.open_on(day, therapist, to=client)), set(practice.open_on(day, therapist))
    answer = practice.asks_for(client, therapist, on(day, "12:30"))

    assert sorted(anybodys - own) == ["11:30", "12:00", "12:30"]
    assert refused(answer) == (409, "client-busy")


def test_b8_what_another_calendar_says_busy_is_not_open(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    before = practice.open_on(day, therapist)
    busy_elsewhere(practice, therapist, (on(day, "12:00"), on(day, "12:30")))

    after = practice.open_on(day, therapist)
    answer = practice.asks_for(client, therapist, on(day, "12:00"))

    assert sorted(set(before) - set(after)) == ["11:30", "12:00"]
    assert refused(answer) == (409, "slot-taken")


def a_full_diary(practice: Practice, day_offset: int) -> tuple[Therapist, Asking, Asking]:
    """A diary with every kind of rule around one date, a client with a slot of their own, and a new one."""
    therapist, day = practice.therapist(), practice.day(in_days=day_offset)
    known, other, new = practice.known(therapist), practice.known(therapist), practice.client()
    asks, path = therapist.asks, therapist.path
    week = [every(day, "09:00", "12:30"), every(day, "13:15", "19:30")]
    ok(asks.put(f"{path}/hours", {"weekly": [one | {"location_ids": [therapist.place]} for one in week]}))
    ok(asks.put(f"{path}/notice", a_notice(grid_minutes=15)))
    ok(asks.put(f"{path}/prime-time", {"ranges": [every(day, "17:30", "19:30")]}))
    ok(asks.post(f"{path}/blocks", {"weekly": every(day, "10:00", "10:20")}))
    for at, client in (("11:30", other), ("18:05", known)):
        ok(asks.post(f"{path}/reserved-slots", a_reservation(therapist, client, day, at=at)))
    practice.placed(other.asks, therapist, on(day, "14:00"))
    busy_elsewhere(practice, therapist, (on(day, "16:07"), on(day, "16:21")))
    return therapist, known.asks, new


def test_b9_every_slot_that_is_listed_books_and_nothing_else(practice: Practice) -> None:
    therapist, known, new = a_full_diary(practice, 20)
    day = practice.day(in_days=20)
    quarters = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(8 * 60, 21 * 60, 5)]
    chosen = Random(9)  # noqa: S311 - a sample

    wrong: list[tuple[str, str, int]] = []
    reasons: set[str] = set()
    for name, client in (("known", known), ("new", new)):
        listed = practice.open_on(day, therapist, to=client)
        for clock in (*chosen.sample(quarters, 30), *chosen.sample(listed, 5), "18:05"):
            answer = practice.asks_for(client, therapist, on(day, clock))
            if answer.status_code != (201 if clock in listed else 409):
                wrong.append((name, clock, answer.status_code))
            if answer.status_code == 201:
                cancel = f"/v1/sessions/{ok(answer)['session_id']}/cancel"
                ok(client.post(cancel, {"reason": "other"}))
            else:
                reasons.add(answer.json().get("reason", refused(answer)[1]))
        assert listed

    assert wrong == []
    assert {"not_a_working_time", "prime_time", "reserved_for_another", "slot-taken"} <= reasons


def test_b9_the_openings_of_a_range_are_the_same_asked_for_at_once_or_day_by_day(practice: Practice) -> None:
    therapist, known, _ = a_full_diary(practice, 20)
    first = datetime.combine(practice.day(in_days=18), datetime.min.time(), tzinfo=LONDON)
    instants = [first + timedelta(days=days) for days in range(6)]

    def listed(since: datetime, until: datetime) -> list[dict[str, Any]]:
        path = f"{therapist.path}/openings?kind=individual&from={stamp(since)}&until={stamp(until)}"
        found: list[dict[str, Any]] = ok(known.get(path))["openings"]
        return found

    daily = [one for since, until in pairwise(instants) for one in listed(since, until)]

    assert daily
    assert listed(instants[0], instants[-1]) == daily


def test_g5_what_is_taken_in_one_relationship_is_given_back_in_all_of_them(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    ok(therapist.asks.put(f"{therapist.path}/prices", {"prices": [a_price(), a_price(kind="couple")]}))
    known = practice.known(therapist)
    as_a_couple = ok(known.asks.post("/v1/sessions", a_booking(therapist, on(day, "09:00"), kind="couple")))
    set_client_self_booking(therapist, as_a_couple["relationship_id"], open=False)
    taken = openings(known.asks.http, therapist)["closed"]

    set_client_self_booking(therapist, known.relationship_id, open=True)

    assert taken["reason"] == "self_booking_revoked"
    assert openings(known.asks.http, therapist)["closed"] is None
