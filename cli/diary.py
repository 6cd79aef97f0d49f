"""`diary therapist`: a therapist's diary, looked at and kept from the terminal by an operator (section B)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from cli import diary_keeping, diary_reading, diary_standing

COMMANDS: Mapping[str, Callable[..., None]] = {
    "show": diary_reading.show,
    "openings": diary_reading.openings,
    "why": diary_reading.why,
    "hours": diary_keeping.set_hours,
    "date": diary_keeping.set_date,
    "notice": diary_keeping.set_notice,
    "block": diary_keeping.block,
    "unblock": diary_keeping.unblock,
    "prime-time": diary_keeping.set_prime_time,
    "reserve": diary_keeping.reserve,
    "release": diary_keeping.let_go,
    "self-booking": diary_keeping.set_self_booking,
    "new-clients": diary_standing.set_new_clients,
    "pause": diary_standing.pause,
    "resume": diary_standing.resume,
    "suspend": diary_standing.suspend,
    "reinstate": diary_standing.reinstate,
    "revoke": diary_standing.revoke,
    "restore": diary_standing.restore,
}
"""In the order in which they are listed: what shows, what sets time, what says who may book."""

therapist_app = typer.Typer(
    no_args_is_help=True,
    help="See and keep a therapist's diary. Whatever changes it is done in the name of an operator (--by).",
)
for name, command in COMMANDS.items():
    therapist_app.command(name)(command)
