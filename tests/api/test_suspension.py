"""A suspension: operators stop all bookings with a therapist, and nobody else is told (rule B11)."""

from __future__ import annotations

import pytest

from domain.model import Role
from tests.api.practice import Practice, ok, on, reason, refused

CALL_MY_OFFICE = "I have no free places at present. Call my office: 020 7946 0018."


@pytest.mark.parametrize("accepting", [True, False])
def test_b11_nobody_can_tell_a_suspension_from_a_full_pause(practice: Practice, *, accepting: bool) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    listed = f"{therapist.path}/openings?kind=individual&from={on(practice.day(), '00:00')}"
    ok(therapist.asks.put(f"{therapist.path}/new-clients", {"accepting": accepting, "contact": CALL_MY_OFFICE}))

    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "all_bookings"}))
    paused = practice.seen(therapist), ok(practice.api.http.get(listed))
    ok(therapist.asks.delete(f"{therapist.path}/pause"))
    ok(operator.put(f"{therapist.path}/suspension", {"reason": "complaint"}))
    suspended = practice.seen(therapist), ok(practice.api.http.get(listed))

    assert suspended == paused
    assert (suspended[0]["paused"], suspended[0]["accepting_new_clients"]) == ("all_bookings", False)


def test_b11_an_operator_alone_suspends_and_reinstates(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    operator, known = practice.somebody(Role.OPERATOR), practice.known(therapist)
    path = f"{therapist.path}/suspension"

    others = [asks.put(path, {"reason": "complaint"}) for asks in (therapist.asks, known.asks)]
    suspended = ok(operator.put(path, {"reason": "complaint"}))
    stopped = practice.asks_for(known.asks, therapist, on(day, "12:00"))
    lifting = [asks.delete(f"{path}?reason=resolved") for asks in (therapist.asks, known.asks)]
    reinstated = ok(operator.delete(f"{path}?reason=resolved"))

    assert [refused(answer) for answer in (*others, *lifting)] == [(403, "not-permitted")] * 4
    assert suspended == {"therapist_id": therapist.id, "suspended": True, "reason": "complaint"}
    assert (reason(stopped), "complaint" in stopped.text) == ("paused", False)
    assert reinstated == {"therapist_id": therapist.id, "suspended": False, "reason": None}
    assert practice.asks_for(known.asks, therapist, on(day, "12:00")).status_code == 201


def test_b11_an_operator_sees_the_suspension_and_gives_it_another_reason(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    path = f"{therapist.path}/suspension"
    before = ok(operator.get(path))

    for why in ("complaint", "registration"):
        ok(operator.put(path, {"reason": why}))
    again = operator.put(path, {"reason": "registration"})

    assert before == {"therapist_id": therapist.id, "suspended": False, "reason": None}
    assert ok(operator.get(path)) == {"therapist_id": therapist.id, "suspended": True, "reason": "registration"}
    assert "Event-Position" not in again.headers


def test_b11_why_a_therapist_is_suspended_is_for_operators_alone(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    path = f"{therapist.path}/suspension"
    others = [therapist.asks, practice.client(), practice.somebody(Role.AUDITOR)]

    answers = [asks.get(path) for asks in others]
    unknown = operator.get(f"/v1/therapists/{operator.id}/suspension")

    assert [refused(answer) for answer in answers] == [(403, "not-permitted")] * 3
    assert refused(unknown) == (404, "not-there")


def test_b11_a_therapist_cannot_resume_out_of_a_suspension_and_keeps_their_own_pause(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "new_clients"}))
    ok(operator.put(f"{therapist.path}/suspension", {"reason": "reliability"}))

    resumed = ok(therapist.asks.delete(f"{therapist.path}/pause"))
    suspended = practice.seen(therapist)
    ok(therapist.asks.put(f"{therapist.path}/pause", {"extent": "new_clients"}))
    ok(operator.delete(f"{therapist.path}/suspension?reason=mistaken"))

    assert (resumed["paused"], resumed["suspended"], suspended["paused"]) == (None, True, "all_bookings")
    assert practice.seen(therapist)["paused"] == "new_clients"


def test_b11_a_suspension_has_a_reason_of_the_list(practice: Practice) -> None:
    therapist, operator = practice.therapist(), practice.somebody(Role.OPERATOR)
    path = f"{therapist.path}/suspension"
    answers = [
        operator.put(path, {"reason": "dislike"}),
        operator.put(path, {}),
        operator.delete(path),
        operator.delete(f"{path}?reason=dislike"),
    ]
    assert [refused(answer) for answer in answers] == [(422, "validation-failed")] * 4
    assert practice.seen(therapist)["paused"] is None
