"""Which sessions a change of the diary meets: they stand, and their therapist is told of them (rules B1, B3, B5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.practice import Practice
from application.reading import Read
from domain.diary import clashes
from domain.diary.diary import Diary
from domain.diary.events import Period, SlotReserved, WeeklyRange
from domain.session import session as sessions
from domain.session.session import Session, Status

CLASHES_SHOWN = 200
"""How many are told in one answer, beside how many there are."""

Touches = Callable[[Session], bool]


@dataclass(frozen=True, slots=True)
class Clash:
    """A session that stands although the diary now says otherwise (rule B3)."""

    session_id: UUID
    session: Session


def clashing(practice: Practice, ids: Iterable[UUID], touches: Touches) -> tuple[Clash, ...]:
    """Return which of these sessions a change touches; one that was cancelled since it was claimed is none."""
    reads = [Read(session_id, sessions.evolve) for session_id in ids]
    together = practice.read_together(*reads)
    found = (Clash(read.stream_id, together.load(read).state) for read in reads)
    return tuple(one for one in found if one.session.status is not Status.CANCELLED and touches(one.session))


def in_block(diary: Diary, time: Period | WeeklyRange) -> Touches:
    """Return what tells whether a session meets a block (rule B3)."""
    return lambda session: clashes.blocks_out(diary, time, **_time_of(session))


def out_of_hours(before: Diary, after: Diary) -> Touches:
    """Return what tells whether a session lay inside the working hours and does not any more (rule B1).

    Asked for again there is no before: then every session outside the hours is told, so that nobody whose first answer
    was lost takes silence for an answer.
    """

    def touches(session: Session) -> bool:
        location_id = session.slot.location.location_id
        if before == after:
            return not clashes.is_worked(after, location_id, **_time_of(session))
        return clashes.no_longer_worked(before, after, location_id, **_time_of(session))

    return touches


def held_for_another(diary: Diary, reserved: SlotReserved) -> Touches:
    """Return what tells whether a session is another client's and meets a reserved slot (rule B5)."""
    return lambda session: (
        session.booked.client_id != reserved.client_id and clashes.holds(diary, reserved, **_time_of(session))
    )


def _time_of(session: Session) -> dict[str, datetime]:
    """Without the gap: a session may end where a block begins."""
    return {"starts_at": session.slot.starts_at, "ends_at": session.slot.ends_at}
