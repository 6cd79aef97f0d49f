"""Reserved slots: a time held for one relationship, every week or every other one (rule B5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from domain.diary.diary import Diary
from domain.diary.events import ReleaseCause, ReservedSlotReleased, SlotReserved
from domain.diary.reserved_slots import release_reserved_slot, reserve_slot
from domain.errors import (
    AlreadyReserved,
    AlreadyThere,
    AnchorOnAnotherWeekday,
    AnchorTooFarAhead,
    EveryOtherWeekAtMost,
    ReservedSlotOutOfRange,
    TooManyReservedSlots,
)
from tests.domain.looking import NO_GAP, clock
from tests.given import CLIENT, LOCATION, NOW, RELATIONSHIP, given_diary

A_HOLD, ANOTHER = UUID(int=200), UUID(int=201)
SOMEBODY_ELSE = UUID(int=300)
TUESDAY = date(2030, 1, 8)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


TUESDAYS_AT_TEN = SlotReserved(
    reserved_slot_id=A_HOLD,
    relationship_id=RELATIONSHIP,
    client_id=CLIENT,
    weekday=1,
    from_minutes=clock("10:00"),
    duration_minutes=50,
    location_id=LOCATION.location_id,
    interval_weeks=1,
    anchor=TUESDAY,
    at=NOW,
)


def held(**changed: object) -> SlotReserved:
    """Tuesdays at ten for fifty minutes, every week, unless something is changed."""
    return TUESDAYS_AT_TEN.model_copy(update=changed)


def _reserve(diary: Diary, wanted: SlotReserved) -> SlotReserved | None:
    return reserve_slot(
        diary,
        reserved_slot_id=wanted.reserved_slot_id,
        relationship_id=wanted.relationship_id,
        client_id=wanted.client_id,
        weekday=wanted.weekday,
        from_minutes=wanted.from_minutes,
        duration_minutes=wanted.duration_minutes,
        location_id=wanted.location_id,
        interval_weeks=wanted.interval_weeks,
        anchor=wanted.anchor,
        now=wanted.at,
    )


@pytest.mark.parametrize("interval", [1, 2])
def test_b5_a_slot_is_reserved_once(interval: int) -> None:
    wanted = held(interval_weeks=interval)

    happened = _reserve(given_diary(), wanted)

    assert happened == wanted
    assert _reserve(given_diary(wanted), wanted.model_copy(update={"at": NOW + DAY})) is None


def test_b5_a_reserved_slot_is_released_once() -> None:
    released = release_reserved_slot(given_diary(held()), reserved_slot_id=A_HOLD, cause=ReleaseCause.MANUAL, now=NOW)

    assert released == ReservedSlotReleased(reserved_slot_id=A_HOLD, cause=ReleaseCause.MANUAL, at=NOW)
    after = given_diary(held(), released)
    assert release_reserved_slot(after, reserved_slot_id=A_HOLD, cause=ReleaseCause.NO_REBOOK, now=NOW) is None


def test_b5_a_released_time_may_be_reserved_again() -> None:
    released = ReservedSlotReleased(reserved_slot_id=A_HOLD, cause=ReleaseCause.NO_REBOOK, at=NOW)

    assert _reserve(given_diary(held(), released), held(reserved_slot_id=ANOTHER)) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"from_minutes": clock("11:00")},
        {"relationship_id": SOMEBODY_ELSE},
        {"client_id": SOMEBODY_ELSE},
        {"duration_minutes": 80},
        {"interval_weeks": 2},
        {"anchor": TUESDAY + WEEK},
        {"location_id": SOMEBODY_ELSE},
    ],
)
def test_b5_an_id_names_one_reserved_slot(changed: dict[str, object]) -> None:
    with pytest.raises(AlreadyThere):
        _reserve(given_diary(held()), held(**changed))


@pytest.mark.parametrize(("begins", "lasts"), [(1440, 50), (600, 0), (600, 721)])
def test_b5_a_reserved_slot_begins_within_its_day_and_lasts_half_a_day_at_most(begins: int, lasts: int) -> None:
    with pytest.raises(ReservedSlotOutOfRange):
        reserve_slot(
            given_diary(),
            reserved_slot_id=A_HOLD,
            relationship_id=RELATIONSHIP,
            client_id=CLIENT,
            weekday=1,
            from_minutes=begins,
            duration_minutes=lasts,
            location_id=LOCATION.location_id,
            interval_weeks=1,
            anchor=TUESDAY,
            now=NOW,
        )


@pytest.mark.parametrize("weeks", [-1, 0, 3, 4])
def test_b5_a_slot_is_reserved_every_week_or_every_other_one(weeks: int) -> None:
    with pytest.raises(EveryOtherWeekAtMost):
        reserve_slot(
            given_diary(),
            reserved_slot_id=A_HOLD,
            relationship_id=RELATIONSHIP,
            client_id=CLIENT,
            weekday=1,
            from_minutes=600,
            duration_minutes=50,
            location_id=LOCATION.location_id,
            interval_weeks=weeks,
            anchor=TUESDAY,
            now=NOW,
        )


@pytest.mark.parametrize("days", [-1, 1, 6])
def test_b5_the_anchor_is_a_date_of_the_weekday(days: int) -> None:
    with pytest.raises(AnchorOnAnotherWeekday):
        _reserve(given_diary(), held(anchor=TUESDAY + days * DAY))


@pytest.mark.parametrize("minutes", [1, 49, 59, -1, -49, -59])
def test_b5_reserved_slots_keep_the_gap_between_them(minutes: int) -> None:
    other = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, from_minutes=clock("10:00") + minutes)

    with pytest.raises(AlreadyReserved):
        _reserve(given_diary(held()), other)


@pytest.mark.parametrize("minutes", [60, -60])
def test_b5_reserved_slots_may_follow_each_other_with_the_gap(minutes: int) -> None:
    other = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, from_minutes=clock("10:00") + minutes)

    assert _reserve(given_diary(held()), other) == other


def test_b5_without_a_gap_reserved_slots_touch() -> None:
    after, into = (held(reserved_slot_id=ANOTHER, from_minutes=clock(at)) for at in ("10:50", "10:49"))

    assert _reserve(given_diary(NO_GAP, held()), after) == after
    with pytest.raises(AlreadyReserved):
        _reserve(given_diary(NO_GAP, held()), into)


def test_b5_two_clients_alternate_in_one_weekly_time() -> None:
    one = held(interval_weeks=2)
    other = held(reserved_slot_id=ANOTHER, relationship_id=SOMEBODY_ELSE, interval_weeks=2, anchor=TUESDAY + WEEK)

    assert _reserve(given_diary(one), other) == other


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"interval_weeks": 2, "anchor": TUESDAY + 2 * WEEK}, id="the same weeks, from later"),
        pytest.param({"interval_weeks": 2, "anchor": TUESDAY - 52 * WEEK}, id="the same weeks, from long before"),
        pytest.param({"interval_weeks": 1, "anchor": TUESDAY + WEEK}, id="every week"),
    ],
)
def test_b5_a_fortnightly_time_is_held_against_all_that_meets_it(changed: dict[str, object]) -> None:
    with pytest.raises(AlreadyReserved):
        _reserve(given_diary(held(interval_weeks=2)), held(reserved_slot_id=ANOTHER, **changed))


def test_b5_two_weeks_go_round_without_a_seam() -> None:
    sunday = date(2030, 1, 13)
    late = held(weekday=6, anchor=sunday, from_minutes=clock("23:30"), interval_weeks=2)
    into_it = held(reserved_slot_id=ANOTHER, weekday=0, anchor=sunday + DAY, from_minutes=0, interval_weeks=2)
    other_week = into_it.model_copy(update={"anchor": sunday + DAY + WEEK})

    with pytest.raises(AlreadyReserved):
        _reserve(given_diary(late), into_it)
    with pytest.raises(AlreadyReserved):
        _reserve(given_diary(into_it), late.model_copy(update={"reserved_slot_id": UUID(int=202)}))
    assert _reserve(given_diary(late), other_week) == other_week


def test_b5_a_diary_holds_two_hundred_reserved_slots() -> None:
    many = [
        held(reserved_slot_id=UUID(int=1000 + n), weekday=n % 7, from_minutes=60 * (n // 7 % 24), duration_minutes=50,
             interval_weeks=2, anchor=date(2030, 1, 7) + (n % 7) * DAY + (n // 168) * WEEK)
        for n in range(200)
    ]  # fmt: skip
    free = held(weekday=6, anchor=date(2030, 1, 20), interval_weeks=2, from_minutes=clock("23:00"))

    assert _reserve(given_diary(*many[:199]), free) == free
    with pytest.raises(TooManyReservedSlots):
        _reserve(given_diary(*many), free)


@pytest.mark.parametrize("year", [1969, 2026, 2032])
def test_b5_patterns_are_counted_alike_before_and_after_any_new_year(year: int) -> None:
    first = date(year, 12, 25)
    tuesday = first + (1 - first.weekday()) % 7 * DAY
    one = held(interval_weeks=2, anchor=tuesday)
    then = datetime.combine(first, time(), tzinfo=UTC)

    for weeks in range(6):
        other = held(reserved_slot_id=ANOTHER, interval_weeks=2, anchor=tuesday + weeks * WEEK, at=then)
        if weeks % 2:
            assert _reserve(given_diary(one), other) == other
        else:
            with pytest.raises(AlreadyReserved):
                _reserve(given_diary(one), other)


def test_b5_an_anchor_lies_a_year_ahead_at_most() -> None:
    weekday = (NOW + timedelta(days=366)).date()
    furthest = held(weekday=weekday.weekday(), anchor=weekday)

    assert _reserve(given_diary(), furthest) == furthest
    with pytest.raises(AnchorTooFarAhead):
        _reserve(given_diary(), held(weekday=(weekday + DAY).weekday(), anchor=weekday + DAY))


def test_b5_a_reserved_slot_is_no_booking() -> None:
    before, after = given_diary(), given_diary(held())

    assert before.hours_on(TUESDAY) == after.hours_on(TUESDAY)
    assert after.reserved == {A_HOLD: held()}
