"""Calendars, the dashboard and histories: read after one's own writes, names joined, in words."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from adapters.bootstrap import Service
from adapters.clock import machine_now
from adapters.ids import new_id
from adapters.tokens import DevelopmentIssuer
from api import calendars
from api.app import create_app
from api.positions import decode, encode
from domain.model import Role
from tests.api.practice import Practice, a_booking, ok, refused, stamp
from tests.api.server import Api, Asking, asking, served


def test_a_view_read_with_the_position_of_a_command_shows_it(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client(name="Ann Field")
    opening = practice.openings(therapist)[0]
    booked = client.post("/v1/sessions", a_booking(therapist, opening["starts_at"]))
    position = booked.headers["Event-Position"]
    theirs = ok(therapist.asks.get(f"{therapist.path}/calendar", min_position=position))
    own = ok(client.get(f"/v1/clients/{client.id}/calendar", min_position=position))
    assert [(row["client_name"], row["status"]) for row in theirs["sessions"]] == [("Ann Field", "being_booked")]
    assert [("Ada Lake", opening["starts_at"])] == [
        (row["therapist_name"], row["starts_at"]) for row in own["sessions"]
    ]
    assert (theirs["zone"], own["zone"], own["more"]) == ("Europe/London", "Europe/Paris", False)


def test_a_calendar_shows_what_touches_its_range(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    session = practice.paid(client, therapist)
    path = f"{therapist.path}/calendar"
    ranges = [("starts_at", 0, 1), ("ends_at", -1, 0), ("ends_at", 0, 1), ("starts_at", -1, 0)]
    shown = [ok(therapist.asks.get(f"{path}?{_minutes_around(session, *one)}"))["sessions"] for one in ranges]
    assert [len(rows) for rows in shown] == [1, 1, 0, 0]


def test_a_calendar_says_that_there_is_more_than_it_shows(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    therapist, client = practice.therapist(), practice.client()
    practice.paid(client, therapist)
    both = [(therapist.asks, f"{therapist.path}/calendar"), (client, f"/v1/clients/{client.id}/calendar")]
    monkeypatch.setattr(calendars, "CALENDAR_LIMIT", 1)
    fitting = [ok(asks.get(path)) for asks, path in both]
    practice.paid(client, therapist)
    cut = [ok(asks.get(path)) for asks, path in both]
    assert [(len(answer["sessions"]), answer["more"]) for answer in fitting] == [(1, False)] * 2
    assert [(len(answer["sessions"]), answer["more"]) for answer in cut] == [(1, True)] * 2


def _minutes_around(session: dict[str, Any], end: str, since: int, until: int) -> str:
    at = datetime.fromisoformat(session[end])
    return f"from={stamp(at + timedelta(minutes=since))}&until={stamp(at + timedelta(minutes=until))}"


def test_c1_the_dashboard_lists_what_waits(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    api.gateway.refuse_cards = "card_declined"
    failed = practice.paid(client, therapist, in_days=9)
    api.gateway.refuse_cards = None
    unconfirmed, upcoming = practice.paid(client, therapist), practice.paid(client, therapist)
    confirmed = therapist.asks.post(f"/v1/sessions/{upcoming['session_id']}/confirm", {})
    position = confirmed.headers["Event-Position"]
    board = ok(therapist.asks.get(f"{therapist.path}/dashboard", min_position=position))
    names = ("unconfirmed", "awaiting_updates", "upcoming", "needs_attention")
    assert [board[name]["count"] for name in names] == [1, 0, 1, 1]
    row = board["unconfirmed"]["sessions"][0]
    assert (unconfirmed["session_id"], "Ben Brook", ["Ben Brook"]) == (
        row["session_id"],
        row["client_name"],
        row["attendees"],
    )
    assert row["charge"] == {"state": "charged", "charged_minor": 8000, "refunded_minor": 0, "failure": None}
    assert (unconfirmed["notice_deadline"], unconfirmed["price"]) == (row["notice_deadline"], row["price"])
    attention = board["needs_attention"]["sessions"][0]
    assert (failed["session_id"], "failed", "card_declined") == (
        attention["session_id"],
        attention["charge"]["state"],
        attention["charge"]["failure"],
    )


def test_k1_a_history_tells_who_did_what_in_words(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}"
    ok(client.post(f"{path}/cancel", {"reason": "illness"}))
    api.do_work()
    events = ok(client.get(f"{path}/history"))["events"]
    told = {event["name"]: event["words"] for event in events}
    assert told["session.charged"] == "GBP 80.00 was charged."
    assert (
        (told["session.cancelled"])
        == "The session was cancelled by the client: illness; the client has everything back (E2)."
    )
    assert "(Europe/London)" in told["session.booked"]
    assert ("client", client.id) == (events[0]["actor"]["role"], events[0]["actor"]["person_id"])
    assert (events[-1]["actor"]["role"], events[-1]["actor"]["person_id"]) == ("system", None)
    assert "card_ref" not in {key for event in events for key in event["data"]}


def _names(history: dict[str, Any]) -> list[tuple[str, str]]:
    return [(event["name"], event["words"]) for event in history["events"]]


def test_k1_what_a_therapist_books_is_on_the_clients_behalf(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    practice.paid(client, therapist)
    slot = practice.openings(therapist, in_days=9)[0]["starts_at"]
    body = a_booking(therapist, slot, client_id=client.id, client_agreed=True)
    follow_up = ok(therapist.asks.post("/v1/sessions", body))
    api.catch_up()

    events = ok(client.get(f"/v1/sessions/{follow_up['session_id']}/history"))["events"]

    assert {event["actor"]["on_behalf_of"] for event in events} == {client.id}


def test_h3_the_references_of_the_provider_are_for_the_staff(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}/history"
    api.catch_up()

    def told(reader: Asking) -> set[str]:
        return {key for event in ok(reader.get(path))["events"] for key in event["data"]}

    references = {"intent_id", "card_ref", "charge_ref"}
    assert references & told(practice.somebody(Role.AUDITOR)) == references
    assert references & (told(client) | told(therapist.asks)) == set()


def test_k2_an_auditor_and_both_sides_read_the_same_history(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    session = practice.paid(client, therapist)
    api.catch_up()
    readers = [client, therapist.asks, practice.somebody(Role.AUDITOR), practice.somebody(Role.OPERATOR)]
    for subject in (f"sessions/{session['session_id']}", f"relationships/{session['relationship_id']}"):
        answers = [ok(reader.get(f"/v1/{subject}/history")) for reader in readers]
        assert [_names(answer) for answer in answers[1:]] == [_names(answer) for answer in answers[:-1]]
        assert "Ben" not in str(answers)
    assert [e["name"] for e in answers[0]["events"]] == ["relationship.opened", "relationship.terms_accepted"]


def test_a_history_is_read_page_by_page(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}/history"
    api.catch_up()
    whole = ok(client.get(path))
    pages: list[dict[str, Any]] = []
    cursor = ""
    while not pages or pages[-1]["next"]:
        pages.append(ok(client.get(f"{path}?limit=2{cursor}")))
        cursor = f"&cursor={pages[-1]['next']}"
    assert whole["next"] is None
    assert whole["events"] == [event for page in pages for event in page["events"]]
    positions = [decode(event["position"]) or 0 for event in whole["events"]]
    assert all(before < after for before, after in pairwise(positions))


@pytest.mark.parametrize("text", ["x", "AAAAAAAAAA", "AAAAAAAAAAAA", "_________98", "AAAAAAAAAA=", "AAAAAAAAAAB", "é"])
def test_a_position_or_cursor_that_was_never_answered_is_refused(practice: Practice, text: str) -> None:
    therapist, client = practice.therapist(), practice.client()
    path = f"/v1/sessions/{practice.booked(client, therapist)['session_id']}/history"
    position = client.http.get(path, headers={b"Min-Position": text.encode()})
    assert refused(position) == (400, "position-malformed")
    assert refused(client.get(f"{path}?cursor={text}")) == (400, "cursor-malformed")
    assert refused(client.get(f"{path}?limit=201")) == (422, "validation-failed")


@pytest.mark.parametrize("path", ["therapists/{0}/calendar", "sessions/{0}/history"])
def test_nobody_waits_for_a_view_without_a_token(api: Api, path: str) -> None:
    answer = api.http.get(f"/v1/{path.format(new_id())}", headers={"Min-Position": "nonsense"})
    assert refused(answer) == (401, "not-authenticated")


def test_positions_come_back_as_they_went() -> None:
    positions = [0, 1, 1 << 20, (1 << 63) - 1]
    assert positions == [decode(encode(position)) for position in positions]


def test_a_view_that_stays_behind_says_so_after_two_seconds(service: Service) -> None:
    person = new_id()
    secret = service.settings.required("token_secret").get_secret_value().encode()
    token = DevelopmentIssuer(secret).issue(person, Role.THERAPIST, now=machine_now(), lifetime=timedelta(hours=1))
    joining = {"name": "Ada", "zone": "Europe/London", "country": "GB"}
    with served(create_app(service)) as url, asking(url, {"Authorization": f"Bearer {token}"}) as http:
        joined = http.post("/v1/therapists", json=joining, headers={"Idempotency-Key": "k"})
        began = time.monotonic()
        answer = http.get(
            f"/v1/therapists/{person}/dashboard", headers={"Min-Position": joined.headers["Event-Position"]}
        )
        waited_seconds = time.monotonic() - began
        unasked = http.get(f"/v1/therapists/{person}/dashboard")
    assert refused(answer) == (503, "projection-behind")
    assert answer.headers["Retry-After"] == "1"
    assert waited_seconds >= 2
    assert unasked.status_code == 200


def test_a1_an_opening_shows_place_price_and_notice_deadline(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    opening = practice.openings(therapist)[0]
    place = {"location_id": therapist.place, "medium": "video"}
    assert ([place], {"amount_minor": 8000, "currency": "GBP"}) == (opening["locations"], opening["price"])
    assert opening["notice_deadline"] < opening["starts_at"] < opening["ends_at"]
    usual = ok(api.http.get(f"{therapist.path}/openings?kind=individual"))
    assert (usual["zone"], usual["kind"]) == ("Europe/London", "individual")
    assert len(usual["openings"]) > 1000


def test_b1_a_closed_date_and_a_location_that_was_left_are_not_open(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    asks, path = therapist.asks, therapist.path
    day = practice.openings(therapist, in_days=6)[0]["starts_at"][:10]
    hours = [{"from": "18:00", "until": "20:00", "location_ids": [therapist.place]}]

    def open_that_day() -> int:
        query = f"kind=individual&from={day}T03:00:00Z&until={day}T22:00:00Z"
        return len(ok(api.http.get(f"{path}/openings?{query}"))["openings"])

    counts = [open_that_day()]
    for setting, body in [
        (f"dates/{day}", {"hours": []}),
        ("hours", {"weekly": []}),
        (f"dates/{day}", {"hours": hours}),
        ("locations", {"locations": []}),
    ]:
        ok(asks.put(f"{path}/{setting}", body))
        counts.append(open_that_day())
    assert counts == [38, 0, 0, 3, 0]
