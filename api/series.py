"""Series of sessions: booking one in one request, all of its dates or none (rule A10), and looking at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from adapters.tokens import Person
from api.auth import Asker, TheService
from api.bookings import CANNOT_BE_REFUNDED, refuse_another_policy, whose
from api.idempotency import UnderAKey, once
from api.permissions import Action, FoundSession, permit, session_for
from api.schemas.series import BookSeriesBody, DateWarningsAnswer, SeriesAnswer
from api.session_answers import session_answer
from application.practice import Command, Outcome
from application.series import SeriesBooking, book_series
from domain.errors import NotThere
from domain.session.events import ChargeTiming
from domain.session.series import later_session_ids, session_id_of
from domain.zones import zone_of

router = APIRouter(tags=["sessions"])


@router.post("/v1/series", status_code=201, operation_id=Action.BOOK_SERIES)
def book(
    service: TheService, person: Asker, asked: UnderAKey, body: BookSeriesBody, response: Response
) -> SeriesAnswer:
    """Book weekly or fortnightly sessions at the same time of day, all or none (rule A10).

    A client pays the first now and each later one at its own notice deadline; where a date is not open nothing is
    booked, and all such dates are answered (`series-clashes`).
    """
    permit(person, Action.BOOK_SERIES)
    client_id = whose(service, person, therapist_id=body.therapist_id, client_id=body.client_id)
    warnings: list[DateWarningsAnswer] = []

    def act(command: Command) -> Outcome:
        refuse_another_policy(body.accept_policy)
        booking = _booking(body, asked.name_id, client_id)
        booked = book_series(service.practice, service.claims, service.busy, command, booking)
        warnings.extend(DateWarningsAnswer.of(one) for one in booked.warnings)
        return booked.outcome

    done = once(service, asked, act, about=asked.name_id)
    done.tell(response)
    response.headers["Location"] = f"/v1/series/{done.subject_id}"
    found = _members(service, person, done.subject_id, Action.BOOK_SERIES)
    if done.replayed:
        warnings.extend(_kept_warnings(found))
    return _answer(service, person, done.subject_id, found, warnings)


@router.get("/v1/series/{series_id}", operation_id=Action.READ_SERIES)
def read_series(service: TheService, person: Asker, series_id: UUID) -> SeriesAnswer:
    """Look at the sessions of a series, in order, as they stand; `warnings` are told when it is booked only."""
    found = _members(service, person, series_id, Action.READ_SERIES)
    return _answer(service, person, series_id, found, warnings=[])


def _members(service: Service, person: Person, series_id: UUID, action: Action) -> list[FoundSession]:
    """Load the sessions of a series for a person. Raises NotThere, NotPermitted."""
    first = session_for(service.practice, person, session_id_of(series_id, 1), action)
    if first.state.booked.series is None:
        raise NotThere
    later_ids = later_session_ids(first.state.booked.series)
    return [first, *(session_for(service.practice, person, session_id, action) for session_id in later_ids)]


def _answer(
    service: Service,
    person: Person,
    series_id: UUID,
    found: Sequence[FoundSession],
    warnings: list[DateWarningsAnswer],
) -> SeriesAnswer:
    """Each session has a tag of its own where it is read by itself; all of them together have none."""
    sessions = [session_answer(service, person, one, Response()) for one in found]
    return SeriesAnswer(series_id=series_id, sessions=sessions, warnings=warnings)


def _kept_warnings(found: Sequence[FoundSession]) -> Iterator[DateWarningsAnswer]:
    """What the diary looked like when a series was booked is not kept; that a date cannot be refunded is."""
    for session in found:
        booked = session.state.booked
        if booked.charge_timing is ChargeTiming.AT_ONCE:
            day = booked.slot.starts_at.astimezone(zone_of(booked.zone)).date()
            yield DateWarningsAnswer(day=day, starts_at=booked.slot.starts_at, warnings=[CANNOT_BE_REFUNDED])


def _booking(body: BookSeriesBody, series_id: UUID, client_id: UUID) -> SeriesBooking:
    return SeriesBooking(
        series_id=series_id,
        therapist_id=body.therapist_id,
        client_id=client_id,
        kind=body.kind,
        first_starts_at=body.starts_at,
        count=body.count,
        interval_weeks=body.interval_weeks,
        location_id=body.location_id,
        attendees=tuple(body.attendees),
        settlement=body.settlement,
        client_agreed=body.client_agreed,
        accepted_policy=body.accept_policy,
    )
