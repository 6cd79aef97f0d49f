"""The API's description as a page to read."""

from __future__ import annotations

from api.permissions import Action
from tests.api.server import Api


def test_the_page_shows_every_operation_and_needs_nothing_from_anywhere_else(api: Api) -> None:
    answer = api.http.get("/docs")

    paths = api.http.get("/openapi.json").json()["paths"]
    operations = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    assert len(Action) == len(operations)
    assert [operation for operation in operations if f"<dt>{operation}</dt>" not in answer.text] == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text


def test_the_root_leads_to_the_page(api: Api) -> None:
    answer = api.http.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/docs")


def test_the_page_shows_all_that_is_sent(api: Api) -> None:
    shown = api.http.get("/docs").text
    schema = api.http.get("/openapi.json").json()
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    names = {parameter["name"] for operation in operations for parameter in operation.get("parameters", [])}
    assert {name for name in names if f"<td><code>{name}</code><td>" not in shown} == set()
    for field in ("weekly[].weekday", "prices[].currency", "settlement", "client_agreed", "reason"):
        assert f"<td><code>{field}</code><td>body" in shown
    for values in ("<code>monday</code>, <code>tuesday</code>", "<code>individual</code>, <code>couple</code>"):
        assert values in shown
    assert "checkout_lapsed" not in shown


def test_the_page_has_one_whole_request_and_no_backticks(api: Api) -> None:
    shown = api.http.get("/docs").text
    for part in (
        "$API/v1/sessions",
        "Authorization: Bearer $TOKEN",
        "Content-Type: application/json",
        "Idempotency-Key: ",
    ):
        assert part in shown
    assert "placeholders" in shown
    assert "`" not in shown
