"""The API's description as a page to read: made here, without scripts and without anything from another server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.permissions import PERMISSIONS, Action

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Therapy Diary: the API</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ margin-top: 2rem; text-transform: capitalize; }}
dt {{ margin-top: 1rem; font-family: ui-monospace, monospace; font-weight: 600; overflow-wrap: anywhere; }}
dd {{ margin: 0 0 0 1.5rem; }}
pre {{ background: #f4f4f4; color: #222; padding: .5rem; overflow-x: auto; }}
.who {{ color: #555; }}
</style>
<h1>Therapy Diary: the API</h1>
{intro}
<p>The same for machines: <a href="/openapi.json">openapi.json</a>. What each problem means:
<a href="/problems">/problems</a>.</p>
{sections}
</html>
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}


async def page(request: Request) -> Response:
    """Answer the page."""
    app: FastAPI = request.app
    return HTMLResponse(_page(app.openapi()), headers=HEADERS)


def _page(schema: Mapping[str, Any]) -> str:
    lines = [line.strip() for line in schema["info"]["description"].strip().splitlines()]
    intro = f"<p>{escape(lines[0])}</p><ul>"
    intro += "".join(f"<li>{escape(line[2:])}</li>" for line in lines if line.startswith("- ")) + "</ul>"
    by_tag: dict[str, list[str]] = {}
    for tag, entry in _entries(schema):
        by_tag.setdefault(tag, []).append(entry)
    sections = "".join(f"<h2>{escape(tag)}</h2><dl>{''.join(entries)}</dl>" for tag, entries in by_tag.items())
    return PAGE.format(intro=intro, sections=sections)


def _entries(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            roles = PERMISSIONS[Action(operation["operationId"])]
            who = "anybody" if roles is None else ", ".join(sorted(roles))
            told = escape(operation.get("description", operation["summary"]))
            example = _example(schema, operation)
            shown = f"<pre>{escape(json.dumps(example, indent=2))}</pre>" if example is not None else ""
            entry = f"<dt>{method.upper()} {escape(path)}</dt><dd>{told} <span class=who>({who})</span>{shown}</dd>"
            yield operation.get("tags", ["other"])[0], entry


def _example(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> Any:
    """Return an example of what is sent, None where nothing is."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    examples = schema["components"]["schemas"].get(name, {}).get("examples") or [None]
    return examples[0]
