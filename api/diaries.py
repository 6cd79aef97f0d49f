"""Diaries: hours, dates, notice, self-booking, blocks, prime time, reserved slots."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from adapters.tokens import Person
from api.auth import Asker, TheService
from api.diary_answers import blocked_answer, diary_answer, diary_changed, reserved_answer
from api.idempotency import UnderAKey, once
from api.permissions import Action, permit_self
from api.positions import tell_position
from api.schemas.common import Day
from api.schemas.diaries import (
    BlockBody,
    DateBody,
    NoticeBody,
    PrimeTimeBody,
    ReserveBody,
    SelfBookingBody,
    WeekBody,
)
from api.schemas.diary_answers import BlockAnswer, BlockedAnswer, DiaryAnswer, DiaryChangedAnswer, ReservedAnswer
from api.versions import IfMatch, expected_version
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
def read_diary(service: TheService, person: Asker, therapist_id: UUID, response: Response) -> DiaryAnswer:
    """See your diary as it stands."""
    permit_self(person, therapist_id, Action.READ_DIARY)
    return diary_answer(service, therapist_id, response)


@router.put("/v1/therapists/{therapist_id}/hours", operation_id=Action.SET_HOURS)
def set_hours(
    service: TheService, person: Asker, therapist_id: UUID, body: WeekBody, response: Response, if_match: IfMatch = None
) -> DiaryChangedAnswer:
    """Describe your working week, all of it (rule B1)."""
    permit_self(person, therapist_id, Action.SET_HOURS)
    weekly = tuple(hours.to_weekly() for hours in body.weekly)
    command = _command(service, person, therapist_id, if_match)
    return _changed(
        service, therapist_id, keeping.set_hours(service.practice, command, therapist_id, weekly=weekly), response
    )


@router.put("/v1/therapists/{therapist_id}/dates/{day}", operation_id=Action.SET_DATE)
def set_date(
    service: TheService,
    person: Asker,
    therapist_id: UUID,
    day: Day,
    body: DateBody,
    response: Response,
    if_match: IfMatch = None,
) -> DiaryChangedAnswer:
    """Give one date hours beside the weekly ones, or close it with an empty list (rule B1).

    What is given replaces what the date had of its own before; to take all of it back, DELETE.
    """
    permit_self(person, therapist_id, Action.SET_DATE)
    command = _command(service, person, therapist_id, if_match)
    hours = tuple(one.to_hours() for one in body.hours)
    if hours:
        done = keeping.open_date(service.practice, command, therapist_id, day=day, hours=hours)
    else:
        done = keeping.close_date(service.practice, command, therapist_id, day=day)
    return _changed(service, therapist_id, done, response)


@router.delete("/v1/therapists/{therapist_id}/dates/{day}", operation_id=Action.RESET_DATE)
def reset_date(
    service: TheService, person: Asker, therapist_id: UUID, day: Day, response: Response, if_match: IfMatch = None
) -> DiaryChangedAnswer:
    """Let one date be as the week says again: neither closed nor with hours of its own (rule B1)."""
    permit_self(person, therapist_id, Action.RESET_DATE)
    command = _command(service, person, therapist_id, if_match)
    return _changed(
        service, therapist_id, keeping.reset_date(service.practice, command, therapist_id, day=day), response
    )


@router.put("/v1/therapists/{therapist_id}/notice", operation_id=Action.SET_NOTICE)
def set_notice(
    service: TheService,
    person: Asker,
    therapist_id: UUID,
    body: NoticeBody,
    response: Response,
    if_match: IfMatch = None,
) -> DiaryAnswer:
    """Say how clients book (rule B2)."""
    permit_self(person, therapist_id, Action.SET_NOTICE)
    command = _command(service, person, therapist_id, if_match)
    outcome = keeping.set_notice(service.practice, command, therapist_id, terms=body.to_terms())
    return _as_it_stands(service, therapist_id, outcome, response)


@router.put("/v1/therapists/{therapist_id}/self-booking", operation_id=Action.SET_SELF_BOOKING)
def set_self_booking(
    service: TheService,
    person: Asker,
    therapist_id: UUID,
    body: SelfBookingBody,
    response: Response,
    if_match: IfMatch = None,
) -> DiaryAnswer:
    """Let clients book by themselves, or stop it; what is booked stands (rule B6)."""
    permit_self(person, therapist_id, Action.SET_SELF_BOOKING)
    decide = keeping.open_self_booking if body.open else keeping.close_self_booking
    outcome = decide(service.practice, _command(service, person, therapist_id, if_match), therapist_id)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.put("/v1/therapists/{therapist_id}/prime-time", operation_id=Action.SET_PRIME_TIME)
def set_prime_time(
    service: TheService,
    person: Asker,
    therapist_id: UUID,
    body: PrimeTimeBody,
    response: Response,
    if_match: IfMatch = None,
) -> DiaryAnswer:
    """Hold weekly ranges back from self-booking until they are released, all of them (rule B4)."""
    permit_self(person, therapist_id, Action.SET_PRIME_TIME)
    outcome = keeping.set_prime_time(
        service.practice,
        _command(service, person, therapist_id, if_match),
        therapist_id,
        ranges=tuple(one.to_range() for one in body.ranges),
        release=body.release.to_release() if body.release else None,
    )
    return _as_it_stands(service, therapist_id, outcome, response)


@router.post("/v1/therapists/{therapist_id}/blocks", status_code=201, operation_id=Action.BLOCK_TIME)
def block_time(
    service: TheService,
    person: Asker,
    asked: UnderAKey,
    therapist_id: UUID,
    body: BlockBody,
    response: Response,
    if_match: IfMatch = None,
) -> BlockedAnswer:
    """Close time to booking, once or in every week. Sessions in it stand, and are answered (rule B3)."""
    permit_self(person, therapist_id, Action.BLOCK_TIME)
    block_id, time = asked.name_id, body.to_time()
    done: list[DiaryOutcome] = []

    def act(command: Command) -> Outcome:
        command = _on_the_version(service, therapist_id, command, if_match)
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
    service: TheService, person: Asker, therapist_id: UUID, block_id: UUID, response: Response, if_match: IfMatch = None
) -> DiaryAnswer:
    """Open a blocked time again (rule B3)."""
    permit_self(person, therapist_id, Action.UNBLOCK_TIME)
    command = _command(service, person, therapist_id, if_match)
    outcome = keeping.unblock(service.practice, command, therapist_id, block_id=block_id)
    return _as_it_stands(service, therapist_id, outcome, response)


@router.post("/v1/therapists/{therapist_id}/reserved-slots", status_code=201, operation_id=Action.RESERVE_SLOT)
def reserve_slot(
    service: TheService,
    person: Asker,
    asked: UnderAKey,
    therapist_id: UUID,
    body: ReserveBody,
    response: Response,
    if_match: IfMatch = None,
) -> ReservedAnswer:
    """Hold a weekly or fortnightly time for a client. Nothing is booked and nothing is charged (rule B5)."""
    permit_self(person, therapist_id, Action.RESERVE_SLOT)
    reservation = body.to_reservation(asked.name_id)
    done: list[DiaryOutcome] = []

    def act(command: Command) -> Outcome:
        command = _on_the_version(service, therapist_id, command, if_match)
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
    service: TheService,
    person: Asker,
    therapist_id: UUID,
    reserved_slot_id: UUID,
    response: Response,
    if_match: IfMatch = None,
) -> DiaryAnswer:
    """Let a reserved slot go; sessions booked in it stand (rule B5)."""
    permit_self(person, therapist_id, Action.RELEASE_RESERVED_SLOT)
    outcome = keeping.release_reserved_slot(
        service.practice,
        _command(service, person, therapist_id, if_match),
        therapist_id,
        reserved_slot_id=reserved_slot_id,
    )
    return _as_it_stands(service, therapist_id, outcome, response)


def _command(service: Service, person: Person, therapist_id: UUID, if_match: str | None) -> Command:
    return _on_the_version(service, therapist_id, service.desk.command(person.actor), if_match)


def _on_the_version(service: Service, therapist_id: UUID, command: Command, if_match: str | None) -> Command:
    """Return a command that changes the diary only in the version that was seen. Raises PreconditionFailed."""
    if if_match is None:
        return command
    diary = service.practice.load(diary_id_of(therapist_id), diaries.evolve)
    expected = expected_version(if_match, version=diary.version)
    return command if expected is None else replace(command, expects={diary.stream_id: expected})


def _changed(service: Service, therapist_id: UUID, done: DiaryOutcome, response: Response) -> DiaryChangedAnswer:
    tell_position(response, done.outcome.position)
    return diary_changed(service, therapist_id, done, response)


def _as_it_stands(service: Service, therapist_id: UUID, outcome: Outcome, response: Response) -> DiaryAnswer:
    tell_position(response, outcome.position)
    return diary_answer(service, therapist_id, response)
