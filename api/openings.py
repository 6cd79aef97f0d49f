"""What is open, to anybody and to those who have signed in (rules A1, B9)."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from adapters.tokens import Person
from api.auth import AskerIfAny, TheService
from api.permissions import Action
from api.schemas.common import MoneyAnswer, PlaceAnswer
from api.schemas.openings import ClosedAnswer, OpeningAnswer, OpeningsAnswer
from api.therapists import contact_text
from api.windows import From, Until, window
from application.standing import picture_of, read_standing
from domain.diary.openings import Opening, closed_as_a_whole, openings
from domain.diary.picture import SENTENCES, ClosedBecause
from domain.model import Role, SessionKind

router = APIRouter(tags=["diaries"])


@router.get("/v1/therapists/{therapist_id}/openings", operation_id=Action.LIST_OPENINGS)
def list_openings(
    service: TheService,
    person: AskerIfAny,
    therapist_id: UUID,
    kind: SessionKind,
    response: Response,
    since: From = None,
    until: Until = None,
) -> OpeningsAnswer:
    """See what is open, with place, price and the notice deadline, without signing in (rules A1, A3, B9).

    A client with a token sees what is open to them: their own reserved slots, and not what they cannot book.
    """
    response.headers["Vary"] = "Authorization"
    if person is not None:
        response.headers["Cache-Control"] = "no-store"
    now = service.desk.now()
    asked = window(since, until, now=now)
    standing = read_standing(service.practice, therapist_id=therapist_id, client_id=_client(person))
    picture = picture_of(standing, service.claims, service.busy, since=asked.since, until=asked.until, now=now)
    listed = openings(picture, kind=kind, since=asked.since, until=asked.until)
    return OpeningsAnswer(
        zone=standing.diary.zone,
        kind=kind,
        openings=[_opening(one) for one in listed],
        closed=_closed(service, therapist_id, closed_as_a_whole(picture)),
    )


def _client(person: Person | None) -> UUID | None:
    return person.person_id if person is not None and person.role is Role.CLIENT else None


def _opening(opening: Opening) -> OpeningAnswer:
    amount = opening.price.amount
    return OpeningAnswer(
        starts_at=opening.starts_at,
        ends_at=opening.ends_at,
        locations=[PlaceAnswer.of(location) for location in opening.locations],
        price=MoneyAnswer(amount_minor=amount.amount_minor, currency=amount.currency),
        notice_deadline=opening.notice_deadline,
    )


def _closed(service: Service, therapist_id: UUID, reason: ClosedBecause | None) -> ClosedAnswer | None:
    if reason is None:
        return None
    contact = contact_text(service, therapist_id)
    return ClosedAnswer(reason=reason, sentence=SENTENCES[reason], contact=contact)
