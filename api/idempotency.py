"""One outcome for one key: a repeated request is answered from what became of the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Depends, Header, Request, Response

from adapters.bootstrap import Service
from adapters.tokens import Person
from api.auth import Asker, TheService
from api.positions import tell_position
from api.problems import EdgeProblem, IdempotencyKeyMissing
from application import practice
from application.errors import RequestRepeated, VersionMoved
from application.practice import Command, Outcome
from domain.errors import Refusal

REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r'"(?P<quoted>[\x20-\x7e]{1,255})"|(?P<bare>[\x21\x23-\x7e][\x20-\x7e]{0,254})')


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key: whose, to which path, and a keyed hash of its body."""

    person: Person
    route: str
    key: str
    fingerprint: bytes

    @property
    def name_id(self) -> UUID:
        """An id for what this request makes: the same request makes the same thing."""
        return uuid5(self.person.person_id, f"{self.route}:{self.key}")


@dataclass(frozen=True, slots=True)
class Done:
    """What a request came to: what its answer is about, and where the log stood."""

    subject_id: UUID
    position: int | None
    replayed: bool = False

    def tell(self, response: Response) -> None:
        """Put it in the answer's headers."""
        tell_position(response, self.position)
        if self.replayed:
            response.headers[REPLAYED] = "true"


IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="1 to 255 printable characters, yours for this one request."),
]


async def asked(http: Request, service: TheService, person: Asker, idempotency_key: IdempotencyKey = None) -> Asked:
    """Read the key and hash the body. Raises IdempotencyKeyMissing."""
    found = KEY.fullmatch(idempotency_key or "")
    if found is None:
        raise IdempotencyKeyMissing
    fingerprint = service.requests.fingerprint(await http.body())
    return Asked(person, http.scope["path"], found["quoted"] or found["bare"], fingerprint)


UnderAKey = Annotated[Asked, Depends(asked)]


def once(service: Service, asked: Asked, act: Callable[[Command], Outcome], *, about: UUID) -> Done:
    """Carry a request out unless that was done before. Raises RequestDiffers, RequestInFlight, and what `act` raises.

    A twin that finishes while we decide makes our own decision wrong (its slot is taken, its version gone), so the
    book is asked once more before anything is refused.
    """
    if (done := _done_before(service, asked)) is not None:
        return done
    request = practice.Request(asked.person.person_id, asked.route, asked.key, asked.fingerprint, about)
    try:
        outcome = act(service.desk.command(asked.person.actor, request=request))
    except (RequestRepeated, VersionMoved, Refusal, EdgeProblem):
        if (done := _done_before(service, asked)) is not None:
            return done
        raise
    return Done(about, outcome.position)


def _done_before(service: Service, asked: Asked) -> Done | None:
    past = service.requests.find(asked.person.person_id, asked.route, asked.key, fingerprint=asked.fingerprint)
    return None if past is None else Done(past.subject_id, past.position, replayed=True)
