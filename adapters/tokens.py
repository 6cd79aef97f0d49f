"""The development issuer: signs and checks tokens with one secret, for machines without an identity provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from domain.model import Actor, Role

ISSUER = "therapy-diary-development"
AUDIENCE = "therapy-diary"
KIND = "at+jwt"
ALGORITHM = "HS256"
LEEWAY = timedelta(seconds=30)
CLAIMS = ["exp", "iat", "iss", "aud", "sub", "role"]
ROLES = frozenset(Role) - {Role.SYSTEM}


class InvalidToken(Exception):
    """This token is not one of ours, is meant for somebody else, or is not valid at this moment."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as their token says: one person in one role."""

    person_id: UUID
    role: Role

    @property
    def actor(self) -> Actor:
        return Actor(role=self.role, person_id=self.person_id)


class DevelopmentIssuer:
    """Signs access tokens (RFC 9068) and verifies them. `now` is always the machine's time, never the practice's."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, person_id: UUID, role: Role, *, now: datetime, lifetime: timedelta) -> str:
        """Return a token for a person in a role."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(person_id),
            "role": role.value,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM, headers={"typ": KIND})

    def verify(self, token: str, *, now: datetime) -> Person:
        """Return whose token it is. Raises InvalidToken."""
        claims = self._signed_claims(token)
        _refuse_wrong_time(claims, now=now)
        return _person_in(claims)

    def _signed_claims(self, token: str) -> dict[str, Any]:
        """The library would read the clock by itself, so the times are checked here and not there."""
        options: Any = {"require": CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            decoded = jwt.decode_complete(
                token, self._secret, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=options
            )
        except jwt.PyJWTError as error:
            raise InvalidToken from error
        if decoded["header"].get("typ") != KIND:
            raise InvalidToken
        claims: dict[str, Any] = decoded["payload"]
        return claims


def _refuse_wrong_time(claims: dict[str, Any], *, now: datetime) -> None:
    expires, issued = claims["exp"], claims["iat"]
    if type(expires) is not int or type(issued) is not int:
        raise InvalidToken
    leeway, seconds = LEEWAY.total_seconds(), now.timestamp()
    if seconds >= expires + leeway or issued > seconds + leeway:
        raise InvalidToken


def _person_in(claims: dict[str, Any]) -> Person:
    try:
        person = Person(UUID(claims["sub"]), Role(claims["role"]))
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidToken from error
    if person.role not in ROLES:
        raise InvalidToken
    return person
