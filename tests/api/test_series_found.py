"""A series is found again, by its id and by any of its sessions (rule A10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from adapters.ids import new_id
from domain.model import Role
from tests.api.practice import Practice, a_booking, a_series, ok, on, refused
from tests.api.server import Asking


def booked(practice: Practice, client: Asking, **changed: object) -> dict[str, Any]:
    """A series of three sessions that a client booked and paid."""
    therapist = practice.therapist()
    series = ok(client.post("/v1/series", a_series(therapist, on(practice.day(), "12:00"), **changed)))
    practice.api.do_work()
    return series


def test_a10_a_series_is_where_its_booking_said(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    body = a_series(therapist, on(practice.day(), "12:00"))

    first, again = (client.post("/v1/series", body, key="k") for _ in range(2))

    assert [answer.headers["Location"] for answer in (first, again)] == [f"/v1/series/{first.json()['series_id']}"] * 2
    assert ok(client.get(first.headers["Location"])) == ok(first)


def test_a10_a_series_is_read_in_order_as_its_sessions_stand(practice: Practice) -> None:
    client = practice.client()
    series = booked(practice, client)
    second = series["sessions"][1]["session_id"]
    ok(client.post(f"/v1/sessions/{second}/cancel", {"reason": "illness"}))

    seen = ok(client.get(f"/v1/series/{series['series_id']}"))

    assert [one["session_id"] for one in seen["sessions"]] == [one["session_id"] for one in series["sessions"]]
    assert [one["status"] for one in seen["sessions"]] == ["unconfirmed", "cancelled", "unconfirmed"]
    assert (seen["series_id"], seen["warnings"]) == (series["series_id"], [])


def test_a10_each_session_says_which_of_the_series_it_is(practice: Practice) -> None:
    client = practice.client()
    series = booked(practice, client, count=4)

    sessions = [ok(client.get(f"/v1/sessions/{one['session_id']}")) for one in series["sessions"]]

    assert [one["series"] for one in sessions] == [
        {"series_id": series["series_id"], "number": number, "count": 4} for number in (1, 2, 3, 4)
    ]


def test_a10_a_session_that_was_booked_by_itself_is_of_no_series(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()

    session = ok(client.post("/v1/sessions", a_booking(therapist, on(practice.day(), "12:00"))))

    assert session["series"] is None


@pytest.mark.parametrize("role", [Role.CLIENT, Role.THERAPIST])
def test_h3_anothers_series_reads_like_none(practice: Practice, role: Role) -> None:
    series_id = booked(practice, practice.client())["series_id"]
    stranger = practice.client() if role is Role.CLIENT else practice.therapist().asks

    theirs, none = (stranger.get(f"/v1/series/{one}") for one in (series_id, new_id()))

    assert (refused(theirs), theirs.json()) == ((404, "not-there"), none.json())


def test_h3_staff_see_a_series_without_what_names_anybody(practice: Practice) -> None:
    series_id = booked(practice, practice.client())["series_id"]
    for role in (Role.OPERATOR, Role.AUDITOR):
        seen = practice.somebody(role).get(f"/v1/series/{series_id}")
        assert [one["attendees"] for one in ok(seen)["sessions"]] == [None] * 3
        assert "Ben" not in seen.text


def test_an_id_that_is_no_series_is_not_there_whose_ever_it_is(practice: Practice) -> None:
    client = practice.client()
    series = booked(practice, client)
    wrong = [series["sessions"][0]["session_id"], series["sessions"][0]["relationship_id"], client.id]

    answers = [client.get(f"/v1/series/{one}") for one in wrong]

    assert [refused(answer) for answer in answers] == [(404, "not-there")] * 3


def test_k1_the_histories_of_a_series_name_it(practice: Practice) -> None:
    client = practice.client()
    series = booked(practice, client)

    histories = [ok(client.get(f"/v1/sessions/{one['session_id']}/history"))["events"][0] for one in series["sessions"]]

    assert {UUID(one["data"]["series"]["series_id"]) for one in histories} == {UUID(series["series_id"])}
    assert [f"({number} of 3)" in one["words"] for number, one in enumerate(histories, start=1)] == [True] * 3
