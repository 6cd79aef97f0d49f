"""`diary therapist show`, `openings` and `why`: a diary looked at, without changing anything."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer

from adapters.bootstrap import Service
from application.standing import Standing, read_standing
from application.wording import instant_in_words
from cli.diary_desk import TherapistId, say, the_service
from cli.diary_input import day, in_zone, instant
from cli.diary_openings import Dates, dates_from, reasons_by_location, rows_of_openings
from cli.diary_table import print_diary, print_relationships, print_rows
from cli.diary_words import day_in_words, why_not
from domain.client import client as clients
from domain.diary.openings import closed_as_a_whole
from domain.model import SessionKind

LONGEST_DAYS = 62

AsClient = Annotated[
    UUID | None, typer.Option("--client", metavar="CLIENT_ID", help="As this client sees it; not given, anybody.")
]
Kind = Annotated[SessionKind, typer.Option(help="The kind of session.")]


def show(
    therapist_id: TherapistId,
    *,
    client_id: Annotated[
        UUID | None, typer.Option("--client", metavar="CLIENT_ID", help="Print the relationships with them as well.")
    ] = None,
) -> None:
    """Print the diary: hours, dates, terms, blocks, prime time, reserved slots, and whether bookings are taken."""
    with the_service() as service:
        standing = _standing(service, therapist_id, client_id)
        print_diary(standing, now=service.desk.now())
    if client_id is not None:
        print_relationships(standing)


def openings(
    therapist_id: TherapistId,
    *,
    client_id: AsClient = None,
    kind: Kind = SessionKind.INDIVIDUAL,
    first: Annotated[
        date | None, typer.Option("--from", parser=day, metavar="DAY", help="The first date. Not given: today.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How many dates.")] = 14,
) -> None:
    """Print what is open, date by date, or why nothing is."""
    with the_service() as service:
        standing, now = _standing(service, therapist_id, client_id), service.desk.now()
        dates = dates_from(service, standing, first=first, count=days, now=now)
    closed = closed_as_a_whole(dates.picture)
    if closed is not None:
        say(f"Nothing is open. {why_not(closed, standing.therapist)}")
        return
    rows = list(rows_of_openings(dates, kind=kind))
    print_rows(f"{_span(dates)}, {kind.value}, by the clocks of {standing.diary.zone}", ("date", "open", "where"), rows)


def _span(dates: Dates) -> str:
    return f"{day_in_words(dates.days[0].date)} to {day_in_words(dates.days[-1].date)}"


def why(
    therapist_id: TherapistId,
    at: Annotated[datetime, typer.Argument(parser=instant, metavar="INSTANT", help="A start, as 2030-01-07T09:00.")],
    *,
    client_id: AsClient = None,
    kind: Kind = SessionKind.INDIVIDUAL,
    location_id: Annotated[
        UUID | None, typer.Option("--location", metavar="LOCATION_ID", help="Where. Not given: each location.")
    ] = None,
) -> None:
    """Say whether one time is open, and if not, every reason."""
    with the_service() as service:
        standing = _standing(service, therapist_id, client_id)
        starts_at = in_zone(at, standing.diary.zone)
        places = (location_id,) if location_id else tuple(standing.therapist.locations)
        found = reasons_by_location(
            service, standing, starts_at=starts_at, kind=kind, location_ids=places, now=service.desk.now()
        )
    say(instant_in_words(starts_at, zone=standing.diary.zone))
    if not found:
        say("The therapist has no locations yet, so nothing is open.")
    for each, reasons in found.items():
        sentences = (f"  {why_not(reason, standing.therapist)}" for reason in reasons)
        say(f"at {each}: {'not open' if reasons else 'open'}", *sentences)


def _standing(service: Service, therapist_id: UUID, client_id: UUID | None) -> Standing:
    """Read how the two stand to each other. A client that nobody registered is told: a new one would look the same."""
    if client_id is not None and service.practice.read(clients.stream_of(client_id), clients.evolve).state is None:
        raise typer.BadParameter("There is no client by that id.", param_hint="'--client'")
    return read_standing(service.practice, therapist_id=therapist_id, client_id=client_id)
