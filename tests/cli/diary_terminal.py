"""A terminal at the service's machine, in this process: what is typed there, and how it ended."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest

from application.recorded import Recorded
from cli import main
from domain.diary import diary as diaries
from domain.diary.diary import Diary, diary_id_of
from domain.model import SessionKind
from domain.relationship.relationship import relationship_id_of
from domain.therapist import therapist as therapists
from domain.therapist.therapist import Therapist
from domain.zones import zone_of
from tests.seeded import Seeded

OPERATOR, NOBODY = UUID(int=99), UUID(int=404)
ZONE = "Europe/London"
LONDON = zone_of(ZONE)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `err` is one line, without the frame around it."""

    code: object
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where an operator types `diary therapist …` for one therapist."""

    seeded: Seeded
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def therapist(self) -> str:
        return str(self.seeded.therapist_id)

    @property
    def location(self) -> str:
        return str(self.seeded.location_id)

    def types(self, *arguments: object) -> Ended:
        """Type a command as it stands."""
        self.monkeypatch.setattr(sys, "argv", ["diary", "therapist", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
        printed = self.capsys.readouterr()
        return Ended(ended.value.code, printed.out, " ".join(printed.err.replace("│", " ").split()))

    def asks(self, command: str, *arguments: object) -> Ended:
        """Type a command on the therapist."""
        return self.types(command, self.therapist, *arguments)

    def changes(self, command: str, *arguments: object) -> Ended:
        """Type a command on the therapist in the name of the operator."""
        return self.asks(command, *arguments, "--by", OPERATOR)

    def day(self, *, days: int) -> date:
        """A date on the diary's clock, some days from now."""
        return (self.seeded.service.desk.now() + timedelta(days=days)).astimezone(LONDON).date()

    def at_ten(self, *, days: int) -> datetime:
        """Ten o'clock on the diary's clock, some days from now."""
        return datetime.combine(self.day(days=days), time(10), tzinfo=LONDON)

    def diary(self) -> Diary:
        """The therapist's diary as it stands."""
        return self.seeded.service.practice.load(diary_id_of(self.seeded.therapist_id), diaries.evolve).state

    def state(self) -> Therapist:
        """The therapist as they stand."""
        stream = therapists.stream_of(self.seeded.therapist_id)
        return self.seeded.service.practice.load(stream, therapists.evolve).state

    def relationship_with(self, client_id: UUID) -> UUID:
        """The id of the relationship with a client."""
        return relationship_id_of(
            therapist_id=self.seeded.therapist_id, client_id=client_id, kind=SessionKind.INDIVIDUAL
        )

    def recorded(self, *streams: UUID) -> list[Recorded]:
        """All that happened to the therapist, their diary, and other streams that are named."""
        therapist_id = self.seeded.therapist_id
        found = self.seeded.service.log.of_streams(
            therapists.stream_of(therapist_id), diary_id_of(therapist_id), *streams
        )
        return [logged.recorded for logged in found]


def local(at: datetime) -> str:
    """A time as it is typed on the diary's clock."""
    return f"{at:%Y-%m-%dT%H:%M}"
