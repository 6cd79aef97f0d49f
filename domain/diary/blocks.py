"""Blocks: time that is closed to booking, once or in every week (rule B3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from domain.diary.diary import Diary
from domain.diary.events import BlockCause, Blocked, Period, Unblocked, WeeklyRange
from domain.errors import AlreadyThere, BlockTooLong, InThePast, ReversedRange, TooManyBlocks

BLOCKS_LIMIT = 500
LONGEST = timedelta(days=366)


def block(
    diary: Diary, *, block_id: UUID, time: Period | WeeklyRange, cause: BlockCause, now: datetime
) -> Blocked | None:
    """Close a range of time to booking (rule B3). What is booked in it stands.

    Raises ReversedRange, BlockTooLong, InThePast, TooManyBlocks, AlreadyThere.
    """
    if block_id in diary.blocks:
        if diary.blocks[block_id].time != time:
            raise AlreadyThere
        return None
    _refuse_impossible(time, now=now)
    if sum(not is_over(blocked.time, now=now) for blocked in diary.blocks.values()) >= BLOCKS_LIMIT:
        raise TooManyBlocks
    return Blocked(block_id=block_id, time=time, cause=cause, at=now)


def _refuse_impossible(time: Period | WeeklyRange, *, now: datetime) -> None:
    match time:
        case Period():
            if time.ends_at <= time.starts_at:
                raise ReversedRange
            if time.ends_at - time.starts_at > LONGEST:
                raise BlockTooLong
            if is_over(time, now=now):
                raise InThePast
        case WeeklyRange():
            if time.until_minutes <= time.from_minutes:
                raise ReversedRange
        case _:
            assert_never(time)


def is_over(time: Period | WeeklyRange, *, now: datetime) -> bool:
    """Say whether a block lies wholly in the past; a weekly one never does."""
    return isinstance(time, Period) and time.ends_at <= now


def unblock(diary: Diary, *, block_id: UUID, now: datetime) -> Unblocked | None:
    """Open a blocked range again (rule B3)."""
    return Unblocked(block_id=block_id, at=now) if block_id in diary.blocks else None
