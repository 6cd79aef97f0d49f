"""A diary as its therapist sees it, and what a change of it clashes with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import Response

from adapters.bootstrap import Service
from api.schemas.diaries import weekday_of
from api.schemas.diary_answers import (
    BlockAnswer,
    BlockedAnswer,
    ChoiceAnswer,
    ClashAnswer,
    DateAnswer,
    DiaryAnswer,
    DiaryChangedAnswer,
    HoursAnswer,
    NoticeAnswer,
    PrimeTimeAnswer,
    ReleaseAnswer,
    ReservedAnswer,
    ReservedSlotAnswer,
    WeeklyHoursAnswer,
    WeeklyRangeAnswer,
)
from api.therapists import contact_text
from api.versions import tag_of
from application.clashes import CLASHES_SHOWN, Clash
from application.diaries import DiaryOutcome
from application.people import NAME
from application.reading import Read
from application.wording import clock_in_words
from domain.diary import diary as diaries
from domain.diary.blocks import is_over
from domain.diary.diary import Diary, diary_id_of
from domain.diary.events import Blocked, Period, SlotReserved, WeeklyRange
from domain.diary.picture import WhyNot
from domain.therapist import therapist as therapists
from domain.zones import zone_of


def diary_answer(service: Service, therapist_id: UUID, response: Response) -> DiaryAnswer:
    """Return a diary as it stands, with its version as the answer's tag. Raises NotThere."""
    of_diary = Read(diary_id_of(therapist_id), diaries.evolve)
    of_therapist = Read(therapists.stream_of(therapist_id), therapists.evolve)
    found = service.practice.read_together(of_diary, of_therapist)
    diary, therapist = found.load(of_diary).state, found.load(of_therapist).state
    response.headers["ETag"] = tag_of(found.load(of_diary).version)
    now = service.desk.now()
    return DiaryAnswer(
        zone=diary.zone,
        self_booking=diary.self_booking,
        accepting_new_clients=therapist.accepting_new_clients,
        paused=therapist.paused,
        suspended=therapist.suspended is not None,
        contact=contact_text(service, therapist_id),
        notice=NoticeAnswer.of(diary.terms),
        weekly=[WeeklyHoursAnswer.of_weekday(one) for one in diary.weekly],
        dates=_dates(diary, now=now),
        blocks=_blocks(diary, now=now),
        prime_time=_prime_time(diary),
        reserved_slots=_reserved(service, list(diary.reserved.values())),
    )


def diary_changed(service: Service, therapist_id: UUID, done: DiaryOutcome, response: Response) -> DiaryChangedAnswer:
    """Return a diary after a change, with what it clashes with."""
    diary = diary_answer(service, therapist_id, response)
    return DiaryChangedAnswer(**dict(diary), clashes=_clashes(service, done.clashes), clash_count=len(done.clashes))


def blocked_answer(service: Service, block: BlockAnswer, clashes: Sequence[Clash]) -> BlockedAnswer:
    """Return a block with the sessions that stand in it."""
    return BlockedAnswer(**dict(block), clashes=_clashes(service, clashes), clash_count=len(clashes))


def reserved_answer(
    service: Service, reserved: SlotReserved, clashes: Sequence[Clash], warnings: Sequence[str]
) -> ReservedAnswer:
    """Return a reserved slot with others' sessions in it."""
    (slot,) = _reserved(service, [reserved])
    told = [WhyNot(warning) for warning in warnings]
    return ReservedAnswer(**dict(slot), clashes=_clashes(service, clashes), clash_count=len(clashes), warnings=told)


def _blocks(diary: Diary, *, now: datetime) -> list[BlockAnswer]:
    """Weekly ones first, each kind in the order of time."""
    standing = [one for one in diary.blocks.values() if not is_over(one.time, now=now)]
    return [BlockAnswer.of(one.block_id, one.time) for one in sorted(standing, key=_place_of)]


def _place_of(blocked: Blocked) -> tuple[int, float, int]:
    match blocked.time:
        case WeeklyRange() as one:
            return 0, one.weekday, one.from_minutes
        case Period() as period:
            return 1, period.starts_at.timestamp(), 0


def _dates(diary: Diary, *, now: datetime) -> list[DateAnswer]:
    today = now.astimezone(zone_of(diary.zone)).date()
    closed = {day: DateAnswer(day=day, closed=True, hours=[]) for day in diary.closed}
    opened = {
        day: DateAnswer(day=day, closed=False, hours=[HoursAnswer.of(one) for one in hours])
        for day, hours in diary.opened.items()
    }
    return [answer for day, answer in sorted({**closed, **opened}.items()) if day >= today]


def _prime_time(diary: Diary) -> PrimeTimeAnswer:
    release = diary.release
    return PrimeTimeAnswer(
        ranges=[WeeklyRangeAnswer.of(one) for one in diary.prime_time],
        release=None
        if release is None
        else ReleaseAnswer(
            weekday=weekday_of(release.weekday), at=clock_in_words(release.at_minutes), weeks_ahead=release.weeks_ahead
        ),
    )


def _reserved(service: Service, reserved: Sequence[SlotReserved]) -> list[ReservedSlotAnswer]:
    names = service.people.read((one.client_id, NAME) for one in reserved)
    return [
        ReservedSlotAnswer(
            reserved_slot_id=one.reserved_slot_id,
            relationship_id=one.relationship_id,
            client_id=one.client_id,
            client_name=names[one.client_id, NAME],
            weekday=weekday_of(one.weekday),
            at=clock_in_words(one.from_minutes),
            duration_minutes=one.duration_minutes,
            location_id=one.location_id,
            interval_weeks=one.interval_weeks,
            anchor=one.anchor,
        )
        for one in reserved
    ]


def _clashes(service: Service, clashes: Sequence[Clash]) -> list[ClashAnswer]:
    shown = clashes[:CLASHES_SHOWN]
    names = service.people.read((clash.session.booked.client_id, NAME) for clash in shown)
    return [
        ClashAnswer(
            session_id=clash.session_id,
            client_id=clash.session.booked.client_id,
            client_name=names[clash.session.booked.client_id, NAME],
            starts_at=clash.session.slot.starts_at,
            ends_at=clash.session.slot.ends_at,
            status=clash.session.status,
            choices=_choices(clash.session_id),
        )
        for clash in shown
    ]


def _choices(session_id: UUID) -> list[ChoiceAnswer]:
    """A block never cancels by itself: what becomes of a session is the therapist's decision, one by one."""
    cancel = ChoiceAnswer(
        choice="cancel", method="POST", path=f"/v1/sessions/{session_id}/cancel", body={"reason": "not_available"}
    )
    return [cancel, ChoiceAnswer(choice="keep")]
