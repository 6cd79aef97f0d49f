"""What was stored once always loads: no rule of today stands in the way of the past."""

from __future__ import annotations

from functools import reduce

from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from domain.diary import diary as diaries
from domain.diary.diary import Diary
from domain.diary.events import DiaryEvent
from domain.relationship import relationship as relationships
from domain.relationship.events import Opened, RelationshipEvent
from domain.relationship.relationship import Relationship
from domain.therapist import therapist as therapists
from domain.therapist.events import TherapistEvent
from domain.therapist.therapist import Therapist
from tests.domain.any_event import any_event
from tests.given import DIARY_OPENED, JOINED

MODERATE = settings(max_examples=100, deadline=None)


@MODERATE
@whatever(st.lists(any_event(DiaryEvent), max_size=30))
def test_l_whatever_happened_to_a_diary_loads(happened: list[DiaryEvent]) -> None:
    diary = reduce(diaries.evolve, happened, diaries.evolve(None, DIARY_OPENED))

    assert isinstance(diary, Diary)
    assert all(isinstance(diary.hours_on(day), list) for day in (*diary.opened, *diary.closed))


@MODERATE
@whatever(st.lists(any_event(TherapistEvent), max_size=30))
def test_l_whatever_happened_to_a_therapist_loads(happened: list[TherapistEvent]) -> None:
    therapist = reduce(therapists.evolve, happened, therapists.evolve(None, JOINED))

    assert isinstance(therapist, Therapist)
    assert therapist.takes_no_bookings in (True, False)


@MODERATE
@whatever(any_event(Opened), st.lists(any_event(RelationshipEvent), max_size=30))
def test_l_whatever_happened_to_a_relationship_loads(opened: Opened, happened: list[RelationshipEvent]) -> None:
    relationship = reduce(relationships.evolve, happened, relationships.evolve(None, opened))

    assert isinstance(relationship, Relationship)
