"""Who asks is what a good token says, and nothing else does."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from adapters.clock import machine_now
from adapters.tokens import AUDIENCE, ISSUER, KIND, DevelopmentIssuer, InvalidToken, Person
from domain.model import Role
from tests.api.practice import Practice, refused
from tests.api.server import Api

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
PERSON = Person(UUID(int=7), Role.CLIENT)
SECRET = b"s" * 32
HOUR = timedelta(hours=1)


def claims(**changed: Any) -> dict[str, Any]:
    """Claims that are accepted at NOW."""
    seconds = int(NOW.timestamp())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(PERSON.person_id), "role": "client"}
    return {**good, "iat": seconds, "exp": seconds + 3600, **changed}


def signed(*, secret: bytes = SECRET, algorithm: str = "HS256", kind: str = KIND, **changed: Any) -> str:
    """A token of somebody's making."""
    return jwt.encode(claims(**changed), secret, algorithm=algorithm, headers={"typ": kind})


def without(name: str) -> str:
    """A token that lacks a claim."""
    kept = {other: value for other, value in claims().items() if other != name}
    return jwt.encode(kept, SECRET, algorithm="HS256", headers={"typ": KIND})


def unsigned() -> str:
    """A token that says that it needs no signature."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": KIND}, claims())]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def test_a_token_tells_whose_it_is() -> None:
    issuer = DevelopmentIssuer(SECRET)
    token = issuer.issue(PERSON.person_id, PERSON.role, now=NOW, lifetime=HOUR)
    assert issuer.verify(token, now=NOW) == PERSON
    assert issuer.verify(signed(), now=NOW) == PERSON


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(unsigned(), id="not signed"),
        pytest.param(signed(secret=b"x" * 32), id="signed by somebody else"),
        pytest.param(signed(secret=b"s" * 64, algorithm="HS512"), id="another algorithm"),
        pytest.param(signed(kind="JWT"), id="another kind of token"),
        pytest.param(signed(iss="elsewhere"), id="another issuer"),
        pytest.param(signed(aud="elsewhere"), id="another audience"),
        pytest.param(signed(role="system"), id="nobody is the system"),
        pytest.param(signed(role="admin"), id="an unknown role"),
        pytest.param(signed(role=["client"]), id="roles"),
        pytest.param(signed(sub="ben"), id="a person without an id"),
        pytest.param(signed(exp=float("inf")), id="never expires"),
        *(pytest.param(without(name), id=f"no {name}") for name in claims()),
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="noise"),
    ],
)
def test_a_token_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        DevelopmentIssuer(SECRET).verify(token, now=NOW)


@pytest.mark.parametrize(
    ("now", "accepted"),
    [
        (NOW + HOUR + timedelta(seconds=29), True),
        (NOW + HOUR + timedelta(seconds=30), False),
        (NOW - timedelta(seconds=30), True),
        (NOW - timedelta(seconds=31), False),
    ],
)
def test_a_token_is_valid_in_its_time_with_thirty_seconds_of_leeway(now: datetime, *, accepted: bool) -> None:
    issuer = DevelopmentIssuer(SECRET)
    token = issuer.issue(PERSON.person_id, PERSON.role, now=NOW, lifetime=HOUR)
    try:
        found = issuer.verify(token, now=now) == PERSON
    except InvalidToken:
        found = False
    assert found is accepted


def test_without_a_token_only_the_public_routes_answer(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    assert api.http.get(therapist.path).status_code == 200
    answer = api.http.get(f"{therapist.path}/calendar")
    assert refused(answer) == (401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["", "/calendar", "/openings?kind=individual"])
def test_a_bad_token_is_refused_even_where_none_is_needed(api: Api, practice: Practice, path: str) -> None:
    therapist = practice.therapist()
    expired = api.issuer.issue(
        therapist.asks.person.person_id, Role.THERAPIST, now=machine_now() - 2 * HOUR, lifetime=HOUR
    )
    foreign = DevelopmentIssuer(b"x" * 40).issue(PERSON.person_id, Role.CLIENT, now=machine_now(), lifetime=HOUR)
    basic = api.http.get(f"{therapist.path}{path}", headers={"Authorization": "Basic Zm9vOmJhcg=="})
    answers = [api.with_token(token).get(f"{therapist.path}{path}") for token in (expired, foreign, unsigned())]
    assert [refused(answer) for answer in (*answers, basic)] == [(401, "token-refused")] * 4
    assert answers[0].headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_the_practices_time_does_not_age_tokens(api: Api, practice: Practice) -> None:
    therapist = practice.therapist()
    api.advance(timedelta(days=2))
    assert therapist.asks.get(f"{therapist.path}/calendar").status_code == 200
