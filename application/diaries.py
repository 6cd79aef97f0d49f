"""Use cases on a therapist's diary. Each is decided under the therapist's guard and answers with what it clashes with.

A booking that was decided on the diary as it was is decided again; one that was stored first is in the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from application.clashes import Clash, Touches, clashing, held_for_another, in_block, out_of_hours
from application.practice import Changes, Command, Outcome, Practice, events
from domain.diary import blocks, prime_time, reserved_slots
from domain.diary import diary as diaries
from domain.diary.days import instant_of, local_days, minute_at_or_before
from domain.diary.diary import BookingTerms, Diary, diary_id_of
from domain.diary.events import (
    BlockCause,
    DiaryEvent,
    Hours,
    Period,
    Release,
    ReleaseCause,
    SlotReserved,
    WeeklyHours,
    WeeklyRange,
)
from domain.diary.openings import warnings_about
from domain.diary.picture import Picture, WhyNot
from domain.errors import NoRelationship, NotThere
from domain.model import Slot
from domain.relationship import relationship as relationships
from domain.relationship.relationship import Relationship
from domain.therapist import therapist as therapists
from domain.therapist.therapist import Therapist

OF_THE_RULES = {WhyNot.NOT_A_WORKING_TIME, WhyNot.BLOCKED, WhyNot.PRIME_TIME}
"""What a therapist should know of a slot that they reserve; they may all the same (rule B13)."""


@dataclass(frozen=True, slots=True)
class DiaryOutcome:
    """What was stored, which sessions it clashes with, and what its therapist should know: codes (rule B13)."""

    outcome: Outcome
    clashes: tuple[Clash, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reservation:
    """A time to be held for one relationship; `duration_minutes` None for the length that its kind has."""

    reserved_slot_id: UUID
    relationship_id: UUID
    weekday: int
    from_minutes: int
    duration_minutes: int | None
    location_id: UUID
    interval_weeks: int
    anchor: date


def set_hours(
    practice: Practice, command: Command, therapist_id: UUID, *, weekly: tuple[WeeklyHours, ...]
) -> DiaryOutcome:
    """Describe the working week (rule B1). Raises UnknownLocation and the refusals of `diary.set_hours`."""
    return _change_hours(
        practice,
        command,
        therapist_id,
        hours=[one.hours for one in weekly],
        decide_on=lambda diary: diaries.set_hours(diary, weekly=weekly, now=command.now),
    )


def open_date(
    practice: Practice, command: Command, therapist_id: UUID, *, day: date, hours: tuple[Hours, ...]
) -> DiaryOutcome:
    """Give one date hours beside the weekly ones (rule B1). Raises UnknownLocation, InThePast, OverlappingRanges."""
    return _change_hours(
        practice,
        command,
        therapist_id,
        hours=hours,
        decide_on=lambda diary: diaries.open_date(diary, day=day, hours=hours, now=command.now),
    )


def close_date(practice: Practice, command: Command, therapist_id: UUID, *, day: date) -> DiaryOutcome:
    """Take all hours from one date (rule B1). Raises InThePast."""
    return _change_hours(
        practice,
        command,
        therapist_id,
        hours=(),
        decide_on=lambda diary: diaries.close_date(diary, day=day, now=command.now),
    )


def reset_date(practice: Practice, command: Command, therapist_id: UUID, *, day: date) -> DiaryOutcome:
    """Let one date be as the week says again (rule B1). Raises InThePast."""
    return _change_hours(
        practice,
        command,
        therapist_id,
        hours=(),
        decide_on=lambda diary: diaries.reset_date(diary, day=day, now=command.now),
    )


def _change_hours(
    practice: Practice,
    command: Command,
    therapist_id: UUID,
    *,
    hours: Sequence[Hours],
    decide_on: Callable[[Diary], DiaryEvent | None],
) -> DiaryOutcome:
    def decide(diary: Diary, therapist: Therapist) -> DiaryEvent | None:
        for location_id in {location_id for one in hours for location_id in one.location_ids}:
            therapist.location(location_id)  # where the therapist does not work nobody would ever see hours open
        return decide_on(diary)

    return _change(practice, command, therapist_id, decide, out_of_hours)


def set_notice(practice: Practice, command: Command, therapist_id: UUID, *, terms: BookingTerms) -> Outcome:
    """Say how clients book (rule B2). Raises BookingTermsOutOfRange, GapLargerThanGrid."""
    return _change_alone(practice, command, therapist_id, lambda d: diaries.set_notice(d, terms=terms, now=command.now))


def open_self_booking(practice: Practice, command: Command, therapist_id: UUID) -> Outcome:
    """Let clients book by themselves (rule B6)."""
    return _change_alone(practice, command, therapist_id, lambda d: diaries.open_self_booking(d, now=command.now))


def close_self_booking(practice: Practice, command: Command, therapist_id: UUID) -> Outcome:
    """Stop clients from booking by themselves (rule B6)."""
    return _change_alone(practice, command, therapist_id, lambda d: diaries.close_self_booking(d, now=command.now))


def set_prime_time(
    practice: Practice,
    command: Command,
    therapist_id: UUID,
    *,
    ranges: tuple[WeeklyRange, ...],
    release: Release | None,
) -> Outcome:
    """Hold weekly ranges back from self-booking (rule B4). Raises the refusals of `prime_time.set_prime_time`."""
    return _change_alone(
        practice,
        command,
        therapist_id,
        lambda diary: prime_time.set_prime_time(diary, ranges=ranges, release=release, now=command.now),
    )


def block(
    practice: Practice, command: Command, therapist_id: UUID, *, block_id: UUID, time: Period | WeeklyRange
) -> DiaryOutcome:
    """Close a range of time to booking (rule B3). Raises the refusals of `blocks.block`."""

    def decide(diary: Diary, _: Therapist) -> DiaryEvent | None:
        return blocks.block(diary, block_id=block_id, time=time, cause=BlockCause.MANUAL, now=command.now)

    return _change(practice, command, therapist_id, decide, lambda _, after: in_block(after, time))


def unblock(practice: Practice, command: Command, therapist_id: UUID, *, block_id: UUID) -> Outcome:
    """Open a blocked range again (rule B3)."""
    return _change_alone(
        practice, command, therapist_id, lambda diary: blocks.unblock(diary, block_id=block_id, now=command.now)
    )


def reserve_slot(practice: Practice, command: Command, therapist_id: UUID, *, reservation: Reservation) -> DiaryOutcome:
    """Hold a weekly time for a client (rule B5). Others' sessions in it are told, and so is what B13 wants known.

    Raises NoRelationship for one with somebody else, UnknownLocation, and the refusals of
    `reserved_slots.reserve_slot`.
    """
    warnings: list[str] = []
    reserved_slot_id = reservation.reserved_slot_id

    def decide(diary: Diary, therapist: Therapist) -> DiaryEvent | None:
        relationship = _relationship(practice, therapist_id, reservation.relationship_id)
        therapist.location(reservation.location_id)
        minutes = reservation.duration_minutes or therapist.price_of(relationship.kind).duration_minutes
        reserved = reserved_slots.reserve_slot(
            diary,
            reserved_slot_id=reserved_slot_id,
            relationship_id=reservation.relationship_id,
            client_id=relationship.client_id,
            weekday=reservation.weekday,
            from_minutes=reservation.from_minutes,
            duration_minutes=minutes,
            location_id=reservation.location_id,
            interval_weeks=reservation.interval_weeks,
            anchor=reservation.anchor,
            now=command.now,
        )
        held = reserved or diary.reserved[reserved_slot_id]
        warnings[:] = warnings_of_slot(Picture(diary=diary, therapist=therapist, now=command.now), held)
        return reserved

    done = _change(
        practice,
        command,
        therapist_id,
        decide,
        lambda _, after: held_for_another(after, after.reserved[reserved_slot_id]),
    )
    return replace(done, warnings=tuple(warnings))


def _relationship(practice: Practice, therapist_id: UUID, relationship_id: UUID) -> Relationship:
    """Return one of the therapist's relationships. Raises NoRelationship for others' as for what is not there."""
    try:
        relationship = practice.load(relationship_id, relationships.evolve).state
    except NotThere:
        raise NoRelationship from None
    if relationship.therapist_id != therapist_id:
        raise NoRelationship
    return relationship


def warnings_of_slot(picture: Picture, reserved: SlotReserved) -> list[str]:
    """Return what a therapist should know of a slot that they reserve (rule B13), as codes in their order."""
    location = picture.therapist.locations.get(reserved.location_id)
    if location is None:
        return [WhyNot.NOT_A_WORKING_TIME.value]  # they have left that place since
    starts = _dates(picture.diary, reserved, now=picture.now)
    slots = [Slot(starts_at=at, duration_minutes=reserved.duration_minutes, location=location) for at in starts]
    found = {reason for slot in slots for reason in warnings_about(picture, slot)}
    return [reason.value for reason in WhyNot if reason in found & OF_THE_RULES]


def _dates(diary: Diary, reserved: SlotReserved, *, now: datetime) -> list[datetime]:
    """Return when a reserved slot begins from now on, as far ahead as clients can book."""
    first = minute_at_or_before(now)
    last = minute_at_or_before(now + timedelta(weeks=diary.terms.horizon_weeks))
    starts = (reserved_slots.start_on(reserved, day) for day in local_days(diary.zone, first=first, last=last))
    return [instant_of(start) for start in starts if start is not None and start > first]


def release_reserved_slot(
    practice: Practice, command: Command, therapist_id: UUID, *, reserved_slot_id: UUID
) -> Outcome:
    """Let a reserved slot go, by hand (rule B5)."""
    return _change_alone(
        practice,
        command,
        therapist_id,
        lambda diary: reserved_slots.release_reserved_slot(
            diary, reserved_slot_id=reserved_slot_id, cause=ReleaseCause.MANUAL, now=command.now
        ),
    )


def _change_alone(
    practice: Practice, command: Command, therapist_id: UUID, decide_on: Callable[[Diary], DiaryEvent | None]
) -> Outcome:
    """Change what nothing that is booked can clash with."""
    return _change(practice, command, therapist_id, lambda diary, _: decide_on(diary), touched=None).outcome


def _change(
    practice: Practice,
    command: Command,
    therapist_id: UUID,
    decide_on: Callable[[Diary, Therapist], DiaryEvent | None],
    touched: Callable[[Diary, Diary], Touches] | None,
) -> DiaryOutcome:
    """Change a diary under the therapist's guard. `touched` tells from before and after which sessions it hits."""
    seen: list[Diary] = []

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(therapist_id))
        therapist = practice.load(therapists.stream_of(therapist_id), therapists.evolve).state
        diary = practice.load(diary_id_of(therapist_id), diaries.evolve)
        decided = decide_on(diary.state, therapist)
        seen[:] = [diary.state, diary.state if decided is None else diaries.evolve(diary.state, decided)]
        clashes_of = None if touched is None else therapist_id
        return Changes(events=events((diary, decided)), raises=guards, clashes_of=clashes_of)

    outcome = practice.perform(command, decide)
    if touched is None:
        return DiaryOutcome(outcome)
    before, after = seen
    ids = dict.fromkeys(claimed.session_id for claimed in outcome.claims)
    return DiaryOutcome(outcome, clashing(practice, ids, touched(before, after)))
