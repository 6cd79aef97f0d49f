"""The shared values, and how refusals speak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from domain.diary.picture import SENTENCES, WhyNot, not_open
from domain.errors import NotEndedYet, NotOpen, Refusal, SlotTaken
from domain.model import Actor, Location, Medium, Money, Role, Slot
from domain.session.events import BookingPlaced, Confirmed
from tests.given import LOCATION, NOW, STARTS_AT


def _all_refusals(root: type[Refusal]) -> list[type[Refusal]]:
    return [root, *(found for child in root.__subclasses__() for found in _all_refusals(child))]


REFUSALS = _all_refusals(Refusal)


def test_b10_an_instant_is_kept_in_utc_whatever_its_offset() -> None:
    in_kathmandu = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))

    placed = BookingPlaced(at=in_kathmandu)

    assert (placed.at, placed.at.tzinfo) == (NOW, UTC)


def test_b10_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValidationError):
        BookingPlaced(at=datetime(2030, 1, 7, 9))  # noqa: DTZ001 - the naive time is what is refused


def test_k1_what_happened_is_never_changed() -> None:
    confirmed = Confirmed(rule="C2", at=NOW)

    with pytest.raises(ValidationError):
        confirmed.rule = "A7"  # type: ignore[misc] # that it is frozen is what is tested
    assert confirmed.rule == "C2"


@pytest.mark.parametrize("extra", [{"rule": 2}, {"rule": "C2", "who": "Ann"}, {}])
def test_k1_an_event_says_what_its_class_says_and_nothing_else(extra: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Confirmed(at=NOW, **extra)


@pytest.mark.parametrize(("amount_minor", "currency"), [(-1, "GBP"), (80.0, "GBP"), (8000, "gbp"), (8000, "POUND")])
def test_a4_money_is_whole_minor_units_of_a_currency(amount_minor: Any, currency: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount_minor=amount_minor, currency=currency)


@pytest.mark.parametrize("duration_minutes", [0, -50])
def test_a13_a_session_lasts_some_time(duration_minutes: int) -> None:
    with pytest.raises(ValidationError):
        Slot(starts_at=STARTS_AT, duration_minutes=duration_minutes, location=LOCATION)


def test_k1_the_system_acts_without_an_id_and_a_place_has_a_medium() -> None:
    assert Actor(role=Role.SYSTEM).person_id is None
    assert Location(location_id=LOCATION.location_id, medium=Medium.VIDEO) == LOCATION


def test_every_refusal_has_a_sentence_and_a_name_of_its_own() -> None:
    sentences = [" ".join((refusal.__doc__ or "").split()) for refusal in REFUSALS]

    assert all(sentence.endswith(".") for sentence in sentences)
    assert len({refusal.code() for refusal in REFUSALS}) == len(REFUSALS)
    assert len(set(sentences)) == len(REFUSALS)


def test_a_refusal_speaks_its_docstring_or_the_particulars() -> None:
    assert SlotTaken().sentence == "That time is taken."
    assert SlotTaken.code() == "slot-taken"
    assert not_open(WhyNot.INSIDE_NOTICE).sentence == SENTENCES[WhyNot.INSIDE_NOTICE]
    assert NotOpen("anything").sentence == "That time is not open for booking."
    assert SENTENCES.keys() == set(WhyNot)
    assert NotEndedYet().sentence == "Attendance can be recorded from the end of the session."
    assert NotEndedYet(STARTS_AT).sentence == "Attendance can be recorded from 2030-01-12 09:00 UTC."
