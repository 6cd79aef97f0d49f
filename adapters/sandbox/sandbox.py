"""The one object that holds the sandbox together: books, clock, ids, faults, and the news to deliver."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass

from adapters.sandbox.faults import Faults
from adapters.sandbox.keys import Keys
from adapters.sandbox.refusals import Thing
from adapters.sandbox.settings import SandboxSettings
from adapters.sandbox.state import Books, read_books, write_books

API_VERSION = "2026-10-28.endive"


@dataclass(slots=True)
class Subscription:
    """Who is told of events. While `held` nothing is sent; each event is sent `copies` times."""

    url: str | None
    secret: str | None
    held: bool = False
    copies: int = 1


class Sandbox:
    """State of one sandbox. Callers hold `lock` while they read or change the books."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.news = threading.Event()
        self.books = read_books(settings.file)
        self.keys = Keys(self.books.keys)
        self.faults = Faults()
        self.subscription = Subscription(settings.webhook_url, settings.webhook_secret)

    def seconds(self) -> int:
        """The time in Unix seconds."""
        return int(self.settings.now().timestamp())

    def make_id(self, prefix: str) -> str:
        """A new id as `pi_0a1b...`."""
        return f"{prefix}_{self.settings.new_id().hex[:24]}"

    def make_secret(self, intent_id: str) -> str:
        """A new client secret for an intent."""
        return f"{intent_id}_secret_{self.settings.new_id().hex}"

    def announce(self, kind: str, thing: Thing) -> None:
        """Record an event with the object as it is now, and let it be delivered."""
        event_id = self.make_id("evt")
        subscribed = self.subscription.url is not None
        self.books.events[event_id] = {
            "id": event_id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.seconds(),
            "data": {"object": copy.deepcopy(thing)},
            "livemode": False,
            "pending_webhooks": int(subscribed),
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        if subscribed:
            self.books.deliveries[event_id] = {"state": "due", "attempts": 0, "last_status": None}
            self.news.set()

    def save(self) -> None:
        """Write the books to their file, if they have one."""
        write_books(self.settings.file, self.books)

    def reset(self) -> None:
        """Forget everything, as if newly made."""
        self.books = Books()
        self.keys = Keys(self.books.keys)
        self.faults = Faults()
        self.subscription = Subscription(self.settings.webhook_url, self.settings.webhook_secret)
        self.save()
