"""Faults on demand: what can go wrong between a client and the provider."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from adapters.sandbox.refusals import ApiError, broken, key_in_use, too_many_requests

MAX_FAULTS = 100


class FaultKind(StrEnum):
    """Before: nothing was done. After: it was done and the answer is lost. Kept: a 500 stored under the key."""

    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    STATUS_409 = "status_409"
    STATUS_429 = "status_429"
    STATUS_500 = "status_500"
    STATUS_500_KEPT = "status_500_kept"
    STATUS_500_AFTER = "status_500_after"
    SLOW = "slow"


class Fault(BaseModel):
    """The next `times` requests that match meet this fault. `seconds`: how long a slow one waits before it executes."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    path_contains: Annotated[str, Field(max_length=200)] = ""
    method: Annotated[str, Field(pattern="^(GET|POST|DELETE)$")] = "POST"
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    seconds: Annotated[float, Field(ge=0, le=120)] = 0

    def matches(self, method: str, path: str) -> bool:
        """True when a request is meant."""
        return self.method == method and self.path_contains in path

    def refusal(self) -> ApiError | None:
        """The answer given instead of doing anything, if that is the fault."""
        match self.kind:
            case FaultKind.STATUS_409:
                return key_in_use()
            case FaultKind.STATUS_429:
                return too_many_requests()
            case FaultKind.STATUS_500:
                return broken(kept=False)
            case _:
                return None


class Faults:
    """The faults still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let the fault happen to the next requests that match. Of too many, the oldest is forgotten."""
        self._waiting = [*self._waiting, fault][-MAX_FAULTS:]

    def clear(self) -> None:
        """Let everything work again."""
        self._waiting = []

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault this request meets, and count it."""
        for index, fault in enumerate(self._waiting):
            if fault.matches(method, path):
                rest = [fault.model_copy(update={"times": fault.times - 1})] if fault.times > 1 else []
                self._waiting[index : index + 1] = rest
                return fault
        return None

    def waiting(self) -> list[Fault]:
        """The faults still to come."""
        return list(self._waiting)
