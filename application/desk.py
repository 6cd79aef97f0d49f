"""Where commands are made: with the practice's time, the machine's time and a fresh id, all of them given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.practice import Command, Practice, Request
from domain.model import Actor


@dataclass(frozen=True, slots=True)
class Cause:
    """What led to a command: the work or the request by name, and the correlation that runs through all of it."""

    name: str
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class Desk:
    """The practice together with time and ids. `now` is the practice's time, `machine_now` the unshifted one."""

    practice: Practice
    now: Callable[[], datetime]
    machine_now: Callable[[], datetime]
    new_id: Callable[[], UUID]

    def command(self, actor: Actor, *, cause: Cause | None = None, request: Request | None = None) -> Command:
        """Return a command for now. Each has an id of its own, so that an answer lost on the way is recognised."""
        command_id = self.new_id()
        return Command(
            actor=actor,
            command_id=command_id,
            correlation_id=cause.correlation_id if cause else command_id,
            causation=cause.name if cause else None,
            now=self.now(),
            recorded_at=self.machine_now(),
            request=request,
        )
