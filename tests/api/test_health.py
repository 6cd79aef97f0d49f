"""How a process says how it is, and what it says when something breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import ConnectionUnavailableError, OperationalError

from adapters.bootstrap import Service
from adapters.people import PostgresPeople
from api import health, main
from api.app import create_app
from api.problems import every_problem
from domain.diary.picture import WhyNot
from domain.model import Role
from tests.adapters.stored import wait_until
from tests.api.practice import Practice, ok, refused
from tests.api.server import Api, asking, served
from tests.conftest import TEMPLATE
from tests.seeded import a_therapist

VIEW_NAMES = ("work", "calendar", "dashboard", "histories", "reserved_slots")


def test_a_process_that_can_work_says_so(api: Api) -> None:
    api.catch_up()
    assert ok(api.http.get("/livez")) == {"status": "alive"}
    ready = ok(api.http.get("/readyz"))
    assert ready["status"] == "ready"
    assert ready["lag_events"] == dict.fromkeys(VIEW_NAMES, 0)


def test_a_process_without_its_tables_lives_and_is_not_ready(service: Service) -> None:
    with served(create_app(service)) as url, asking(url) as http:
        with psycopg.connect(service.conninfo, autocommit=True) as owner:
            owner.execute("delete from migrations")
        answers = http.get("/livez"), http.get("/readyz")
    assert answers[0].status_code == 200
    assert refused(answers[1]) == (503, "not-ready")


def test_a_process_with_an_old_view_is_not_ready(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    a_therapist(service)
    wait_until(lambda: service.log.head() == service.log.last())  # others on the server may hold the horizon back
    stored = len(service.log.after(0, health.LAG_LIMIT))
    with served(create_app(service)) as url, asking(url) as http:
        lag = ok(http.get("/readyz"))["lag_events"]
        monkeypatch.setattr(health, "LAG_LIMIT", stored)
        answer = http.get("/readyz")
    assert lag == dict.fromkeys(VIEW_NAMES, stored)
    assert refused(answer) == (503, "not-ready")


def test_the_tables_are_looked_at_again_only_after_a_while(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    monkeypatch.setattr(health, "check_migrated", lambda conninfo, _: looks.append(conninfo))
    lasting, fleeting = (health.Tables(service.conninfo, holds_seconds=seconds) for seconds in (3600.0, 0.0))
    for tables in (lasting, lasting, fleeting, fleeting):
        tables.check()
    assert len(looks) == 1 + 2


def test_a_head_is_answered_like_a_get_without_its_body(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    paths = ["/livez", "/readyz", "/docs", "/openapi.json", therapist.path, f"{therapist.path}/calendar"]
    for path in paths:
        heads, gets = therapist.asks.http.head(path), therapist.asks.http.get(path)
        assert (heads.status_code, heads.content) == (gets.status_code, b"")
        assert heads.headers["content-type"] == gets.headers["content-type"]
    assert [api.http.head(path).status_code for path in (paths[-1], "/v1/sessions")] == [401, 405]
    counted = r'diary_http_requests_total\{method="HEAD",route="/livez",status="200"\}'
    assert re.search(counted, api.http.get("/metrics").text)


def test_metrics_count_by_route_and_not_by_path(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    for _ in range(2):
        ok(api.http.get(therapist.path))
    api.http.request("BREW", "/v1/pots/12")
    text = api.http.get("/metrics").text
    counted = r'diary_http_requests_total\{method="GET",route="/v1/therapists/\{therapist_id\}",status="200"\} (\d+)'
    found = re.search(counted, text)
    assert found is not None
    assert int(found[1]) >= 2
    assert 'diary_http_requests_total{method="other",route="none",status="404"}' in text
    assert 'diary_view_lag_events{view="histories"}' in text
    assert 'diary_unfinished_work{state="parked"}' in text
    assert therapist.id not in text


def test_two_apps_count_apart(api: Api, service: Service) -> None:
    with served(create_app(service)) as url, asking(url) as http:
        text = http.get("/metrics").text
    assert "/livez" in text
    assert "/v1/" not in text
    assert api.http.get("/metrics").text != text


@pytest.fixture
def the_vault_breaks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Reading names fails in a way of the test's choosing."""
    error: Exception = request.param

    def read(*_: Any) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(PostgresPeople, "read", read)
        yield


@pytest.mark.parametrize(
    ("the_vault_breaks", "problem"),
    [
        (RuntimeError("Ben Brook's name"), (500, "internal-error")),
        (OperationalError("connection of Ben Brook lost"), (503, "store-unavailable")),
        (ConnectionUnavailableError("no connection for Ben Brook"), (503, "store-unavailable")),
    ],
    indirect=["the_vault_breaks"],
)
def test_a_failure_is_told_without_details(
    api: Api, practice: Practice, the_vault_breaks: None, problem: tuple[int, str], capfd: pytest.CaptureFixture[str]
) -> None:
    del the_vault_breaks
    person = practice.somebody(Role.THERAPIST)
    joining = {"name": "Ben Brook", "zone": "Europe/London", "country": "GB"}
    answer = person.post("/v1/therapists", joining)
    assert refused(answer) == problem
    written = capfd.readouterr()
    assert "Ben" not in answer.text + written.out + written.err
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert api.http.get("/livez").status_code == 200


def test_every_problem_says_what_it_means(api: Api) -> None:
    listed = ok(api.http.get("/problems"))["problems"]
    assert {problem["type"] for problem in listed} == {f"/problems/{code}" for code in every_problem()}
    for problem in listed:
        assert ok(api.http.get(problem["type"])) == problem
        assert problem["meaning"].endswith(".")
        assert 400 <= problem["status"] < 600
    assert refused(api.http.get("/problems/nothing")) == (404, "no-such-path")


def test_b9_the_reasons_for_which_a_time_is_not_open_are_told_with_their_sentences(api: Api) -> None:
    told = {
        code: ok(api.http.get(f"/problems/{code}"))["reasons"] for code in ("not-open", "series-clashes", "slot-taken")
    }
    reasons = {code: {one["reason"] for one in listed} for code, listed in told.items()}
    assert {"reason": "blocked", "sentence": "This therapist is not available at that time."} in told["not-open"]
    assert set(WhyNot) - reasons["not-open"] == {WhyNot.OVERLAPS, WhyNot.CLIENT_BUSY}
    assert {WhyNot.OVERLAPS, WhyNot.CLIENT_BUSY, WhyNot.CLOCK_CHANGE_GAP} <= reasons["series-clashes"]
    assert WhyNot.PAUSED not in reasons["series-clashes"]
    assert told["slot-taken"] == []


def test_personal_answers_are_not_kept_by_anybody(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    answers = [
        therapist.asks.get(f"{therapist.path}/calendar"),
        api.http.get("/v1/nothing"),
        api.http.get(therapist.path),
    ]
    assert [answer.headers.get("cache-control") for answer in answers] == ["no-store", "no-store", None]
    assert [answer.headers["x-content-type-options"] for answer in answers] == ["nosniff"] * 3


def test_the_server_loads_the_app_from_its_environment(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    settings = service.settings
    monkeypatch.setenv("DIARY_DATABASE_URL", service.conninfo)
    for name in ("stripe_key", "master_key", "token_secret"):
        monkeypatch.setenv(f"DIARY_{name.upper()}", settings.required(name).get_secret_value())
    with served(main.create()) as url, asking(url) as http:
        assert http.get("/readyz").status_code == 200
    assert TEMPLATE not in service.conninfo
