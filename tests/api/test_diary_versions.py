"""A diary has a version, and a change may hold for the version that was seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import httpx
import pytest

from api import diaries
from api.versions import expected_version
from tests.api.practice import Known, Practice, Therapist, a_notice, a_reservation, every, nothing_stored, ok, refused

STALE = '"v1"'
Change = Callable[[Therapist, Known, date], tuple[str, str, object]]

CHANGES: dict[str, Change] = {
    "hours": lambda t, _, __: ("PUT", f"{t.path}/hours", {"weekly": []}),
    "date": lambda t, _, day: ("PUT", f"{t.path}/dates/{day}", {"hours": []}),
    "notice": lambda t, _, __: ("PUT", f"{t.path}/notice", a_notice(gap_minutes=0)),
    "self-booking": lambda t, _, __: ("PUT", f"{t.path}/self-booking", {"open": False}),
    "prime time": lambda t, _, day: ("PUT", f"{t.path}/prime-time", {"ranges": [every(day, "12:00", "13:00")]}),
    "block": lambda t, _, day: ("POST", f"{t.path}/blocks", {"weekly": every(day, "12:00", "13:00")}),
    "reserved slot": lambda t, known, day: ("POST", f"{t.path}/reserved-slots", a_reservation(t, known, day)),
}


def ask(therapist: Therapist, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
    """Ask for a change in the therapist's name."""
    match method:
        case "PUT":
            return therapist.asks.put(path, body, **headers)
        case "POST":
            return therapist.asks.post(path, body, **headers)
        case _:
            return therapist.asks.delete(path, **headers)


def version_of(therapist: Therapist) -> str:
    """Return the version of the diary as it stands."""
    return therapist.asks.get(f"{therapist.path}/diary").headers["ETag"]


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_holds_only_for_the_version_that_was_seen(practice: Practice, what: str) -> None:
    therapist, day = practice.therapist(), practice.day()
    method, path, body = CHANGES[what](therapist, practice.known(therapist), day)
    seen = version_of(therapist)

    with nothing_stored(practice):
        refusal = ask(therapist, method, path, body, if_match=STALE)
    answer = ask(therapist, method, path, body, if_match=seen)

    assert refused(refusal) == (412, "precondition-failed")
    assert answer.is_success
    assert version_of(therapist) != seen


@pytest.mark.parametrize("what", ["blocks", "reserved-slots", "dates"])
def test_what_is_taken_back_is_so_only_for_the_version_that_was_seen(practice: Practice, what: str) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    made = {name: ask(therapist, *CHANGES[name](therapist, known, day)) for name in ("block", "reserved slot", "date")}
    ids = {
        "blocks": ok(made["block"])["block_id"],
        "reserved-slots": ok(made["reserved slot"])["reserved_slot_id"],
        "dates": day.isoformat(),
    }
    path, seen = f"{therapist.path}/{what}/{ids[what]}", version_of(therapist)

    with nothing_stored(practice):
        refusal = therapist.asks.delete(path, if_match=STALE)
    answer = therapist.asks.delete(path, if_match=seen)

    assert refused(refusal) == (412, "precondition-failed")
    assert (answer.status_code, answer.headers["ETag"]) == (200, version_of(therapist))


def test_every_answer_that_shows_the_diary_has_its_version(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    known = practice.known(therapist)
    puts = [CHANGES[what](therapist, known, day) for what in ("hours", "date", "notice", "self-booking", "prime time")]
    puts += [
        ("PUT", f"{therapist.path}/new-clients", {"accepting": False}),
        ("PUT", f"{therapist.path}/pause", {"extent": "all_bookings"}),
        ("DELETE", f"{therapist.path}/pause", None),
    ]

    tags = [(ask(therapist, *put).headers["ETag"], version_of(therapist)) for put in puts]

    assert [answered for answered, _ in tags] == [read for _, read in tags]
    assert len({answered for answered, _ in tags}) == 5


def test_a_change_that_was_overtaken_after_its_version_was_found_right_is_refused(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    therapist = practice.therapist()
    seen = version_of(therapist)

    def overtaken(if_match: str | None, *, version: int) -> int | None:
        expected = expected_version(if_match, version=version)
        ok(therapist.asks.put(f"{therapist.path}/self-booking", {"open": False}))
        return expected

    monkeypatch.setattr(diaries, "expected_version", overtaken)
    answer = therapist.asks.put(f"{therapist.path}/hours", {"weekly": []}, if_match=seen)

    assert refused(answer) == (412, "precondition-failed")
    assert ok(therapist.asks.get(f"{therapist.path}/diary"))["weekly"] != []


@pytest.mark.parametrize(("if_match", "status"), [("*", 200), ('"v1", "v{0}"', 200), ('W/"v{0}"', 412), ("v{0}", 412)])
def test_a_version_is_named_as_it_was_answered(practice: Practice, if_match: str, status: int) -> None:
    therapist = practice.therapist()
    number = version_of(therapist).strip('"v')

    answer = therapist.asks.put(f"{therapist.path}/hours", {"weekly": []}, if_match=if_match.format(number))

    assert answer.status_code == status


def test_a_block_asked_for_again_is_answered_though_its_version_has_passed(practice: Practice) -> None:
    therapist, day = practice.therapist(), practice.day()
    body, seen = {"weekly": every(day, "12:00", "13:00")}, version_of(therapist)

    first, again = (therapist.asks.post(f"{therapist.path}/blocks", body, key="k", if_match=seen) for _ in range(2))

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())


def test_h3_a_version_of_anothers_diary_tells_nothing(practice: Practice) -> None:
    therapist, other = practice.therapist(), practice.therapist()
    answers = [other.asks.put(f"{therapist.path}/hours", {"weekly": []}, if_match=tag) for tag in (STALE, "*")]
    assert [refused(answer) for answer in answers] == [(404, "not-there")] * 2
