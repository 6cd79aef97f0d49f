"""Where the commands on a diary are carried out: at the service of this machine, in the name of an operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from adapters.bootstrap import Service, build, check_start
from adapters.settings import read_settings
from application.practice import Command, Practice
from cli.place import in_place
from domain.model import Actor, Role
from domain.relationship import relationship as relationships

out = Console()

TherapistId = Annotated[UUID, typer.Argument(metavar="THERAPIST_ID", help="The therapist's id.")]
By = Annotated[
    UUID,
    typer.Option("--by", envvar="DIARY_BY", metavar="OPERATOR_ID", help="The operator in whose name it is done."),
]


@dataclass(frozen=True, slots=True)
class Order:
    """A service, and a command that an operator gives there on behalf of a therapist."""

    service: Service
    command: Command

    @property
    def practice(self) -> Practice:
        return self.service.practice


@contextmanager
def the_service() -> Iterator[Service]:
    """Yield the service of this machine's settings, or of the demo that runs on the folder.

    Raises NoDemoHere, WrongSettings, DatabaseUnreachable, NotMigrated, LogAheadOfCounter, ClockSkewed.
    """
    settings = in_place(read_settings())
    assert settings.database_url is not None, "it is what `in_place` finds"
    service = build(settings, settings.database_url.get_secret_value())
    try:
        check_start(service)
        yield service
    finally:
        service.close()


@contextmanager
def on_behalf_of(therapist_id: UUID, *, by: UUID) -> Iterator[Order]:
    """Yield a command of an operator for a therapist, now (rule K1)."""
    with the_service() as service:
        yield _order(service, therapist_id, by=by)


@contextmanager
def on_behalf_of_the_one_related(relationship_id: UUID, *, by: UUID) -> Iterator[Order]:
    """Yield a command of an operator for the therapist of a relationship. Raises NotThere."""
    with the_service() as service:
        relationship = service.practice.load(relationship_id, relationships.evolve).state
        yield _order(service, relationship.therapist_id, by=by)


def _order(service: Service, therapist_id: UUID, *, by: UUID) -> Order:
    command = service.desk.command(Actor(role=Role.OPERATOR, person_id=by))
    return Order(service, replace(command, on_behalf_of=therapist_id))


def say(*lines: str) -> None:
    """Print lines whole, however narrow the terminal: ids are there to be copied."""
    out.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
