"""Booking a series: all of its dates or none, in one transaction (rule A10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from application.errors import RequestDiffers
from application.ports import Claims, ExternalBusy
from application.practice import Changes, Command, Outcome, Practice
from application.reading import Read
from application.sessions import (
    Basis,
    Booking,
    DecidedSession,
    changes_of,
    decide_session,
    on_behalf_of_client,
    read_basis,
    refuse_another,
    warnings_of,
)
from application.standing import picture_of
from domain.diary.openings import closed_as_a_whole, reasons
from domain.diary.picture import Picture, Taken, WhyNot, not_open
from domain.errors import ClientBusy, SeriesClash, SeriesClashes, SlotTaken
from domain.model import Role, SessionKind
from domain.session import session as sessions
from domain.session.events import Booked, Series, Settlement
from domain.session.series import SeriesDate, series_starts, session_id_of
from domain.session.session import Session
from domain.therapist import therapist as therapists


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesBooking:
    """What somebody asks to book as one: `count` sessions from the first on, every `interval_weeks` weeks.

    The ids of the sessions are made from `series_id`. `attendees` are names and go to the vault.
    """

    series_id: UUID
    therapist_id: UUID
    client_id: UUID
    kind: SessionKind
    first_starts_at: datetime
    count: int
    interval_weeks: int
    location_id: UUID
    attendees: tuple[str, ...]
    settlement: Settlement = Settlement.PLATFORM
    client_agreed: bool = False
    accepted_policy: str | None = None

    def booking(self, number: int, starts_at: datetime) -> Booking:
        """Return one session of the series, counted from 1."""
        return Booking(
            session_id=session_id_of(self.series_id, number),
            therapist_id=self.therapist_id,
            client_id=self.client_id,
            kind=self.kind,
            starts_at=starts_at,
            location_id=self.location_id,
            attendees=self.attendees,
            settlement=self.settlement,
            client_agreed=self.client_agreed,
            accepted_policy=self.accepted_policy,
            series=Series(series_id=self.series_id, number=number, count=self.count),
        )

    def dates(self, *, zone: str) -> list[SeriesDate]:
        """Return when it is to take place. Raises SeriesOutOfRange."""
        return series_starts(self.first_starts_at, count=self.count, interval_weeks=self.interval_weeks, zone=zone)


@dataclass(frozen=True, slots=True)
class DateWarnings:
    """What a therapist should know about one date (rule B13), as codes."""

    day: date
    starts_at: datetime
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeriesOutcome:
    """What was stored, and the dates that a therapist should know something about; none for clients."""

    outcome: Outcome
    warnings: tuple[DateWarnings, ...]


def book_series(
    practice: Practice, claims: Claims, busy: ExternalBusy, command: Command, series: SeriesBooking
) -> SeriesOutcome:
    """Book a series, all or nothing, in one transaction (rules A10, B10, B12, E5).

    Raises SeriesClashes with every date that cannot be booked, NotOpen where nothing is, SeriesOutOfRange, and what
    `book_session` raises.
    """
    warnings: list[DateWarnings] = []
    command = on_behalf_of_client(command, series.client_id)

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(series.therapist_id))
        warnings.clear()
        if _is_booked(practice, series):
            return Changes()
        basis = read_basis(practice, command, series.booking(1, series.first_starts_at))
        dates = series.dates(zone=basis.standing.diary.zone)
        decided = _decide_dates(basis, command, series, dates)
        picture = _picture(basis, claims, busy, decided, now=command.now)
        if command.actor.role is Role.CLIENT and (closed := closed_as_a_whole(picture)) is not None:
            raise not_open(closed)
        clashes = _clashes(picture, command.actor.role, dates, decided)
        if clashes and _is_booked(practice, series):
            return Changes()  # it clashes with itself, stored meanwhile at another asking
        if clashes:
            raise SeriesClashes(clashes)
        if command.actor.role is Role.THERAPIST:
            warnings.extend(_warnings(picture, decided))
        return changes_of(basis, list(decided.values()), rests_on=guards)

    try:
        outcome = practice.perform(command, decide)
    except (SlotTaken, ClientBusy):
        if decide().events:  # somebody was faster: this names the dates
            raise
        outcome = practice.perform(command, decide)  # it was this very series, asked for twice
    return SeriesOutcome(outcome, tuple(warnings))


def _is_booked(practice: Practice, series: SeriesBooking) -> bool:
    """Say whether this series is stored. Raises RequestDiffers where its id was used for another."""
    first = practice.read(session_id_of(series.series_id, 1), sessions.evolve).state
    if first is None:
        return False
    dates = series.dates(zone=first.booked.zone)
    reads = [Read(session_id_of(series.series_id, number), sessions.evolve) for number in range(1, len(dates) + 1)]
    found = practice.read_together(*reads)
    for number, (one, read) in enumerate(zip(dates, reads, strict=True), start=1):
        stored: Session | None = found.read(read).state
        if one.starts_at is None or stored is None:
            raise RequestDiffers
        refuse_another(stored.booked, series.booking(number, one.starts_at))
    return True


def _decide_dates(
    basis: Basis, command: Command, series: SeriesBooking, dates: Sequence[SeriesDate]
) -> dict[date, DecidedSession]:
    return {
        one.day: decide_session(basis, command, series.booking(number, one.starts_at))
        for number, one in enumerate(dates, start=1)
        if one.starts_at is not None
    }


def _picture(
    basis: Basis, claims: Claims, busy: ExternalBusy, decided: Mapping[date, DecidedSession], *, now: datetime
) -> Picture:
    slots = [one.booked.slot for one in decided.values()]
    since, until = min(slot.starts_at for slot in slots), max(slot.ends_at for slot in slots)
    return picture_of(basis.standing, claims, busy, since=since, until=until, now=now)


def _clashes(
    picture: Picture, by: Role, dates: Sequence[SeriesDate], decided: Mapping[date, DecidedSession]
) -> tuple[SeriesClash, ...]:
    """Return all dates that cannot be booked, and not only the first."""
    whys = {one.day: WhyNot.CLOCK_CHANGE_GAP for one in dates if one.starts_at is None}
    for day, session in decided.items():
        if (reason := _why_not(picture, by, session.booked)) is not None:
            whys[day] = reason
    return tuple(SeriesClash(one.day, one.starts_at, whys[one.day].value) for one in dates if one.day in whys)


def _warnings(picture: Picture, decided: Mapping[date, DecidedSession]) -> Iterator[DateWarnings]:
    for day, session in decided.items():
        if codes := warnings_of(picture, session.booked):
            yield DateWarnings(day, session.booked.slot.starts_at, tuple(codes))


def _why_not(picture: Picture, by: Role, booked: Booked) -> WhyNot | None:
    """Return why a date cannot be booked: a client is bound by all that is listed, a therapist by claims (rule B13)."""
    if by is Role.CLIENT:
        return next(iter(reasons(picture, booked.slot)), None)
    starts_at, ends_at = booked.slot.starts_at, booked.slot.ends_at
    if _any_within(picture.claims, starts_at, ends_at + timedelta(minutes=booked.gap_minutes)):
        return WhyNot.OVERLAPS
    return WhyNot.CLIENT_BUSY if _any_within(picture.asker.busy, starts_at, ends_at) else None


def _any_within(taken: Iterable[Taken], starts_at: datetime, ends_at: datetime) -> bool:
    return any(one.starts_at < ends_at and starts_at < one.ends_at for one in taken)
