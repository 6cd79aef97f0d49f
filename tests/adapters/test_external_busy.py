"""Busy times of connected calendars: replaced as a whole, merged, and found by the range they lie in (rule B8)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from eventsourcing.persistence import PersistenceError

from adapters.ids import new_id
from adapters.postgres.busy import PostgresExternalBusy
from adapters.postgres.pool import connect
from application.ports import BusyTime
from tests.adapters.stored import AT, THERAPIST, as_owner

CALENDAR = UUID(int=50)
HOUR = timedelta(hours=1)
SYNCS = 8
ROUNDS = 10


@pytest.fixture
def busy(any_database: str) -> Iterator[PostgresExternalBusy]:
    datastore = connect(any_database, pool_size=SYNCS)
    yield PostgresExternalBusy(datastore)
    datastore.close()


def hours(first: float, last: float) -> BusyTime:
    """A busy time from one hour to another, counted from AT."""
    return BusyTime(AT + first * HOUR, AT + last * HOUR)


def found(busy: PostgresExternalBusy, *, therapist_id: UUID = THERAPIST) -> list[BusyTime]:
    """All busy times of a week."""
    return list(busy.of_therapist(therapist_id, since=AT - 84 * HOUR, until=AT + 84 * HOUR))


def test_b8_a_sync_replaces_all_busy_times_of_its_calendar_and_of_no_other(busy: PostgresExternalBusy) -> None:
    other_calendar, other_therapist = new_id(), new_id()
    busy.replace(THERAPIST, CALENDAR, [hours(0, 1), hours(4, 5)])
    busy.replace(THERAPIST, other_calendar, [hours(0.5, 2)])
    busy.replace(other_therapist, CALENDAR, [hours(9, 10)])

    busy.replace(THERAPIST, CALENDAR, [hours(7, 8)])

    assert found(busy) == [hours(0.5, 2), hours(7, 8)]
    assert found(busy, therapist_id=other_therapist) == [hours(9, 10)]


def test_b8_a_calendar_in_which_nothing_is_left_is_emptied(busy: PostgresExternalBusy) -> None:
    busy.replace(THERAPIST, CALENDAR, [hours(0, 1)])

    busy.replace(THERAPIST, CALENDAR, [])

    assert found(busy) == []


@pytest.mark.parametrize(
    ("periods", "merged"),
    [
        ([hours(2, 3), hours(0, 1)], [hours(0, 1), hours(2, 3)]),
        ([hours(0, 2), hours(1, 3)], [hours(0, 3)]),
        ([hours(0, 1), hours(1, 2)], [hours(0, 2)]),
        ([hours(0, 4), hours(1, 2), hours(3, 5)], [hours(0, 5)]),
        ([hours(0, 1), hours(0, 1)], [hours(0, 1)]),
    ],
    ids=["apart", "overlapping", "touching", "inside", "the same"],
)
def test_b8_times_that_overlap_or_touch_are_one(
    busy: PostgresExternalBusy, periods: list[BusyTime], merged: list[BusyTime]
) -> None:
    busy.replace(THERAPIST, CALENDAR, periods)

    assert found(busy) == merged


@pytest.mark.parametrize("wrong", [hours(1, 1), hours(2, 1)], ids=["empty", "reversed"])
def test_b8_a_wrong_time_changes_nothing(busy: PostgresExternalBusy, wrong: BusyTime) -> None:
    busy.replace(THERAPIST, CALENDAR, [hours(4, 5)])

    with pytest.raises(ValueError, match="ends after it starts"):
        busy.replace(THERAPIST, CALENDAR, [hours(0, 3), wrong])

    assert found(busy) == [hours(4, 5)]


def test_b8_a_sync_that_fails_half_way_leaves_what_was_there(any_database: str, busy: PostgresExternalBusy) -> None:
    busy.replace(THERAPIST, CALENDAR, [hours(4, 5)])
    as_owner(any_database, "revoke insert on external_busy from diary_app")  # removing the old ones still works

    with pytest.raises(PersistenceError):
        busy.replace(THERAPIST, CALENDAR, [hours(0, 1)])

    assert found(busy) == [hours(4, 5)]


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [(-1, 0, 0), (-1, 0.1, 1), (0.9, 2, 1), (1, 2, 0), (0.2, 0.3, 1)],
)
def test_b8_busy_times_are_half_open(busy: PostgresExternalBusy, since: float, until: float, count: int) -> None:
    busy.replace(THERAPIST, CALENDAR, [hours(0, 1)])

    overlapping = busy.of_therapist(THERAPIST, since=AT + since * HOUR, until=AT + until * HOUR)

    assert len(overlapping) == count


def test_b8_two_syncs_at_once_leave_the_times_of_one_of_them(busy: PostgresExternalBusy) -> None:
    at_once = Barrier(SYNCS)
    answers = [[hours(number, number + 1.5), hours(number + 20, number + 21)] for number in range(SYNCS)]

    def sync(periods: list[BusyTime]) -> None:
        at_once.wait()
        busy.replace(THERAPIST, CALENDAR, periods)

    for _ in range(ROUNDS):
        with ThreadPoolExecutor(SYNCS) as threads:
            list(threads.map(sync, answers))
        assert found(busy) in answers
