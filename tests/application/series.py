"""What the tests of series share: a series asked for by a client or by a therapist, and how it stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from adapters.ids import new_id
from application.series import SeriesBooking, SeriesOutcome, book_series
from domain.model import Role, SessionKind
from domain.session.events import Settlement
from domain.session.notice import POLICY_VERSION
from domain.session.series import session_id_of
from domain.session.session import Status
from tests.seeded import Seeded

T = TypeVar("T")

COUNT = 3


def a_series(
    seeded: Seeded,
    client_id: UUID,
    first_starts_at: datetime,
    *,
    series_id: UUID | None = None,
    count: int = COUNT,
    interval_weeks: int = 1,
    settlement: Settlement = Settlement.PLATFORM,
    client_agreed: bool = False,
) -> SeriesBooking:
    """What somebody asks to book as one."""
    return SeriesBooking(
        series_id=series_id or new_id(),
        therapist_id=seeded.therapist_id,
        client_id=client_id,
        kind=SessionKind.INDIVIDUAL,
        first_starts_at=first_starts_at,
        count=count,
        interval_weeks=interval_weeks,
        location_id=seeded.location_id,
        attendees=("Ada Client",),
        settlement=settlement,
        client_agreed=client_agreed,
        accepted_policy=None if client_agreed else POLICY_VERSION,
    )


def ask_as_client(seeded: Seeded, series: SeriesBooking) -> SeriesOutcome:
    """Let the client book a series."""
    service, command = seeded.service, seeded.command(Role.CLIENT, series.client_id)
    return book_series(service.practice, service.claims, service.busy, command, series)


def ask_as_therapist(seeded: Seeded, series: SeriesBooking) -> SeriesOutcome:
    """Let the therapist book a series for a client."""
    service, command = seeded.service, seeded.command(Role.THERAPIST, seeded.therapist_id)
    return book_series(service.practice, service.claims, service.busy, command, series)


def sessions_of(series: SeriesBooking) -> list[UUID]:
    """The ids of a series' sessions, in order."""
    return [session_id_of(series.series_id, number) for number in range(1, series.count + 1)]


def told_of(seeded: Seeded, series: SeriesBooking) -> list[list[str]]:
    """The names of the events of each session of a series."""
    return [seeded.told(session_id) for session_id in sessions_of(series)]


def told_of_payments(seeded: Seeded, series: SeriesBooking) -> list[list[str]]:
    """The names of the events of each payment of a series."""
    return [seeded.told_of_payment(session_id) for session_id in sessions_of(series)]


def statuses_of(seeded: Seeded, series: SeriesBooking) -> list[Status]:
    """How each session of a series stands."""
    return [seeded.session(session_id).status for session_id in sessions_of(series)]


def all_at_once(*asks: Callable[[], T]) -> list[T]:
    """Ask all of it at the same moment; return each answer."""
    barrier = threading.Barrier(len(asks))

    def one(ask: Callable[[], T]) -> T:
        barrier.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(one, asks))
