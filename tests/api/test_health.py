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
from api import main
from api.app import create_app
from api.problems import every_problem
from domain.model import Role
from tests.api.practice import Practice, ok, refused
from tests.api.server import Api, asking, served
from tests.conftest import TEMPLATE


def test_a_process_that_can_work_says_so(api: Api) -> None:
    api.catch_up()
    assert ok(api.http.get("/livez")) == {"status": "alive"}
    ready = ok(api.http.get("/readyz"))
    assert ready["status"] == "ready"
    assert ready["lag_events"] == {"work": 0, "calendar": 0, "dashboard": 0, "histories": 0}


def test_a_process_without_its_tables_lives_and_is_not_ready(service: Service) -> None:
    with served(create_app(service)) as url, asking(url) as http:
        with psycopg.connect(service.conninfo, autocommit=True) as owner:
            owner.execute("delete from migrations")
        answers = http.get("/livez"), http.get("/readyz")
    assert answers[0].status_code == 200
    assert refused(answers[1]) == (503, "not-ready")


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
