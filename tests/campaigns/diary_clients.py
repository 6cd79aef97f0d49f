"""What clients do in the diary's race: they look and book, guess, book series, pay, cancel, come anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.ids import new_id
from application.charging import charge
from application.desk import Cause
from application.errors import RequestRepeated
from application.practice import Command
from application.series import SeriesBooking, book_series
from application.sessions import Booking, book_session, cancel_session
from application.standing import picture_of, read_standing
from application.till import Till
from domain.diary.openings import openings
from domain.model import Role, SessionKind
from domain.payment.payment import payment_id_of
from domain.session.events import Reason
from domain.session.notice import POLICY_VERSION
from domain.session.series import session_id_of
from tests.campaigns.diary_world import DAY, KINDS, WEEKS, Player
from tests.seeded import a_client

Act: TypeAlias = Callable[[Player], str]
"""Something that is done once; it returns how it went, or raises a refusal."""


def book_what_is_listed(player: Player) -> str:
    """Look, and book one of the first openings, as others do at this moment."""
    client_id, kind = player.chance.choice(player.clients), player.chance.choice(KINDS)
    listed = _listed(player, client_id, kind)
    if not listed:
        return "nothing_open"
    player.seen = listed
    return book(player, a_booking(player, client_id, *player.chance.choice(listed[:12])))


def book_what_was_listed(player: Player) -> str:
    """Book from a listing of some time ago, that perhaps somebody else was shown."""
    if not player.seen:
        return "never_looked"
    return book(player, a_booking(player, player.chance.choice(player.clients), *player.chance.choice(player.seen)))


def book_what_is_not_listed(player: Player) -> str:
    """Try any time at all."""
    place = player.chance.choice(player.world.location_ids)
    wish = player.some_time(), place, player.chance.choice(KINDS)
    return book(player, a_booking(player, player.chance.choice(player.clients), *wish))


def come_anew(player: Player) -> str:
    """Register, and try to book the first time; who is refused stays somebody new and tries again later."""
    player.clients.append(a_client(player.seeded))
    listed = _listed(player, player.clients[-1], SessionKind.INDIVIDUAL)
    wish = player.chance.choice(listed or player.seen or [(player.some_time(), player.world.location_ids[0], KINDS[0])])
    return book(player, a_booking(player, player.clients[-1], *wish))


def book_elsewhere(player: Player) -> str:
    """Take a time with another therapist, so that the client is busy then."""
    world, client_id = player.world, player.chance.choice(player.clients)
    at = player.now.replace(minute=0, second=0, microsecond=0) + player.chance.randrange(26, WEEKS * 168) * DAY / 24
    booking = a_booking(player, client_id, at, world.elsewhere_location_id, SessionKind.INDIVIDUAL)
    return book(player, replace(booking, therapist_id=world.elsewhere_id))


def book_where_one_is(player: Player) -> str:
    """Try to be with both therapists at once (rule B12)."""
    world, client_id, now = player.world, player.chance.choice(player.clients), player.now
    claimed = player.service.claims.of_client(client_id, since=now, until=now + WEEKS * 7 * DAY)
    if not claimed:
        return "nothing_booked"
    at = player.chance.choice(claimed).starts_at
    booking = a_booking(player, client_id, at, player.chance.choice(world.location_ids), SessionKind.INDIVIDUAL)
    elsewhere = replace(booking, therapist_id=world.elsewhere_id, location_id=world.elsewhere_location_id)
    return book(player, player.chance.choice((booking, elsewhere)))


def book_several(player: Player) -> str:
    """Book a series from what is listed, or one that the change of the clocks stands in the way of."""
    client_id, kind = player.chance.choice(player.clients), player.chance.choice(KINDS)
    listed = [*_listed(player, client_id, kind, before=WEEKS * 7 // 2)[:24], _over_the_gap(player)]
    starts_at, location_id, kind = player.chance.choice(listed)
    count, interval = player.chance.randrange(2, 4), player.chance.choice((1, 1, 2))
    series = a_series(player, client_id, kind, starts_at, location_id, count=count, interval_weeks=interval)
    command = player.command(Role.CLIENT, client_id)
    book_series(player.service.practice, player.service.claims, player.service.busy, command, series)
    player.booked.extend(session_id_of(series.series_id, number) for number in range(1, count + 1))
    return "booked"


def pay(player: Player) -> str:
    """Pay for something that was booked here, so that it stands."""
    if not player.booked:
        return "nothing_booked"
    till = Till(player.service.desk, player.service.gateway, Cause("race", new_id()))
    stored = charge(till, payment_id_of(player.chance.choice(player.booked[-4:])))
    return "nothing_due" if stored is None else "paid"


def cancel(player: Player) -> str:
    """Cancel one of those that were booked here."""
    if not player.booked:
        return "nothing_booked"
    session_id = player.booked.pop(player.chance.randrange(len(player.booked)))
    command = player.command(Role.CLIENT, player.seeded.session(session_id).booked.client_id)
    cancel_session(player.service.practice, command, session_id, reason=Reason.CLIENT_ASKED)
    return "cancelled"


CLIENTS_DO: Mapping[Act, int] = {
    book_what_is_listed: 30,
    book_what_was_listed: 12,
    book_what_is_not_listed: 14,
    come_anew: 6,
    book_elsewhere: 5,
    book_where_one_is: 6,
    book_several: 8,
    pay: 8,
    cancel: 20,
}


def a_booking(
    player: Player, client_id: UUID, starts_at: datetime, location_id: UUID, kind: SessionKind, *, agreed: bool = False
) -> Booking:
    """What is asked of the therapist whom everybody wants; `agreed` where that one asks for it."""
    return Booking(
        session_id=new_id(),
        therapist_id=player.world.therapist_id,
        client_id=client_id,
        kind=kind,
        starts_at=starts_at,
        location_id=location_id,
        attendees=("Ada Client",),
        client_agreed=agreed,
        accepted_policy=POLICY_VERSION,
    )


def a_series(
    player: Player,
    client_id: UUID,
    kind: SessionKind,
    starts_at: datetime,
    location_id: UUID,
    *,
    count: int,
    interval_weeks: int,
) -> SeriesBooking:
    """What is asked for as one."""
    return SeriesBooking(
        series_id=new_id(),
        therapist_id=player.world.therapist_id,
        client_id=client_id,
        kind=kind,
        first_starts_at=starts_at,
        count=count,
        interval_weeks=interval_weeks,
        location_id=location_id,
        attendees=("Ada Client",),
        client_agreed=True,
        accepted_policy=POLICY_VERSION,
    )


def book(player: Player, booking: Booking) -> str:
    """Let the client book, and now and then ask a second time under the same key."""
    command = player.command(Role.CLIENT, booking.client_id)
    _ask(player, command, booking)
    player.booked.append(booking.session_id)
    if command.request is None or player.chance.random() < 0.8:
        return "booked"
    try:
        _ask(player, replace(command, command_id=new_id()), booking)
    except RequestRepeated:
        return "booked_and_asked_again"
    raise AssertionError("a request with a key was carried out twice")


def _ask(player: Player, command: Command, booking: Booking) -> None:
    book_session(player.service.practice, player.service.claims, player.service.busy, command, booking)


def _listed(
    player: Player, client_id: UUID, kind: SessionKind, *, before: float = WEEKS * 7
) -> list[tuple[datetime, UUID, SessionKind]]:
    """What is open to a client in a week that begins in at most so many days, at one of its locations each."""
    service, now = player.service, player.now
    since = now + player.chance.uniform(0, before) * DAY
    until = since + 7 * DAY
    standing = read_standing(service.practice, therapist_id=player.world.therapist_id, client_id=client_id)
    picture = picture_of(standing, service.claims, service.busy, since=since, until=until, now=now)
    listed = openings(picture, kind=kind, since=since, until=until)
    return [(one.starts_at, player.chance.choice(one.locations).location_id, kind) for one in listed]


def _over_the_gap(player: Player) -> tuple[datetime, UUID, SessionKind]:
    """A time, a week before the clocks are changed, that they will skip."""
    wall = player.world.gap - timedelta(weeks=1)
    return wall.replace(tzinfo=ZoneInfo(player.world.zone)), player.world.location_ids[0], SessionKind.INDIVIDUAL
