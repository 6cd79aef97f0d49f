"""What the tests of money share: the work that is due done, and a provider to whom things happen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from adapters.ids import new_id
from application.desk import Cause
from application.ports import GatewayUnsure, Intent
from application.till import Till
from tests.adapters.stored import as_owner, rows_of
from tests.fakes import FakeGateway
from tests.seeded import PRICE, Seeded
from tests.workers.story import do_what_is_due

EVERYTHING = PRICE.amount_minor
PAID = ["Due", "IntentCreated", "ConfirmStarted", "Captured"]
PAUSES_END = "update work set retry_at = 'epoch', sent_at = null where state = 'ready'"
ALL_AGAIN = "update work set state = 'ready', retry_at = 'epoch', sent_at = null"


def a_till(seeded: Seeded) -> Till:
    """The till that a piece of work has."""
    return Till(seeded.service.desk, seeded.service.gateway, Cause("test", new_id()))


def try_again(seeded: Seeded) -> None:
    """Let every pause end, and do what is due."""
    as_owner(seeded.service.conninfo, PAUSES_END)
    do_what_is_due(seeded)


def do_everything_again(seeded: Seeded) -> None:
    """Let all work come again, as if no mark of its having been done was left."""
    as_owner(seeded.service.conninfo, ALL_AGAIN)
    do_what_is_due(seeded)


def errors_of(seeded: Seeded, kind: str) -> list[str | None]:
    """What is written beside the unfinished work of one kind."""
    unfinished = "select last_error from work where kind = %s and state <> 'done' order by work_id"
    return [row["last_error"] for row in rows_of(seeded.service.conninfo, unfinished, kind)]


def until(seeded: Seeded, instant: datetime) -> timedelta:
    """How far the practice's time is from an instant."""
    return instant - seeded.service.desk.now()


class Interrupted:
    """Stands before one method of the provider: `before` and `after` happen at its next call. Keeps the keys."""

    def __init__(
        self,
        gateway: FakeGateway,
        *,
        before: Callable[[], object] = lambda: None,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        self._confirm = gateway.confirm_intent
        self._before, self._after = before, after
        self.keys: list[str] = []
        gateway.confirm_intent = self.confirm_intent  # type: ignore[method-assign] # as the network stands between

    def confirm_intent(self, intent_id: str, *, card_ref: str, key: str) -> Intent:
        self.keys.append(key)
        before, self._before = self._before, lambda: None
        before()
        answer = self._confirm(intent_id, card_ref=card_ref, key=key)
        after, self._after = self._after, lambda: None
        after()
        return answer


def unsure() -> None:
    """Let the provider not answer."""
    raise GatewayUnsure


def granted_refund(seeded: Seeded, session_id: UUID) -> UUID:
    """The id of the one refund that a session's client is granted."""
    [refund_id] = seeded.session(session_id).grants
    return refund_id
