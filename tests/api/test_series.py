"""Series over HTTP: all of the dates or none, and every date that clashes is named (rule A10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import httpx
import pytest

from tests.api.practice import Practice, Therapist, a_series, every, nothing_stored, ok, on, once, refused
from tests.api.server import Asking

REPLAYED = "Idempotency-Replayed"


def dates(first: date, *, count: int, weeks: int = 1) -> list[date]:
    """Return the dates of a series."""
    return [first + timedelta(weeks=weeks * n) for n in range(count)]


def by_therapist(therapist: Therapist, client: Asking, starts_at: str, **changed: object) -> httpx.Response:
    """Ask for a series in the therapist's name, which the client agreed to."""
    series = a_series(therapist, starts_at, client_id=client.id) | {"client_agreed": True} | changed
    return therapist.asks.post("/v1/series", series)


def test_a10_a_client_books_a_series_and_pays_the_first_now_and_the_rest_each_at_its_deadline(
    practice: Practice,
) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()

    answer = client.post("/v1/series", a_series(therapist, on(day, "12:00")))

    series = ok(answer)
    sessions = series["sessions"]
    assert (answer.status_code, series["warnings"]) == (201, [])
    assert [one["starts_at"] for one in sessions] == [on(one, "12:00") for one in dates(day, count=3)]
    assert [one["initial"] for one in sessions] == [True, False, False]
    timings = [one["charge_timing"] for one in sessions]
    assert timings == ["at_booking", "at_notice_deadline", "at_notice_deadline"]
    assert {one["status"] for one in sessions} == {"being_booked"}
    assert [one["charge_at"] for one in sessions[1:]] == [_just_after(one["notice_deadline"]) for one in sessions[1:]]
    assert len({one["checkout_ends_at"] for one in sessions}) == 1


def _just_after(deadline: str) -> str:
    return f"{datetime.fromisoformat(deadline) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


def test_a5_a_series_is_placed_as_one_when_its_first_session_is_paid(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    series = ok(client.post("/v1/series", a_series(therapist, on(day, "12:00"))))

    practice.api.do_work()

    seen = [ok(client.get(f"/v1/sessions/{one['session_id']}")) for one in series["sessions"]]
    assert [one["status"] for one in seen] == ["unconfirmed"] * 3
    assert [one["charged_minor"] for one in seen] == [8000, 0, 0]


def test_a10_every_other_week_is_every_other_week(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()

    series = ok(client.post("/v1/series", a_series(therapist, on(day, "12:00"), interval_weeks=2)))

    starts = [one["starts_at"] for one in series["sessions"]]
    assert starts == [on(one, "12:00") for one in dates(day, count=3, weeks=2)]


def test_a10_a_therapist_books_a_series_that_stands_at_once(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)

    sessions = ok(by_therapist(therapist, known.asks, on(day, "12:00")))["sessions"]

    assert [(one["status"], one["charge_timing"]) for one in sessions] == [("confirmed", "at_notice_deadline")] * 3


def test_b13_a_therapist_is_told_of_each_date_what_they_should_know(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, week = practice.known(therapist), timedelta(weeks=1)
    ok(therapist.asks.put(f"{therapist.path}/dates/{day + week}", {"hours": []}))
    ok(therapist.asks.post(f"{therapist.path}/blocks", {"once": once(day + 2 * week, "12:30", "13:00")}))

    series = ok(by_therapist(therapist, known.asks, on(day, "12:00"), count=4))

    assert series["warnings"] == [
        {"day": (day + week).isoformat(), "starts_at": on(day + week, "12:00"), "warnings": ["not_a_working_time"]},
        {"day": (day + 2 * week).isoformat(), "starts_at": on(day + 2 * week, "12:00"), "warnings": ["blocked"]},
    ]


def test_e5_what_cannot_be_refunded_is_said_again_when_the_series_is_asked_for_again(practice: Practice) -> None:
    therapist, tomorrow = practice.therapist(), practice.day(in_days=1)
    known = practice.known(therapist)
    series = a_series(therapist, on(tomorrow, "23:00"), client_id=known.id, client_agreed=True)

    first, again = (therapist.asks.post("/v1/series", series, key="k") for _ in range(2))

    assert [one["warnings"] for one in ok(first)["warnings"]] == [["cannot_be_refunded"]]
    assert again.json() == first.json()


def test_a10_all_dates_that_clash_are_named_with_their_reasons(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    second, third, fourth, fifth = dates(day, count=5)[1:]
    other = practice.known(therapist)
    practice.placed(other.asks, therapist, on(second, "12:30"))
    ok(therapist.asks.post(f"{therapist.path}/blocks", {"once": once(third, "12:00", "13:00")}))
    ok(practice.asks_for(client, practice.therapist(), on(fourth, "12:00")))
    ok(therapist.asks.put(f"{therapist.path}/dates/{fifth}", {"hours": []}))

    answer = client.post("/v1/series", a_series(therapist, on(day, "12:00"), count=5))

    problem = answer.json()
    assert refused(answer) == (409, "series-clashes")
    assert problem["detail"] == "4 dates of the series cannot be booked, so none was."
    assert problem["clashes"] == [
        {"day": one.isoformat(), "starts_at": on(one, "12:00"), "reason": reason, "sentence": sentence}
        for one, reason, sentence in [
            (second, "overlaps", "That time is taken."),
            (third, "blocked", "This therapist is not available at that time."),
            (fourth, "client_busy", "The client has another session at that time."),
            (fifth, "not_a_working_time", "This therapist does not begin a session there at that time."),
        ]
    ]


def test_a10_after_a_refusal_nothing_is_stored_not_even_a_relationship(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    ok(therapist.asks.post(f"{therapist.path}/blocks", {"once": once(day + timedelta(weeks=2), "12:00", "13:00")}))
    before = practice.open_on(day, therapist)

    with nothing_stored(practice):
        answer = client.post("/v1/series", a_series(therapist, on(day, "12:00")))

    as_if_unknown = by_therapist(therapist, client, on(day, "12:00"))
    assert answer.json()["detail"] == "1 date of the series cannot be booked, so none was."
    assert refused(as_if_unknown) == (404, "not-there")
    assert practice.open_on(day, therapist) == before
    assert ok(client.get(f"/v1/clients/{client.id}/calendar"))["sessions"] == []


def test_a10_a_therapist_is_bound_by_claims_alone_and_told_no_more_than_that(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known, other = practice.known(therapist), practice.known(therapist)
    second, third = dates(day, count=3)[1:]
    practice.placed(other.asks, therapist, on(second, "12:50"))
    ok(practice.asks_for(known.asks, practice.therapist(), on(third, "12:00")))

    answer = by_therapist(therapist, known.asks, on(day, "12:00"))

    assert refused(answer) == (409, "series-clashes")
    assert [(one["day"], one["reason"]) for one in answer.json()["clashes"]] == [
        (second.isoformat(), "overlaps"),
        (third.isoformat(), "client_busy"),
    ]


def test_b11_a_series_with_a_paused_therapist_names_the_pause(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "all_bookings"}))

    answer = client.post("/v1/series", a_series(therapist, on(day, "12:00")))

    assert refused(answer) == (409, "not-open")
    assert answer.json()["reason"] == "paused"


def test_a10_a_series_asked_for_again_is_the_same_series_as_it_stands(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    body = a_series(therapist, on(day, "12:00"))
    first = client.post("/v1/series", body, key="k")
    practice.api.do_work()

    again = client.post("/v1/series", body, key="k")
    other = client.post("/v1/series", body | {"count": 4}, key="k")

    ids = [[one["session_id"] for one in ok(answer)["sessions"]] for answer in (first, again)]
    assert (again.status_code, again.headers[REPLAYED], ids[0]) == (201, "true", ids[1])
    assert {one["status"] for one in ok(again)["sessions"]} == {"unconfirmed"}
    assert again.headers["Event-Position"] == first.headers["Event-Position"]
    assert refused(other) == (422, "request-differs")
    assert len(ok(client.get(f"/v1/clients/{client.id}/calendar"))["sessions"]) == 3


@pytest.mark.parametrize("count", [1, 0, -1, 53, 10**30])
def test_a10_a_series_has_2_to_52_sessions(practice: Practice, count: int) -> None:
    therapist, client = practice.therapist(), practice.client()

    answer = client.post("/v1/series", a_series(therapist, on(practice.day(), "12:00"), count=count))

    assert refused(answer) == (422, "validation-failed")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/count"]


@pytest.mark.parametrize("interval_weeks", [0, 3, -1, 10**30])
def test_a10_the_sessions_of_a_series_are_one_or_two_weeks_apart(practice: Practice, interval_weeks: int) -> None:
    therapist, client = practice.therapist(), practice.client()

    answer = client.post("/v1/series", a_series(therapist, on(practice.day(), "12:00"), interval_weeks=interval_weeks))

    assert refused(answer) == (422, "series-out-of-range")
    assert answer.json()["detail"] == "A series has 2 to 52 sessions, one every week or one every other week."


def test_a10_a_therapist_may_book_a_whole_year(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)

    series = ok(by_therapist(therapist, known.asks, on(day, "12:00"), count=52))

    starts = [one["starts_at"] for one in series["sessions"]]
    assert starts == [on(one, "12:00") for one in dates(day, count=52)]


def test_b10_a_date_whose_time_the_clocks_skip_is_a_clash(practice: Practice) -> None:
    therapist, skipping = practice.therapist(), practice.change_of_the_clocks()
    known, first = practice.known(therapist), skipping - timedelta(weeks=2)

    answer = by_therapist(therapist, known.asks, on(first, "01:30"), count=5)

    assert refused(answer) == (409, "series-clashes")
    assert answer.json()["clashes"] == [
        {
            "day": skipping.isoformat(),
            "starts_at": None,
            "reason": "clock_change_gap",
            "sentence": "The clocks skip that time on that date.",
        }
    ]


def test_b10_a_series_keeps_its_time_of_day_when_the_clocks_change(practice: Practice) -> None:
    therapist, skipping = practice.therapist(), practice.change_of_the_clocks()
    known, first = practice.known(therapist), skipping - timedelta(weeks=1)

    sessions = ok(by_therapist(therapist, known.asks, on(first, "12:00")))["sessions"]

    assert [one["starts_at"][11:16] for one in sessions] == ["12:00", "11:00", "11:00"]


def test_g5_a_client_who_is_to_call_books_no_series(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    ok(therapist.asks.put(f"/v1/relationships/{known.relationship_id}/self-booking", {"open": False}))

    answer = known.asks.post("/v1/series", a_series(therapist, on(day, "12:00")))

    assert refused(answer) == (409, "not-open")
    assert answer.json()["reason"] == "self_booking_revoked"


def test_b4_a_series_of_a_client_keeps_out_of_prime_time(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    ok(therapist.asks.put(f"{therapist.path}/prime-time", {"ranges": [every(day, "12:00", "13:00")]}))

    answer = client.post("/v1/series", a_series(therapist, on(day, "12:00")))

    assert [one["reason"] for one in answer.json()["clashes"]] == ["prime_time"] * 3


def test_a7_a_series_for_a_client_who_did_not_agree_or_is_nobodys_is_refused(practice: Practice) -> None:
    therapist, stranger, day = practice.therapist(), practice.client(), practice.day()
    known = practice.known(therapist)

    unagreed = by_therapist(therapist, known.asks, on(day, "12:00"), client_agreed=False)
    for_a_stranger = by_therapist(therapist, stranger, on(day, "12:00"))

    assert refused(unagreed) == (409, "client-agreement-missing")
    assert refused(for_a_stranger) == (404, "not-there")
