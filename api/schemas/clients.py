"""Clients, as they are sent and answered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.common import Answer, Body, Name, ZoneName, example

Mail = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]+$")
]


class RegisterBody(Body):
    """A client's name, mail address and time zone. Whose they are, the token says."""

    name: Name
    mail: Mail
    zone: ZoneName

    model_config = example(name="Ben Brook", mail="ben@example.org", zone="Europe/London")


class CardBody(Body):
    """A card setup that the browser has finished with the payment provider."""

    setup_id: Annotated[str, Field(pattern=r"^seti_[A-Za-z0-9_]{1,200}$")]

    model_config = example(setup_id="seti_1PgafmB7WZ01zgkWTrRvTEYs")


class ClientAnswer(Answer):
    client_id: UUID
    name: str
    mail: str
    zone: str
    has_card: bool


class CardSetupAnswer(Answer):
    """What the browser needs to save a card with the payment provider itself."""

    setup_id: str
    client_secret: str
