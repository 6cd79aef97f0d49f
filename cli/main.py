"""The `diary` command."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from adapters.bootstrap import ClockSkewed, DatabaseUnreachable
from adapters.postgres.clock import PracticeClock
from adapters.postgres.embedded import EmbeddedPostgresError
from adapters.postgres.migrate import LogAheadOfCounter, NotMigrated, lift_log_base
from adapters.postgres.migrate import migrate as migrate_database
from adapters.postgres.pool import connect
from adapters.settings import Settings, WrongSettings, read_settings
from adapters.vault import VaultLocked
from application.errors import StoreUnavailable
from cli.demo import DemoFailed, run_demo
from cli.history import print_history
from cli.parent import end_with_demo
from cli.place import NoDemoHere, database, demo_addresses, in_place
from cli.processes import quiet_logs, run_worker
from cli.processes import serve as serve_api
from cli.story import StepFailed
from cli.tour import CHAPTERS, play
from cli.visitor import UnexpectedAnswer
from domain.errors import Refusal
from projections.catalogue import VIEWS

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Therapy Diary: book, pay for and keep sessions.",
)
demo_app = typer.Typer(invoke_without_command=True, help="The whole service on this machine, with sample people.")
app.add_typer(demo_app, name="demo")
out = Console()

EXPECTED = (
    ClockSkewed,
    DatabaseUnreachable,
    DemoFailed,
    EmbeddedPostgresError,
    LogAheadOfCounter,
    NoDemoHere,
    NotMigrated,
    Refusal,
    StepFailed,
    StoreUnavailable,
    UnexpectedAnswer,
    VaultLocked,
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
        raise typer.BadParameter("a number and a unit, such as 90s, 15m, 24h or 2d")
    addresses = demo_addresses(read_settings().folder)
    owner = connect(addresses.conninfo, pool_size=1, role=None)
    clock = PracticeClock(owner)
    clock.advance(timedelta(**{UNITS[match[2]]: int(match[1])}))
    out.print(f"It is {clock.now():%a %d %b %Y %H:%M:%S} UTC in the demo now.", highlight=False)
    owner.close()


@app.command()
def tour() -> None:
    """Play the story of one therapist and three clients against the running demo, checking every step."""
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
