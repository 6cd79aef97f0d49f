"""Clients, as they are sent and answered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from api.schemas.common import Answer, Body, Name, ZoneName, described, example, matching

SIDE = r"[^@\s\x00-\x1f\x7f-\x9f]"
LABEL = r"[^@.\s\x00-\x1f\x7f-\x9f]"
MAIL = rf"{SIDE}{{1,64}}@{LABEL}+(\.{LABEL}+)+"
Mail = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(matching(MAIL, sentence="This has to be a mail address, such as ada@example.org.")),
]

SETUP = r"seti_[A-Za-z0-9_]{1,200}"
SetupId = Annotated[
    str,
    AfterValidator(matching(SETUP, sentence="This has to be the `setup_id` of a card setup.")),
    described(SETUP),
]


class RegisterBody(Body):
    """A client's name, mail address and time zone. Whose they are, the token says."""

    name: Name
    mail: Mail
    zone: ZoneName

    model_config = example(name="Ben Brook", mail="ben@example.org", zone="Europe/London")


class CardBody(Body):
    """A card setup that the browser has finished with the payment provider."""

    setup_id: SetupId

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
