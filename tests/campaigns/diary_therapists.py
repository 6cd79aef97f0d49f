"""What the therapist does in the diary's race, in several windows at once: every rule changes while clients book."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias
from uuid import UUID

from adapters.ids import new_id
from application import availability, diaries
from application.practice import Command, Outcome, Practice
from application.series import book_series
from application.sessions import book_session, cancel_session, confirm_session
from domain.diary.diary import BookingTerms, Diary, diary_id_of
from domain.diary.diary import evolve as evolve_diary
from domain.diary.events import DayBefore, Hours, HoursOfNotice, Period, Release, WeeklyHours, WeeklyRange
from domain.model import Role
from domain.relationship.relationship import relationship_id_of
from domain.session.events import Reason
from domain.therapist.events import PauseExtent, ReinstatementReason, SuspensionReason
from tests.campaigns.diary_clients import Act, a_booking, a_series
from tests.campaigns.diary_world import DAY, HOUR, KINDS, WEEK, WEEKS, Player

RULES_AT_ONCE = 6
"""More blocks or reserved slots than that leave nothing to race for."""

LONGEST_SWITCH_SECONDS = 0.04


def place(player: Player) -> str:
    """Book for a client, wherever it is: bound by claims and the future alone (rule B13)."""
    client_id, kind = player.chance.choice(player.clients), player.chance.choice(KINDS)
    booking = a_booking(player, client_id, player.some_time(), player.world.location_ids[0], kind, agreed=True)
    service = player.service
    book_session(service.practice, service.claims, service.busy, player.of_therapist(), booking)
    return "booked"


def place_several(player: Player) -> str:
    """Book a series for a client."""
    client_id, kind, at = player.chance.choice(player.clients), player.chance.choice(KINDS), player.some_time()
    series = a_series(player, client_id, kind, at, player.world.location_ids[1], count=3, interval_weeks=1)
    service = player.service
    book_series(service.practice, service.claims, service.busy, player.of_therapist(), series)
    return "booked"


def cancel(player: Player) -> str:
    """Cancel a session, whoever booked it."""
    session_id = _some_session(player)
    if session_id is None:
        return "nothing_booked"
    cancel_session(player.service.practice, player.of_therapist(), session_id, reason=Reason.NOT_AVAILABLE)
    return "cancelled"


def confirm(player: Player) -> str:
    """Take a session."""
    session_id = _some_session(player)
    if session_id is None:
        return "nothing_booked"
    return _stored(confirm_session(player.service.practice, player.of_therapist(), session_id))


def block(player: Player) -> str:
    """Close some hours, once or in every week, and keep what the answer lists as booked; or open some (rule B3)."""
    blocks = _diary(player).blocks
    if len(blocks) >= RULES_AT_ONCE:
        return _stored(diaries.unblock(*_for(player), block_id=player.chance.choice(list(blocks))))
    at, block_id = player.some_time(), new_id()
    once = Period(starts_at=at, ends_at=at + player.chance.randrange(1, 9) * HOUR)
    time = player.chance.choice((once, _weekly_range(player)))
    done = diaries.block(*_for(player), block_id=block_id, time=time)
    player.told[block_id] = frozenset(clash.session_id for clash in done.clashes)
    return "blocked_with_clashes" if done.clashes else "blocked"


def reserve(player: Player) -> str:
    """Hold a weekly time for a client, on the grid or off it, or let one go (rule B5)."""
    reserved = _diary(player).reserved
    if len(reserved) >= RULES_AT_ONCE:
        chosen = player.chance.choice(list(reserved))
        return _stored(diaries.release_reserved_slot(*_for(player), reserved_slot_id=chosen))
    anchor = player.now.date() + player.chance.randrange(-7, 14) * DAY
    reservation = diaries.Reservation(
        reserved_slot_id=new_id(),
        relationship_id=_some_relationship(player),
        weekday=anchor.weekday(),
        from_minutes=60 * player.chance.randrange(7, 21) + player.chance.choice((0, 10, 30)),
        duration_minutes=None,
        location_id=player.chance.choice(player.world.location_ids),
        interval_weeks=player.chance.choice((1, 2)),
        anchor=anchor,
    )
    return _stored(diaries.reserve_slot(*_for(player), reservation=reservation).outcome)


def set_prime_time(player: Player) -> str:
    """Hold some hours of every week back, with a release or without (rule B4)."""
    by_weekday = {one.weekday: one for one in (_weekly_range(player) for _ in range(4))}
    release = Release(weekday=player.chance.randrange(7), at_minutes=60 * player.chance.randrange(24), weeks_ahead=1)
    chosen = player.chance.choice((None, release, release))
    return _stored(diaries.set_prime_time(*_for(player), ranges=tuple(by_weekday.values()), release=chosen))


def set_hours(player: Player) -> str:
    """Describe the working week anew (rule B1)."""
    days = [weekday for weekday in range(7) if player.chance.random() < 0.9]
    weekly = tuple(WeeklyHours(weekday=day, hours=hours) for day in days for hours in _hours_of_a_day(player))
    return _stored(diaries.set_hours(*_for(player), weekly=weekly).outcome)


def set_date(player: Player) -> str:
    """Give a date hours of its own, or close it (rule B1)."""
    day: date = player.now.date() + player.chance.randrange(0, WEEKS * 7) * DAY
    if player.chance.random() < 0.3:
        return _stored(diaries.close_date(*_for(player), day=day).outcome)
    evening = Hours(from_minutes=21 * 60, until_minutes=24 * 60, location_ids=player.world.location_ids[:1])
    return _stored(diaries.open_date(*_for(player), day=day, hours=(evening,)).outcome)


def set_notice(player: Player) -> str:
    """Choose other booking terms (rule B2)."""
    grid = player.chance.choice((15, 30, 60))
    notice = player.chance.choice((HoursOfNotice(hours=player.chance.randrange(2, 25)), DayBefore(until_minutes=1080)))
    terms = BookingTerms(notice, player.chance.randrange(WEEKS - 1, WEEKS + 1), grid, player.chance.choice((0, 5, 15)))
    return _stored(diaries.set_notice(*_for(player), terms=terms))


def switch_off_and_on(player: Player) -> str:
    """Stop bookings, all or some, for a moment that is long enough to be met (rules B6, B7, B11)."""
    name = player.chance.choice(list(SWITCHES))
    off, on = SWITCHES[name]
    off(player)
    _let_others_meet_it(player)
    on(player)
    return name


def open_again(player: Player) -> str:
    """Undo what a switch that was refused half-way may have left behind."""
    for _, on in SWITCHES.values():
        on(player)
    return "opened"


def revoke_and_restore(player: Player) -> str:
    """Take from a client to book by themselves, with what is reserved for them or without, and give it back (G5)."""
    revoking = player.chance.choice((availability.revoke_self_booking, availability.revoke_and_release))
    relationship_id = _some_relationship(player)
    revoking(player.service.practice, player.of_therapist(), relationship_id)
    _let_others_meet_it(player)
    availability.restore_self_booking(player.service.practice, player.of_therapist(), relationship_id)
    return "restored"


def _pause(player: Player, extent: PauseExtent) -> Outcome:
    return availability.pause(*_for(player), extent=extent)


def _resume(player: Player) -> Outcome:
    return availability.resume(*_for(player))


def _suspend(player: Player) -> Outcome:
    return availability.suspend(*_by_an_operator(player), reason=SuspensionReason.OTHER)


def _reinstate(player: Player) -> Outcome:
    return availability.reinstate(*_by_an_operator(player), reason=ReinstatementReason.MISTAKEN)


def _accept(player: Player, *, accepting: bool) -> Outcome:
    return availability.set_accepting_new_clients(*_for(player), accepting=accepting, contact=None)


Switch: TypeAlias = Callable[[Player], Outcome]
SWITCHES: Mapping[str, tuple[Switch, Switch]] = {
    "paused_for_new_clients": (lambda player: _pause(player, PauseExtent.NEW_CLIENTS), _resume),
    "paused_for_all": (lambda player: _pause(player, PauseExtent.ALL_BOOKINGS), _resume),
    "suspended": (_suspend, _reinstate),
    "not_accepting": (lambda player: _accept(player, accepting=False), lambda player: _accept(player, accepting=True)),
    "self_booking_closed": (
        lambda player: diaries.close_self_booking(*_for(player)),
        lambda player: diaries.open_self_booking(*_for(player)),
    ),
}

THERAPISTS_DO: Mapping[Act, int] = {
    place: 16,
    place_several: 4,
    cancel: 14,
    confirm: 6,
    block: 14,
    reserve: 14,
    set_prime_time: 4,
    set_hours: 4,
    set_date: 4,
    set_notice: 4,
    switch_off_and_on: 5,
    revoke_and_restore: 5,
    open_again: 3,
}


def _for(player: Player) -> tuple[Practice, Command, UUID]:
    return player.service.practice, player.of_therapist(), player.world.therapist_id


def _by_an_operator(player: Player) -> tuple[Practice, Command, UUID]:
    return player.service.practice, player.command(Role.OPERATOR, new_id()), player.world.therapist_id


def _stored(outcome: Outcome) -> str:
    return "stored" if outcome.recorded else "asked_twice"


def _let_others_meet_it(player: Player) -> None:
    """Wait for nothing in particular: a switch that is back at once would hardly ever be met."""
    time.sleep(player.chance.uniform(0, LONGEST_SWITCH_SECONDS))


def _diary(player: Player) -> Diary:
    return player.service.practice.load(diary_id_of(player.world.therapist_id), evolve_diary).state


def _some_session(player: Player) -> UUID | None:
    since = player.now
    claimed = player.service.claims.of_therapist(player.world.therapist_id, since=since, until=since + 2 * WEEKS * WEEK)
    return player.chance.choice(claimed).session_id if claimed else None


def _some_relationship(player: Player) -> UUID:
    client_id, kind = player.chance.choice(player.clients), player.chance.choice(KINDS)
    return relationship_id_of(therapist_id=player.world.therapist_id, client_id=client_id, kind=kind)


def _weekly_range(player: Player) -> WeeklyRange:
    begin = 30 * player.chance.randrange(12, 44)
    return WeeklyRange(weekday=player.chance.randrange(7), from_minutes=begin, until_minutes=begin + 120)


def _hours_of_a_day(player: Player) -> tuple[Hours, ...]:
    """A day of all hours up to nine in the evening, or a morning and an afternoon in different places."""
    here, there = player.world.location_ids
    morning, noon, evening = 30 * player.chance.randrange(14, 20), 13 * 60, 21 * 60
    if player.chance.random() < 0.5:
        return (Hours(from_minutes=0, until_minutes=evening, location_ids=(here, there)),)
    before, after = Hours(from_minutes=morning, until_minutes=noon, location_ids=(here,)), (there,)
    return before, Hours(from_minutes=noon + 45, until_minutes=evening, location_ids=after)
