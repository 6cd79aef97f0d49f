"""A diary as its therapist keeps it: what is set is what is read, and what it clashes with is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.practice import Practice, Therapist, a_notice, every, ok, on, refused, weekday

LUNCH = ("12:00", "13:00")


def diary_of(therapist: Therapist) -> dict[str, Any]:
    """Return the diary as it stands."""
    return ok(therapist.asks.get(f"{therapist.path}/diary"))


def put(therapist: Therapist, what: str, body: object) -> dict[str, Any]:
    """Set something in the diary and return it as it stands after that."""
    return ok(therapist.asks.put(f"{therapist.path}/{what}", body))


def test_b7_the_contact_text_stands_in_the_diary_while_everybody_can_book(practice: Practice) -> None:
    therapist = practice.therapist()

    ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": True, "contact": "Call my office."}))

    assert diary_of(therapist)["contact"] == "Call my office."
    assert ok(practice.api.http.get(therapist.path))["contact"] is None


def test_b3_blocks_are_told_in_the_order_of_time(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    times = (("14:00", "15:00"), ("10:00", "11:00"))
    later, sooner = ({"once": {"starts_at": on(day, begin), "ends_at": on(day, end)}} for begin, end in times)

    for block in (later, sooner, {"weekly": {"weekday": "tuesday", "from": "12:00", "until": "13:00"}}):
        ok(therapist.asks.post(f"{therapist.path}/blocks", block))

    told = diary_of(therapist)["blocks"]
    assert [one["weekly"] is not None for one in told] == [True, False, False]
    assert told[1]["once"]["starts_at"] < told[2]["once"]["starts_at"]


def test_b6_a_new_diary_has_nothing_in_it_and_self_booking_is_closed(practice: Practice) -> None:
    therapist = practice.a_newcomer()

    diary = diary_of(therapist)

    assert diary == {
        "zone": "Europe/London",
        "self_booking": False,
        "accepting_new_clients": True,
        "paused": None,
        "suspended": False,
        "contact": None,
        "notice": a_notice(),
        "weekly": [],
        "dates": [],
        "blocks": [],
        "prime_time": {"ranges": [], "release": None},
        "reserved_slots": [],
    }


@pytest.mark.parametrize(
    ("what", "body", "where"),
    [
        ("notice", a_notice(notice_hours=2, horizon_weeks=52, grid_minutes=60, gap_minutes=0), "notice"),
        ("notice", a_notice(notice_hours=None, next_day_until="21:00", grid_minutes=15), "notice"),
        ("prime-time", {"ranges": [], "release": None}, "prime_time"),
        (
            "prime-time",
            {
                "ranges": [{"weekday": "monday", "from": "17:30", "until": "24:00"}],
                "release": {"weekday": "friday", "at": "18:00", "weeks_ahead": 1},
            },
            "prime_time",
        ),
    ],
    ids=["hours of notice", "the day before", "no prime time", "prime time"],
)
def test_what_is_set_is_what_is_read(practice: Practice, what: str, body: dict[str, Any], where: str) -> None:
    therapist = practice.therapist()

    answered = put(therapist, what, body)

    assert answered == diary_of(therapist)
    assert answered[where] == body


def test_b1_the_week_is_read_in_order_and_replaces_the_one_before(practice: Practice) -> None:
    therapist = practice.therapist()
    evening, morning, monday = (
        {"weekday": day, "from": begins, "until": ends, "location_ids": [therapist.place]}
        for day, begins, ends in [
            ("friday", "18:00", "24:00"),
            ("friday", "09:00", "12:30"),
            ("monday", "00:00", "01:00"),
        ]
    )

    answered = put(therapist, "hours", {"weekly": [evening, morning, monday]})

    assert answered["weekly"] == diary_of(therapist)["weekly"] == [monday, morning, evening]
    assert (answered["clashes"], answered["clash_count"]) == ([], 0)


def test_b1_dates_are_read_until_they_are_over(practice: Practice) -> None:
    therapist, day = practice.a_newcomer(), practice.day()
    evening = {"from": "18:00", "until": "20:00", "location_ids": [therapist.place]}
    put(therapist, f"dates/{day}", {"hours": [evening]})
    put(therapist, f"dates/{day + timedelta(days=1)}", {"hours": []})
    before = diary_of(therapist)["dates"]

    practice.api.advance(timedelta(days=11))

    assert before == [
        {"day": day.isoformat(), "closed": False, "hours": [evening]},
        {"day": (day + timedelta(days=1)).isoformat(), "closed": True, "hours": []},
    ]
    assert diary_of(therapist)["dates"] == before[1:]


def test_b1_a_date_is_as_the_week_says_again(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    next_day, evening = day + timedelta(days=1), {"from": "18:00", "until": "20:00", "location_ids": [therapist.place]}
    put(therapist, "hours", {"weekly": [every(day, "09:00", "12:00") | {"location_ids": [therapist.place]}]})
    before = [practice.open_on(one, therapist) for one in (day, next_day)]
    put(therapist, f"dates/{day}", {"hours": []})
    put(therapist, f"dates/{next_day}", {"hours": [evening]})
    meanwhile = [practice.open_on(one, therapist) for one in (day, next_day)]

    answers = [therapist.asks.delete(f"{therapist.path}/dates/{one}") for one in (day, next_day, next_day)]

    assert [len(ok(answer)["dates"]) for answer in answers] == [1, 0, 0]
    assert ["Event-Position" in answer.headers for answer in answers] == [True, True, False]
    assert [bool(one) for one in meanwhile] == [False, True]
    assert [practice.open_on(one, therapist) for one in (day, next_day)] == before


def test_b1_a_date_that_loses_its_own_hours_tells_the_sessions_in_them(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    put(therapist, "hours", {"weekly": []})
    put(
        therapist,
        f"dates/{day}",
        {"hours": [{"from": "18:00", "until": "20:00", "location_ids": [therapist.place]}]},
    )
    session = practice.placed(client.asks, therapist, on(day, "18:00"))

    answered = ok(therapist.asks.delete(f"{therapist.path}/dates/{day}"))

    assert [one["session_id"] for one in answered["clashes"]] == [session["session_id"]]


def test_b1_a_date_that_is_over_stays_as_it_was(practice: Practice) -> None:
    therapist = practice.therapist()
    answer = therapist.asks.delete(f"{therapist.path}/dates/{practice.day(in_days=-1)}")
    assert refused(answer) == (422, "in-the-past")


def test_a_change_tells_its_position_and_asked_twice_it_is_nothing(practice: Practice) -> None:
    therapist = practice.therapist()
    bodies = {"notice": a_notice(gap_minutes=0), "prime-time": {"ranges": []}, "self-booking": {"open": False}}
    bodies |= {f"dates/{practice.day()}": {"hours": []}, "hours": {"weekly": []}}

    first = {what: therapist.asks.put(f"{therapist.path}/{what}", body) for what, body in bodies.items()}
    again = {what: therapist.asks.put(f"{therapist.path}/{what}", body) for what, body in bodies.items()}

    changed = {what for what, answer in first.items() if "Event-Position" in answer.headers}
    assert changed == set(bodies) - {"prime-time"}
    assert [what for what, answer in again.items() if "Event-Position" in answer.headers] == []


def test_b1_a_closed_date_leaves_its_sessions_and_tells_of_them_with_what_can_be_done(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist, name="Ann Field")
    session = practice.placed(client.asks, therapist, on(day, "09:00"))

    answered = put(therapist, f"dates/{day}", {"hours": []})

    cancel = {
        "choice": "cancel",
        "method": "POST",
        "path": f"/v1/sessions/{session['session_id']}/cancel",
        "body": {"reason": "not_available"},
    }
    assert answered["clash_count"] == 1
    assert answered["clashes"] == [
        {
            "session_id": session["session_id"],
            "client_id": client.id,
            "client_name": "Ann Field",
            "starts_at": on(day, "09:00"),
            "ends_at": on(day, "09:50"),
            "status": "confirmed",
            "choices": [cancel, {"choice": "keep", "method": None, "path": None, "body": None}],
        }
    ]
    assert ok(client.asks.get(f"/v1/sessions/{session['session_id']}"))["status"] == "confirmed"


def test_b3_what_a_clash_offers_is_a_request_that_can_be_sent_as_it_is(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    practice.placed(client.asks, therapist, on(day, "09:00"))
    (clash,) = put(therapist, f"dates/{day}", {"hours": []})["clashes"]

    cancel, keep = clash["choices"]
    answer = ok(therapist.asks.post(cancel["path"], cancel["body"]))

    assert (answer["status"], answer["cancelled"]["entitlement"]) == ("cancelled", "all")
    assert (cancel["method"], keep["method"]) == ("POST", None)


def test_b1_hours_that_change_clash_with_what_no_longer_fits_and_with_nothing_else(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    sessions = [practice.placed(client.asks, therapist, on(day, clock)) for clock in ("09:00", "10:00", "17:00")]
    working = {"weekday": weekday(day), "from": "09:30", "until": "17:50", "location_ids": [therapist.place]}

    first = put(therapist, "hours", {"weekly": [working]})
    again = put(therapist, "hours", {"weekly": []})

    assert [clash["session_id"] for clash in first["clashes"]] == [sessions[0]["session_id"]]
    assert [clash["session_id"] for clash in again["clashes"]] == [one["session_id"] for one in sessions[1:]]


def test_b3_a_cancelled_session_clashes_with_nothing(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    session = practice.placed(client.asks, therapist, on(day, "09:00"))
    ok(therapist.asks.post(f"/v1/sessions/{session['session_id']}/cancel", {"reason": "illness"}))

    answered = put(therapist, f"dates/{day}", {"hours": []})

    assert (answered["clashes"], answered["clash_count"]) == ([], 0)


def test_b2_clients_book_for_the_next_day_until_the_time_that_was_named(practice: Practice) -> None:
    therapist = practice.therapist()
    practice.wait_until_noon()
    tomorrow, day_after = practice.day(in_days=1), practice.day(in_days=2)

    put(therapist, "notice", a_notice(notice_hours=None, next_day_until="11:59"))
    too_late = practice.open_on(tomorrow, therapist), practice.open_on(day_after, therapist)[:1]
    put(therapist, "notice", a_notice(notice_hours=None, next_day_until="13:00"))
    in_time = practice.open_on(practice.day(in_days=0), therapist), practice.open_on(tomorrow, therapist)[:1]

    assert too_late == ([], ["00:00"])
    assert in_time == ([], ["00:00"])


def test_b4_prime_time_is_held_back_and_a_week_that_was_released_is_open(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    release = {"weekday": "monday", "at": "00:00", "weeks_ahead": 3}

    put(therapist, "prime-time", {"ranges": [every(day, *LUNCH)]})
    held = practice.open_on(day, therapist)
    put(therapist, "prime-time", {"ranges": [every(day, *LUNCH)], "release": release})
    released, later = practice.open_on(day, therapist), practice.open_on(day + timedelta(weeks=3), therapist)

    assert {"11:30", "12:00", "12:30"} & set(held) == set()
    assert {"11:00", "13:00"} <= set(held)
    assert {"11:30", "12:00", "12:30"} <= set(released)
    assert later == held


def test_b4_a_client_is_told_that_a_time_is_prime_time(practice: Practice) -> None:
    therapist, client, day = practice.therapist(), practice.client(), practice.day()
    put(therapist, "prime-time", {"ranges": [every(day, *LUNCH)]})

    answer = practice.asks_for(client, therapist, on(day, "12:00"))

    assert refused(answer) == (409, "not-open")
    assert answer.json()["reason"] == "prime_time"


def test_b13_a_therapist_places_clients_in_prime_time_and_is_told(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    client = practice.known(therapist)
    put(therapist, "prime-time", {"ranges": [every(day, *LUNCH)]})

    session = practice.placed(client.asks, therapist, on(day, "12:00"))

    assert (session["status"], session["warnings"]) == ("confirmed", ["prime_time"])
