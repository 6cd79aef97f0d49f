"""The layers of a calendar around clock changes, held against what is open to a new client (rule B9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings

from domain.diary.layers import Layers, layers
from domain.diary.picture import ANYBODY
from domain.model import Slot
from tests.domain.situations import Situation, situations

MANY = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _is_worked(found: Layers, slot: Slot) -> bool:
    return any(
        one.starts_at <= slot.starts_at
        and slot.ends_at <= one.ends_at
        and slot.location.location_id in one.location_ids
        for one in found.working
    )


@MANY
@given(situations())
def test_b9_what_is_open_to_a_new_client_lies_in_a_working_stretch_and_touches_no_other(situation: Situation) -> None:
    listed = replace(situation, picture=replace(situation.picture, asker=ANYBODY)).listed()
    last_end = situation.until + timedelta(minutes=situation.duration_minutes)

    found = layers(situation.picture.diary, since=situation.since, until=last_end, now=situation.picture.now)

    assert all(_is_worked(found, slot) for slot in listed)
    for other in (*found.blocked, *found.prime_time, *found.reserved):
        assert all(slot.ends_at <= other.starts_at or other.ends_at <= slot.starts_at for slot in listed)
