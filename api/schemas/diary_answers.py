"""Diaries, as they are answered. Times of day are those of the diary's zone."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import Answer
from api.schemas.diaries import Weekday, weekday_of
from application.wording import clock_in_words
from domain.diary.diary import BookingTerms
from domain.diary.events import DayBefore, Hours, HoursOfNotice, Period, WeeklyHours, WeeklyRange
from domain.diary.picture import WhyNot
from domain.model import Instant
from domain.session.session import Status
from domain.therapist.events import PauseExtent


class NoticeAnswer(Answer):
    """`notice_hours` or `next_day_until`, one of the two; the other is null."""

    notice_hours: int | None
    next_day_until: str | None
    horizon_weeks: int
    grid_minutes: int
    gap_minutes: int

    @classmethod
    def of(cls, terms: BookingTerms) -> NoticeAnswer:
        notice = terms.notice
        return cls(
            notice_hours=notice.hours if isinstance(notice, HoursOfNotice) else None,
            next_day_until=clock_in_words(notice.until_minutes) if isinstance(notice, DayBefore) else None,
            horizon_weeks=terms.horizon_weeks,
            grid_minutes=terms.grid_minutes,
            gap_minutes=terms.gap_minutes,
        )


class HoursAnswer(Answer):
    from_: Annotated[str, Field(alias="from")]
    until: str
    location_ids: list[UUID]

    @classmethod
    def of(cls, hours: Hours) -> HoursAnswer:
        return cls(
            from_=clock_in_words(hours.from_minutes),
            until=clock_in_words(hours.until_minutes),
            location_ids=list(hours.location_ids),
        )


class WeeklyHoursAnswer(HoursAnswer):
    weekday: Weekday

    @classmethod
    def of_weekday(cls, one: WeeklyHours) -> WeeklyHoursAnswer:
        return cls(weekday=weekday_of(one.weekday), **dict(HoursAnswer.of(one.hours)))


class DateAnswer(Answer):
    """A date with hours beside the weekly ones, or a closed one, without any."""

    day: date
    closed: bool
    hours: list[HoursAnswer]


class WeeklyRangeAnswer(Answer):
    weekday: Weekday
    from_: Annotated[str, Field(alias="from")]
    until: str

    @classmethod
    def of(cls, one: WeeklyRange) -> WeeklyRangeAnswer:
        return cls(
            weekday=weekday_of(one.weekday),
            from_=clock_in_words(one.from_minutes),
            until=clock_in_words(one.until_minutes),
        )


class PeriodAnswer(Answer):
    starts_at: Instant
    ends_at: Instant


class BlockAnswer(Answer):
    """A block, `once` or `weekly`; the other is null."""

    block_id: UUID
    once: PeriodAnswer | None
    weekly: WeeklyRangeAnswer | None

    @classmethod
    def of(cls, block_id: UUID, time: Period | WeeklyRange) -> BlockAnswer:
        match time:
            case Period():
                period = PeriodAnswer(starts_at=time.starts_at, ends_at=time.ends_at)
                return cls(block_id=block_id, once=period, weekly=None)
            case WeeklyRange():
                return cls(block_id=block_id, once=None, weekly=WeeklyRangeAnswer.of(time))


class ReleaseAnswer(Answer):
    weekday: Weekday
    at: str
    weeks_ahead: int


class PrimeTimeAnswer(Answer):
    ranges: list[WeeklyRangeAnswer]
    release: ReleaseAnswer | None


class ReservedSlotAnswer(Answer):
    reserved_slot_id: UUID
    relationship_id: UUID
    client_id: UUID
    client_name: str
    weekday: Weekday
    at: str
    duration_minutes: int
    location_id: UUID
    interval_weeks: int
    anchor: date


class DiaryAnswer(Answer):
    """A diary as its therapist keeps it. Dates and blocks that are over are left out.

    The switches stand as they were set: new clients (rule B7), the therapist's own pause, a suspension by an operator
    (B11). `contact` is what people read who cannot book by themselves (B7, G5). The `ETag` is the diary's own version:
    those three switches and `contact` do not move it.
    """

    zone: str
    self_booking: bool
    accepting_new_clients: bool
    paused: PauseExtent | None
    suspended: bool
    contact: str | None
    notice: NoticeAnswer
    weekly: list[WeeklyHoursAnswer]
    dates: list[DateAnswer]
    blocks: list[BlockAnswer]
    prime_time: PrimeTimeAnswer
    reserved_slots: list[ReservedSlotAnswer]


class ChoiceAnswer(Answer):
    """Something that can be done about a clash, and the request that does it; none for leaving it as it is."""

    choice: Literal["cancel", "keep"]
    method: str | None = None
    path: str | None = None
    body: dict[str, Any] | None = None


class ClashAnswer(Answer):
    """A session that stands although the diary now says otherwise, and what can be done (rule B3)."""

    session_id: UUID
    client_id: UUID
    client_name: str
    starts_at: Instant
    ends_at: Instant
    status: Status
    choices: list[ChoiceAnswer]


class DiaryChangedAnswer(DiaryAnswer):
    """The diary after a change, the first 200 sessions that it clashes with, and how many there are."""

    clashes: list[ClashAnswer]
    clash_count: int


class BlockedAnswer(BlockAnswer):
    """A new block, the first 200 sessions that stand in it, and how many there are."""

    clashes: list[ClashAnswer]
    clash_count: int


class ReservedAnswer(ReservedSlotAnswer):
    """A new reserved slot, the first 200 sessions of others in it, and what the therapist should know (rule B13)."""

    clashes: list[ClashAnswer]
    clash_count: int
    warnings: list[WhyNot]
