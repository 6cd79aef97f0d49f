"""A session as each role may see it (rules A14, H3)."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from adapters.bootstrap import Service
from adapters.tokens import Person
from api.permissions import FoundSession
from api.schemas.common import MoneyAnswer
from api.schemas.sessions import (
    CancelledAnswer,
    ChargeFailureAnswer,
    LocationAnswer,
    SeriesPlaceAnswer,
    SessionAnswer,
)
from api.versions import tag_of
from application.people import place_field
from application.sessions import attendees_field
from domain.model import Role
from domain.session.events import Cancelled, ChargeFailed, Series
from domain.session.session import Session, Status

INVOLVED = frozenset({Role.CLIENT, Role.THERAPIST})


def session_answer(service: Service, person: Person, found: FoundSession, response: Response) -> SessionAnswer:
    """Return a session as this person may see it, with its version as the answer's tag."""
    response.headers["ETag"] = tag_of(found.version)
    session, booked = found.state, found.state.booked
    attendees, details = _personal(service, person, found.session_id, session)
    location = session.slot.location
    return SessionAnswer(
        session_id=found.session_id,
        series=_place_in(booked.series),
        therapist_id=booked.therapist_id,
        client_id=booked.client_id,
        relationship_id=booked.relationship_id,
        kind=booked.kind,
        initial=booked.initial,
        status=session.status,
        starts_at=session.slot.starts_at,
        ends_at=session.slot.ends_at,
        zone=booked.zone,
        location=LocationAnswer(location_id=location.location_id, medium=location.medium, details=details),
        attendees=attendees,
        price=MoneyAnswer(amount_minor=booked.price.amount_minor, currency=booked.price.currency),
        notice_deadline=session.notice_deadline,
        settlement=booked.settlement,
        charge_timing=booked.charge_timing,
        charge_at=booked.charge_at,
        checkout_ends_at=booked.checkout_ends_at,
        charged_minor=session.charged_minor,
        refunded_minor=session.refunded_minor,
        charge_failure=_failure(session.charge_failure),
        attendance=session.attendance,
        cancelled=_cancelled(found.cancelled),
    )


def _place_in(series: Series | None) -> SeriesPlaceAnswer | None:
    return None if series is None else SeriesPlaceAnswer(**series.model_dump())


def _personal(
    service: Service, person: Person, session_id: UUID, session: Session
) -> tuple[list[str] | None, str | None]:
    """Return the attendees' names and the location's details; nothing for staff."""
    if person.role not in INVOLVED:
        return None, None
    booked = session.booked
    names = booked.client_id, attendees_field(session_id)
    place = booked.therapist_id, place_field(session.slot.location.location_id)
    shows_place = person.role is Role.THERAPIST or session.status is Status.CONFIRMED
    texts = service.people.read([names, place] if shows_place else [names])
    return texts[names].split("\n"), texts.get(place)


def _failure(failed: ChargeFailed | None) -> ChargeFailureAnswer | None:
    if failed is None:
        return None
    return ChargeFailureAnswer(code=failed.code, needs_authentication=failed.needs_authentication)


def _cancelled(event: Cancelled | None) -> CancelledAnswer | None:
    if event is None:
        return None
    return CancelledAnswer(
        by=event.by, reason=event.reason, entitlement=event.entitlement, rule=event.rule, at=event.at
    )
