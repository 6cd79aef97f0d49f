"""Clients: registering and saving a card. No card number ever comes here."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from adapters.bootstrap import Service
from api.auth import Asker, TheService
from api.idempotency import UnderAKey, once
from api.permissions import Action, permit, permit_self
from api.schemas.clients import CardBody, CardSetupAnswer, ClientAnswer, RegisterBody
from api.schemas.common import NOTHING, Nothing
from application import people
from application.ports import GatewayRefused
from application.practice import Command, Outcome
from domain.client import client as clients
from domain.errors import UnknownCardSetup

router = APIRouter(tags=["clients"])

NO_SUCH_OBJECT = "resource_missing"


def _client_answer(service: Service, client_id: UUID) -> ClientAnswer:
    client = service.practice.load(clients.stream_of(client_id), clients.evolve).state
    name, mail = (client_id, people.NAME), (client_id, people.MAIL)
    texts = service.people.read([name, mail])
    has_card = client.card is not None
    return ClientAnswer(client_id=client_id, name=texts[name], mail=texts[mail], zone=client.zone, has_card=has_card)


@router.post("/v1/clients", status_code=201, operation_id=Action.REGISTER_CLIENT)
def register_client(
    service: TheService, person: Asker, asked: UnderAKey, body: RegisterBody, response: Response
) -> ClientAnswer:
    """Become a client. The id is the token's."""
    permit(person, Action.REGISTER_CLIENT)
    client_id = person.person_id
    done = once(
        service,
        asked,
        lambda command: people.register_client(
            service.practice, command, client_id, name=body.name, mail=body.mail, zone=body.zone
        ),
        about=client_id,
    )
    done.tell(response)
    response.headers["Location"] = f"/v1/clients/{done.subject_id}"
    return _client_answer(service, done.subject_id)


@router.get("/v1/clients/{client_id}", operation_id=Action.READ_CLIENT)
def read_client(service: TheService, person: Asker, client_id: UUID) -> ClientAnswer:
    """See what is kept of you."""
    permit_self(person, client_id, Action.READ_CLIENT)
    return _client_answer(service, client_id)


@router.post("/v1/clients/{client_id}/card-setups", status_code=201, operation_id=Action.BEGIN_CARD)
def begin_card(
    service: TheService, person: Asker, asked: UnderAKey, client_id: UUID, _: Nothing = NOTHING
) -> CardSetupAnswer:
    """Begin saving a card: what is answered lets the browser finish it with the payment provider."""
    # The provider itself repeats its answer for a repeated key, so nothing is recorded here.
    permit_self(person, client_id, Action.BEGIN_CARD)
    setup = people.begin_card(service.practice, service.gateway, client_id, key=f"cs:{asked.name_id}")
    return CardSetupAnswer(setup_id=setup.setup_id, client_secret=setup.client_secret)


@router.post("/v1/clients/{client_id}/cards", status_code=201, operation_id=Action.SAVE_CARD)
def save_card(
    service: TheService, person: Asker, asked: UnderAKey, client_id: UUID, body: CardBody, response: Response
) -> ClientAnswer:
    """Keep a card that the browser has finished saving; it replaces the one before."""
    permit_self(person, client_id, Action.SAVE_CARD)
    done = once(service, asked, lambda command: _save(service, command, client_id, body.setup_id), about=client_id)
    done.tell(response)
    return _client_answer(service, client_id)


def _save(service: Service, command: Command, client_id: UUID, setup_id: str) -> Outcome:
    try:
        return people.save_card(service.practice, service.gateway, command, client_id, setup_id=setup_id)
    except GatewayRefused as refused:
        if refused.code == NO_SUCH_OBJECT:
            raise UnknownCardSetup from None
        raise
