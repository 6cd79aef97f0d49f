"""What is sent wrongly is refused with a problem that names it, and changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.model import Role
from tests.api.practice import Practice, a_booking, a_price, ok, refused, stamp
from tests.api.server import Api


def pointers(response: httpx.Response) -> list[str]:
    """Return where a validation found something."""
    assert refused(response) == (422, "validation-failed")
    return [field.get("pointer", field.get("parameter")) for field in response.json()["errors"]]


@pytest.mark.parametrize(
    "starts_at",
    ["2030-01-07T09:00:00", "2030-01-07", 1893488400, "1893488400", "Monday", None, "0001-01-01T00:00:00+23:00"],
    ids=str,
)
def test_a_time_without_its_offset_or_of_another_form_is_refused(practice: Practice, starts_at: Any) -> None:
    therapist, client = practice.therapist(), practice.client()
    answer = client.post("/v1/sessions", a_booking(therapist, starts_at))
    assert pointers(answer) == ["/starts_at"]


def test_a_time_in_the_past_is_refused(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    yesterday = api.service.desk.now() - timedelta(days=1)
    answer = client.post("/v1/sessions", a_booking(therapist, yesterday.isoformat()))
    assert refused(answer) == (422, "in-the-past")


def test_b9_a_time_that_is_not_listed_is_refused_with_the_reason(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    soon = api.service.desk.now() + timedelta(hours=3)
    answer = client.post("/v1/sessions", a_booking(therapist, soon.isoformat()))
    assert refused(answer) == (409, "not-open")
    assert answer.json()["reason"] == "inside_notice"


def test_b12_a_time_that_was_taken_is_refused(practice: Practice) -> None:
    therapist = practice.therapist()
    taken = practice.booked(practice.client(), therapist)
    answer = practice.client().post("/v1/sessions", a_booking(therapist, taken["starts_at"]))
    assert refused(answer) == (409, "slot-taken")


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"attendees": []}, "/attendees"),
        ({"attendees": ["Ben", "Ann\nTom"]}, "/attendees/1"),
        ({"attendees": ["Ben", " "]}, "/attendees/1"),
        ({"attendees": ["x" * 201]}, "/attendees/0"),
        ({"attendees": ["Ben"] * 21}, "/attendees"),
        ({"kind": "crowd"}, "/kind"),
        ({"location_id": "here"}, "/location_id"),
        ({"client_agreed": "yes"}, "/client_agreed"),
        ({"price/free": 0}, "/price~1free"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named_by_its_pointer(practice: Practice, changed: dict[str, Any], where: str) -> None:
    therapist, client = practice.therapist(), practice.client()
    answer = client.post("/v1/sessions", a_booking(therapist, "2030-01-07T09:00:00Z", **changed))
    assert pointers(answer) == [where]


def test_half_a_character_is_not_a_name(practice: Practice) -> None:
    client = practice.client()
    body = json.dumps({"name": "\ud800", "mail": "ben@example.org", "zone": "Europe/Paris"})
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert pointers(client.http.post("/v1/clients", content=body, headers=headers)) == ["/name"]


def test_what_was_sent_is_not_repeated_in_a_refusal(practice: Practice) -> None:
    client = practice.client()
    answer = client.post("/v1/clients", {"name": "Zebedee\n", "mail": "zebedee at home", "zone": "Europe/Paris"})
    assert pointers(answer) == ["/mail"]
    assert "zebedee" not in answer.text.lower()


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("prices", {"prices": [a_price(amount_minor=0)]}, "price-missing"),
        ("prices", {"prices": [a_price(), a_price()]}, "two-of-one-kind"),
        ("prices", {"prices": [a_price(amount_minor=-1)]}, "validation-failed"),
        ("prices", {"prices": [a_price(amount_minor=10**9)]}, "validation-failed"),
        ("prices", {"prices": [a_price(amount_minor=80.0)]}, "validation-failed"),
        ("prices", {"prices": [a_price(currency="pounds")]}, "validation-failed"),
        ("notice", {"notice_hours": 1, "horizon_weeks": 8, "grid_minutes": 30, "gap_minutes": 10}, "validation-failed"),
        ("notice", {"notice_hours": 2, "horizon_weeks": 8, "grid_minutes": 20, "gap_minutes": 10}, "validation-failed"),
        ("notice", {"notice_hours": 2, "horizon_weeks": 8, "grid_minutes": 30, "gap_minutes": 61}, "validation-failed"),
        ("dates/2020-01-01", {"hours": []}, "in-the-past"),
        ("dates/20300101", {"hours": []}, "validation-failed"),
        ("dates/1893456000", {"hours": []}, "validation-failed"),
        ("self-booking", {"open": 1}, "validation-failed"),
    ],
)
def test_a_therapists_own_settings_are_checked(
    practice: Practice, path: str, body: dict[str, Any], problem: str
) -> None:
    therapist = practice.therapist()
    assert refused(therapist.asks.put(f"{therapist.path}/{path}", body)) == (422, problem)


@pytest.mark.parametrize(
    ("ranges", "problem"),
    [
        ([("09:00", "12:00"), ("11:00", "13:00")], "overlapping-ranges"),
        ([("12:00", "09:00")], "reversed-range"),
        ([("09:00", "09:00")], "reversed-range"),
        ([("9:00", "12:00")], "validation-failed"),
        ([("24:00", "24:00")], "validation-failed"),
        ([("09:00", "24:01")], "validation-failed"),
    ],
)
def test_b1_hours_are_ranges_of_one_day_that_do_not_overlap(
    practice: Practice, ranges: list[tuple[str, str]], problem: str
) -> None:
    therapist = practice.therapist()
    place = {"weekday": "monday", "location_ids": [therapist.place]}
    week = [{"from": begins, "until": ends, **place} for begins, ends in ranges]
    answer = therapist.asks.put(f"{therapist.path}/hours", {"weekly": week})
    assert refused(answer) == (422, problem)


def test_a14_hours_at_a_place_where_the_therapist_does_not_work_are_refused(practice: Practice) -> None:
    therapist, elsewhere = practice.therapist(), practice.therapist().place
    hours = {"from": "09:00", "until": "12:00", "location_ids": [therapist.place, elsewhere]}
    answers = [
        therapist.asks.put(f"{therapist.path}/hours", {"weekly": [hours | {"weekday": "monday"}]}),
        therapist.asks.put(f"{therapist.path}/dates/2199-01-01", {"hours": [hours]}),
    ]
    assert [refused(answer) for answer in answers] == [(422, "unknown-location")] * 2


def test_an_unknown_zone_is_refused(practice: Practice) -> None:
    body = {"name": "Ada", "zone": "Europe/Atlantis", "country": "GB"}
    assert refused(practice.somebody(Role.THERAPIST).post("/v1/therapists", body)) == (422, "unknown-zone")


def test_the_same_therapist_with_other_details_is_refused(practice: Practice) -> None:
    body = {"name": "Ada", "zone": "Europe/Paris", "country": "FR"}
    assert refused(practice.therapist().asks.post("/v1/therapists", body)) == (409, "already-there")


def test_a_range_has_a_direction_and_a_length(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    now = api.service.desk.now()
    answers = [
        api.http.get(f"{therapist.path}/openings?kind=individual&from={stamp(now)}&until={stamp(until)}")
        for until in (now, now + timedelta(days=62, seconds=1), now + timedelta(days=62))
    ]
    assert [refused(answer) for answer in answers[:2]] == [(422, "reversed-range"), (422, "range-too-long")]
    assert answers[2].status_code == 200


def test_a_parameter_is_named(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    answer = api.http.get(f"{therapist.path}/openings?kind=crowd&from=2030-01-07T09:00:00")
    assert pointers(answer) == ["kind", "from"]


def test_a_kind_that_is_not_offered_is_refused(api: Api, practice: Practice) -> None:
    answer = api.http.get(f"{practice.therapist().path}/openings?kind=couple")
    assert refused(answer) == (422, "not-offered")


def test_e1_the_first_booking_needs_the_policy_in_its_present_version(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    starts_at = practice.openings(therapist)[0]["starts_at"]
    answers = [
        client.post("/v1/sessions", a_booking(therapist, starts_at, accept_policy=policy)) for policy in (None, "24h-1")
    ]
    assert [refused(answer) for answer in answers] == [(409, "policy-not-accepted")] * 2


def test_e1_a_yes_to_another_version_of_the_policy_is_refused_later_too(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    practice.paid(client, therapist)
    starts_at = practice.openings(therapist, in_days=9)[0]["starts_at"]
    other = client.post("/v1/sessions", a_booking(therapist, starts_at, accept_policy="24h-1"))
    unsaid = client.post("/v1/sessions", a_booking(therapist, starts_at, accept_policy=None))
    assert refused(other) == (409, "policy-not-accepted")
    assert unsaid.status_code == 201


def test_a8_a_client_cannot_settle_a_session_outside(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    starts_at = practice.openings(therapist)[0]["starts_at"]
    answer = client.post("/v1/sessions", a_booking(therapist, starts_at, settlement="free"))
    assert refused(answer) == (422, "settled-by-therapist-only")


def test_a_card_needs_a_setup_of_the_clients_own_that_was_finished(api: Api, practice: Practice) -> None:
    client, other = practice.client(), practice.client()
    unfinished = ok(client.post(f"/v1/clients/{client.id}/card-setups", {}))["setup_id"]
    foreign = ok(other.post(f"/v1/clients/{other.id}/card-setups", {}))["setup_id"]
    api.gateway.finish_card_setup(foreign)
    answers = [
        client.post(f"/v1/clients/{client.id}/cards", {"setup_id": setup_id}) for setup_id in (unfinished, foreign)
    ]
    assert [refused(answer) for answer in answers] == [(422, "unknown-card-setup")] * 2


def test_a_body_that_is_not_json_or_too_large_is_refused(practice: Practice) -> None:
    client = practice.client()
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    broken = client.http.post("/v1/clients", content=b"{", headers=headers)
    large = client.http.post("/v1/clients", content=b" " * 65_537, headers=headers)
    streamed = client.http.post("/v1/clients", content=iter([b" " * 65_537]), headers=headers)
    assert refused(broken) == (422, "validation-failed")
    assert [refused(answer) for answer in (large, streamed)] == [(413, "body-too-large")] * 2
    assert large.headers["x-content-type-options"] == "nosniff"


def test_a_path_or_a_method_that_is_not_there_is_a_problem(api: Api, practice: Practice) -> None:
    path = practice.therapist().path
    assert refused(api.http.get("/v1/nothing")) == (404, "no-such-path")
    assert refused(api.http.get(f"{path}/")) == (404, "no-such-path")
    wrong = api.http.delete(path)
    assert refused(wrong) == (405, "method-not-allowed")
    assert wrong.headers["Allow"] == "GET, HEAD"
    assert api.http.get(f"{path}/hours").headers["Allow"] == "PUT"
