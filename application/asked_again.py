"""What a block or a reserved slot clashes with at this moment: for a request to make it that is answered again.

What was found when it was made is not kept, and sessions have been booked and cancelled since.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from application.clashes import Clash, Touches, clashing, held_for_another, in_block
from application.diaries import warnings_of_slot
from application.ports import Claims
from application.practice import Practice
from application.standing import read_standing
from domain.diary.events import Blocked, SlotReserved
from domain.diary.picture import Picture
from domain.errors import NotThere

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
"""Therapists book as far ahead as they like (rule B13)."""


def block_again(
    practice: Practice, claims: Claims, therapist_id: UUID, block_id: UUID, *, now: datetime
) -> tuple[Blocked, tuple[Clash, ...]]:
    """Return a block with what stands in it. Raises NotThere for one that has ended."""
    diary = read_standing(practice, therapist_id=therapist_id, client_id=None).diary
    blocked = diary.blocks.get(block_id)
    if blocked is None:
        raise NotThere
    return blocked, _clashing_now(practice, claims, therapist_id, in_block(diary, blocked.time), now=now)


def reserved_slot_again(
    practice: Practice, claims: Claims, therapist_id: UUID, reserved_slot_id: UUID, *, now: datetime
) -> tuple[SlotReserved, tuple[Clash, ...], tuple[str, ...]]:
    """Return a reserved slot with others' sessions in it and its warnings. Raises NotThere for one that was let go."""
    standing = read_standing(practice, therapist_id=therapist_id, client_id=None)
    reserved = standing.diary.reserved.get(reserved_slot_id)
    if reserved is None:
        raise NotThere
    touches = held_for_another(standing.diary, reserved)
    warnings = warnings_of_slot(Picture(diary=standing.diary, therapist=standing.therapist, now=now), reserved)
    return reserved, _clashing_now(practice, claims, therapist_id, touches, now=now), tuple(warnings)


def _clashing_now(
    practice: Practice, claims: Claims, therapist_id: UUID, touches: Touches, *, now: datetime
) -> tuple[Clash, ...]:
    claimed = claims.of_therapist(therapist_id, since=now, until=END_OF_TIME)
    return clashing(practice, dict.fromkeys(one.session_id for one in claimed), touches)
