"""The `diary` command."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import httpx
import typer
from eventsourcing.persistence import OperationalError
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from adapters.bootstrap import ClockSkewed, build
from adapters.clock import machine_now
from adapters.postgres.clock import PracticeClock
from adapters.postgres.embedded import EmbeddedPostgresError
from adapters.postgres.migrate import DatabaseUnreachable, LogAheadOfCounter, NotMigrated, check_migrated, lift_log_base
from adapters.postgres.migrate import migrate as migrate_database
from adapters.postgres.pool import connect
from adapters.postgres.work import WorkTable
from adapters.settings import Settings, WrongSettings, read_settings
from adapters.tokens import DevelopmentIssuer
from adapters.vault import VaultLocked
from application.errors import Contended, StoreUnavailable, VersionMoved
from cli.demo import DemoFailed, run_demo
from cli.diary import therapist_app
from cli.history import print_history
from cli.parent import end_with_demo
from cli.place import NoDemoHere, database, demo_addresses, in_place
from cli.processes import PortInUse, quiet_logs, run_worker
from cli.processes import serve as serve_api
from cli.story import StepFailed
from cli.tour import CHAPTERS, play
from cli.visitor import TOKEN_LIFETIME, UnexpectedAnswer
from domain.errors import Refusal
from domain.model import Role
from projections.catalogue import VIEWS

COMMANDS = (
    "demo",
    "tour",
    "serve",
    "work",
    "migrate",
    "history",
    "therapist",
    "token",
    "unpark",
    "settings",
    "sandbox",
)
PARKED_LIMIT = 1000


class InOrder(TyperGroup):
    """The commands as somebody new meets them; by itself the library puts groups, and so the demo, last."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the library's signature
        return sorted(self.commands, key=COMMANDS.index)


app = typer.Typer(
    cls=InOrder,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Therapy Diary: book, pay for and keep sessions.",
)
demo_app = typer.Typer(invoke_without_command=True, help="The whole service on this machine, with sample people.")
app.add_typer(demo_app, name="demo")
app.add_typer(therapist_app, name="therapist")
out = Console()


class PersonRole(StrEnum):
    """The roles that people can have; the system has no token."""

    CLIENT = Role.CLIENT.value
    THERAPIST = Role.THERAPIST.value
    OPERATOR = Role.OPERATOR.value
    AUDITOR = Role.AUDITOR.value


class DemoSilent(Exception):
    """The demo does not answer; is it still running?"""


class NotParked(Exception):
    """This work is not parked."""


EXPECTED = (
    ClockSkewed,
    Contended,
    DatabaseUnreachable,
    DemoFailed,
    DemoSilent,
    EmbeddedPostgresError,
    LogAheadOfCounter,
    NoDemoHere,
    NotMigrated,
    NotParked,
    PortInUse,
    Refusal,
    StepFailed,
    StoreUnavailable,
    UnexpectedAnswer,
    VaultLocked,
    VersionMoved,
    WrongSettings,
)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@demo_app.callback()
def demo(context: typer.Context) -> None:
    """Run the demo until Ctrl-C: embedded PostgreSQL, payment sandbox, API, worker, sample people."""
    if context.invoked_subcommand is None:
        quiet_logs()
        run_demo(read_settings(), out)


@demo_app.command()
def advance(by: Annotated[str, typer.Argument(help="How far, such as 90s, 15m, 24h or 2d.")]) -> None:
    """Move the demo's clock forward, so that deadlines can be watched."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", by)
    if match is None:
        raise typer.BadParameter("has to be a number and a unit, such as 90s, 15m, 24h or 2d")
    addresses = demo_addresses(read_settings().folder)
    owner = connect(addresses.conninfo, pool_size=1, role=None)
    try:
        with _the_demo_answers():
            clock = PracticeClock(owner)
            clock.advance(timedelta(**{UNITS[match[2]]: int(match[1])}))
            out.print(f"It is {clock.now():%a %d %b %Y %H:%M:%S} UTC in the demo now.", highlight=False)
    finally:
        owner.close()


@contextmanager
def _the_demo_answers() -> Iterator[None]:
    """A demo that was killed leaves its addresses behind. Raises DemoSilent."""
    try:
        yield
    except (httpx.TransportError, OperationalError) as error:
        raise DemoSilent from error


@app.command()
def tour() -> None:
    """Play the story of one therapist and four clients against the running demo, checking every step."""
    with _the_demo_answers():
        steps = play(read_settings().folder, CHAPTERS, out)
    out.print(f"\n[bold green]{steps} steps, all as they should be.[/]")


@app.command()
def migrate(
    lift_log_base_: Annotated[
        bool, typer.Option("--lift-log-base", help="After a logical restore into a new cluster: lift new positions.")
    ] = False,
) -> None:
    """Bring the database's tables to this version. Run it as the owner, before the new version starts."""
    settings = read_settings()
    owner = settings.owner_database_url or settings.database_url
    with database(settings.model_copy(update={"database_url": owner})) as conninfo:
        done = migrate_database(conninfo, VIEWS)
        out.print("\n".join(done) if done else "Nothing to do: the tables are those of this version.")
        if lift_log_base_:
            out.print(f"The log's base was lifted by {lift_log_base(conninfo)}.")


@app.command()
def serve() -> None:
    """Serve the HTTP API."""
    quiet_logs()
    settings = read_settings()
    with database(settings) as conninfo:
        serve_api(settings, conninfo)


@app.command()
def work() -> None:
    """Follow the log, send what is due and do it."""
    quiet_logs()
    settings = read_settings()
    with database(settings) as conninfo:
        run_worker(settings, conninfo)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 12111,
    webhook_url: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Run the payment sandbox, which behaves as the provider does and moves no money."""
    from adapters.sandbox.__main__ import main as serve_sandbox  # noqa: PLC0415 - only this command needs it

    end_with_demo()
    settings = read_settings()
    books = settings.folder / "sandbox.json"
    secret = settings.stripe_webhook_secrets
    options = ["--port", str(port), "--file", str(books)]
    if webhook_url is not None and secret:
        options += ["--webhook-url", webhook_url, "--webhook-secret", secret[0].get_secret_value()]
    serve_sandbox(options)


@app.command()
def history(session_id: Annotated[UUID, typer.Argument(help="The session's id.")]) -> None:
    """Replay a session from the log: every event in words, and what the session was after it."""
    settings = in_place(read_settings())
    assert settings.database_url is not None
    print_history(settings, settings.database_url.get_secret_value(), session_id, out)


@app.command()
def token(
    role: Annotated[PersonRole, typer.Argument(help="What the person is here.", metavar="ROLE")],
    person_id: Annotated[UUID, typer.Argument(help="The person's id.", metavar="PERSON_ID")],
) -> None:
    """Print a token of the built-in development issuer, good for 30 days."""
    issuer = DevelopmentIssuer(in_place(read_settings()).required("token_secret").get_secret_value().encode())
    typer.echo(issuer.issue(person_id, Role(role), now=machine_now(), lifetime=TOKEN_LIFETIME))


@app.command()
def unpark(
    work_ids: Annotated[list[str] | None, typer.Argument(metavar="WORK_ID", help="What to put back.")] = None,
    all_: Annotated[bool, typer.Option("--all", help=f"Put everything back, {PARKED_LIMIT} at a time.")] = False,
) -> None:
    """Put parked work back, to be tried anew; without an id, list what is parked and the error it was parked for."""
    if work_ids and all_:
        raise typer.BadParameter("name some work or say --all, not both")
    settings = in_place(read_settings())
    assert settings.database_url is not None
    service = build(settings, settings.database_url.get_secret_value())
    try:
        check_migrated(service.conninfo, VIEWS)
        if work_ids or all_:
            _put_back(service.work, work_ids)
        else:
            _list_parked(service.work)
    finally:
        service.close()


def _put_back(work: WorkTable, work_ids: list[str] | None) -> None:
    wanted = work_ids or [work_id for work_id, _ in work.parked(PARKED_LIMIT)]
    done = work.unpark(wanted)
    _print_lines([f"{work_id} is put back." for work_id in done] or ["Nothing was put back."])
    if missing := [work_id for work_id in wanted if work_id not in done]:
        raise NotParked(f"Not parked, and so left as it is: {', '.join(missing)}.")


def _list_parked(work: WorkTable) -> None:
    parked = work.parked(PARKED_LIMIT)
    _print_lines([f"{work_id}  {code}" for work_id, code in parked] or ["Nothing is parked."])


def _print_lines(lines: list[str]) -> None:
    """Whole, however narrow the terminal: ids are there to be copied."""
    out.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)


@app.command()
def settings() -> None:
    """Print every setting, its value with secrets hidden, and what it is for."""
    table = Table("setting", "value", "what it is for")
    values = read_settings()
    for name, field in Settings.model_fields.items():
        value = getattr(values, name)
        table.add_row(f"DIARY_{name.upper()}", "not set" if value in (None, ()) else str(value), field.description)
    out.print(table)


def run() -> None:
    """Run the command; what can be expected to go wrong ends it with a sentence, not a traceback."""
    try:
        app()
    except EXPECTED as refusal:
        sentence = str(refusal) or " ".join((type(refusal).__doc__ or "").split())
        Console(stderr=True).print(sentence, style="red", highlight=False, soft_wrap=True, markup=False)
        sys.exit(1)
