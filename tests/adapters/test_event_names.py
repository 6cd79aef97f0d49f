"""Stored events: every name and shape ever written still loads, and nothing else does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, given, settings

from adapters import event_names
from adapters.event_mapper import EventMapper, NewerEvent, UnreadableEvent, command_of
from adapters.event_names import CLASSES, NAMES, present_shape
from application.recorded import Meta, PracticeEvent, Recorded
from domain.diary.events import BlockCause, ReleaseCause
from domain.model import Event, Medium, Role, SessionKind
from domain.session.events import Attendance, ChargeTiming, Entitlement, Reason, Settlement
from domain.therapist.events import PauseExtent, ReinstatementReason, SuspensionReason
from tests.domain.any_event import any_event
from tests.given import SESSION, recorded

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(GOLDEN.glob("*.json"))
MAPPER = EventMapper()
CANCELLED = "session.cancelled"
UNSEEN = "not to be seen"
MODERATE = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS_ONCE_STORED = {
    Role: {"client", "therapist", "operator", "auditor", "system"},
    Medium: {"in_person", "video", "phone"},
    SessionKind: {"individual", "couple", "family", "group", "other"},
    Settlement: {"platform", "in_the_room", "bank_transfer", "free"},
    ChargeTiming: {"at_booking", "at_once", "at_notice_deadline", "never"},
    Entitlement: {"all", "none"},
    Attendance: {"attended", "client_missed", "therapist_could_not"},
    BlockCause: {"manual"},
    ReleaseCause: {"manual", "no_rebook", "relationship_ended", "self_booking_revoked"},
    PauseExtent: {"new_clients", "all_bookings"},
    SuspensionReason: {"reliability", "complaint", "registration", "other"},
    ReinstatementReason: {"resolved", "mistaken", "other"},
    Reason: {
        "client_asked",
        "not_available",
        "not_a_fit",
        "illness",
        "relationship_ended",
        "other",
        "checkout_lapsed",
    },
}


def _name_of(path: Path) -> str:
    return path.name.rsplit(".", maxsplit=2)[0]


def _shape_of(path: Path) -> int:
    return int(path.name.rsplit(".", maxsplit=2)[1])


def _stored(name: str, state: dict[str, Any] | bytes) -> StoredEvent:
    content = state if isinstance(state, bytes) else json.dumps(state).encode()
    return StoredEvent(SESSION, 7, name, content)


def _golden(name: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((GOLDEN / f"{name}.{present_shape(name)}.json").read_text())
    return state


def test_l_every_event_has_a_stored_name_of_its_own() -> None:
    assert set(get_args(PracticeEvent)) == set(NAMES)
    assert len(CLASSES) == len(NAMES)


def test_l_a_stored_name_is_its_stream_and_what_happened() -> None:
    streams = {"session", "relationship", "diary", "therapist", "client", "payment"}

    assert streams == {name.partition(".")[0] for name in CLASSES}
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in CLASSES)


def test_every_shape_of_every_event_has_a_golden_file_and_every_file_an_event() -> None:
    expected = {f"{name}.{shape}.json" for name in CLASSES for shape in range(present_shape(name) + 1)}

    assert expected == {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_k1_what_was_ever_stored_still_loads(path: Path) -> None:
    name, state = _name_of(path), json.loads(path.read_text())

    loaded = MAPPER.to_recorded(_stored(name, state))

    assert state["shape"] == _shape_of(path)
    assert type(loaded.event) is CLASSES[name]
    assert (loaded.originator_id, loaded.originator_version) == (SESSION, 7)
    assert loaded.meta == Meta.model_validate_json(json.dumps(state["meta"]))


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_k1_the_present_shape_is_stored_as_it_was_reviewed(name: str) -> None:
    state = _golden(name)

    stored = MAPPER.to_stored_event(MAPPER.to_domain_event(_stored(name, state)))

    assert state == json.loads(stored.state)
    assert (SESSION, 7, name) == (stored.originator_id, stored.originator_version, stored.topic)


@pytest.mark.parametrize("words", list(WORDS_ONCE_STORED), ids=lambda words: words.__name__)
def test_k1_a_word_once_stored_is_understood_for_ever(words: type[Role]) -> None:
    assert WORDS_ONCE_STORED[words] <= {word.value for word in words}


@MODERATE
@given(any_event(PracticeEvent))
def test_k1_every_event_survives_storage(event: PracticeEvent) -> None:
    before = recorded(event)

    after = MAPPER.to_recorded(MAPPER.to_stored_event(before))

    assert before == after


@pytest.mark.parametrize("cls", list(NAMES), ids=lambda cls: NAMES[cls])
def test_k1_each_kind_of_event_survives_storage(cls: type[Event]) -> None:
    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(any_event(cls))
    def survives(event: PracticeEvent) -> None:
        before = recorded(event)
        assert before == MAPPER.to_recorded(MAPPER.to_stored_event(before))

    survives()


@MODERATE
@given(any_event(Meta))
def test_k1_who_did_it_and_why_survives_storage(meta: Meta) -> None:
    event = MAPPER.to_recorded(_stored(CANCELLED, _golden(CANCELLED))).event
    before = Recorded(SESSION, 1, event, meta)

    stored = MAPPER.to_stored_event(before)

    assert before == MAPPER.to_recorded(stored)
    assert meta.command_id == command_of(stored)


def _with(part: str, **changes: Any) -> dict[str, Any]:
    state = _golden(CANCELLED)
    return {**state, part: {**state[part], **changes}}


def _without(part: str, field: str) -> dict[str, Any]:
    state = _golden(CANCELLED)
    return {**state, part: {name: value for name, value in state[part].items() if name != field}}


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({**_golden(CANCELLED), "shape": 1}, id="a newer shape"),
        pytest.param({**_golden(CANCELLED), "shape": -1}, id="a shape below the first"),
        pytest.param({**_golden(CANCELLED), "shape": UNSEEN}, id="a shape that is no number"),
        pytest.param(_with("data", note=UNSEEN), id="an unknown field"),
        pytest.param(_with("meta", note=UNSEEN), id="an unknown field beside it"),
        pytest.param(_with("data", reason=UNSEEN), id="an unknown word"),
        pytest.param(_with("data", rule=8000), id="a number for a word"),
        pytest.param(_with("data", at="2030-01-07T09:00:00"), id="a time without an offset"),
        pytest.param(_with("meta", recorded_at="2030-01-07T09:00:00"), id="a recording time without an offset"),
        pytest.param(_with("meta", actor={"role": UNSEEN, "person_id": None}), id="an unknown role"),
        pytest.param(_without("data", "entitlement"), id="a missing field"),
        pytest.param(_without("meta", "command_id"), id="a missing field beside it"),
        pytest.param({**_golden(CANCELLED), "data": [UNSEEN]}, id="another kind of content"),
        pytest.param({"shape": 0, "data": _golden(CANCELLED)["data"]}, id="nobody who did it"),
        pytest.param({}, id="nothing"),
        pytest.param(b'"' + UNSEEN.encode() + b'"', id="no object"),
        pytest.param(b"{" + UNSEEN.encode(), id="no JSON"),
        pytest.param(b"\xff" + UNSEEN.encode(), id="no text"),
    ],
)
def test_what_this_version_does_not_know_is_unreadable_and_is_not_quoted(state: dict[str, Any] | bytes) -> None:
    with pytest.raises(UnreadableEvent) as unreadable:
        MAPPER.to_recorded(_stored(CANCELLED, state))

    sentence = str(unreadable.value)
    assert sentence.startswith(f"'{CANCELLED}', version 7 of stream {SESSION}: ")
    assert not any(secret in sentence for secret in (UNSEEN, "not_available", "8000", "2030"))
    assert unreadable.value.__suppress_context__


@pytest.mark.parametrize("name", ["session.cancel", "Session.Cancelled", "domain.session.events:Cancelled", "", "os"])
def test_a_name_that_is_not_in_the_table_is_unreadable(name: str) -> None:
    with pytest.raises(UnreadableEvent):
        MAPPER.to_recorded(_stored(name, _golden(CANCELLED)))


def test_an_event_without_a_stored_name_is_not_stored() -> None:
    class Imagined(Event): ...

    imagined = Imagined(at=recorded(MAPPER.to_recorded(_stored(CANCELLED, _golden(CANCELLED))).event).event.at)
    with pytest.raises(KeyError):
        MAPPER.to_stored_event(recorded(imagined))  # type: ignore[arg-type] # a class that the table does not know


@pytest.fixture
def two_older_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if shape 0 did not name the rule, and shape 1 called the entitlement `refund`."""
    steps: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
        lambda data: {**data, "rule": "E3"},
        lambda data: {**{k: v for k, v in data.items() if k != "refund"}, "entitlement": data["refund"]},
    ]
    monkeypatch.setitem(event_names.UPCASTERS, CANCELLED, steps)


@pytest.mark.usefixtures("two_older_shapes")
@pytest.mark.parametrize(
    ("shape", "data"),
    [
        (0, {"by": "therapist", "reason": "illness", "refund": "all"}),
        (1, {"by": "therapist", "reason": "illness", "refund": "all", "rule": "E3"}),
        (2, {"by": "therapist", "reason": "illness", "entitlement": "all", "rule": "E3"}),
    ],
)
def test_an_older_shape_is_brought_to_the_present_one_step_by_step(shape: int, data: dict[str, str]) -> None:
    meta, at = _stored_meta(), "2030-01-07T09:00:00Z"

    loaded = MAPPER.to_recorded(_stored(CANCELLED, {"shape": shape, "data": {**data, "at": at}, "meta": meta}))

    content = json.loads(MAPPER.to_stored_event(loaded).state)
    expected = {"by": "therapist", "reason": "illness", "entitlement": "all", "rule": "E3", "at": at}
    assert (2, expected) == (content["shape"], content["data"])


@pytest.mark.usefixtures("two_older_shapes")
def test_a_shape_newer_than_the_steps_known_is_unreadable() -> None:
    with pytest.raises(NewerEvent, match="newer shape"):
        MAPPER.to_recorded(_stored(CANCELLED, _with_shape(3)))


def _with_shape(shape: int) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((GOLDEN / f"{CANCELLED}.0.json").read_text())
    return {**state, "shape": shape}


def _stored_meta() -> dict[str, Any]:
    meta: dict[str, Any] = _with_shape(0)["meta"]
    return meta


def test_k1_the_command_that_stored_an_event_is_found_without_decoding_it() -> None:
    state = _golden(CANCELLED)

    assert UUID(state["meta"]["command_id"]) == command_of(_stored("some.other_name", state))
