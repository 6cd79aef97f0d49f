"""Who asks: the bearer token, checked by the machine's time."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from adapters.bootstrap import Service
from adapters.tokens import DevelopmentIssuer, InvalidToken, Person
from api.problems import NotAuthenticated, TokenRefused

bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="A token of a person in one role: client, therapist, ..."
)


async def the_service(http: Request) -> Service:
    """Return what this process works with."""
    return cast("Service", http.app.state.service)


TheService = Annotated[Service, Depends(the_service)]


async def maybe_asker(
    http: Request,
    service: TheService,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Person | None:
    """Return who asks, None without a token. A token that is not good is refused even where none is needed."""
    if credentials is None:
        if "authorization" in http.headers:
            raise TokenRefused
        return None
    issuer = cast("DevelopmentIssuer", http.app.state.issuer)
    try:
        return issuer.verify(credentials.credentials, now=service.desk.machine_now())
    except InvalidToken:
        raise TokenRefused from None


async def asker(found: Annotated[Person | None, Depends(maybe_asker)]) -> Person:
    """Return who asks. Raises NotAuthenticated."""
    if found is None:
        raise NotAuthenticated
    return found


Asker = Annotated[Person, Depends(asker)]
AskerIfAny = Annotated[Person | None, Depends(maybe_asker)]
TokenIfAny = Depends(maybe_asker)
"""For public routes."""
