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
