"""`diary therapist`: whether bookings are taken, from whom, and in whose name it is said."""

from __future__ import annotations

from uuid import UUID

import pytest

from adapters.ids import new_id
from application.availability import CONTACT
from application.wording import WEEKDAYS
from domain.model import Actor, Role
from domain.relationship import relationship as relationships
from domain.therapist.events import PauseExtent
from tests.cli.diary_terminal import NOBODY, OPERATOR, Terminal
from tests.seeded import a_known_client


def test_b7_new_clients_are_sent_to_the_contact_text_which_is_never_printed(terminal: Terminal) -> None:
    ended = terminal.changes("new-clients", "off", "--contact", " Call 020 7946 0018. ")

    kept = terminal.seeded.service.people.find(terminal.seeded.therapist_id, CONTACT)
    assert ended.out == "The contact text is set.\nNew clients are not accepted.\n"
    assert (terminal.state().accepting_new_clients, kept) == (False, "Call 020 7946 0018.")
    assert "7946" not in terminal.asks("show").out


@pytest.mark.parametrize("contact", ["x" * 501, "Ring \x1b[31mme"])
def test_b7_a_contact_text_is_short_and_plain(terminal: Terminal, contact: str) -> None:
    ended = terminal.changes("new-clients", "off", "--contact", contact)

    assert (ended.code, terminal.state().accepting_new_clients) == (1, True)
    assert "at most 500 characters" in ended.err


def test_b7_a_contact_text_can_be_cleared_and_new_alone(terminal: Terminal) -> None:
    terminal.changes("new-clients", "off", "--contact", "Call.")

    again = terminal.changes("new-clients", "off", "--contact", "Write.")
    cleared = terminal.changes("new-clients", "off", "--contact", "")

    assert (again.out, cleared.out) == ("The contact text is set.\n", "The contact text is cleared.\n")


def test_b11_a_pause_is_told_apart_from_a_suspension(terminal: Terminal) -> None:
    terminal.changes("pause", "all-bookings")
    paused = terminal.asks("openings")
    terminal.changes("suspend", "--reason", "complaint")
    suspended = terminal.asks("openings")
    terminal.changes("resume")
    terminal.changes("reinstate", "--reason", "resolved")

    assert paused.out == "Nothing is open. All bookings are paused (B11).\n"
    assert suspended.out == "Nothing is open. The therapist is suspended (B11).\n"
    assert (terminal.state().paused, terminal.state().suspended) == (None, None)


def test_b11_a_pause_for_new_clients_leaves_the_others(terminal: Terminal) -> None:
    known = a_known_client(terminal.seeded)

    terminal.changes("pause", "new-clients")

    assert terminal.state().paused is PauseExtent.NEW_CLIENTS
    assert terminal.asks("openings").out == "Nothing is open. Bookings by new clients are paused (B11).\n"
    assert "10:00" in terminal.asks("openings", "--client", known).out


def test_g5_a_client_who_is_asked_to_call_keeps_what_is_reserved_unless_it_is_released(terminal: Terminal) -> None:
    known, anchor = a_known_client(terminal.seeded), terminal.day(days=6)
    relationship_id = terminal.relationship_with(known)
    start, where = f"{WEEKDAYS[anchor.weekday()]} 17:30", ("--location", terminal.location, "--anchor", anchor)
    terminal.changes("reserve", relationship_id, start, *where)

    terminal.types("revoke", relationship_id, "--by", OPERATOR)
    kept = len(terminal.diary().reserved)
    shown = terminal.asks("show", "--client", known)
    terminal.types("revoke", relationship_id, "--release-reserved", "--by", OPERATOR)

    assert (kept, terminal.diary().reserved) == (1, {})
    assert str(relationship_id) in shown.out
    assert "revoked" in shown.out
    asked = terminal.asks("openings", "--client", known)
    assert asked.out == "Nothing is open. The client may not book by themselves; they are asked to call (G5).\n"


def test_g5_self_booking_is_given_back(terminal: Terminal) -> None:
    known = a_known_client(terminal.seeded)
    relationship_id = terminal.relationship_with(known)
    terminal.types("revoke", relationship_id, "--by", OPERATOR)

    ended = terminal.types("restore", relationship_id, "--by", OPERATOR)

    practice = terminal.seeded.service.practice
    assert ended.out == "The client may book by themselves again.\n"
    assert not practice.load(relationship_id, relationships.evolve).state.self_booking_revoked


def test_k1_every_change_is_recorded_in_the_operators_name_on_behalf_of_the_therapist(terminal: Terminal) -> None:
    relationship_id, anchor = terminal.relationship_with(a_known_client(terminal.seeded)), terminal.day(days=6)
    before = len(terminal.recorded(relationship_id))

    for command in changes_of_all_kinds(terminal, relationship_id, f"{anchor}", WEEKDAYS[anchor.weekday()]):
        assert terminal.types(*command, "--by", OPERATOR).code == 0, command

    recorded = terminal.recorded(relationship_id)[before:]
    operator = Actor(role=Role.OPERATOR, person_id=OPERATOR)
    assert {(one.meta.actor, one.meta.on_behalf_of) for one in recorded} == {(operator, terminal.seeded.therapist_id)}
    assert [type(one.event).__name__ for one in recorded] == [
        *("HoursSet", "DateClosed", "NoticeSet", "Blocked", "PrimeTimeSet", "SlotReserved", "SelfBookingClosed"),
        *("AcceptingNewClientsSet", "Paused", "Resumed", "Suspended", "Reinstated"),
        *("SelfBookingRevoked", "ReservedSlotReleased", "SelfBookingRestored"),
    ]


def changes_of_all_kinds(terminal: Terminal, relationship_id: UUID, anchor: str, weekday: str) -> list[list[str]]:
    """Commands that change something, once each, without who gives them."""
    id_, of = terminal.therapist, str(relationship_id)
    return [
        ["hours", id_, f"{weekday} 09:00-18:00@{terminal.location}"],
        ["date", id_, anchor, "--closed"],
        ["notice", id_, "--gap", "5"],
        ["block", id_, "--weekly", "sun 12:00-13:00"],
        ["prime-time", id_, "mon 17:30-19:30"],
        ["reserve", id_, of, f"{weekday} 17:00", "--location", terminal.location, "--anchor", anchor],
        ["self-booking", id_, "off"],
        ["new-clients", id_, "off"],
        ["pause", id_, "all-bookings"],
        ["resume", id_],
        ["suspend", id_, "--reason", "other"],
        ["reinstate", id_, "--reason", "mistaken"],
        ["revoke", of, "--release-reserved"],
        ["restore", of],
    ]


def test_k1_nothing_is_changed_in_nobodys_name(terminal: Terminal) -> None:
    relationship_id, before = new_id(), len(terminal.recorded())
    commands = changes_of_all_kinds(terminal, relationship_id, "2040-01-09", "mon")
    commands += [["unblock", terminal.therapist, str(NOBODY)], ["release", terminal.therapist, str(NOBODY)]]

    refused = [terminal.types(*command) for command in commands]

    assert {ended.code for ended in refused} == {2}
    assert all("Missing option '--by'" in ended.err for ended in refused)
    assert len(terminal.recorded()) == before


def test_k1_the_operator_may_be_named_for_the_whole_shell(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIARY_BY", str(OPERATOR))

    ended = terminal.asks("self-booking", "off")

    assert (ended.code, ended.err) == (0, "")
    assert terminal.recorded()[-1].meta.actor == Actor(role=Role.OPERATOR, person_id=OPERATOR)
