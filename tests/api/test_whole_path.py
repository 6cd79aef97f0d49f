"""From joining to the recorded attendance, through the API alone."""

from __future__ import annotations

from datetime import timedelta

from tests.api.practice import LINK, Practice, a_booking, ok
from tests.api.server import Api


def test_a_session_goes_from_an_opening_to_its_attendance(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    opening = practice.openings(therapist)[0]
    booked = client.post("/v1/sessions", a_booking(therapist, opening["starts_at"]))
    session = ok(booked)
    path = booked.headers["Location"]
    assert (
        session["status"],
        session["charge_timing"],
        session["warnings"],
        session["location"]["details"],
    ) == ("being_booked", "at_booking", [], None)

    api.do_work()
    assert _status_and_money(client.get(path).json()) == ("unconfirmed", 8000)

    confirmed = ok(therapist.asks.post(f"{path}/confirm", {}))
    assert (confirmed["status"], confirmed["attendees"]) == ("confirmed", ["Ben Brook"])
    assert ok(client.get(path))["location"]["details"] == LINK

    api.advance(timedelta(days=6))
    attended = ok(therapist.asks.post(f"{path}/attendance", {"outcome": "attended"}))
    assert (attended["attendance"], attended["charged_minor"], attended["refunded_minor"]) == ("attended", 8000, 0)


def _status_and_money(session: dict[str, object]) -> tuple[object, object]:
    return session["status"], session["charged_minor"]
