"""How a therapist and one who asks stand to each other, and so what is open: to list and to decide alike (rule B9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.ports import Claims, ExternalBusy
from application.practice import Loaded, Practice, Together
from application.reading import Read
from domain.diary import diary as diaries
from domain.diary.diary import Diary, diary_id_of
from domain.diary.picture import Asker, Picture
from domain.model import SessionKind
from domain.relationship import relationship as relationships
from domain.relationship.relationship import Relationship, relationship_id_of
from domain.therapist import therapist as therapists
from domain.therapist.therapist import Therapist

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A therapist, their diary, and what connects a client with them, as they stand in one decision.

    Somebody who has not signed in has no `client_id`, and nothing connects them.
    """

    therapist_id: UUID
    client_id: UUID | None
    therapist: Therapist
    diary: Diary
    relationships: Mapping[SessionKind, Loaded[Relationship | None]]


def read_standing(practice: Practice, *, therapist_id: UUID, client_id: UUID | None) -> Standing:
    """Read, as of one instant, what decides on what is open to somebody. Raises NotThere."""
    therapist = Read(therapists.stream_of(therapist_id), therapists.evolve)
    diary = Read(diary_id_of(therapist_id), diaries.evolve)
    of_kinds = {
        kind: Read(relationship_id_of(therapist_id=therapist_id, client_id=client_id, kind=kind), relationships.evolve)
        for kind in SessionKind
        if client_id is not None
    }
    found = practice.read_together(therapist, diary, *of_kinds.values())
    of_both = {kind: _of_kind(found, read) for kind, read in of_kinds.items()}
    return Standing(therapist_id, client_id, found.load(therapist).state, found.load(diary).state, of_both)


def _of_kind(found: Together, read: Read[Relationship]) -> Loaded[Relationship | None]:
    return found.read(read)


def picture_of(
    standing: Standing, claims: Claims, busy: ExternalBusy, *, since: datetime, until: datetime, now: datetime
) -> Picture:
    """Return all that decides what is open to the one who asks between `since` and `until`."""
    around = {"since": since - DAY, "until": until + DAY}
    existing = {loaded.stream_id: loaded.state for loaded in standing.relationships.values() if loaded.state}
    asker = Asker(
        relationship_ids=frozenset(existing),
        self_booking_revoked=any(one.self_booking_revoked for one in existing.values()),
        busy=() if standing.client_id is None else claims.of_client(standing.client_id, **around),
    )
    return Picture(
        diary=standing.diary,
        therapist=standing.therapist,
        asker=asker,
        claims=claims.of_therapist(standing.therapist_id, **around),
        external_busy=busy.of_therapist(standing.therapist_id, **around),
        now=now,
    )
