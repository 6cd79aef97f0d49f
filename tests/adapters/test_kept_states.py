"""States kept between reads: never stale, never of another log, never too many, and read together as of one instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import cast
from uuid import UUID

import pytest

from adapters.event_mapper import EventMapper
from adapters.ids import new_id
from adapters.postgres.recorder import PracticeRecorder
from application.practice import Practice
from application.reading import FoldedStates, Linked, Read, Reader
from application.recorded import Meta, Recorded
from domain.diary import diary as diaries
from domain.diary.diary import Diary
from domain.diary.events import DateClosed, DiaryEvent, Opened
from domain.errors import NotThere
from domain.model import Actor, Role
from domain.therapist import therapist as therapists
from domain.therapist.events import Joined
from tests.adapters.stored import AT, THERAPIST, a_recorder, as_owner, rows_of, with_

DIARY, THERAPIST_STREAM = UUID(int=100), UUID(int=101)
FIRST_DAY = date(2030, 1, 7)
DAYS = 40
ALL_READ = [DateClosed(day=FIRST_DAY + timedelta(days=number), at=AT) for number in range(DAYS)]
TAKE_OUT = "delete from stored_events where originator_id = %s and originator_version >= %s"
POSITION = "select notification_id from stored_events where originator_id = %s and originator_version = %s"
MOVE = "update stored_events set notification_id = %s where originator_id = %s and originator_version = %s"


class Process:
    """A process of its own over the store, as far as kept states go; it counts the events that it decodes."""

    def __init__(self, conninfo: str, *, limit: int = 8) -> None:
        self.recorder = a_recorder(conninfo, pool_size=4)
        self.decoded = 0
        self.mapper = EventMapper()
        self.practice = Practice(mapper=self.mapper, recorder=self.recorder)
        self.practice._reader = Reader(self.recorder, decode=self._decode, kept=FoldedStates(limit))

    def _decode(self, stored: object) -> Recorded:
        self.decoded += 1
        return cast("Recorded", self.mapper.to_domain_event(stored))  # type: ignore[arg-type] # counts, and hands on

    def add(self, *of_diary: DiaryEvent | Joined, after: int, to: UUID = DIARY) -> None:
        """Store events after a version."""
        meta = Meta(
            actor=Actor(role=Role.THERAPIST, person_id=THERAPIST),
            command_id=new_id(),
            correlation_id=new_id(),
            causation=None,
            recorded_at=AT,
        )
        stored = [
            self.mapper.to_stored_event(cast("object", Recorded(to, version, event, meta)))  # type: ignore[arg-type] # the library's own protocol
            for version, event in enumerate(of_diary, start=after + 1)
        ]
        self.recorder.insert_events(stored, alongside=with_(meta.command_id))

    def closed(self) -> int:
        """How many dates of the diary are closed."""
        return len(self.practice.load(DIARY, diaries.evolve).state.closed)


@pytest.fixture
def processes(any_database: str) -> Iterator[tuple[Process, Process]]:
    both = Process(any_database), Process(any_database)
    yield both
    for process in both:
        process.recorder.datastore.close()


@pytest.fixture
def one(processes: tuple[Process, Process]) -> Process:
    return processes[0]


@pytest.fixture
def other(processes: tuple[Process, Process]) -> Process:
    return processes[1]


def opened() -> Opened:
    return Opened(therapist_id=THERAPIST, zone="Europe/London", at=AT)


def joined() -> Joined:
    return Joined(zone="Europe/London", country="GB", at=AT)


# --- never stale --------------------------------------------------------------------------------------------------


def test_what_another_process_stored_is_seen_at_the_next_read(one: Process, other: Process) -> None:
    one.add(opened(), *ALL_READ[:3], after=0)
    before = one.closed()

    other.add(ALL_READ[3], after=4)

    assert (before, one.closed(), one.practice.load(DIARY, diaries.evolve).version) == (3, 4, 5)


def test_a_stream_that_was_not_there_is_seen_when_it_is(one: Process, other: Process) -> None:
    before = one.practice.read(DIARY, diaries.evolve)

    other.add(opened(), after=0)

    assert (before.version, before.state, one.closed()) == (0, None, 0)


def test_only_what_is_new_is_folded(one: Process) -> None:
    one.add(opened(), *ALL_READ[:10], after=0)
    one.closed()
    one.add(*ALL_READ[10:12], after=11)
    one.decoded = 0

    assert (one.closed(), one.decoded, one.closed(), one.decoded) == (12, 2, 12, 2)


def test_two_threads_fold_the_same_diary_while_it_grows(one: Process, other: Process) -> None:
    one.add(opened(), after=0)

    def read_while_it_grows(_: int) -> list[int]:
        seen = [0]
        while seen[-1] < DAYS:
            seen.append(one.closed())
        return seen

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read_while_it_grows, number) for number in range(2)]
        for number, closing in enumerate(ALL_READ):
            other.add(closing, after=number + 1)
        seen = [reader.result(timeout=60) for reader in readers]

    assert seen == [sorted(of_one) for of_one in seen]
    assert one.practice.load(DIARY, diaries.evolve) == other.practice.load(DIARY, diaries.evolve)


# --- never of another log -----------------------------------------------------------------------------------------


def test_a_log_that_lost_its_last_events_is_read_from_the_beginning(any_database: str, one: Process) -> None:
    one.add(opened(), *ALL_READ[:3], after=0)
    one.closed()

    as_owner(any_database, TAKE_OUT, DIARY, 3)

    loaded = one.practice.load(DIARY, diaries.evolve)
    assert (loaded.version, loaded.state.closed) == (2, frozenset({ALL_READ[0].day}))


def test_a_log_that_lost_a_whole_stream_has_none(any_database: str, one: Process) -> None:
    one.add(opened(), after=0)
    one.closed()

    as_owner(any_database, TAKE_OUT, DIARY, 1)

    assert one.practice.read(DIARY, diaries.evolve).version == 0


@pytest.mark.parametrize("more", [0, 2], ids=["no further", "and further"])
def test_a_log_in_which_something_else_happened_is_noticed_even_at_the_same_position(
    any_database: str, one: Process, other: Process, more: int
) -> None:
    """A copy that takes over has not seen the last transactions, and gives their numbers to others."""
    one.add(opened(), *ALL_READ[:3], after=0)
    one.closed()
    [lost] = rows_of(any_database, POSITION, DIARY, 4)

    as_owner(any_database, TAKE_OUT, DIARY, 4)
    other.add(*ALL_READ[10 : 11 + more], after=3)
    as_owner(any_database, MOVE, lost["notification_id"], DIARY, 4)

    assert one.practice.load(DIARY, diaries.evolve) == other.practice.load(DIARY, diaries.evolve)
    assert one.closed() == 3 + more


# --- of one concept, and not too many -----------------------------------------------------------------------------


def test_a_kept_state_never_answers_for_another_concept(one: Process) -> None:
    one.add(opened(), after=0)
    one.closed()

    with pytest.raises(NotThere):
        one.practice.read(DIARY, therapists.evolve)

    assert one.closed() == 0


def test_the_state_that_nobody_asked_for_the_longest_makes_room(any_database: str) -> None:
    process = Process(any_database, limit=2)
    streams = [UUID(int=number) for number in (201, 202, 203)]
    for stream_id in streams:
        process.add(opened(), after=0, to=stream_id)

    def decoded_for(stream_id: UUID) -> int:
        before = process.decoded
        process.practice.load(stream_id, diaries.evolve)
        return process.decoded - before

    first, second, third = streams
    assert [decoded_for(stream_id) for stream_id in (first, second, first, third)] == [1, 1, 0, 1]
    assert [decoded_for(stream_id) for stream_id in (first, third, second)] == [0, 0, 1]
    process.recorder.datastore.close()


# --- together -----------------------------------------------------------------------------------------------------


def test_many_streams_are_read_in_one_statement_each_after_what_is_known_of_it(one: Process) -> None:
    one.add(opened(), *ALL_READ[:5], after=0)
    one.add(joined(), after=0, to=THERAPIST_STREAM)
    one.closed()
    one.add(ALL_READ[5], after=6)
    asked = _counting(one.recorder)
    one.decoded = 0
    diary, therapist, unknown = (
        Read(DIARY, diaries.evolve),
        Read(THERAPIST_STREAM, therapists.evolve),
        Read(new_id(), diaries.evolve),
    )

    together = one.practice.read_together(diary, therapist, unknown)

    assert len(together.load(diary).state.closed) == 6
    assert together.load(therapist).state.zone == "Europe/London"
    assert (together.read(unknown).version, together.read(unknown).state) == (0, None)
    assert (asked, one.decoded) == ([{DIARY: 6, THERAPIST_STREAM: 0, unknown.stream_id: 0}], 2)


def _counting(recorder: PracticeRecorder) -> list[dict[UUID, int]]:
    """Write down what the store is asked for."""
    asked: list[dict[UUID, int]] = []
    select = recorder.select_streams

    def select_streams(from_versions: Mapping[UUID, int]) -> Mapping[UUID, Sequence[Linked]]:
        asked.append(dict(from_versions))
        return select(from_versions)

    recorder.select_streams = select_streams  # type: ignore[method-assign] # to count
    return asked


def test_a_stream_that_has_to_be_there_is_missed_and_one_of_another_concept_too(one: Process) -> None:
    one.add(joined(), after=0, to=THERAPIST_STREAM)
    nowhere: Read[Diary] = Read(new_id(), diaries.evolve)

    with pytest.raises(NotThere):
        one.practice.read_together(nowhere).load(nowhere)
    with pytest.raises(NotThere):
        one.practice.read_together(nowhere, Read(THERAPIST_STREAM, diaries.evolve))


def test_one_stream_of_another_log_has_all_of_them_read_again_at_one_instant(any_database: str, one: Process) -> None:
    one.add(opened(), *ALL_READ[:3], after=0)
    one.add(joined(), after=0, to=THERAPIST_STREAM)
    diary, therapist = Read(DIARY, diaries.evolve), Read(THERAPIST_STREAM, therapists.evolve)
    one.practice.read_together(diary, therapist)
    as_owner(any_database, TAKE_OUT, DIARY, 4)
    asked = _counting(one.recorder)

    together = one.practice.read_together(diary, therapist)

    assert (together.load(diary).version, together.load(therapist).version) == (3, 1)
    assert asked == [{DIARY: 4, THERAPIST_STREAM: 1}, {DIARY: 0, THERAPIST_STREAM: 0}]
