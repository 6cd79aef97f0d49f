"""What is counted, in a registry of its own for each app."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
WORK_STATES = ("ready", "leased", "parked")


class Metrics:
    """Requests by route template, method and status; work and lag as they are when somebody looks."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "diary_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "diary_http_request_duration_seconds",
            "How long answering took.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._work = Gauge("diary_unfinished_work", "Pieces of work not done.", ["state"], registry=self._registry)
        self._lag = Gauge(
            "diary_view_lag_events",
            "Events that a view has yet to read, up to a limit.",
            ["view"],
            registry=self._registry,
        )

    def count(self, method: str, route: str, status: int, *, seconds: float) -> None:
        """Count one answer. Methods that nobody knows share one label."""
        labels = (method if method in METHODS else "other", route, str(status))
        self._requests.labels(*labels).inc()
        self._seconds.labels(*labels).observe(seconds)

    def text(self, *, work: Mapping[str, int], lag: Mapping[str, int]) -> bytes:
        """Return everything in the text format."""
        for state in WORK_STATES:
            self._work.labels(state).set(work.get(state, 0))
        for view, events in lag.items():
            self._lag.labels(view).set(events)
        return generate_latest(self._registry)
