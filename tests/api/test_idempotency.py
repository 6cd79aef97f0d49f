"""One outcome for one key, however often and however closely a request is repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid5

import httpx
import psycopg
import pytest

from api.idempotency import Asked, Done, once
from application.people import register_client
from application.practice import Command, Outcome
from domain.errors import SlotTaken
from domain.model import Role
from tests.api.practice import Practice, a_booking, ok, refused
from tests.api.server import Api, Asking

REPLAYED = "Idempotency-Replayed"
ME: dict[str, Any] = {"name": "Ben Brook", "mail": "ben@example.org", "zone": "Europe/Paris"}


def test_a_repeated_request_is_answered_again_from_the_present_state(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    booking = a_booking(therapist, practice.openings(therapist)[0]["starts_at"])
    first = client.post("/v1/sessions", booking, key="one")
    api.do_work()
    second = client.post("/v1/sessions", booking, key='"one"')
    assert (first.status_code, first.headers.get(REPLAYED), ok(first)["status"]) == (201, None, "being_booked")
    assert (second.status_code, second.headers.get(REPLAYED), ok(second)["status"]) == (201, "true", "unconfirmed")
    for header in ("Location", "Event-Position"):
        assert first.headers[header] == second.headers[header]
    assert ok(first)["session_id"] == str(uuid5(client.person.person_id, "/v1/sessions:one"))


def test_a_repeated_command_changes_nothing_and_a_late_one_is_recorded_too(practice: Practice) -> None:
    client, therapist = practice.client(), practice.therapist()
    path = f"/v1/sessions/{practice.paid(client, therapist)['session_id']}/confirm"
    first, again = (therapist.asks.post(path, {}, key="a") for _ in range(2))
    other, other_again = (therapist.asks.post(path, {}, key="b") for _ in range(2))
    assert [r.headers.get(REPLAYED) for r in (first, again, other, other_again)] == [None, "true", None, "true"]
    assert first.headers["ETag"] == other_again.headers["ETag"]
    assert "Event-Position" not in other.headers
    assert first.headers["Event-Position"] == again.headers["Event-Position"]


def test_a_key_used_for_another_body_is_refused(practice: Practice) -> None:
    client = practice.somebody(Role.CLIENT)
    ok(client.post("/v1/clients", ME, key="k"))
    assert refused(client.post("/v1/clients", ME | {"name": "Bob"}, key="k")) == (422, "request-differs")
    assert ok(client.get(f"/v1/clients/{client.id}"))["name"] == "Ben Brook"


def test_a_key_belongs_to_one_person_and_one_path(practice: Practice) -> None:
    client, other, therapist = practice.client(), practice.client(), practice.therapist()
    paths = [f"/v1/sessions/{practice.paid(asks, therapist)['session_id']}/cancel" for asks in (client, client)]
    for path in paths:
        answer = client.post(path, {"reason": "illness"}, key="k")
        assert (answer.headers.get(REPLAYED), ok(answer)["status"]) == (None, "cancelled")
    assert refused(other.post(paths[0], {"reason": "illness"}, key="k")) == (404, "not-there")


@pytest.mark.parametrize("key", [None, "", '""', "x" * 256, "tab\there"])
def test_a_key_is_needed_on_every_post(practice: Practice, key: str | None) -> None:
    client = practice.somebody(Role.CLIENT)
    headers = {} if key is None else {"Idempotency-Key": key}
    assert refused(client.http.post("/v1/clients", json=ME, headers=headers)) == (400, "idempotency-key-missing")


def test_a_refusal_is_decided_afresh(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    booking = a_booking(therapist, practice.openings(therapist)[0]["starts_at"])
    ok(therapist.asks.put(f"{therapist.path}/self-booking", {"open": False}))
    refusal = client.post("/v1/sessions", booking, key="k")
    ok(therapist.asks.put(f"{therapist.path}/self-booking", {"open": True}))
    assert refused(refusal) == (409, "not-open")
    assert client.post("/v1/sessions", booking, key="k").status_code == 201


def test_a_running_twin_is_not_waited_for(api: Api, practice: Practice) -> None:
    client = practice.somebody(Role.CLIENT)
    name = f"{client.id} /v1/clients k"
    with psycopg.connect(api.service.conninfo) as conn:
        conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        answer = client.post("/v1/clients", ME, key="k")
    assert refused(answer) == (409, "request-in-flight")
    assert answer.headers["Retry-After"] == "1"
    assert client.post("/v1/clients", ME, key="k").status_code == 201


def test_twins_at_once_book_one_session(practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    booking = a_booking(therapist, practice.openings(therapist)[0]["starts_at"])

    def book(asks: Asking) -> httpx.Response:
        return asks.post("/v1/sessions", booking, key="k")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(book, [client] * 12))
    booked = [ok(answer)["session_id"] for answer in answers if answer.status_code == 201]
    others = {refused(answer) for answer in answers if answer.status_code != 201}
    assert len(set(booked)) == 1
    assert others <= {(409, "request-in-flight")}


@pytest.mark.parametrize("refuses", [True, False])
def test_what_a_finished_twin_made_impossible_is_answered_as_done(
    api: Api, practice: Practice, *, refuses: bool
) -> None:
    person = practice.somebody(Role.CLIENT).person
    asked = Asked(person, "/v1/clients", "k", b"fingerprint")

    def register(command: Command) -> Outcome:
        return register_client(api.service.practice, command, person.person_id, **ME)

    def act_after_the_twin(command: Command) -> Outcome:
        once(api.service, asked, register, about=UUID(int=5))
        if refuses:
            raise SlotTaken
        return register(command)

    done = once(api.service, asked, act_after_the_twin, about=UUID(int=6))
    assert isinstance(done.position, int)
    assert Done(UUID(int=5), done.position, replayed=True) == done


def test_what_is_asked_of_the_provider_carries_the_key_on(api: Api, practice: Practice) -> None:
    client = practice.client()
    path = f"/v1/clients/{client.id}/card-setups"
    first, again, other = (ok(client.post(path, {}, key=key)) for key in ("a", "a", "b"))
    secrets = [setup["client_secret"].partition("_secret_")[2] for setup in (first, again, other)]
    assert secrets[0] == secrets[1] == f"cs:{uuid5(client.person.person_id, f'{path}:a')}"
    assert secrets[2] != secrets[0]
    assert api.gateway.calls.count("create_card_setup") >= 3
