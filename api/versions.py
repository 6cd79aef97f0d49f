"""A stream's version as an entity tag, and requests that only hold for a version."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from api.problems import PreconditionFailed

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="Do it only if it still has this `ETag`: the session, or the diary."),
]


def tag_of(version: int) -> str:
    """Return the entity tag of a stream's version."""
    return f'"v{version}"'


def expected_version(if_match: str | None, *, version: int) -> int | None:
    """Return the version that the decision has to be made on, None where any will do.

    Raises PreconditionFailed where the present version is not one that the request names. Somebody who is first between
    here and the decision is found there (VersionMoved).
    """
    if if_match is None or if_match.strip() == "*":
        return None
    if tag_of(version) not in [tag.strip() for tag in if_match.split(",")]:
        raise PreconditionFailed
    return version
