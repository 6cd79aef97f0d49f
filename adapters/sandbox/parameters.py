"""Form-encoded parameters: nested as `metadata[session]=1`, and checked as strictly as Stripe checks them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from adapters.sandbox.refusals import ApiError, invalid

Form = dict[str, Any]
"""Names to texts, or to a further form where the name was nested."""

Params = dict[str, Any]
"""Checked parameters: only those given, each of its kind."""

Kind = Callable[[str, Any], Any]
"""Takes a parameter's name and what was sent; returns its value or raises."""

MAX_FIELDS = 200
MAX_TEXT_CHARACTERS = 5000
_NAME = re.compile(r"^([A-Za-z_]\w*)((?:\[\w*\])*)$")


@dataclass(frozen=True, slots=True)
class Shape:
    """The parameters one endpoint takes."""

    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)


def parse_form(encoded: str) -> Form:
    """Nest `a[b]=c` into {"a": {"b": "c"}}; list items come as `a[]` or `a[0]`."""
    form: Form = {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise invalid(f"Received more than {MAX_FIELDS} parameters") from error
    for name, text in pairs:
        _put(form, name, text)
    return form


def checked(shape: Shape, form: Form) -> Params:
    """Return the parameters by their kinds; refuse unknown, missing and malformed ones."""
    kinds = {**shape.required, **shape.optional}
    for name in form:
        if name not in kinds:
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    for name in shape.required:
        if name not in form:
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return {name: kinds[name](name, sent) for name, sent in form.items()}


def text(name: str, sent: Any) -> str:
    """A string that is not empty."""
    if not isinstance(sent, str) or len(sent) > MAX_TEXT_CHARACTERS:
        raise invalid(f"Invalid string for {name}", param=name)
    if not sent:
        message = f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter"
        raise invalid(message, code="parameter_invalid_empty", param=name)
    return sent


def integer(name: str, sent: Any) -> int:
    """A whole number."""
    if not isinstance(sent, str) or not re.fullmatch(r"-?\d{1,18}", sent):
        raise _not_an_integer(name, f"Invalid integer: {sent}")
    return int(sent)


def positive(name: str, sent: Any) -> int:
    """A whole number of at least 1."""
    number = integer(name, sent)
    if number < 1:
        raise _not_an_integer(name, "This value must be greater than or equal to 1.")
    return number


def boolean(name: str, sent: Any) -> bool:
    """The words true and false."""
    if sent not in ("true", "false"):
        raise invalid(f"Invalid boolean: {sent}", param=name)
    return bool(sent == "true")


def one_of(*words: str) -> Kind:
    """One of a few words."""

    def chosen(name: str, sent: Any) -> str:
        if sent not in words:
            raise invalid(f"Invalid {name}: must be one of {' or '.join(words)}", param=name)
        return str(sent)

    return chosen


def texts(name: str, sent: Any) -> list[str]:
    """A list of strings."""
    if not isinstance(sent, dict):
        raise invalid("Invalid array", param=name)
    return [text(name, item) for item in sent.values()]


def mapping(name: str, sent: Any) -> Form:
    """A nested object whose inside this sandbox does not look at."""
    if not isinstance(sent, dict):
        raise invalid("Invalid object", param=name)
    return sent


def metadata(name: str, sent: Any) -> dict[str, str]:
    """At most 50 short keys with texts of at most 500 characters."""
    notes = mapping(name, sent)
    if len(notes) > 50 or any(len(key) > 40 for key in notes):  # noqa: PLR2004 -- Stripe's limits, said above
        raise invalid("Metadata takes at most 50 keys of at most 40 characters", param=name)
    for key, note in notes.items():
        if not isinstance(note, str) or len(note) > 500:  # noqa: PLR2004 -- as above
            raise invalid("Metadata values are strings of at most 500 characters", param=f"{name}[{key}]")
    return dict(notes)


def web_address(name: str, sent: Any) -> str:
    """An absolute http or https address."""
    parts = urlsplit(text(name, sent))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid("Not a valid URL", code="url_invalid", param=name)
    return str(sent)


def instants(name: str, sent: Any) -> dict[str, int]:
    """Bounds in Unix seconds: a bare number, or any of gt, gte, lt, lte."""
    if isinstance(sent, str):
        return {"gte": integer(name, sent), "lte": integer(name, sent)}
    bounds = checked(Shape(optional=dict.fromkeys(("gt", "gte", "lt", "lte"), integer)), mapping(name, sent))
    return dict(bounds)


def _put(form: Form, name: str, sent: str) -> None:
    found = _NAME.match(name)
    if found is None:
        raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    steps = [found[1], *re.findall(r"\[(\w*)\]", found[2])]
    place = form
    for step in steps[:-1]:
        deeper = place.setdefault(step or str(len(place)), {})
        if not isinstance(deeper, dict):
            raise invalid(f"Received both a value and a mapping for {step}", param=step)
        place = deeper
    place[steps[-1] or str(len(place))] = sent


def _not_an_integer(name: str, message: str) -> ApiError:
    return invalid(message, code="parameter_invalid_integer", param=name)
