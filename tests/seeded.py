"""A practice with somebody in it: a therapist who works at all hours, and clients who can pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from adapters.bootstrap import Service
from adapters.ids import new_id
from application.charging import lapse_checkout
from application.desk import Cause
from application.diaries import open_self_booking, set_hours
from application.people import join_as_therapist, register_client, set_locations, set_prices
from application.practice import Changes, Command, events
from application.sessions import Booking, book_session, cancel_session
from application.till import Till
from domain.client import client as clients
from domain.diary.events import Hours, WeeklyHours
from domain.model import Actor, Location, Medium, Money, Role, SessionKind
from domain.payment import payment as payments
from domain.payment.payment import Payment, payment_id_of
from domain.session import session as sessions
from domain.session.events import Reason
from domain.session.notice import POLICY_VERSION
from domain.session.session import Session
from domain.therapist.events import Price

PRICE = Money(amount_minor=8000, currency="GBP")
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Seeded:
    """A service with one therapist who may be booked at every full hour, at one location."""

    service: Service
    therapist_id: UUID
    location_id: UUID

    def command(self, role: Role, person_id: UUID | None = None) -> Command:
        """A command of somebody, now."""
        return self.service.desk.command(Actor(role=role, person_id=person_id))

    def full_hour(self, *, days: float) -> datetime:
        """The full hour that comes next after some days from now."""
        at = self.service.desk.now() + timedelta(days=days)
        return at.replace(minute=0, second=0, microsecond=0) + HOUR

    def booking(
        self, client_id: UUID, starts_at: datetime, *, session_id: UUID | None = None, client_agreed: bool = False
    ) -> Booking:
        """What somebody asks to book with the therapist."""
        return Booking(
            session_id=session_id or new_id(),
            therapist_id=self.therapist_id,
            client_id=client_id,
            kind=SessionKind.INDIVIDUAL,
            starts_at=starts_at,
            location_id=self.location_id,
            attendees=("Ada Client",),
            client_agreed=client_agreed,
            accepted_policy=None if client_agreed else POLICY_VERSION,
        )

    def book(self, client_id: UUID, starts_at: datetime) -> UUID:
        """Let a client book; return the session."""
        booking = self.booking(client_id, starts_at)
        command = self.command(Role.CLIENT, client_id)
        book_session(self.service.practice, self.service.claims, self.service.busy, command, booking)
        return booking.session_id

    def place(self, client_id: UUID, starts_at: datetime) -> UUID:
        """Let the therapist book for a client; return the session."""
        booking = self.booking(client_id, starts_at, client_agreed=True)
        command = self.command(Role.THERAPIST, self.therapist_id)
        book_session(self.service.practice, self.service.claims, self.service.busy, command, booking)
        return booking.session_id

    def cancel(self, session_id: UUID, *, by: Role = Role.CLIENT, reason: Reason = Reason.CLIENT_ASKED) -> None:
        """Let somebody cancel a session, now."""
        booked = self.session(session_id).booked
        person_id = booked.therapist_id if by is Role.THERAPIST else booked.client_id
        cancel_session(self.service.practice, self.command(by, person_id), session_id, reason=reason)

    def lapse(self, session_id: UUID) -> None:
        """Let a checkout's end be looked at, now."""
        lapse_checkout(Till(self.service.desk, self.service.gateway, Cause("seeded", new_id())), session_id)

    def session(self, session_id: UUID) -> Session:
        """A session as it stands."""
        return self.service.practice.load(session_id, sessions.evolve).state

    def payment(self, session_id: UUID) -> Payment:
        """A session's payment as it stands."""
        return self.service.practice.load(payment_id_of(session_id), payments.evolve).state

    def told(self, stream_id: UUID) -> list[str]:
        """The names of a stream's events, in order."""
        return [type(recorded.event).__name__ for recorded in self.service.practice.history(stream_id)]

    def told_of_payment(self, session_id: UUID) -> list[str]:
        """The names of the events of a session's payment, in order."""
        return self.told(payment_id_of(session_id))


def a_therapist(service: Service, *, zone: str = "UTC") -> Seeded:
    """Let a therapist join, with hours on every day, one price and one location."""
    therapist_id, location_id = new_id(), new_id()
    seeded = Seeded(service, therapist_id, location_id)
    command, practice = seeded.command(Role.THERAPIST, therapist_id), service.practice
    day = Hours(from_minutes=0, until_minutes=24 * 60, location_ids=(location_id,))
    weekly = tuple(WeeklyHours(weekday=weekday, hours=day) for weekday in range(7))
    prices = (Price(kind=SessionKind.INDIVIDUAL, amount=PRICE, duration_minutes=50),)
    places = ((Location(location_id=location_id, medium=Medium.VIDEO), "https://example.org/room"),)
    join_as_therapist(practice, command, therapist_id, name="Tess Therapist", zone=zone, country="GB")
    set_prices(practice, command, therapist_id, prices)
    set_locations(practice, command, therapist_id, places)
    set_hours(practice, command, therapist_id, weekly=weekly)
    open_self_booking(practice, command, therapist_id)
    return seeded


def a_client(seeded: Seeded, *, customer_ref: str = "cus_1", card_ref: str = "pm_1") -> UUID:
    """Let a client register, with a card."""
    client_id, practice = new_id(), seeded.service.practice
    command = seeded.command(Role.CLIENT, client_id)
    register_client(practice, command, client_id, name="Ada Client", mail="ada@example.org", zone="UTC")
    save_a_card(seeded, client_id, customer_ref=customer_ref, card_ref=card_ref)
    return client_id


def save_a_card(seeded: Seeded, client_id: UUID, *, customer_ref: str = "cus_1", card_ref: str) -> None:
    """Let a client's card be the one named, whatever the provider says."""
    practice, command = seeded.service.practice, seeded.command(Role.CLIENT, client_id)

    def decide() -> Changes:
        client = practice.load(clients.stream_of(client_id), clients.evolve)
        saved = clients.save_card(client.state, customer_ref=customer_ref, card_ref=card_ref, now=command.now)
        return Changes(events=events((client, saved)))

    practice.perform(command, decide)


def a_known_client(seeded: Seeded) -> UUID:
    """Let a client have booked and cancelled once, so that the therapist may book for them."""
    client_id = a_client(seeded)
    seeded.cancel(seeded.book(client_id, seeded.full_hour(days=50)))
    return client_id
