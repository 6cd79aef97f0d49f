"""Open slots around clock changes, held against a slow description that reads the clock minute by minute."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.diary.openings import reasons, refuse_unless_open, warnings_about
from domain.diary.picture import WhyNot
from domain.errors import ClientBusy, NotOpen, SlotTaken
from domain.model import Slot
from domain.zones import zone_of
from tests.domain.situations import FIVE_MINUTES, QUARTER, Situation, situations
from tests.domain.slow_clock import A_MINUTE
from tests.domain.slow_openings import Slowly

MANY = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MODERATE = settings(MANY, max_examples=100)


def _slowly(situation: Situation) -> Slowly:
    return Slowly(situation.picture, situation.duration_minutes, since=situation.since, until=situation.until)


@MANY
@given(situations())
def test_b9_what_is_listed_is_what_the_rules_say_and_nothing_else(situation: Situation) -> None:
    slowly = _slowly(situation)

    expected = [slot for slot in situation.slots(every=FIVE_MINUTES) if not slowly.reasons(slot)]

    assert expected == situation.listed()


@MANY
@given(situations())
def test_b9_every_listed_slot_is_open_to_the_one_who_asked(situation: Situation) -> None:
    for slot in situation.listed():
        assert reasons(situation.picture, slot) == ()
        refuse_unless_open(situation.picture, slot)


@MANY
@given(situations(), st.sampled_from([timedelta(0), A_MINUTE, timedelta(seconds=1), timedelta(microseconds=1)]))
def test_b9_a_slot_that_is_not_listed_is_refused_with_a_reason(situation: Situation, aside: timedelta) -> None:
    listed = set(situation.listed())
    asked = [_later(slot, aside) for slot in situation.slots(every=QUARTER)]

    for slot in [slot for slot in asked if slot not in listed and slot.starts_at < situation.until][::7]:
        assert reasons(situation.picture, slot)
        with pytest.raises((NotOpen, SlotTaken, ClientBusy)):
            refuse_unless_open(situation.picture, slot)


def _later(slot: Slot, aside: timedelta) -> Slot:
    return slot.model_copy(update={"starts_at": slot.starts_at + aside})


@MANY
@given(situations(), st.integers(0, 14))
def test_b9_every_reason_that_holds_is_told_and_no_other(situation: Situation, minute: int) -> None:
    slowly = _slowly(situation)
    asked = [_later(slot, minute * A_MINUTE) for slot in situation.slots(every=QUARTER)]

    for slot in asked[::7]:
        told = reasons(situation.picture, slot)
        assert slowly.reasons(slot) == set(told)
        assert len(set(told)) == len(told)
        in_order = [why for why in WhyNot if why in told]
        assert list(told) == in_order


@MODERATE
@given(situations())
def test_b13_a_therapist_is_warned_of_reasons_of_the_time_alone(situation: Situation) -> None:
    for slot in list(situation.slots(every=QUARTER))[::7]:
        warned, told = warnings_about(situation.picture, slot), reasons(situation.picture, slot)
        assert set(warned) <= set(told)
        assert set(told) - set(warned) <= {
            WhyNot.PAUSED,
            WhyNot.SELF_BOOKING_CLOSED,
            WhyNot.SELF_BOOKING_REVOKED,
            WhyNot.NOT_ACCEPTING_NEW_CLIENTS,
            WhyNot.BEYOND_HORIZON,
            WhyNot.CLIENT_BUSY,
        }


@MODERATE
@given(situations())
def test_b12_no_listed_slot_touches_a_claim_with_its_gap(situation: Situation) -> None:
    claimed = timedelta(minutes=situation.duration_minutes + situation.picture.diary.terms.gap_minutes)

    for slot in situation.listed():
        for claim in situation.picture.claims:
            assert slot.starts_at + claimed <= claim.starts_at or claim.ends_at <= slot.starts_at


@MODERATE
@given(situations())
def test_b10_starts_are_in_order_once_and_the_first_of_two_on_the_clock_of_the_therapist(situation: Situation) -> None:
    zone = zone_of(situation.picture.diary.zone)

    starts = list(dict.fromkeys(slot.starts_at for slot in situation.listed()))

    assert all(before < after for before, after in pairwise(starts))
    assert all(starts_at.astimezone(zone).fold == 0 for starts_at in starts)
