"""The API's description tells what is there, problems included."""

from __future__ import annotations

from typing import Any

from api.permissions import PERMISSIONS, Action
from domain.session.events import Reason
from tests.api.practice import ok
from tests.api.server import Api


def operations(api: Api) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the method and description of each operation by its id."""
    paths = ok(api.http.get("/openapi.json"))["paths"]
    found = [(method, operation) for path in paths.values() for method, operation in path.items()]
    return {operation["operationId"]: (method, operation) for method, operation in found}


def test_it_is_openapi_3_1_and_has_every_operation(api: Api) -> None:
    schema = ok(api.http.get("/openapi.json"))
    assert schema["openapi"].startswith("3.1")
    assert set(operations(api)) == set(Action)
    assert "HTTPValidationError" not in str(schema)


def test_every_problem_is_described_as_a_problem(api: Api) -> None:
    for method, operation in operations(api).values():
        answers = operation["responses"]
        problems = {status for status in answers if not status.startswith("2")}
        assert {"503", "default"} <= problems
        assert all(list(answers[status]["content"]) == ["application/problem+json"] for status in problems)
        assert ("422" in problems) is ("requestBody" in operation or "parameters" in operation)
        assert method != "post" or "400" in problems


def test_tokens_keys_and_bodies_are_described(api: Api) -> None:
    for operation_id, (method, operation) in operations(api).items():
        public = PERMISSIONS[Action(operation_id)] is None
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert public or operation["security"] == [{"HTTPBearer": []}]
        assert ("Idempotency-Key" in names) is (method == "post" and not public)
        assert operation["description"]


def test_what_a_request_cannot_do_without_is_described_as_required(api: Api) -> None:
    found = [p for _, operation in operations(api).values() for p in operation.get("parameters", [])]
    required = {p["name"] for p in found if p["in"] == "header" and p["required"]}
    assert required == {"Idempotency-Key", "Stripe-Signature"}
    assert [p for p in found if p["name"] in required and p["schema"].get("type") != "string"] == []
    webhook = operations(api)[Action.RECEIVE_WEBHOOK][1]
    assert webhook["requestBody"]["required"]
    assert webhook["requestBody"]["content"] == {"application/json": {"schema": {"type": "object"}}}


def test_a_request_that_may_hold_for_a_version_can_fail_on_it(api: Api) -> None:
    for _, operation in operations(api).values():
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("412" in operation["responses"]) is ("If-Match" in names)


def test_a_public_path_that_takes_a_token_can_refuse_it(api: Api) -> None:
    public = {id_: one for id_, (_, one) in operations(api).items() if PERMISSIONS[Action(id_)] is None}
    refusing = {id_ for id_, one in public.items() if "401" in one["responses"]}
    assert refusing == {id_ for id_, one in public.items() if "security" in one}
    assert {Action.READ_THERAPIST, Action.LIST_OPENINGS} <= refusing


def test_a_date_that_is_one_too_many_is_described(api: Api) -> None:
    described = operations(api)
    assert {id_ for id_, (method, one) in described.items() if method == "put" and "409" in one["responses"]} == {
        Action.SET_DATE
    }


def test_the_weeks_between_are_described_with_their_bounds(api: Api) -> None:
    schemas = ok(api.http.get("/openapi.json"))["components"]["schemas"]
    weeks = [schemas[body]["properties"]["interval_weeks"] for body in ("ReserveBody", "BookSeriesBody")]
    assert [(one["minimum"], one["maximum"], one["default"]) for one in weeks] == [(1, 2, 1)] * 2


def test_the_metrics_are_described_as_text(api: Api) -> None:
    answered = operations(api)[Action.READ_METRICS][1]["responses"]["200"]
    assert list(answered["content"]) == ["text/plain"]


def test_the_reasons_that_are_offered_are_those_that_a_person_may_give(api: Api) -> None:
    offered = ok(api.http.get("/openapi.json"))["components"]["schemas"]["CancelBody"]["properties"]["reason"]["enum"]
    assert set(offered) == set(Reason) - {Reason.CHECKOUT_LAPSED}


def test_every_body_with_fields_has_an_example(api: Api) -> None:
    schemas = ok(api.http.get("/openapi.json"))["components"]["schemas"]
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
        for _, operation in operations(api).values()
        if "requestBody" in operation
    } - {"", "Nothing"}
    parts = {
        "HoursBody",
        "WeeklyHoursBody",
        "PriceBody",
        "LocationBody",
        "WeeklyRangeBody",
        "PeriodBody",
        "ReleaseBody",
    }
    assert {name for name in bodies | parts if "examples" not in schemas[name]} == set()
    assert [
        name for name in bodies | parts if set(schemas[name].get("required", ())) - set(schemas[name]["examples"][0])
    ] == []
    assert len(bodies) >= 10
