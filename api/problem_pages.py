"""What each type of problem means: where a problem's `type` leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from fastapi import APIRouter

from api.permissions import Action
from api.problems import NoSuchPath, code_of, every_problem, meaning_of, status_of
from api.schemas.common import Answer
from domain.diary.picture import SENTENCES, ClosedBecause, WhyNot
from domain.errors import NotOpen, SeriesClashes

router = APIRouter(tags=["problems"])


TOLD_OTHERWISE = {WhyNot.OVERLAPS, WhyNot.CLIENT_BUSY}
"""A single time that is taken, and a client who has no time, are problems of their own."""

REASONS: Mapping[type[Exception], Sequence[WhyNot]] = {
    NotOpen: [reason for reason in WhyNot if reason not in TOLD_OTHERWISE],
    SeriesClashes: [reason for reason in WhyNot if reason not in get_args(ClosedBecause)],
}
"""Which of the reasons for which a time is not open a problem may name."""


class ReasonAnswer(Answer):
    reason: WhyNot
    sentence: str


class ProblemType(Answer):
    """What a problem means; `reasons` are those that it may name, none for most."""

    type: str
    title: str
    status: int
    meaning: str
    reasons: list[ReasonAnswer]


class ProblemTypes(Answer):
    problems: list[ProblemType]


def _told(cls: type[Exception]) -> ProblemType:
    code = code_of(cls)
    return ProblemType(
        type=f"/problems/{code}",
        title=code.replace("-", " ").capitalize(),
        status=status_of(cls),
        meaning=meaning_of(cls),
        reasons=[ReasonAnswer(reason=reason, sentence=SENTENCES[reason]) for reason in REASONS.get(cls, ())],
    )


@router.get("/problems", operation_id=Action.LIST_PROBLEMS)
def list_problems() -> ProblemTypes:
    """List every type of problem that can be answered."""
    return ProblemTypes(problems=[_told(cls) for _, cls in sorted(every_problem().items())])


@router.get("/problems/{code}", operation_id=Action.READ_PROBLEM)
def read_problem(code: str) -> ProblemType:
    """Say what one type of problem means."""
    known = every_problem()
    if code not in known:
        raise NoSuchPath
    return _told(known[code])
