"""Therapists: joining, what anybody sees of them, prices and locations."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from api.auth import Asker, TheService, TokenIfAny
from api.idempotency import UnderAKey, once
from api.permissions import Action, permit, permit_self
from api.positions import tell_position
from api.schemas.common import PlaceAnswer
from api.schemas.diary_answers import NoticeAnswer
from api.schemas.therapists import (
    JoinBody,
    LocationsBody,
    PriceAnswer,
    PricesBody,
    TherapistAnswer,
)
from application import people
from application.availability import CONTACT
from domain.diary import diary as diaries
from domain.diary.diary import diary_id_of
from domain.diary.openings import closed_as_a_whole
from domain.diary.picture import Picture
from domain.session.notice import POLICY_VERSION
from domain.therapist import therapist as therapists
from domain.therapist.events import PauseExtent

router = APIRouter(tags=["therapists"])


def therapist_answer(service: Service, therapist_id: UUID) -> TherapistAnswer:
    """Return what anybody sees of a therapist. Raises NotThere."""
    therapist = service.practice.load(therapists.stream_of(therapist_id), therapists.evolve).state
    diary = service.practice.load(diary_id_of(therapist_id), diaries.evolve).state
    name = therapist_id, people.NAME
    return TherapistAnswer(
        therapist_id=therapist_id,
        name=service.people.read([name])[name],
        zone=therapist.zone,
        country=therapist.country,
        prices=[
            PriceAnswer(kind=p.kind, duration_minutes=p.duration_minutes, **p.amount.model_dump())
            for p in therapist.prices.values()
        ],
        locations=[PlaceAnswer.of(location) for location in therapist.locations.values()],
        self_booking=diary.self_booking,
        accepting_new_clients=therapist.takes_new_clients,
        paused=PauseExtent.ALL_BOOKINGS if therapist.takes_no_bookings else therapist.paused,
        contact=_contact(service, therapist_id, Picture(diary=diary, therapist=therapist, now=service.desk.now())),
        notice=NoticeAnswer.of(diary.terms),
        policy_version=POLICY_VERSION,
    )


def _contact(service: Service, therapist_id: UUID, picture: Picture) -> str | None:
    """What somebody reads who cannot book by themselves: nothing where anybody can."""
    return contact_text(service, therapist_id) if closed_as_a_whole(picture) else None


def contact_text(service: Service, therapist_id: UUID) -> str | None:
    """Return what people read who cannot book by themselves, None where there is no text (rules B7, G5).

    A text that was taken away is kept as an empty one.
    """
    return service.people.find(therapist_id, CONTACT) or None


@router.post("/v1/therapists", status_code=201, operation_id=Action.JOIN_AS_THERAPIST)
def join_as_therapist(
    service: TheService, person: Asker, asked: UnderAKey, body: JoinBody, response: Response
) -> TherapistAnswer:
    """Become a therapist of the practice. The id is the token's."""
    permit(person, Action.JOIN_AS_THERAPIST)
    therapist_id = person.person_id
    done = once(
        service,
        asked,
        lambda command: people.join_as_therapist(
            service.practice, command, therapist_id, name=body.name, zone=body.zone, country=body.country
        ),
        about=therapist_id,
    )
    done.tell(response)
    response.headers["Location"] = f"/v1/therapists/{done.subject_id}"
    return therapist_answer(service, done.subject_id)


@router.get("/v1/therapists/{therapist_id}", operation_id=Action.READ_THERAPIST, dependencies=[TokenIfAny])
def read_therapist(service: TheService, therapist_id: UUID) -> TherapistAnswer:
    """Look at a therapist (rule A1)."""
    return therapist_answer(service, therapist_id)


@router.put("/v1/therapists/{therapist_id}/prices", operation_id=Action.SET_PRICES)
def set_prices(
    service: TheService, person: Asker, therapist_id: UUID, body: PricesBody, response: Response
) -> TherapistAnswer:
    """Publish a new price list. Sessions booked before keep the price of theirs (rule A4)."""
    permit_self(person, therapist_id, Action.SET_PRICES)
    prices = tuple(price.to_price() for price in body.prices)
    outcome = people.set_prices(service.practice, service.desk.command(person.actor), therapist_id, prices)
    tell_position(response, outcome.position)
    return therapist_answer(service, therapist_id)


@router.put("/v1/therapists/{therapist_id}/locations", operation_id=Action.SET_LOCATIONS)
def set_locations(
    service: TheService, person: Asker, therapist_id: UUID, body: LocationsBody, response: Response
) -> TherapistAnswer:
    """Say where you work (rule A14)."""
    permit_self(person, therapist_id, Action.SET_LOCATIONS)
    places = tuple(location.to_place() for location in body.locations)
    outcome = people.set_locations(service.practice, service.desk.command(person.actor), therapist_id, places)
    tell_position(response, outcome.position)
    return therapist_answer(service, therapist_id)
