"""What happened to a session or a relationship, in words and as data (rules K1, K3)."""

from __future__ import annotations

import json
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from adapters.bootstrap import Service
from adapters.event_names import CLASSES
from adapters.tokens import Person
from api.auth import Asker, TheService
from api.permissions import STAFF, Action, load_session, relationship_for, session_for
from api.positions import caught_up, cursor_at, encode
from api.schemas.views import ActorAnswer, EventAnswer, HistoryAnswer
from application.wording import ToldEvent, in_words
from domain.model import Role
from domain.session.events import Booked
from projections import histories

router = APIRouter(tags=["histories"], dependencies=[Depends(caught_up(histories.VIEW))])

Cursor = Annotated[str | None, Query(max_length=64, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200)]
USUAL_LIMIT = 100
PROVIDER_REFERENCES = {"intent_id", "charge_ref", "card_ref", "customer_ref", "provider_ref"}


@router.get("/v1/sessions/{session_id}/history", operation_id=Action.READ_SESSION_HISTORY)
def read_session_history(
    service: TheService, person: Asker, session_id: UUID, cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> HistoryAnswer:
    """Read what happened to a session, its payment included."""
    found = session_for(service.practice, person, session_id, Action.READ_SESSION_HISTORY)
    return _page(service, person, session_id, found.state.booked, after=cursor_at(cursor), limit=limit)


@router.get("/v1/relationships/{relationship_id}/history", operation_id=Action.READ_RELATIONSHIP_HISTORY)
def read_relationship_history(
    service: TheService, person: Asker, relationship_id: UUID, cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> HistoryAnswer:
    """Read what happened between a client and a therapist, sessions apart."""
    opened = relationship_for(service.practice, person, relationship_id, Action.READ_RELATIONSHIP_HISTORY)
    first = load_session(service.practice, opened.first_session_id).state.booked
    return _page(service, person, relationship_id, first, after=cursor_at(cursor), limit=limit)


def _page(
    service: Service, person: Person, subject_id: UUID, booked: Booked, *, after: int, limit: int
) -> HistoryAnswer:
    rows = histories.of(service.rows, subject_id, after=after, limit=limit + 1)
    told = rows[:limit]
    following = encode(told[-1]["position"]) if len(rows) > limit else None
    return HistoryAnswer(events=[_event(row, booked, person.role) for row in told], next=following)


def _event(row: dict[str, Any], booked: Booked, reader: Role) -> EventAnswer:
    event = cast("ToldEvent", CLASSES[row["name"]].model_validate_json(json.dumps(row["data"])))
    return EventAnswer(
        position=encode(row["position"]),
        name=row["name"],
        at=row["at"],
        actor=ActorAnswer(role=row["actor_role"], person_id=row["actor_id"], on_behalf_of=row["on_behalf_of"]),
        words=in_words(event, zone=booked.zone, currency=booked.price.currency),
        data=row["data"] if reader in STAFF else _without_references(row["data"]),
        command_id=row["command_id"],
        correlation_id=row["correlation_id"],
        causation=row["causation"],
    )


def _without_references(data: dict[str, Any]) -> dict[str, Any]:
    """A card and its charge are the provider's affair and the staff's, not the other person's."""
    return {name: value for name, value in data.items() if name not in PROVIDER_REFERENCES}
