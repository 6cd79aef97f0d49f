"""Streams folded into states, and states kept between reads: what is read and folded again is only what came after."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.recorded import PracticeEvent, Recorded
from domain.errors import NotThere

S = TypeVar("S")

KEPT_LIMIT = 2048
"""How many states a process keeps: each is some kilobytes, and holds no personal data, as events do not."""


@dataclass(frozen=True, slots=True)
class Read(Generic[S]):
    """A stream that is to be read, and the `evolve` of the concept that it is about."""

    stream_id: UUID
    evolve: Callable[[S | None, Any], S]


class Linked(NamedTuple):
    """A stored event with its hash, which covers all that came before it in its stream."""

    event: StoredEvent
    hash: bytes


class Streams(Protocol):
    """Where streams are stored."""

    def select_streams(self, from_versions: Mapping[UUID, int]) -> Mapping[UUID, Sequence[Linked]]:
        """Return each stream's events in order, from a version on and with it, all as of one instant.

        A stream without such events is left out. Raises StoreUnavailable.
        """


@dataclass(frozen=True, slots=True)
class Folded(Generic[S]):
    """What a stream's events come to, up to a version whose hash is kept with it. Version 0: there are none."""

    version: int
    state: S | None
    hash: bytes


NOTHING: Folded[Any] = Folded(version=0, state=None, hash=b"")


class FoldedStates:
    """The states that were read last, so many at most. Any thread may use it: states are never changed."""

    def __init__(self, limit: int = KEPT_LIMIT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[Read[Any], Folded[Any]] = OrderedDict()

    def find(self, read: Read[Any]) -> Folded[Any]:
        """Return what is kept, NOTHING where nothing is."""
        with self._lock:
            if read in self._kept:
                self._kept.move_to_end(read)
            return self._kept.get(read, NOTHING)

    def keep(self, read: Read[Any], folded: Folded[Any]) -> None:
        """Keep a state, and let the one go that nobody has asked for the longest where there are too many."""
        with self._lock:
            self._kept[read] = folded
            self._kept.move_to_end(read)
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)


class Reader:
    """Reads streams. The store is asked every time, so nothing is ever stale, but only for what is not folded yet.

    All kinds of streams are kept. A diary gains the most, but a session too is read again by its payment, its charge
    and its list within minutes, and the least used make room for the rest. Kept by stream and `evolve`, a state never
    answers for another concept.
    """

    def __init__(
        self, streams: Streams, *, decode: Callable[[StoredEvent], Recorded], kept: FoldedStates | None = None
    ) -> None:
        self._streams = streams
        self._decode = decode
        self._kept = kept or FoldedStates()

    def read(self, *reads: Read[Any]) -> dict[Read[Any], Folded[Any]]:
        """Read streams as they stand at one instant. Raises NotThere where another kind of thing has an id.

        The last event folded is read with those after it: if it is not there with the same hash, the store holds
        another log than the one that was folded, as after a failover to a copy that had not received everything yet.
        What was kept is worth nothing then and all is read from the beginning. Positions would not tell: the copy may
        give them to other events.
        """
        known = {read: self._kept.find(read) for read in reads}
        found = self._streams.select_streams({read.stream_id: folded.version for read, folded in known.items()})
        if not all(_continues(folded, found.get(read.stream_id, ())) for read, folded in known.items()):
            known = dict.fromkeys(reads, NOTHING)
            found = self._streams.select_streams({read.stream_id: 0 for read in reads})
        return {read: self._fold(read, folded, found.get(read.stream_id, ())) for read, folded in known.items()}

    def _fold(self, read: Read[Any], known: Folded[Any], found: Sequence[Linked]) -> Folded[Any]:
        new = found[1:] if known.version else found
        if not new:
            return known
        state = known.state
        for number, linked in enumerate(new):
            event = self._decode(linked.event).event
            if number == 0 and _concept(type(event)) != _concept(read.evolve):
                raise NotThere
            state = read.evolve(state, event)
        folded = Folded(new[-1].event.originator_version, state, new[-1].hash)
        self._kept.keep(read, folded)
        return folded


def _continues(folded: Folded[Any], found: Sequence[Linked]) -> bool:
    """Say whether what was found begins with the last event that was folded."""
    if not folded.version:
        return True
    return bool(found) and (found[0].event.originator_version, found[0].hash) == (folded.version, folded.hash)


def _concept(of: type[PracticeEvent] | Callable[..., Any]) -> str:
    """Return the package of a concept: its events and its `evolve` live there."""
    return of.__module__.rpartition(".")[0]
