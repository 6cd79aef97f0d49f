"""A field of the diary that is not as it has to be is named with a sentence, and nothing is stored."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from adapters.ids import new_id
from domain.model import Role
from tests.api.practice import Known, Practice, a_notice, a_reservation, a_series, nothing_stored, on, refused

MONDAY = {"weekday": "monday", "from": "09:00", "until": "10:00"}
TIME = "A time of day is written like 09:00."
ONE_OF_TWO = "Say `once` or `weekly`, one of the two."
ONE_NOTICE = "Say `notice_hours` or `next_day_until`, one of the two."
ID = "This has to be an id (a UUID)."
INSTANT = "An instant is written like 2030-01-07T09:00:00Z, with its offset from UTC."
OFFSET = "An instant needs its offset from UTC, such as 2026-12-21T12:00:00Z."
YEAR = "The year has to lie between 2000 and 2199."
WEEKDAY = "This has to be 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday' or 'sunday'."


def said(answer: httpx.Response) -> dict[str, str]:
    """Return what is said of each place; each is a sentence of ours."""
    assert refused(answer) == (422, "validation-failed")
    told = {one.get("pointer", one.get("parameter")): one["detail"] for one in answer.json()["errors"]}
    assert [sentence for sentence in told.values() if not sentence.endswith(".") or "nput should" in sentence] == []
    return told


def release(weekday: str, at: str, weeks_ahead: object) -> dict[str, object]:
    """A release of prime time."""
    return {"weekday": weekday, "at": at, "weeks_ahead": weeks_ahead}


@pytest.mark.parametrize(
    ("what", "body", "where", "sentence"),
    [
        ("notice", a_notice(notice_hours=None), "", ONE_NOTICE),
        ("notice", a_notice(next_day_until="21:00"), "", ONE_NOTICE),
        ("notice", a_notice(notice_hours=None, next_day_until="24:00"), "/next_day_until", TIME),
        ("notice", a_notice(notice_hours=25), "/notice_hours", "This has to be at most 24."),
        ("notice", a_notice(notice_hours=1), "/notice_hours", "This has to be at least 2."),
        ("notice", a_notice(notice_hours=24.0), "/notice_hours", "This has to be a whole number."),
        ("notice", a_notice(horizon_weeks=10**30), "/horizon_weeks", "This has to be at most 52."),
        ("notice", a_notice(grid_minutes=20), "/grid_minutes", "This has to be 15, 30 or 60."),
        ("prime-time", {"ranges": [MONDAY] * 101}, "/ranges", "This list may have at most 100 entries."),
        ("prime-time", {"ranges": [MONDAY | {"weekday": "someday"}]}, "/ranges/0/weekday", WEEKDAY),
        ("prime-time", {"ranges": [], "release": release("monday", "24:00", 1)}, "/release/at", TIME),
        (
            "prime-time",
            {"ranges": [], "release": release("monday", "18:00", -1)},
            "/release/weeks_ahead",
            "This has to be at least 0.",
        ),
        (
            "prime-time",
            {"ranges": [], "release": release("monday", "18:00", 10**30)},
            "/release/weeks_ahead",
            "This has to be at most 52.",
        ),
        ("new-clients", {"accepting": 0}, "/accepting", "This has to be true or false."),
        ("new-clients", {"accepting": False, "contact": "call\x07me"}, "/contact", "This has to be plain text."),
        (
            "new-clients",
            {"accepting": False, "contact": "x" * 501},
            "/contact",
            "This may have at most 500 characters.",
        ),
        ("pause", {"extent": "some"}, "/extent", "This has to be 'new_clients' or 'all_bookings'."),
        ("dates/2030-02-30", {"hours": []}, "day", "There is no such date."),
        ("dates/2300-01-01", {"hours": []}, "day", YEAR),
        (
            "dates/2030-02-20",
            {"hours": [{"from": "09:00", "until": "10:00", "location_ids": []}]},
            "/hours/0/location_ids",
            "This list must not be empty.",
        ),
        ("dates/2030-02-20", {"hours": ["x"]}, "/hours/0", "This has to be a JSON object."),
        ("dates/2030-02-20", {"hours": "x"}, "/hours", "This has to be a list."),
    ],
)
def test_a_field_that_is_not_as_it_has_to_be_is_named_with_a_sentence(
    practice: Practice, what: str, body: dict[str, Any], where: str, sentence: str
) -> None:
    therapist = practice.therapist()

    with nothing_stored(practice):
        answer = therapist.asks.put(f"{therapist.path}/{what}", body)

    assert said(answer) == {where: sentence}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, {"": ONE_OF_TWO}),
        ({"once": None, "weekly": None}, {"": ONE_OF_TWO}),
        (
            {"once": {"starts_at": "2030-01-07T09:00:00Z", "ends_at": "2030-01-07T10:00:00Z"}, "weekly": MONDAY},
            {"": ONE_OF_TWO},
        ),
        (
            {"once": {"starts_at": "2030-01-07T09:00:00", "ends_at": "2030-01-07T10:00"}},
            {"/once/starts_at": OFFSET, "/once/ends_at": INSTANT},
        ),
        ({"once": {"starts_at": 10**30, "ends_at": -1}}, {"/once/starts_at": INSTANT, "/once/ends_at": INSTANT}),
        (
            {"once": {"starts_at": "0001-01-01T00:00:00Z", "ends_at": "9999-12-31T23:59:59Z"}},
            {"/once/starts_at": YEAR, "/once/ends_at": YEAR},
        ),
        (
            {"once": {"starts_at": "2030-02-30T09:00:00Z", "ends_at": "2030-03-01T09:00:00Z"}},
            {"/once/starts_at": "There is no such date or time of day."},
        ),
        ({"weekly": MONDAY | {"weekday": "Monday"}}, {"/weekly/weekday": WEEKDAY}),
        ({"weekly": MONDAY | {"from": "24:00"}}, {"/weekly/from": TIME}),
        ({"weekly": "always"}, {"/weekly": "This has to be a JSON object."}),
        ({"weekly": MONDAY, "cause": "manual"}, {"/cause": "There is no such field."}),
    ],
    ids=str,
)
def test_b3_a_block_of_another_form_is_refused_with_a_sentence(
    practice: Practice, body: dict[str, Any], told: dict[str, str]
) -> None:
    therapist = practice.therapist()

    with nothing_stored(practice):
        answer = therapist.asks.post(f"{therapist.path}/blocks", body)

    assert said(answer) == told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"relationship_id": "me"}, {"/relationship_id": ID}),
        ({"location_id": 7}, {"/location_id": ID}),
        ({"weekday": "someday"}, {"/weekday": WEEKDAY}),
        ({"at": "24:00"}, {"/at": TIME}),
        ({"anchor": "20300107"}, {"/anchor": "A day is written like 2030-01-07."}),
        ({"anchor": "2030-02-30"}, {"/anchor": "There is no such date."}),
        ({"anchor": "2200-01-01"}, {"/anchor": YEAR}),
        ({"duration_minutes": 0}, {"/duration_minutes": "This has to be at least 1."}),
        ({"duration_minutes": 10**30}, {"/duration_minutes": "This has to be at most 720."}),
        ({"interval_weeks": True}, {"/interval_weeks": "This has to be a whole number."}),
    ],
    ids=str,
)
def test_b5_a_reservation_of_another_form_is_refused_with_a_sentence(
    practice: Practice, changed: dict[str, Any], told: dict[str, str]
) -> None:
    therapist, day = practice.therapist(), practice.day()
    body = a_reservation(therapist, Known(therapist.asks, str(new_id())), day, **changed)

    with nothing_stored(practice):
        answer = therapist.asks.post(f"{therapist.path}/reserved-slots", body)

    assert said(answer) == told


def test_an_id_in_a_path_that_is_none_is_refused(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    asks, path = therapist.asks, therapist.path
    answers = {
        "block_id": asks.delete(f"{path}/blocks/lunch"),
        "series_id": asks.get("/v1/series/mine"),
        "reserved_slot_id": asks.delete(f"{path}/reserved-slots/tuesday"),
        "relationship_id": asks.put("/v1/relationships/ben/self-booking", {"open": True}),
        "therapist_id": operator.put("/v1/therapists/ada/suspension", {"reason": "complaint"}),
    }
    assert {name: said(answer) for name, answer in answers.items()} == {name: {name: ID} for name in answers}


@pytest.mark.parametrize("count", [None, "3", 3.0])
def test_a10_a_count_is_a_whole_number(practice: Practice, count: object) -> None:
    therapist, client = practice.therapist(), practice.client()
    answer = client.post("/v1/series", a_series(therapist, on(practice.day(), "12:00"), count=count))
    assert said(answer) == {"/count": "This has to be a whole number."}
