"""The judge of the diary's race: reads the log in order, and looks at every booking with what stood before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from application.ports import BusyTime
from application.recorded import Logged
from domain.diary import diary as diaries
from domain.diary.diary import Diary, diary_id_of
from domain.diary.events import Blocked
from domain.model import Role
from domain.relationship import relationship as relationships
from domain.relationship.relationship import Relationship
from domain.session.events import Booked, Cancelled
from domain.therapist import therapist as therapists
from domain.therapist.therapist import Therapist
from tests.campaigns.diary_rules import MINUTE, OF_CLIENTS, OF_EVERYBODY, Looked, meets_block

POSITIONS_OF_A_TRANSACTION = 1 << 20


@dataclass
class Board:
    """What stands at a position of the log: by stream, and of the sessions those that are not cancelled."""

    therapists: dict[UUID, Therapist] = field(default_factory=dict)
    diaries: dict[UUID, Diary] = field(default_factory=dict)
    relationships: dict[UUID, Relationship] = field(default_factory=dict)
    live: dict[UUID, Booked] = field(default_factory=dict)

    def take_in(self, logged: Logged) -> None:
        """Take in one event."""
        stream_id, event = logged.recorded.originator_id, logged.recorded.event
        match logged.stored_name.partition(".")[0]:
            case "therapist":
                _fold(self.therapists, stream_id, event, therapists.evolve)
            case "diary":
                _fold(self.diaries, stream_id, event, diaries.evolve)
            case "relationship":
                _fold(self.relationships, stream_id, event, relationships.evolve)
            case _ if isinstance(event, Booked):
                self.live[stream_id] = event
            case _ if isinstance(event, Cancelled):
                del self.live[stream_id]
            case _:
                pass


def _fold(states: dict[UUID, Any], stream_id: UUID, event: object, evolve: Callable[[Any, Any], Any]) -> None:
    states[stream_id] = evolve(states.get(stream_id), event)


def by_transaction(log: Sequence[Logged]) -> Iterator[list[Logged]]:
    """Yield what was stored together, in the order of the log."""
    for _, together in groupby(log, key=lambda logged: logged.position // POSITIONS_OF_A_TRANSACTION):
        yield list(together)


def violations(log: Sequence[Logged], busy: Mapping[UUID, Sequence[BusyTime]]) -> Counter[str]:
    """Return which rules were broken by bookings, and how often. What is stored together rests on what was before."""
    board, found = Board(), Counter[str]()
    for together in by_transaction(log):
        for logged in together:
            if isinstance(booked := logged.recorded.event, Booked):
                looked = _look(board, booked, busy.get(booked.therapist_id, ()))
                rules = OF_EVERYBODY if booked.booked_by is Role.THERAPIST else {**OF_EVERYBODY, **OF_CLIENTS}
                found.update(name for name, is_broken in rules.items() if is_broken(looked))
        for logged in together:
            board.take_in(logged)
    return found


def _look(board: Board, booked: Booked, busy: Sequence[BusyTime]) -> Looked:
    pair = booked.therapist_id, booked.client_id
    return Looked(
        booked=booked,
        therapist=board.therapists[therapists.stream_of(booked.therapist_id)],
        diary=board.diaries[diary_id_of(booked.therapist_id)],
        theirs={i: one for i, one in board.relationships.items() if (one.therapist_id, one.client_id) == pair},
        live=list(board.live.values()),
        busy=busy,
    )


def wrongly_listed(log: Sequence[Logged], told: Mapping[UUID, frozenset[UUID]], therapist_id: UUID) -> int:
    """Return how many sessions the answers to blocks left out, or named without cause (rule B3).

    One that was cancelled at about that moment may be in the answer or not.
    """
    cancelled = {one.recorded.originator_id for one in log if isinstance(one.recorded.event, Cancelled)}
    board, wrong = Board(), 0
    for together in by_transaction(log):
        for logged in together:
            if isinstance(blocked := logged.recorded.event, Blocked) and blocked.block_id in told:
                hit = _hit(board, blocked, therapist_id)
                wrong += len((hit ^ told[blocked.block_id]) - cancelled)
            board.take_in(logged)
    return wrong


def _hit(board: Board, blocked: Blocked, therapist_id: UUID) -> set[UUID]:
    zone = ZoneInfo(board.diaries[diary_id_of(therapist_id)].zone)
    return {
        session_id
        for session_id, one in board.live.items()
        if one.therapist_id == therapist_id
        and one.slot.ends_at + one.gap_minutes * MINUTE > blocked.at
        and meets_block(blocked.time, one.slot.starts_at, one.slot.ends_at, zone)
    }
