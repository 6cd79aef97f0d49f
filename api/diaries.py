"""Diaries: hours, dates, notice, self-booking, and what is open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from api.auth import Asker, TheService, TokenIfAny
from api.permissions import Action, permit_self
from api.positions import tell_position
from api.schemas.common import Day, MoneyAnswer, PlaceAnswer
from api.schemas.therapists import (
    DateBody,
    NoticeBody,
    OpeningAnswer,
    OpeningsAnswer,
    SelfBookingBody,
    TherapistAnswer,
    WeekBody,
)
from api.therapists import therapist_answer
from api.windows import From, Until, window
from application import people
from domain.diary import diary as diaries
from domain.diary.diary import BookingTerms, diary_id_of
from domain.diary.events import Hours
from domain.diary.openings import Opening, openings
from domain.model import SessionKind
from domain.session.notice import notice_deadline
from domain.therapist import therapist as therapists
from domain.therapist.events import Price
from domain.therapist.therapist import Therapist

router = APIRouter(tags=["diaries"])

DAY = timedelta(days=1)


@router.put("/v1/therapists/{therapist_id}/hours", operation_id=Action.SET_HOURS)
def set_hours(
    service: TheService, person: Asker, therapist_id: UUID, body: WeekBody, response: Response
) -> TherapistAnswer:
    """Describe your working week, all of it (rule B1)."""
    permit_self(person, therapist_id, Action.SET_HOURS)
    weekly = tuple(hours.to_weekly() for hours in body.weekly)
    _refuse_unknown_places(service, therapist_id, [one.hours for one in weekly])
    outcome = people.set_hours(service.practice, service.desk.command(person.actor), therapist_id, weekly)
    tell_position(response, outcome.position)
    return therapist_answer(service, therapist_id)


@router.put("/v1/therapists/{therapist_id}/notice", operation_id=Action.SET_NOTICE)
def set_notice(
    service: TheService, person: Asker, therapist_id: UUID, body: NoticeBody, response: Response
) -> TherapistAnswer:
    """Say how clients book (rule B2)."""
    permit_self(person, therapist_id, Action.SET_NOTICE)
    terms = BookingTerms(**body.model_dump())
    outcome = people.set_notice(service.practice, service.desk.command(person.actor), therapist_id, terms)
    tell_position(response, outcome.position)
    return therapist_answer(service, therapist_id)


@router.put("/v1/therapists/{therapist_id}/dates/{day}", operation_id=Action.SET_DATE)
def set_date(
    service: TheService, person: Asker, therapist_id: UUID, day: Day, body: DateBody, response: Response
) -> TherapistAnswer:
    """Give one date hours beside the weekly ones, or close it (rule B1)."""
    permit_self(person, therapist_id, Action.SET_DATE)
    command = service.desk.command(person.actor)
    hours = tuple(one.to_hours() for one in body.hours)
    _refuse_unknown_places(service, therapist_id, hours)
    if hours:
        outcome = people.open_date(service.practice, command, therapist_id, day, hours)
    else:
        outcome = people.close_date(service.practice, command, therapist_id, day)
    tell_position(response, outcome.position)
    return therapist_answer(service, therapist_id)


def _refuse_unknown_places(service: Service, therapist_id: UUID, hours: Iterable[Hours]) -> None:
    """Raise UnknownLocation where the therapist does not work: nobody would ever see those hours open."""
    therapist = service.practice.load(therapists.stream_of(therapist_id), therapists.evolve).state
    for location_id in {location_id for one in hours for location_id in one.location_ids}:
        therapist.location(location_id)


@router.put("/v1/therapists/{therapist_id}/self-booking", operation_id=Action.SET_SELF_BOOKING)
def set_self_booking(
    service: TheService, person: Asker, therapist_id: UUID, body: SelfBookingBody, response: Response
) -> TherapistAnswer:
    """Let clients book by themselves, or stop it; what is booked stands (rule B6)."""
    permit_self(person, therapist_id, Action.SET_SELF_BOOKING)
    decide = people.open_self_booking if body.open else people.close_self_booking
    outcome = decide(service.practice, service.desk.command(person.actor), therapist_id)
    tell_position(response, outcome.position)
    return therapist_answer(service, therapist_id)


@router.get("/v1/therapists/{therapist_id}/openings", operation_id=Action.LIST_OPENINGS, dependencies=[TokenIfAny])
def list_openings(
    service: TheService, therapist_id: UUID, kind: SessionKind, since: From = None, until: Until = None
) -> OpeningsAnswer:
    """See what is open, with place, price and the notice deadline, without signing in (rules A1, A3, B9)."""
    now = service.desk.now()
    asked = window(since, until, now=now)
    therapist = service.practice.load(therapists.stream_of(therapist_id), therapists.evolve).state
    diary = service.practice.load(diary_id_of(therapist_id), diaries.evolve).state
    price = therapist.price_of(kind)
    taken = service.claims.of_therapist(therapist_id, since=asked.since - DAY, until=asked.until + DAY)
    listed = openings(
        diary, duration_minutes=price.duration_minutes, taken=taken, since=asked.since, until=asked.until, now=now
    )
    answers = [_opening(therapist, price, opening) for opening in listed]
    return OpeningsAnswer(zone=diary.zone, kind=kind, openings=[a for a in answers if a.locations])


def _opening(therapist: Therapist, price: Price, opening: Opening) -> OpeningAnswer:
    """A location that the therapist has left since the hours were set is no place to book."""
    known = [therapist.locations[i] for i in opening.location_ids if i in therapist.locations]
    return OpeningAnswer(
        starts_at=opening.starts_at,
        ends_at=opening.starts_at + timedelta(minutes=price.duration_minutes),
        locations=[PlaceAnswer.of(location) for location in known],
        price=MoneyAnswer(amount_minor=price.amount.amount_minor, currency=price.amount.currency),
        notice_deadline=notice_deadline(opening.starts_at),
    )
