"""`diary tour`: the story of one therapist and four clients, through the public API, every step checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.place import demo_addresses, demo_secrets
from cli.story import Story
from cli.tour_diary import regulars_first

A_LITTLE = timedelta(seconds=2)
A_WHILE = timedelta(minutes=1)

Chapter = Callable[[Story], None]


def the_main_path(story: Story) -> None:
    """Book, confirm, charge at the deadline, attend, read the history."""
    story.chapter("The main path: book, confirm, charge 48 hours before, attend, read the history")
    story.join(story.amara)
    first = story.book_first(story.amara, days_ahead=2)
    story.check("Amara books an open time by herself and pays in advance", "unconfirmed", first["status"])
    story.check("GBP 80.00 are taken at booking", 8000, first["charged_minor"])
    story.check("the address is not shown to her yet", None, first["location"]["details"])
    confirmed = story.therapist.post(f"/v1/sessions/{first['session_id']}/confirm")
    story.check("Dr Okafor confirms", "confirmed", confirmed["status"])
    seen = story.amara.get(f"/v1/sessions/{first['session_id']}")
    story.check("now Amara sees where it is", "12 Canal Street, London N1", seen["location"]["details"])

    session = story.book_for(story.amara, days_ahead=7)
    session_id = session["session_id"]
    story.check("Dr Okafor books the next session for her; it is confirmed at once", "confirmed", session["status"])
    story.check("nothing is taken yet", 0, session["charged_minor"])
    story.advance_to(session["notice_deadline"], beyond=-A_WHILE)
    story.check("a minute before the deadline nothing is taken", 0, _charged(story, session_id))
    story.advance_to(session["notice_deadline"], beyond=A_LITTLE)
    charged = story.until(story.amara, session_id, lambda s: s["charged_minor"] > 0)
    story.check("just after it GBP 80.00 are taken, by nobody's hand", 8000, charged["charged_minor"])
    early = story.therapist.refused(f"/v1/sessions/{session_id}/attendance", {"outcome": "attended"})
    story.check("attendance cannot be recorded before the end", "/problems/not-ended-yet", early["type"])
    story.advance_to(session["ends_at"], beyond=A_WHILE)
    dashboard = f"/v1/therapists/{story.therapist.person_id}/dashboard"
    waiting = story.therapist.until(dashboard, lambda d: session_id in _awaiting(d))
    story.check("from its end the session waits for its attendance update", True, session_id in _awaiting(waiting))
    attended = story.therapist.post(f"/v1/sessions/{session_id}/attendance", {"outcome": "attended"})
    story.check("Dr Okafor records that Amara came", "attended", attended["attendance"])
    _read_history(story, session_id)


def cancelled_in_time(story: Story) -> None:
    """A session that is cancelled before the deadline is never charged."""
    story.chapter("Cancelled in time: never charged")
    story.join(story.ben)
    story.book_first(story.ben, days_ahead=3)
    session = story.book_for(story.ben, days_ahead=8)
    cancelled = story.ben.post(f"/v1/sessions/{session['session_id']}/cancel", {"reason": "client_asked"})
    story.check("Ben cancels a week ahead: it is free", "all", cancelled["cancelled"]["entitlement"])
    story.check("by the 48-hour rule", "E2", cancelled["cancelled"]["rule"])
    again = [o["starts_at"] for o in story.openings(days_ahead=7)]
    story.check("the time is open again", True, session["starts_at"] in again)
    story.advance_to(session["notice_deadline"], beyond=A_WHILE)
    names = _history_names(story, session["session_id"], once="payment.waived")
    story.check("the payment was waived", True, "payment.waived" in names)
    story.check("the deadline passes and no charge was even begun", False, "payment.confirm_started" in names)


def cancelled_too_late(story: Story) -> None:
    """A session that is cancelled after the deadline stays charged."""
    story.chapter("Cancelled too late: charged")
    story.join(story.chloe)
    story.book_first(story.chloe, days_ahead=3)
    session = story.book_for(story.chloe, days_ahead=9)
    session_id = session["session_id"]
    story.advance_to(session["notice_deadline"], beyond=A_LITTLE)
    story.until(story.chloe, session_id, lambda s: s["charged_minor"] > 0)
    cancelled = story.chloe.post(f"/v1/sessions/{session_id}/cancel", {"reason": "illness"})
    story.check(
        "Chloe cancels inside the 48 hours: nothing is given back", "none", cancelled["cancelled"]["entitlement"]
    )
    story.check("GBP 80.00 stay taken", 8000, _charged(story, session_id))
    names = _history_names(story, session_id, once="session.cancelled")
    story.check("no refund was granted", False, "session.refund_granted" in names)


def cancelled_by_the_therapist(story: Story) -> None:
    """Whatever the notice, a therapist's cancelling gives everything back."""
    story.chapter("Cancelled by the therapist: everything is given back")
    session = story.book_first(story.chloe, days_ahead=2)
    session_id = session["session_id"]
    story.check("Chloe books and pays", 8000, session["charged_minor"])
    story.therapist.post(f"/v1/sessions/{session_id}/cancel", {"reason": "not_available"})
    refunded = story.until(story.chloe, session_id, lambda s: s["refunded_minor"] > 0)
    story.check("Dr Okafor cannot come: GBP 80.00 go back by themselves", 8000, refunded["refunded_minor"])
    taken = story.ben.refused(f"/v1/sessions/{session_id}/cancel", {"reason": "client_asked"})
    story.check("Ben cannot even see that session", "/problems/not-there", taken["type"])


CHAPTERS: Sequence[Chapter] = (
    the_main_path,
    cancelled_in_time,
    cancelled_too_late,
    cancelled_by_the_therapist,
    regulars_first,
)


def _charged(story: Story, session_id: str) -> int:
    charged: int = story.therapist.get(f"/v1/sessions/{session_id}")["charged_minor"]
    return charged


def _awaiting(dashboard: dict[str, Any]) -> list[str]:
    return [session["session_id"] for session in dashboard["awaiting_updates"]["sessions"]]


def _history_names(story: Story, session_id: str, *, once: str) -> list[str]:
    """What happened, read when the view has come as far as that event; what should not have come would be there too."""
    path = f"/v1/sessions/{session_id}/history"
    history = story.auditor.until(path, lambda h: once in [event["name"] for event in h["events"]])
    return [event["name"] for event in history["events"]]


MAIN_PATH_NAMES = [
    "session.booked",
    "session.booking_placed",
    "session.confirmed",
    "payment.due",
    "payment.intent_created",
    "payment.confirm_started",
    "payment.captured",
    "session.charged",
    "session.attendance_recorded",
]


def _read_history(story: Story, session_id: str) -> None:
    path = f"/v1/sessions/{session_id}/history"
    history = story.auditor.until(path, lambda h: h["events"][-1]["name"] == MAIN_PATH_NAMES[-1])
    story.check("an auditor replays it all", MAIN_PATH_NAMES, [event["name"] for event in history["events"]])
    for event in history["events"]:
        who = event["actor"]["role"]
        story.console.print(f"      {event['at'][:19]}  {who:<10} {event['words']}", highlight=False, soft_wrap=True)


def play(folder: Path, chapters: Sequence[Chapter], console: Console) -> int:
    """Play chapters against the folder's running demo and return how many steps held.

    Raises NoDemoHere, StepFailed, UnexpectedAnswer.
    """
    story = Story(demo_addresses(folder), demo_secrets(folder), console)
    for chapter in chapters:
        chapter(story)
    return story.steps
