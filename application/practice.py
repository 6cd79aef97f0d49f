"""Load, decide, append: how every command becomes events, in one transaction with all that must be true with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, Mapper, StoredEvent
from eventsourcing.utils import Environment, EnvType

from application.claims import Claim, claims_taken, sessions_released
from application.errors import Contended, SomebodyWasFirst, VersionMoved
from application.ports import ClaimedTime
from application.reading import Folded, Read, Reader, Streams
from application.recorded import Meta, PracticeEvent, Recorded
from domain.errors import NotThere
from domain.model import Actor, Event

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)

DECISIONS_LIMIT = 8


@dataclass(frozen=True, slots=True)
class Request:
    """A person's request as the edge knows it: one outcome for one key, whatever is repeated.

    `fingerprint` is a keyed hash of the body; `subject_id` is what the answer is rendered from again.
    """

    person_id: UUID
    route: str
    key: str
    fingerprint: bytes
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks for what to be done, now. `now` is the practice's time, `recorded_at` the machine's.

    `expects` holds the versions of streams that the one asking has seen: nothing is changed on any other.
    """

    actor: Actor
    command_id: UUID
    correlation_id: UUID
    now: datetime
    recorded_at: datetime
    causation: str | None = None
    request: Request | None = None
    on_behalf_of: UUID | None = None
    expects: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def meta(self) -> Meta:
        return Meta(
            actor=self.actor,
            on_behalf_of=self.on_behalf_of,
            command_id=self.command_id,
            correlation_id=self.correlation_id,
            causation=self.causation,
            recorded_at=self.recorded_at,
        )


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S_co]):
    """A stream as it stood when it was read. `version` 0 says that it does not exist."""

    stream_id: UUID
    version: int
    state: S_co


@dataclass(frozen=True, slots=True)
class Sealed:
    """A piece of personal data to be encrypted with one person's key: never part of an event (rules H1, H2)."""

    person_id: UUID
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a decision comes to: new events by stream, and the guards that it rests on or raises.

    `rests_on` maps a guard to the version it was read at: stored only if it still stands there. `raises` likewise, and
    moves it on, so that decisions resting on it are made again. `holds` are guards that are only held while this is
    stored: whoever lets claims go holds the therapist's, so that the log has it before whatever takes them.
    `clashes_of` is a therapist whose claims that are not over are read under the guard that is raised (rule B3); they
    are the outcome's `claims`.
    """

    events: tuple[tuple[Loaded[object], tuple[PracticeEvent, ...]], ...] = ()
    rests_on: Mapping[UUID, int] = field(default_factory=dict)
    raises: Mapping[UUID, int] = field(default_factory=dict)
    holds: frozenset[UUID] = frozenset()
    sealed: tuple[Sealed, ...] = ()
    clashes_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was stored: nothing where the command had been carried out before or came too late.

    `claims` are those that the change asked for, in order: as they stood under the guard where
    something was stored, and as they stand now where nothing was.
    """

    recorded: tuple[Recorded, ...]
    position: int | None
    claims: tuple[ClaimedTime, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimsRead:
    """Whose claims are asked for: all that end after an instant of the practice's time."""

    therapist_id: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """The positions that events were stored at, and the claims that were asked for alongside."""

    positions: Sequence[int]
    claims: tuple[ClaimedTime, ...] = ()


@dataclass(frozen=True, slots=True)
class Alongside:
    """What is stored, refused or read together with events, in their transaction."""

    request: Request | None
    command_id: UUID
    recorded_at: datetime
    rests_on: Mapping[UUID, int]
    raises: Mapping[UUID, int]
    takes: Sequence[Claim]
    releases: Sequence[UUID]
    sealed: Sequence[Sealed]
    reads_claims: ClaimsRead | None = None
    holds: frozenset[UUID] = frozenset()


def _refuse_moved(command: Command, changes: Changes) -> None:
    """What is decided on is what is appended to, so a version that is right here cannot be overtaken."""
    for loaded, _ in changes.events:
        if loaded.version != command.expects.get(loaded.stream_id, loaded.version):
            raise VersionMoved


class EventRecorder(Streams, Protocol):
    """The event store's recorder, with all that is stored in one transaction with the events."""

    def store(self, stored_events: Sequence[StoredEvent], *, alongside: Alongside) -> Stored:
        """Store all or nothing.

        Raises SomebodyWasFirst, SlotTaken, ClientBusy, RequestInFlight, RequestRepeated, StoreUnavailable.
        """

    def claims_of(self, read: ClaimsRead) -> tuple[ClaimedTime, ...]:
        """Return claims as they are now, in order."""

    def guard_versions(self, guard_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Return the present version of each guard; a guard that does not exist is at 0."""


Decided = Iterable[PracticeEvent | None] | PracticeEvent | None


def events(*of_streams: tuple[Loaded[object], Decided]) -> tuple[tuple[Loaded[object], tuple[PracticeEvent, ...]], ...]:
    """Put decisions in the form that Changes takes: None is nothing, one event is a tuple of one."""
    return tuple((loaded, _as_tuple(decided)) for loaded, decided in of_streams)


def _as_tuple(decided: Decided) -> tuple[PracticeEvent, ...]:
    if decided is None:
        return ()
    if isinstance(decided, Event):
        return (decided,)
    return tuple(event for event in decided if event is not None)


def _claiming_order(claim: Claim) -> tuple[UUID, datetime, UUID]:
    """The same for everybody, so that two who want the same times do not wait for each other in a ring."""
    return claim.therapist_id, claim.starts_at, claim.claim_id


class Together:
    """Streams as they all stood at one instant."""

    def __init__(self, folded: Mapping[Read[Any], Folded[Any]]) -> None:
        self._folded = folded

    def read(self, read: Read[S]) -> Loaded[S | None]:
        """Return one of them, which may not exist yet."""
        folded: Folded[S] = self._folded[read]
        return Loaded(read.stream_id, folded.version, folded.state)

    def load(self, read: Read[S]) -> Loaded[S]:
        """Return one of them, which has to be there. Raises NotThere."""
        folded: Folded[S] = self._folded[read]
        if folded.state is None:
            raise NotThere
        return Loaded(read.stream_id, folded.version, folded.state)


class Practice(Application[UUID]):
    """The application over the event store. Its configuration is given, never taken from the environment."""

    name = "practice"

    def __init__(self, *, mapper: Mapper[UUID], recorder: EventRecorder) -> None:
        self._given_mapper = mapper
        self._given_recorder = recorder
        self._reader = Reader(recorder, decode=lambda stored: cast("Recorded", mapper.to_domain_event(stored)))
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:  # noqa: ARG002 - the library's signature
        return Environment(name, {})

    def construct_mapper(self) -> Mapper[UUID]:
        return self._given_mapper

    def construct_recorder(self) -> ApplicationRecorder:
        return cast("ApplicationRecorder", self._given_recorder)

    def history(self, stream_id: UUID, *, up_to_version: int | None = None) -> list[Recorded]:
        """Return a stream's events in order; an unknown stream has none."""
        return cast("list[Recorded]", list(self.events.get(stream_id, lte=up_to_version)))

    def read(self, stream_id: UUID, evolve: Callable[[S | None, Any], S]) -> Loaded[S | None]:
        """Load a stream that may not exist yet. Raises NotThere where another kind of thing has that id."""
        read = Read(stream_id, evolve)
        return self.read_together(read).read(read)

    def load(self, stream_id: UUID, evolve: Callable[[S | None, Any], S]) -> Loaded[S]:
        """Load a stream that has to be there. Raises NotThere."""
        read = Read(stream_id, evolve)
        return self.read_together(read).load(read)

    def read_together(self, *reads: Read[Any]) -> Together:
        """Read many streams as they stand at one instant. Raises NotThere where another kind of thing has an id."""
        return Together(self._reader.read(*reads))

    def guards(self, *guard_ids: UUID) -> dict[UUID, int]:
        """Read guard versions: before the states that a decision rests on, never after."""
        return self._given_recorder.guard_versions(guard_ids)

    def perform(self, command: Command, decide: Callable[[], Changes]) -> Outcome:
        """Decide and store; decide again on fresh states when somebody was first.

        Raises the decision's Refusal, SlotTaken, ClientBusy, VersionMoved, Contended, RequestInFlight, RequestRepeated.
        """
        for _ in range(DECISIONS_LIMIT):
            changes = decide()
            _refuse_moved(command, changes)
            try:
                return self._store(command, changes)
            except SomebodyWasFirst:
                continue
        raise Contended

    def _store(self, command: Command, changes: Changes) -> Outcome:
        recorded = tuple(
            Recorded(loaded.stream_id, loaded.version + number, event, command.meta)
            for loaded, decided in changes.events
            for number, event in enumerate(decided, start=1)
        )
        assert changes.raises or not (recorded and changes.clashes_of), "clashes are read under a guard that is raised"
        releases = sorted(session_id for r in recorded for session_id in sessions_released(r))
        assert changes.holds or not releases, "claims are let go under their therapist's guard"
        reads_claims = None if changes.clashes_of is None else ClaimsRead(changes.clashes_of, command.now)
        if not recorded and command.request is None and not changes.sealed:
            return Outcome((), None, self._given_recorder.claims_of(reads_claims) if reads_claims else ())
        alongside = Alongside(
            request=command.request,
            command_id=command.command_id,
            recorded_at=command.recorded_at,
            rests_on=changes.rests_on,
            raises=changes.raises if recorded else {},
            takes=sorted((claim for r in recorded for claim in claims_taken(r)), key=_claiming_order),
            releases=releases,
            sealed=changes.sealed,
            reads_claims=reads_claims,
            holds=changes.holds,
        )
        return self._append(recorded, alongside)

    def _append(self, recorded: tuple[Recorded, ...], alongside: Alongside) -> Outcome:
        stored = [self.mapper.to_stored_event(cast("Any", r)) for r in recorded]
        kept = self._given_recorder.store(stored, alongside=alongside)
        return Outcome(recorded, max(kept.positions, default=None), kept.claims)
