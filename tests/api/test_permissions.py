"""Who may do what: what is not yours is not there, and what is not your part is not permitted (rule H3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from adapters.ids import new_id
from adapters.tokens import Person
from api.app import create_app
from api.permissions import BOTH, PERMISSIONS, STAFF, Action
from domain.client import client as clients
from domain.diary.diary import diary_id_of
from domain.model import Role
from domain.payment.payment import payment_id_of
from domain.therapist import therapist as therapists
from tests.api.practice import LINK, Practice, a_booking, a_price, a_series, ok, refused
from tests.api.server import Api, Asking

BODIES: Mapping[Action, Any] = {
    Action.SET_PRICES: {"prices": [a_price()]},
    Action.SET_LOCATIONS: {"locations": []},
    Action.SET_HOURS: {"weekly": []},
    Action.SET_NOTICE: {"notice_hours": 24, "horizon_weeks": 8, "grid_minutes": 30, "gap_minutes": 10},
    Action.SET_DATE: {"hours": []},
    Action.SET_SELF_BOOKING: {"open": False},
    Action.SET_PRIME_TIME: {"ranges": []},
    Action.BLOCK_TIME: {"weekly": {"weekday": "monday", "from": "12:00", "until": "13:00"}},
    Action.RESERVE_SLOT: {
        "relationship_id": str(UUID(int=1)),
        "weekday": "tuesday",
        "at": "17:30",
        "location_id": str(UUID(int=2)),
        "anchor": "2030-01-08",
    },
    Action.SET_NEW_CLIENTS: {"accepting": False},
    Action.PAUSE_BOOKINGS: {"extent": "all_bookings"},
    Action.SUSPEND_THERAPIST: {"reason": "complaint"},
    Action.SET_CLIENT_SELF_BOOKING: {"open": False},
    Action.SAVE_CARD: {"setup_id": "seti_1"},
    Action.CANCEL_SESSION: {"reason": "other"},
    Action.RECORD_ATTENDANCE: {"outcome": "attended"},
}

PARAMETERS: Mapping[Action, Mapping[str, str]] = {Action.REINSTATE_THERAPIST: {"reason": "resolved"}}

ABOUT_NOBODY = {Action.JOIN_AS_THERAPIST, Action.REGISTER_CLIENT, Action.BOOK_SESSION, Action.BOOK_SERIES}

BY_THE_ROLE_ALONE = {Action.READ_SUSPENSION, Action.SUSPEND_THERAPIST, Action.REINSTATE_THERAPIST}
"""What operators do with people who are public: nothing is given away by what others are answered."""


def routes(api: Api) -> Iterator[tuple[str, str, Any]]:
    """Yield the method, path and operation id of every route of the application."""
    for found in iter_route_contexts(create_app(api.service).routes):
        if isinstance(found.original_route, APIRoute):
            for method in found.methods or ():
                yield str(method), str(found.path), found.operation_id


def test_every_route_stands_in_the_table_of_permissions(api: Api) -> None:
    operations = [operation_id for _, _, operation_id in routes(api)]
    assert sorted(Action) == sorted(operations)
    assert set(PERMISSIONS) == set(Action)


def ask(asking: Asking, method: str, path: str, action: Action) -> httpx.Response:
    """Ask with a body that is good enough for the action."""
    body = None if method == "GET" else BODIES.get(action, {})
    key = {"Idempotency-Key": new_id().hex}
    return asking.http.request(method, path, params=PARAMETERS.get(action), json=body, headers=key)


def about(api: Api, ids: Mapping[str, str]) -> list[tuple[str, str, Action]]:
    """Return the routes that are about somebody's thing and need a token, with the ids filled in."""
    found = [(method, path, Action(operation_id)) for method, path, operation_id in routes(api)]
    of_diaries = dict.fromkeys(("block_id", "reserved_slot_id", "series_id"), str(new_id()))
    return [
        (method, path.format(day="2199-01-01", code="", **of_diaries, **ids), action)
        for method, path, action in found
        if PERMISSIONS[action] is not None and "{" in path
    ]


def ids_of(session: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids that paths are made of."""
    return {name: session[name] for name in ("session_id", "therapist_id", "client_id", "relationship_id")}


def as_if_not_there(actions: Iterable[Action]) -> dict[Action, tuple[int, str]]:
    """Return what somebody is answered who is no operator, and whom nothing of it concerns."""
    not_permitted = dict.fromkeys(BY_THE_ROLE_ALONE, (403, "not-permitted"))
    return dict.fromkeys(actions, (404, "not-there")) | not_permitted


@pytest.mark.parametrize("role", [Role.CLIENT, Role.THERAPIST])
def test_h3_anothers_id_is_not_there_for_anybody(api: Api, practice: Practice, role: Role) -> None:
    session = practice.paid(practice.client(), practice.therapist())
    stranger = practice.client() if role is Role.CLIENT else practice.therapist().asks
    asked = about(api, ids_of(session))
    answers = {action: refused(ask(stranger, method, path, action)) for method, path, action in asked}
    assert answers == as_if_not_there(answers)
    assert set(answers) == {action for action in Action if PERMISSIONS[action] is not None} - ABOUT_NOBODY


def test_h3_an_id_that_does_not_exist_reads_like_anothers(api: Api, practice: Practice) -> None:
    nothing = dict.fromkeys(("session_id", "therapist_id", "client_id", "relationship_id"), str(new_id()))
    client = practice.client()
    answers = {action: refused(ask(client, method, path, action)) for method, path, action in about(api, nothing)}
    assert answers == as_if_not_there(answers)


def test_ids_of_other_streams_are_not_sessions_or_relationships(practice: Practice) -> None:
    client, operator = practice.client(), practice.somebody(Role.OPERATOR)
    session = practice.paid(client, practice.therapist())
    wrong = [
        client.get(f"/v1/sessions/{session['relationship_id']}"),
        operator.get(f"/v1/sessions/{session['client_id']}"),
        operator.get(f"/v1/relationships/{session['session_id']}/history"),
    ]
    assert [refused(answer) for answer in wrong] == [(404, "not-there")] * 3


@pytest.mark.parametrize("role", sorted(BOTH | STAFF))
def test_ids_of_other_streams_are_not_there_on_any_path(api: Api, practice: Practice, role: Role) -> None:
    client, therapist = practice.client(), practice.therapist()
    session_id = UUID(practice.paid(client, therapist)["session_id"])
    person_id, other_id = client.person.person_id, therapist.asks.person.person_id
    strange = [
        session_id,
        payment_id_of(session_id),
        diary_id_of(other_id),
        clients.stream_of(person_id),
        therapists.stream_of(other_id),
    ]
    for wrong in strange:
        asking = api.as_(Person(wrong, role))
        ids = dict.fromkeys(("therapist_id", "client_id", "relationship_id"), str(wrong))
        ids["session_id"] = str(other_id if wrong == session_id else wrong)
        asked = [one for one in about(api, ids) if role in (PERMISSIONS[one[2]] or ())]
        answers = {action: refused(ask(asking, method, path, action)) for method, path, action in asked}
        assert answers == dict.fromkeys(answers, (404, "not-there"))
        assert Action.READ_SESSION_HISTORY in answers


def test_public_paths_know_no_ids_of_other_streams(api: Api, practice: Practice) -> None:
    client = practice.client()
    session = practice.paid(client, practice.therapist())
    wrong = [client.id, session["session_id"], session["relationship_id"], str(new_id())]
    wrong += [str(stream_of(UUID(client.id))) for stream_of in (clients.stream_of, therapists.stream_of, diary_id_of)]
    paths = [f"/v1/therapists/{one}{rest}" for one in wrong for rest in ("", "/openings?kind=individual")]
    assert {path: refused(api.http.get(path)) for path in paths} == dict.fromkeys(paths, (404, "not-there"))


def test_a_booking_with_an_id_that_is_no_therapists_is_not_there(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    session = practice.paid(client, therapist)
    starts_at = practice.openings(therapist, in_days=9)[0]["starts_at"]
    wrong = [client.id, session["session_id"], session["relationship_id"], str(new_id())]
    wrong += [str(stream_of(UUID(therapist.id))) for stream_of in (therapists.stream_of, diary_id_of)]
    answers = [client.post("/v1/sessions", a_booking(therapist, starts_at, therapist_id=one)) for one in wrong]
    assert [refused(answer) for answer in answers] == [(404, "not-there")] * len(wrong)


def test_one_person_may_be_a_client_and_a_therapist(api: Api, practice: Practice) -> None:
    client, other = practice.client(), practice.therapist()
    as_therapist = api.as_(Person(client.person.person_id, Role.THERAPIST))
    ok(as_therapist.post("/v1/therapists", {"name": "Ben Brook", "zone": "Europe/Rome", "country": "IT"}))
    assert ok(client.get(f"/v1/clients/{client.id}"))["zone"] == "Europe/Paris"
    assert ok(api.http.get(f"/v1/therapists/{client.id}"))["zone"] == "Europe/Rome"
    assert practice.paid(client, other)["status"] == "unconfirmed"
    assert ok(as_therapist.get(f"/v1/therapists/{client.id}/calendar"))["sessions"] == []


def test_what_is_theirs_but_not_their_part_is_not_permitted(api: Api, practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    session = practice.paid(client, therapist)
    path, relationship_id = f"/v1/sessions/{session['session_id']}", session["relationship_id"]
    operator, auditor = practice.somebody(Role.OPERATOR), practice.somebody(Role.AUDITOR)
    answers = [
        client.post(f"{path}/confirm", {}),
        client.post(f"{path}/attendance", {"outcome": "attended"}),
        therapist.asks.post(f"{path}/pay", {}),
        operator.post(f"{path}/confirm", {}),
        operator.post(f"{path}/pay", {}),
        auditor.post(f"{path}/cancel", {"reason": "other"}),
        operator.post("/v1/series", a_series(therapist, "2030-01-07T09:00:00Z")),
        auditor.put(f"{therapist.path}/suspension", {"reason": "complaint"}),
        therapist.asks.put(f"{therapist.path}/suspension", {"reason": "complaint"}),
        auditor.get(f"{therapist.path}/suspension"),
        operator.get(f"/v1/relationships/{relationship_id}/self-booking"),
        therapist.asks.delete(f"{therapist.path}/suspension?reason=resolved"),
        client.put(f"/v1/relationships/{relationship_id}/self-booking", {"open": False}),
        operator.put(f"/v1/relationships/{relationship_id}/self-booking", {"open": False}),
        client.post("/v1/therapists", {"name": "Ben", "zone": "Europe/Paris", "country": "FR"}),
        therapist.asks.post("/v1/clients", {"name": "Ada", "mail": "a@b.example", "zone": "Europe/Paris"}),
        operator.post("/v1/sessions", a_booking(therapist, "2030-01-07T09:00:00Z")),
        api.as_(Person(therapist.asks.person.person_id, Role.CLIENT)).put(f"{therapist.path}/hours", {"weekly": []}),
    ]
    assert [refused(answer) for answer in answers] == [(403, "not-permitted")] * len(answers)


def test_h3_staff_see_a_session_without_what_names_anybody(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    ok(therapist.asks.post(f"{path}/confirm", {}))
    for role in (Role.OPERATOR, Role.AUDITOR):
        seen = practice.somebody(role).get(path)
        assert (ok(seen)["attendees"], ok(seen)["location"]["details"]) == (None, None)
        assert "Ben" not in seen.text
        assert LINK not in seen.text


def test_a14_the_client_sees_the_address_once_the_session_is_confirmed(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    seen = [ok(client.get(path)), ok(therapist.asks.get(path)), ok(therapist.asks.post(f"{path}/confirm", {}))]
    ok(client.get(path))
    after = ok(client.get(path)), ok(client.post(f"{path}/cancel", {"reason": "illness"}))
    assert [session["location"]["details"] for session in seen] == [None, LINK, LINK]
    assert [session["location"]["details"] for session in after] == [LINK, None]


def test_a7_a_therapist_books_only_for_clients_of_theirs_and_by_themselves(practice: Practice) -> None:
    client, therapist, other = practice.client(), practice.therapist(), practice.therapist()
    practice.paid(client, therapist)
    starts_at = practice.openings(other, in_days=9)[0]["starts_at"]
    booking = a_booking(other, starts_at, client_id=client.id, client_agreed=True)
    answers = [
        other.asks.post("/v1/sessions", booking),
        other.asks.post("/v1/sessions", booking | {"client_id": str(new_id())}),
        therapist.asks.post("/v1/sessions", booking),
        practice.client().post("/v1/sessions", booking),
    ]
    assert [refused(answer) for answer in answers] == [(404, "not-there")] * 4
    unsaid = other.asks.post("/v1/sessions", booking | {"client_id": None})
    assert unsaid.json()["errors"] == [{"pointer": "/client_id", "detail": "A therapist says for whom."}]


def test_a7_a_therapist_books_for_a_client_of_theirs_who_agreed(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    practice.paid(client, therapist)
    soon = practice.openings(therapist, in_days=1.1)[0]["starts_at"]
    booking = a_booking(therapist, soon, client_id=client.id)
    assert refused(therapist.asks.post("/v1/sessions", booking)) == (409, "client-agreement-missing")
    answer = therapist.asks.post("/v1/sessions", booking | {"client_agreed": True}, key="once")
    again = therapist.asks.post("/v1/sessions", booking | {"client_agreed": True}, key="once")
    assert (
        ok(answer)["status"],
        ok(answer)["charge_timing"],
        ok(answer)["warnings"],
    ) == ("confirmed", "at_once", ["cannot_be_refunded"])
    assert ok(again)["warnings"] == ["cannot_be_refunded"]
