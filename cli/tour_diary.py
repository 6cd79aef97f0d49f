"""The tour's chapter on the diary: regulars first, prime time, a fortnightly pair, new clients off."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from cli.story import Story
from cli.visitor import Visitor
from domain.zones import instant_at, zone_of

ZONE = zone_of("Europe/London")
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
SATURDAY, FRIDAY = 5, 4
WEEK = timedelta(weeks=1)
CONTACT = "I have no free places at present. Please call my office: 020 7946 0018."


def regulars_first(story: Story) -> None:
    """Enter regulars, open self-booking, watch prime time being released, switch new clients off."""
    story.chapter("Regulars first: reserved slots, prime time, a fortnightly pair, new clients")
    monday = _after_the_weekend(story) + WEEK
    _describe_the_week(story)
    _enter_regulars(story, monday)
    _look_as_somebody_new(story, monday)
    _alternate(story, monday)
    _let_prime_time_go(story, monday)
    _block_over_a_session(story, monday)
    _stop_taking_new_clients(story)


def _after_the_weekend(story: Story) -> date:
    """Go to a Saturday at noon, so that the story is the same on whatever day it is told; return the Monday after."""
    today = story.now().astimezone(ZONE)
    saturday = today.date() + timedelta(days=(SATURDAY - today.weekday()) % 7)
    if today >= datetime.combine(saturday, time(12), tzinfo=ZONE):
        saturday += WEEK
    story.advance_to(_at(saturday, "12:00"))
    return saturday + timedelta(days=2)


def _at(day: date, clock: str) -> datetime:
    hour, _, minute = clock.partition(":")
    found = instant_at(day, 60 * int(hour) + int(minute), zone=ZONE)
    assert found is not None, "none of these times lies in a gap"
    return found


def _describe_the_week(story: Story) -> None:
    me, place = f"/v1/therapists/{story.therapist.person_id}", [story.location_id]
    story.therapist.put(f"{me}/self-booking", {"open": False})
    parts = [("09:00", "13:00"), ("17:30", "19:30")]
    hours = [
        {"weekday": day, "from": begin, "until": end, "location_ids": place} for day in WORKDAYS for begin, end in parts
    ]
    story.therapist.put(f"{me}/hours", {"weekly": hours})
    terms = {"notice_hours": 24, "horizon_weeks": 8, "grid_minutes": 60, "gap_minutes": 10}
    story.therapist.put(f"{me}/notice", terms)
    evenings = [{"weekday": day, "from": "17:30", "until": "19:30"} for day in WORKDAYS]
    release = {"weekday": "friday", "at": "18:00", "weeks_ahead": 1}
    diary = story.therapist.put(f"{me}/prime-time", {"ranges": evenings, "release": release})
    story.check("self-booking is closed while Dr Okafor describes her week", False, diary["self_booking"])
    story.check("17:30 and 18:30 are prime time, released on Fridays at 18:00", release, diary["prime_time"]["release"])


def _enter_regulars(story: Story, monday: date) -> None:
    tuesday, wednesday = monday + timedelta(days=1), monday + timedelta(days=2)
    weekly = _reserve(story, story.amara, "tuesday", "17:30", anchor=tuesday)
    story.check("Amara's Tuesdays at 17:30 are held for her", "Amara Diallo", weekly["client_name"])
    story.check("it is told that they lie in prime time", ["prime_time"], weekly["warnings"])
    _reserve(story, story.amara, "tuesday", "10:00", anchor=tuesday)
    _reserve(story, story.ben, "wednesday", "18:30", anchor=wednesday, interval_weeks=2)
    _reserve(story, story.chloe, "wednesday", "18:30", anchor=wednesday + WEEK, interval_weeks=2)
    path = f"/v1/therapists/{story.therapist.person_id}/reserved-slots"
    body = _reservation(story, story.ben, "wednesday", "18:30", anchor=wednesday, interval_weeks=1)
    taken = story.therapist.refused(path, body)
    story.check(
        "Ben and Chloe share Wednesdays at 18:30, and nobody else fits", "/problems/already-reserved", taken["type"]
    )
    me = f"/v1/therapists/{story.therapist.person_id}"
    story.therapist.put(f"{me}/self-booking", {"open": True})


def _reserve(
    story: Story, client: Visitor, weekday: str, at: str, *, anchor: date, interval_weeks: int = 1
) -> dict[str, Any]:
    path = f"/v1/therapists/{story.therapist.person_id}/reserved-slots"
    body = _reservation(story, client, weekday, at, anchor=anchor, interval_weeks=interval_weeks)
    reserved: dict[str, Any] = story.therapist.post(path, body)
    return reserved


def _reservation(
    story: Story, client: Visitor, weekday: str, at: str, *, anchor: date, interval_weeks: int
) -> dict[str, Any]:
    return {
        "relationship_id": story.relationship_ids[client.person_id],
        "weekday": weekday,
        "at": at,
        "location_id": story.location_id,
        "interval_weeks": interval_weeks,
        "anchor": anchor.isoformat(),
    }


def _look_as_somebody_new(story: Story, monday: date) -> None:
    story.join(story.dana)
    tuesday = monday + timedelta(days=1)
    seen = _listed(story, story.dana, monday)
    story.check("self-booking opens; Dana, who is new, sees mornings", True, "Mon 09:00" in seen)
    story.check("but none of the evenings", [], [one for one in seen if one[4:] >= "17:30"])
    story.check("nor the Tuesday morning that is Amara's", False, "Tue 10:00" in seen)
    refused = story.dana.refused("/v1/sessions", _booking(story, story.dana, _at(tuesday, "10:00")))
    story.check("asked for all the same, it is refused with the reason", "reserved_for_another", refused["reason"])
    refused = story.dana.refused("/v1/sessions", _booking(story, story.dana, _at(monday, "17:30")))
    story.check("and so is an evening", "prime_time", refused["reason"])
    own = _listed(story, story.amara, monday)
    story.check("Amara sees both of her times", True, {"Tue 10:00", "Tue 17:30"} <= set(own))
    booked = story.amara.post("/v1/sessions", _booking(story, story.amara, _at(tuesday, "17:30")))
    placed = story.until(story.amara, booked["session_id"], lambda s: s["status"] != "being_booked")
    story.check("and books the evening by herself", "unconfirmed", placed["status"])


def _listed(story: Story, who: Visitor, monday: date) -> list[str]:
    """What somebody sees of one week, as the clock in London shows it."""
    path = f"/v1/therapists/{story.therapist.person_id}/openings"
    since, until = _at(monday, "00:00"), _at(monday + WEEK, "00:00")
    found = who.get(path, kind="individual", **{"from": since.isoformat(), "until": until.isoformat()})
    starts = [datetime.fromisoformat(one["starts_at"]).astimezone(ZONE) for one in found["openings"]]
    return [f"{DAYS[start.weekday()]} {start:%H:%M}" for start in starts]


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _booking(story: Story, client: Visitor, starts_at: datetime) -> dict[str, Any]:
    return story.booking(client, starts_at.isoformat()) | {"accept_policy": story.policy_version}


def _alternate(story: Story, monday: date) -> None:
    weeks = [monday + n * WEEK for n in range(6)]
    theirs = {client.name: ["Wed 18:30" in _listed(story, client, week) for week in weeks] for client in story.pair}
    story.check("Ben sees every other Wednesday", [True, False] * 3, theirs["Ben Hughes"])
    story.check("and Chloe the ones between", [False, True] * 3, theirs["Chloe Martin"])
    series = story.therapist.post(
        "/v1/series",
        story.booking(story.chloe, _at(monday + WEEK + timedelta(days=2), "18:30").isoformat())
        | {"client_id": str(story.chloe.person_id), "client_agreed": True, "count": 3, "interval_weeks": 2},
    )
    story.check("Dr Okafor books three of hers in one go", ["confirmed"] * 3, [s["status"] for s in series["sessions"]])


def _let_prime_time_go(story: Story, monday: date) -> None:
    friday = monday - timedelta(days=3)
    story.advance_to(_at(friday, "17:59"))
    story.check(
        "on Friday at 17:59 next week's evenings are still held",
        False,
        "Mon 17:30" in _listed(story, story.dana, monday),
    )
    story.advance_to(_at(friday, "18:00"))
    seen = _listed(story, story.dana, monday)
    story.check("at 18:00 those that nobody uses are open", True, {"Mon 18:30", "Thu 17:30"} <= set(seen))
    story.check("Amara's and Ben's stay theirs", set(), {"Tue 17:30", "Wed 18:30"} & set(seen))
    after = _listed(story, story.dana, monday + WEEK)
    story.check("and the week after waits for its own Friday", False, "Mon 17:30" in after)


def _block_over_a_session(story: Story, monday: date) -> None:
    tuesday = monday + timedelta(days=1)
    path = f"/v1/therapists/{story.therapist.person_id}/blocks"
    whole_day = {"starts_at": _at(tuesday, "00:00").isoformat(), "ends_at": _at(tuesday, "23:59").isoformat()}
    blocked = story.therapist.post(path, {"once": whole_day})
    story.check("Dr Okafor blocks that Tuesday and is told whom it meets", ["Amara Diallo"], _names(blocked["clashes"]))
    choices = [choice["choice"] for choice in blocked["clashes"][0]["choices"]]
    story.check("and what she can do: nothing is cancelled by itself", ["cancel", "keep"], choices)
    session_id = blocked["clashes"][0]["session_id"]
    story.check("Amara's session stands", "unconfirmed", story.amara.get(f"/v1/sessions/{session_id}")["status"])


def _names(clashes: list[dict[str, Any]]) -> list[str]:
    return [clash["client_name"] for clash in clashes]


def _stop_taking_new_clients(story: Story) -> None:
    me = f"/v1/therapists/{story.therapist.person_id}"
    story.therapist.put(f"{me}/new-clients", {"accepting": False, "contact": CONTACT})
    seen = story.dana.get(f"{me}/openings", kind="individual")
    story.check("new clients switched off: Dana sees no times", [], seen["openings"])
    story.check("but what Dr Okafor wants her to read", CONTACT, seen["closed"]["contact"])
    own = story.amara.get(f"{me}/openings", kind="individual")
    story.check("Amara books as before", None, own["closed"])
