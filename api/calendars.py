"""Calendars: sessions from the view, below them the layers of the diary, names joined here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends

from adapters.bootstrap import Service
from api.auth import Asker, TheService
from api.permissions import Action, permit_self
from api.positions import caught_up
from api.schemas.views import (
    BlockedStretchAnswer,
    ClientCalendarAnswer,
    ClientCalendarRow,
    ClientReservedAnswer,
    LayersAnswer,
    ReservedStretchAnswer,
    StretchAnswer,
    TherapistCalendarAnswer,
    TherapistCalendarRow,
    WorkingAnswer,
)
from api.windows import From, Until, Window, window
from application.people import NAME
from domain.client import client as clients
from domain.diary import diary as diaries
from domain.diary.diary import Diary, diary_id_of
from domain.diary.layers import ReservedStretch, layers, still_free
from projections import calendar, reserved_slots

router = APIRouter(tags=["views"])

CALENDAR_LIMIT = 1000
RESERVED_LIMIT = 100
DAY = timedelta(days=1)
"""A slot that begins in the asked range may be taken by what begins after it."""


@router.get(
    "/v1/therapists/{therapist_id}/calendar",
    operation_id=Action.READ_THERAPIST_CALENDAR,
    dependencies=[Depends(caught_up(calendar.VIEW))],
)
def read_therapist_calendar(
    service: TheService, person: Asker, therapist_id: UUID, since: From = None, until: Until = None
) -> TherapistCalendarAnswer:
    """See your sessions that touch a range, and below them when you work, what is blocked, held back and reserved."""
    permit_self(person, therapist_id, Action.READ_THERAPIST_CALENDAR)
    diary = service.practice.load(diary_id_of(therapist_id), diaries.evolve).state
    asked = window(since, until, now=service.desk.now())
    rows = calendar.of_therapist(service.rows, therapist_id, **asked._asdict(), limit=CALENDAR_LIMIT + 1)
    names = service.people.read((row["client_id"], NAME) for row in rows)
    listed = [
        TherapistCalendarRow(client_name=names[row["client_id"], NAME], **with_place(row))
        for row in rows[:CALENDAR_LIMIT]
    ]
    return TherapistCalendarAnswer(
        zone=diary.zone,
        sessions=listed,
        more=len(rows) > CALENDAR_LIMIT,
        layers=_layers(service, therapist_id, diary, asked),
    )


def _layers(service: Service, therapist_id: UUID, diary: Diary, asked: Window) -> LayersAnswer:
    found = layers(diary, **asked._asdict(), now=service.desk.now())
    busy = service.busy.of_therapist(therapist_id, **asked._asdict())
    names = service.people.read((one.client_id, NAME) for one in found.reserved)
    return LayersAnswer(
        working=[
            WorkingAnswer(starts_at=one.starts_at, ends_at=one.ends_at, location_ids=list(one.location_ids))
            for one in found.working
        ],
        blocked=[
            BlockedStretchAnswer(starts_at=one.starts_at, ends_at=one.ends_at, block_id=one.block_id)
            for one in found.blocked
        ],
        prime_time=[StretchAnswer(starts_at=one.starts_at, ends_at=one.ends_at) for one in found.prime_time],
        reserved=[_reserved(one, names) for one in found.reserved],
        external_busy=[StretchAnswer(starts_at=one.starts_at, ends_at=one.ends_at) for one in busy],
    )


def _reserved(one: ReservedStretch, names: Mapping[tuple[UUID, str], str]) -> ReservedStretchAnswer:
    return ReservedStretchAnswer(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        reserved_slot_id=one.reserved_slot_id,
        relationship_id=one.relationship_id,
        client_id=one.client_id,
        client_name=names[one.client_id, NAME],
        location_id=one.location_id,
    )


@router.get(
    "/v1/clients/{client_id}/calendar",
    operation_id=Action.READ_CLIENT_CALENDAR,
    dependencies=[Depends(caught_up(calendar.VIEW)), Depends(caught_up(reserved_slots.VIEW))],
)
def read_client_calendar(
    service: TheService, person: Asker, client_id: UUID, since: From = None, until: Until = None
) -> ClientCalendarAnswer:
    """See your sessions that touch a range, and the times that are reserved for you."""
    permit_self(person, client_id, Action.READ_CLIENT_CALENDAR)
    zone = service.practice.load(clients.stream_of(client_id), clients.evolve).state.zone
    asked = window(since, until, now=service.desk.now())
    rows = calendar.of_client(service.rows, client_id, **asked._asdict(), limit=CALENDAR_LIMIT + 1)
    names = service.people.read((row["therapist_id"], NAME) for row in rows)
    listed = [
        ClientCalendarRow(therapist_name=names[row["therapist_id"], NAME], **with_place(row))
        for row in rows[:CALENDAR_LIMIT]
    ]
    reserved = sorted(_reserved_for(service, client_id, asked), key=lambda one: one.starts_at)
    return ClientCalendarAnswer(zone=zone, sessions=listed, more=len(rows) > CALENDAR_LIMIT, reserved=reserved)


def _reserved_for(service: Service, client_id: UUID, asked: Window) -> Iterator[ClientReservedAnswer]:
    """The view says with whom; what is held on which date, the diaries themselves."""
    rows = reserved_slots.of_client(service.rows, client_id, limit=RESERVED_LIMIT)
    therapist_ids = dict.fromkeys(row["therapist_id"] for row in rows)
    names = service.people.read((therapist_id, NAME) for therapist_id in therapist_ids)
    for therapist_id in therapist_ids:
        diary = service.practice.load(diary_id_of(therapist_id), diaries.evolve).state
        found = layers(diary, **asked._asdict(), now=service.desk.now())
        theirs = [one for one in found.reserved if one.client_id == client_id]
        taken = service.claims.of_therapist(therapist_id, since=asked.since - DAY, until=asked.until + DAY)
        for one in still_free(diary, theirs, taken=taken):
            yield ClientReservedAnswer(
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                reserved_slot_id=one.reserved_slot_id,
                therapist_id=therapist_id,
                therapist_name=names[therapist_id, NAME],
                location_id=one.location_id,
            )


def with_place(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a view's row with its location as a value of its own."""
    return {**row, "location": {"location_id": row["location_id"], "medium": row["medium"]}}
