"""Diaries: hours, dates, notice, self-booking, blocks, prime time, reserved slots."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from api.auth import Asker, TheService
from api.diary_answers import blocked_answer, diary_answer, diary_changed, reserved_answer
from api.idempotency import UnderAKey, once
from api.permissions import Action, permit_self
from api.positions import tell_position
from api.schemas.common import Day
from api.schemas.diaries import (
    BlockAnswer,
    BlockBody,
    BlockedAnswer,
    DateBody,
    DiaryAnswer,
    DiaryChangedAnswer,
    NoticeBody,
    PrimeTimeBody,
    ReserveBody,
    ReservedAnswer,
    SelfBookingBody,
    WeekBody,
)
from application import diaries as keeping
from application.asked_again import block_again, reserved_slot_again
from application.diaries import DiaryOutcome
from application.practice import Command, Outcome
from domain.diary import diary as diaries
from domain.diary.diary import diary_id_of
from domain.diary.events import SlotReserved
from domain.errors import NotThere

router = APIRouter(tags=["diaries"])


@router.get("/v1/therapists/{therapist_id}/diary", operation_id=Action.READ_DIARY)
def read_diary(service: TheService, person: Asker, therapist_id: UUID) -> DiaryAnswer:
    """See your diary as it stands."""
    permit_self(person, therapist_id, Action.READ_DIARY)
    return diary_answer(service, therapist_id)


@router.put("/v1/therapists/{therapist_id}/hours", operation_id=Action.SET_HOURS)
def set_hours(
    service: TheService, person: Asker, therapist_id: UUID, body: WeekBody, response: Response
) -> DiaryChangedAnswer:
    """Describe your working week, all of it (rule B1)."""
    permit_self(person, therapist_id, Action.SET_HOURS)
    weekly = tuple(hours.to_weekly() for hours in body.weekly)
    command = service.desk.command(person.actor)
    return _changed(
        service, therapist_id, keeping.set_hours(service.practice, command, therapist_id, weekly=weekly), response
    )


@router.put("/v1/therapists/{therapist_id}/dates/{day}", operation_id=Action.SET_DATE)
def set_date(
    service: TheService, person: Asker, therapist_id: UUID, day: Day, body: DateBody, response: Response
) -> DiaryChangedAnswer:
    """Give one date hours beside the weekly ones, or close it (rule B1)."""
    permit_self(person, therapist_id, Action.SET_DATE)
    command = service.desk.command(person.actor)
    hours = tuple(one.to_hours() for one in body.hours)
    if hours:
        done = keeping.open_date(service.practice, command, therapist_id, day=day, hours=hours)
    else:
        done = keeping.close_date(service.practice, command, therapist_id, day=day)
    return _changed(service, therapist_id, done, response)


@router.put("/v1/therapists/{therapist_id}/notice", operation_id=Action.SET_NOTICE)
def set_notice(
    service: TheService, person: Asker, therapist_id: UUID, body: NoticeBody, response: Response
) -> DiaryAnswer:
    """Say how clients book (rule B2)."""
    permit_self(person, therapist_id, Action.SET_NOTICE)
    command = service.desk.command(person.actor)
    outcome = keeping.set_notice(service.practice, command, therapist_id, terms=body.to_terms())
    return _as_it_stands(service, therapist_id, outcome, response)


@router.put("/v1/therapists/{therapist_id}/self-booking", operation_id=Action.SET_SELF_BOOKING)
def set_self_booking(
    service: TheService, person: Asker, therapist_id: UUID, body: SelfBookingBody, response: Response
) -> DiaryAnswer:
    """Let clients book by themselves, or stop it; what is booked stands (rule B6)."""
    permit_self(person, therapist_id, Action.SET_SELF_BOOKING)
    decide = keeping.open_self_booking if body.open else keeping.close_self_booking
    outcome = decide(service.practice, service.desk.command(person.actor), therapist_id)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.put("/v1/therapists/{therapist_id}/prime-time", operation_id=Action.SET_PRIME_TIME)
def set_prime_time(
    service: TheService, person: Asker, therapist_id: UUID, body: PrimeTimeBody, response: Response
) -> DiaryAnswer:
    """Hold weekly ranges back from self-booking until they are released, all of them (rule B4)."""
    permit_self(person, therapist_id, Action.SET_PRIME_TIME)
    outcome = keeping.set_prime_time(
        service.practice,
        service.desk.command(person.actor),
        therapist_id,
        ranges=tuple(one.to_range() for one in body.ranges),
        release=body.release.to_release() if body.release else None,
    )
    return _as_it_stands(service, therapist_id, outcome, response)


@router.post("/v1/therapists/{therapist_id}/blocks", status_code=201, operation_id=Action.BLOCK_TIME)
def block_time(
    service: TheService, person: Asker, asked: UnderAKey, therapist_id: UUID, body: BlockBody, response: Response
) -> BlockedAnswer:
    """Close time to booking, once or in every week. Sessions in it stand, and are answered (rule B3)."""
    permit_self(person, therapist_id, Action.BLOCK_TIME)
    block_id, time = asked.name_id, body.to_time()
    done: list[DiaryOutcome] = []

    def act(command: Command) -> Outcome:
        blocked = keeping.block(service.practice, command, therapist_id, block_id=block_id, time=time)
        done[:] = [blocked]
        return blocked.outcome

    once(service, asked, act, about=block_id).tell(response)
    if done:
        return blocked_answer(service, BlockAnswer.of(block_id, time), done[0].clashes)
    blocked, clashes = block_again(service.practice, service.claims, therapist_id, block_id, now=service.desk.now())
    return blocked_answer(service, BlockAnswer.of(block_id, blocked.time), clashes)


@router.delete("/v1/therapists/{therapist_id}/blocks/{block_id}", operation_id=Action.UNBLOCK_TIME)
def unblock_time(
    service: TheService, person: Asker, therapist_id: UUID, block_id: UUID, response: Response
) -> DiaryAnswer:
    """Open a blocked time again (rule B3)."""
    permit_self(person, therapist_id, Action.UNBLOCK_TIME)
    command = service.desk.command(person.actor)
    outcome = keeping.unblock(service.practice, command, therapist_id, block_id=block_id)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.post("/v1/therapists/{therapist_id}/reserved-slots", status_code=201, operation_id=Action.RESERVE_SLOT)
def reserve_slot(
    service: TheService, person: Asker, asked: UnderAKey, therapist_id: UUID, body: ReserveBody, response: Response
) -> ReservedAnswer:
    """Hold a weekly or fortnightly time for a client. Nothing is booked and nothing is charged (rule B5)."""
    permit_self(person, therapist_id, Action.RESERVE_SLOT)
    reservation = body.to_reservation(asked.name_id)
    done: list[DiaryOutcome] = []

    def act(command: Command) -> Outcome:
        reserved = keeping.reserve_slot(service.practice, command, therapist_id, reservation=reservation)
        done[:] = [reserved]
        return reserved.outcome

    once(service, asked, act, about=asked.name_id).tell(response)
    if done:
        reserved = _reserved(service, therapist_id, asked.name_id)
        return reserved_answer(service, reserved, done[0].clashes, done[0].warnings)
    now = service.desk.now()
    again = reserved_slot_again(service.practice, service.claims, therapist_id, asked.name_id, now=now)
    return reserved_answer(service, *again)


def _reserved(service: Service, therapist_id: UUID, reserved_slot_id: UUID) -> SlotReserved:
    """Return a slot that was just reserved. Somebody else may have let it go by now."""
    held = service.practice.load(diary_id_of(therapist_id), diaries.evolve).state.reserved
    if reserved_slot_id not in held:
        raise NotThere
    return held[reserved_slot_id]


@router.delete(
    "/v1/therapists/{therapist_id}/reserved-slots/{reserved_slot_id}", operation_id=Action.RELEASE_RESERVED_SLOT
)
def release_reserved_slot(
    service: TheService, person: Asker, therapist_id: UUID, reserved_slot_id: UUID, response: Response
) -> DiaryAnswer:
    """Let a reserved slot go; sessions booked in it stand (rule B5)."""
    permit_self(person, therapist_id, Action.RELEASE_RESERVED_SLOT)
    outcome = keeping.release_reserved_slot(
        service.practice, service.desk.command(person.actor), therapist_id, reserved_slot_id=reserved_slot_id
    )
    return _as_it_stands(service, therapist_id, outcome, response)


def _changed(service: Service, therapist_id: UUID, done: DiaryOutcome, response: Response) -> DiaryChangedAnswer:
    tell_position(response, done.outcome.position)
    return diary_changed(service, therapist_id, done)


def _as_it_stands(service: Service, therapist_id: UUID, outcome: Outcome, response: Response) -> DiaryAnswer:
    tell_position(response, outcome.position)
    return diary_answer(service, therapist_id)
