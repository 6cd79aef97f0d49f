"""The API's description as a page to read: made here, without scripts and without anything from another server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any, NamedTuple

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.permissions import PERMISSIONS, Action
from api.schemas.sessions import BookBody

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
code {{ font-family: ui-monospace, monospace; }}
table {{ border-collapse: collapse; font-size: .9rem; margin: .5rem 0; }}
td {{ padding: .1rem 1.5rem .1rem 0; vertical-align: top; overflow-wrap: anywhere; }}
.who {{ color: #555; }}
</style>
<h1>Therapy Diary: the API</h1>
{intro}
<p>The same for machines: <a href="/openapi.json">openapi.json</a>. What each problem means:
<a href="/problems">/problems</a>.</p>
<h2>A whole request</h2>
<p>A client books. <code>$API</code> is where this page came from, <code>$TOKEN</code> the token of a person in one
role. Ids and instants in examples are placeholders: take <code>starts_at</code> and <code>location_id</code> from one
of the therapist's openings.</p>
<pre>{curl}</pre>
<p>A therapist who books adds for whom, and that this person said yes:
<code>"client_id": "...", "client_agreed": true</code>. Letters with a number, such as A7, are rules of the
practice.</p>
{sections}
</html>
"""
CURL = """curl "$API/v1/sessions" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: my-first-booking" \\
  -d '{body}'"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}
CODE = re.compile(r"`([^`]+)`")
KINDS = {
    "array": "A list",
    "boolean": "`true` or `false`",
    "date": "A day",
    "date-time": "An instant",
    "integer": "A whole number",
    "object": "Its fields",
    "string": "A text",
    "uuid": "An id",
}
WITHIN = {"minimum": "at least", "maximum": "at most", "minItems": "at least", "maxItems": "at most"}


class Part(NamedTuple):
    """One thing that is sent: a parameter, a header or a field of the body."""

    name: str
    place: str
    needed: bool
    told: str


async def page(request: Request) -> Response:
    """Answer the page."""
    app: FastAPI = request.app
    return HTMLResponse(_page(app.openapi()), headers=HEADERS)


async def to_the_page(_: Request) -> Response:
    """Lead who comes to the root to the page."""
    return RedirectResponse("/docs", status_code=303)


def _page(schema: Mapping[str, Any]) -> str:
    lines = [line.strip() for line in schema["info"]["description"].strip().splitlines()]
    intro = f"<p>{_prose(lines[0])}</p><ul>"
    intro += "".join(f"<li>{_prose(line[2:])}</li>" for line in lines if line.startswith("- ")) + "</ul>"
    by_tag: dict[str, list[str]] = {}
    for tag, entry in _entries(schema):
        by_tag.setdefault(tag, []).append(entry)
    sections = "".join(f"<h2>{escape(tag)}</h2><dl>{''.join(entries)}</dl>" for tag, entries in by_tag.items())
    booking = schema["components"]["schemas"][BookBody.__name__]["examples"][0]
    curl = escape(CURL.format(body=json.dumps(booking, indent=2).replace("\n", "\n  ")), quote=False)
    return PAGE.format(intro=intro, curl=curl, sections=sections)


def _prose(text: str) -> str:
    """Return a text with what stands in backticks as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def _entries(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            roles = PERMISSIONS[Action(operation["operationId"])]
            who = "anybody" if roles is None else ", ".join(sorted(roles))
            body = _body(schema, operation)
            told = " ".join([operation.get("description", operation["summary"]), body.get("description", "")])
            parts = [*_parameters(schema, operation), *_fields(schema, body)]
            example = body.get("examples", [None])[0]
            shown = f"<pre>{escape(json.dumps(example, indent=2))}</pre>" if example is not None else ""
            said = f"{_prose(told.strip())} <span class=who>({who})</span>"
            entry = f"<dt>{method.upper()} {escape(path)}</dt><dd>{said}{_table(parts)}{shown}</dd>"
            yield operation.get("tags", ["other"])[0], entry


def _body(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of what is sent, an empty one where nothing is."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _resolved(schema, content.get("schema", {}))


def _resolved(schema: Mapping[str, Any], of: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, and take the one branch of what may also be null."""
    if "$ref" in of:
        found: Mapping[str, Any] = schema["components"]["schemas"][of["$ref"].rpartition("/")[2]]
        return found
    branches = [branch for branch in of.get("anyOf", ()) if branch.get("type") != "null"]
    return {**_resolved(schema, branches[0]), **of} if branches else of


def _parameters(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Part]:
    for found in operation.get("parameters", ()):
        value = {**_resolved(schema, found["schema"]), "description": ""}  # the parameter's own says it already
        told = [found.get("description", ""), _told(value)]
        yield Part(found["name"], found["in"], found.get("required", False), " ".join(filter(None, told)))


def _fields(schema: Mapping[str, Any], body: Mapping[str, Any], *, inside: str = "") -> Iterator[Part]:
    """Yield the fields of a body, those of its parts and of its lists' members under theirs."""
    for name, of in body.get("properties", {}).items():
        field = _resolved(schema, of)
        member = _resolved(schema, field.get("items", {}))
        told = " ".join(filter(None, [_told(field), _told(member) if member else ""]))
        yield Part(f"{inside}{name}", "body", name in body.get("required", ()), told)
        yield from _fields(schema, member, inside=f"{inside}{name}[].")
        yield from _fields(schema, field, inside=f"{inside}{name}.")


def _told(of: Mapping[str, Any]) -> str:
    """Say in words what a value has to be."""
    if "enum" in of:
        return "One of " + ", ".join(f"`{value}`" for value in of["enum"]) + "."
    bounds = [f"{words} {int(of[name])}" for name, words in WITHIN.items() if name in of]
    usual = f"Not given: `{json.dumps(of['default'])}`." if of.get("default") is not None else ""
    kind = KINDS.get(of.get("format", of.get("type", "")), "")
    said = of.get("description", "") if of.get("type") == "string" else ""
    return " ".join(filter(None, [said or (f"{', '.join([kind, *bounds])}." if kind else ""), usual]))


def _table(parts: Iterable[Part]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(part.name)}</code><td>{part.place}, {'needed' if part.needed else 'optional'}"
        f"<td>{_prose(part.told)}"
        for part in parts
    )
    return f"<table>{rows}</table>" if rows else ""
