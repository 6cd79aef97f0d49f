"""What each type of problem means: where a problem's `type` leads."""

from __future__ import annotations

from fastapi import APIRouter

from api.permissions import Action
from api.problems import NoSuchPath, code_of, every_problem, meaning_of, status_of
from api.schemas.common import Answer

router = APIRouter(tags=["problems"])


class ProblemType(Answer):
    type: str
    title: str
    status: int
    meaning: str


class ProblemTypes(Answer):
    problems: list[ProblemType]


def _told(cls: type[Exception]) -> ProblemType:
    code = code_of(cls)
    return ProblemType(
        type=f"/problems/{code}",
        title=code.replace("-", " ").capitalize(),
        status=status_of(cls),
        meaning=meaning_of(cls),
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
