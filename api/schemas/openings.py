"""What is open, as it is answered."""

from __future__ import annotations

from api.schemas.common import Answer, MoneyAnswer, PlaceAnswer
from domain.diary.picture import ClosedBecause
from domain.model import Instant, SessionKind


class OpeningAnswer(Answer):
    """A time that can be booked, where, for how much, and until when cancelling it would be free."""

    starts_at: Instant
    ends_at: Instant
    locations: list[PlaceAnswer]
    price: MoneyAnswer
    notice_deadline: Instant


class ClosedAnswer(Answer):
    """Why nothing is open to the one who asks, and how to reach the therapist instead, if they say (rules B7, G5)."""

    reason: ClosedBecause
    sentence: str
    contact: str | None


class OpeningsAnswer(Answer):
    """What is open to the one who asks; `closed` says why where that is nothing as a whole."""

    zone: str
    kind: SessionKind
    openings: list[OpeningAnswer]
    closed: ClosedAnswer | None
