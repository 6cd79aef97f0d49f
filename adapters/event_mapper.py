"""Events to stored bytes and back, strictly: names from an allow-list, shapes known, content validated on load."""

from __future__ import annotations

import json
from typing import Any, cast
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import ValidationError

from adapters.event_names import CLASSES, NAMES, UPCASTERS, present_shape
from application.recorded import Meta, PracticeEvent, Recorded


class UnreadableEvent(Exception):
    """A stored event cannot be read: its name, its shape or its content is not one that this version knows."""


class NewerEvent(UnreadableEvent):
    """A stored event was written by a newer version of this service: this one has to wait until it is replaced."""


class EventMapper(Mapper[UUID]):
    """The state of a stored event is JSON: its shape's number, its data, and who did it why."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Encode one Recorded. A class without a stored name is a mistake of ours: KeyError."""
        recorded = cast("Recorded", domain_event)
        name = NAMES[type(recorded.event)]
        state = (
            f'{{"shape":{present_shape(name)},"data":{recorded.event.model_dump_json()},'
            f'"meta":{recorded.meta.model_dump_json()}}}'
        )
        return StoredEvent(recorded.originator_id, recorded.originator_version, name, state.encode())

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Decode one stored event, for the library."""
        return cast("DomainEventProtocol[UUID]", self.to_recorded(stored_event))

    def to_recorded(self, stored_event: StoredEvent) -> Recorded:
        """Decode one stored event. Raises UnreadableEvent, naming the event and never quoting its content; NewerEvent
        where a newer version of the service wrote it."""
        place = _place(stored_event)
        if stored_event.topic not in CLASSES:
            raise NewerEvent(f"{stored_event.topic!r}, {place}: unknown name")
        try:
            return self._decode(stored_event)
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            kind = type(error).__name__
            raise UnreadableEvent(f"{stored_event.topic!r}, {place}: {kind}") from None

    def _decode(self, stored_event: StoredEvent) -> Recorded:
        cls = CLASSES[stored_event.topic]
        state: dict[str, Any] = json.loads(stored_event.state)
        data, shape = state["data"], state["shape"]
        if shape > present_shape(stored_event.topic):
            raise NewerEvent(f"{stored_event.topic!r}, {_place(stored_event)}: newer shape") from None
        if shape < 0:
            raise ValueError("no shape")
        for upcast in UPCASTERS.get(stored_event.topic, [])[shape:]:
            data = upcast(data)
        event = cast("PracticeEvent", cls.model_validate_json(json.dumps(data)))
        meta = Meta.model_validate_json(json.dumps(state["meta"]))
        stream_id = cast("UUID", stored_event.originator_id)
        return Recorded(stream_id, stored_event.originator_version, event, meta)


def _place(stored_event: StoredEvent) -> str:
    return f"version {stored_event.originator_version} of stream {stored_event.originator_id}"


def command_of(stored_event: StoredEvent) -> UUID:
    """Return the id of the command that stored an event."""
    return UUID(json.loads(stored_event.state)["meta"]["command_id"])
