"""Use cases on therapists and clients. What names a person goes to the vault, never into an event."""

from __future__ import annotations

from uuid import UUID

from application.ports import CardSetup, PaymentGateway
from application.practice import Changes, Command, Outcome, Practice, Sealed, events
from domain.client import client as clients
from domain.diary import diary as diaries
from domain.diary.diary import diary_id_of
from domain.errors import UnknownCardSetup
from domain.model import Location
from domain.therapist import therapist as therapists
from domain.therapist.events import Price

NAME = "name"
MAIL = "mail"


def place_field(location_id: UUID) -> str:
    """Return the field of the therapist's vault that holds an address, a link or a number (rule A14)."""
    return f"place:{location_id}"


def join_as_therapist(
    practice: Practice, command: Command, therapist_id: UUID, *, name: str, zone: str, country: str
) -> Outcome:
    """Become a therapist of the practice, with a diary. Raises UnknownZone, AlreadyThere."""

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(therapist_id))
        therapist = practice.read(therapists.stream_of(therapist_id), therapists.evolve)
        diary = practice.read(diary_id_of(therapist_id), diaries.evolve)
        joined = therapists.join(therapist.state, zone=zone, country=country, now=command.now)
        opened = diaries.open_diary(diary.state, therapist_id=therapist_id, zone=zone, now=command.now)
        names = (Sealed(therapist_id, NAME, name),) if joined else ()
        return Changes(events=events((therapist, joined), (diary, opened)), raises=guards, sealed=names)

    return practice.perform(command, decide)


def set_prices(practice: Practice, command: Command, therapist_id: UUID, prices: tuple[Price, ...]) -> Outcome:
    """Publish a new price list (rule A4). Raises TwoOfOneKind, PriceMissing."""

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(therapist_id))
        therapist = practice.load(therapists.stream_of(therapist_id), therapists.evolve)
        decided = therapists.set_prices(therapist.state, prices=prices, now=command.now)
        return Changes(events=events((therapist, decided)), raises=guards)

    return practice.perform(command, decide)


def set_locations(
    practice: Practice, command: Command, therapist_id: UUID, places: tuple[tuple[Location, str], ...]
) -> Outcome:
    """Say where the therapist works; each location's details are kept in the vault. Raises TwoOfOneKind."""

    def decide() -> Changes:
        guards = practice.guards(therapists.stream_of(therapist_id))
        therapist = practice.load(therapists.stream_of(therapist_id), therapists.evolve)
        locations = tuple(location for location, _ in places)
        decided = therapists.set_locations(therapist.state, locations=locations, now=command.now)
        sealed = tuple(Sealed(therapist_id, place_field(place.location_id), details) for place, details in places)
        return Changes(events=events((therapist, decided)), raises=guards, sealed=sealed)

    return practice.perform(command, decide)


def register_client(
    practice: Practice, command: Command, client_id: UUID, *, name: str, mail: str, zone: str
) -> Outcome:
    """Become a client. Raises UnknownZone, AlreadyThere."""

    def decide() -> Changes:
        client = practice.read(clients.stream_of(client_id), clients.evolve)
        registered = clients.register(client.state, zone=zone, now=command.now)
        sealed = (Sealed(client_id, NAME, name), Sealed(client_id, MAIL, mail)) if registered else ()
        return Changes(events=events((client, registered)), sealed=sealed)

    return practice.perform(command, decide)


def begin_card(practice: Practice, gateway: PaymentGateway, client_id: UUID, *, key: str) -> CardSetup:
    """Begin saving a card: the browser finishes it with the provider, so no card number ever comes here."""
    client = practice.load(clients.stream_of(client_id), clients.evolve).state
    if client.card is not None:
        customer_ref = client.card.customer_ref
    else:
        customer_ref = gateway.create_customer(client_id=client_id, key=f"cu:{client_id}")
    return gateway.create_card_setup(client_id=client_id, customer_ref=customer_ref, key=key)


def save_card(
    practice: Practice, gateway: PaymentGateway, command: Command, client_id: UUID, *, setup_id: str
) -> Outcome:
    """Keep a card whose setup the provider holds as finished, for this client. Raises UnknownCardSetup."""
    practice.load(clients.stream_of(client_id), clients.evolve)
    setup = gateway.card_setup(setup_id)
    card_ref = setup.card_ref
    if not setup.succeeded or card_ref is None or setup.client_id != client_id:
        raise UnknownCardSetup

    def decide() -> Changes:
        client = practice.load(clients.stream_of(client_id), clients.evolve)
        saved = clients.save_card(client.state, customer_ref=setup.customer_ref, card_ref=card_ref, now=command.now)
        return Changes(events=events((client, saved)))

    return practice.perform(command, decide)
