"""Everything the sandbox holds, in memory and, if wished, in one JSON file that survives a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from pathlib import Path

from adapters.sandbox.refusals import Thing, missing

Shelf = dict[str, Thing]
"""Objects of one kind by id, oldest first."""


@dataclass(slots=True)
class Books:
    """The shelves. `saved_as` tells of a payment method which test card it is and whether it was set up."""

    customers: Shelf = field(default_factory=dict)
    payment_methods: Shelf = field(default_factory=dict)
    saved_as: Shelf = field(default_factory=dict)
    setup_intents: Shelf = field(default_factory=dict)
    payment_intents: Shelf = field(default_factory=dict)
    charges: Shelf = field(default_factory=dict)
    refunds: Shelf = field(default_factory=dict)
    disputes: Shelf = field(default_factory=dict)
    balance_transactions: Shelf = field(default_factory=dict)
    events: Shelf = field(default_factory=dict)
    deliveries: Shelf = field(default_factory=dict)
    keys: Shelf = field(default_factory=dict)

    def as_json(self) -> dict[str, Shelf]:
        """The shelves by name: themselves, not copies, so the caller holds the lock until they are written down."""
        return {shelf.name: getattr(self, shelf.name) for shelf in fields(self)}


def read_books(file: Path | None) -> Books:
    """Return the books of the file, or new ones when there is none yet."""
    if file is None or not file.exists():
        return Books()
    return Books(**json.loads(file.read_text(encoding="utf-8")))


def write_books(file: Path | None, books: Books) -> None:
    """Replace the file in one step, so that a crash leaves the old books or the new ones."""
    if file is None:
        return
    draft = file.with_name(file.name + ".draft")
    draft.write_text(json.dumps(books.as_json(), separators=(",", ":")), encoding="utf-8")
    draft.replace(file)


def named_in_path(shelf: Shelf, noun: str, wanted: str, *, param: str) -> Thing:
    """Return the object that the path names, or refuse with 404."""
    if wanted not in shelf:
        raise missing(noun, wanted, param=param, status=404)
    return shelf[wanted]


def named_in_parameter(shelf: Shelf, noun: str, wanted: str, *, param: str) -> Thing:
    """Return the object that a parameter names, or refuse with 400."""
    if wanted not in shelf:
        raise missing(noun, wanted, param=param)
    return shelf[wanted]
