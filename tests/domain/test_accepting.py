"""Whether anything at all is open to the one who asks (rules B6, B7, B11, G5)."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest

from domain.diary.diary import Diary
from domain.diary.openings import closed_as_a_whole, reasons, refuse_unless_open, warnings_about
from domain.diary.picture import ANYBODY, SENTENCES, Asker, Picture, WhyNot
from domain.errors import NotOpen
from domain.therapist.events import (
    AcceptingNewClientsSet,
    Paused,
    PauseExtent,
    Reinstated,
    ReinstatementReason,
    Resumed,
    Suspended,
    SuspensionReason,
    TherapistEvent,
)
from domain.therapist.therapist import Therapist, evolve
from tests.domain.looking import (
    AT_NINE,
    FIFTY_MINUTES,
    REGULAR,
    TUESDAY,
    TUESDAYS,
    WORKS_ON_TUESDAYS,
    a_slot,
    listed_on,
    picture_of,
)
from tests.given import NOW, RELATIONSHIP, given_diary

NOT_ACCEPTING = AcceptingNewClientsSet(accepting=False, at=NOW)
NO_NEW_CLIENTS = Paused(extent=PauseExtent.NEW_CLIENTS, at=NOW)
NO_BOOKINGS = Paused(extent=PauseExtent.ALL_BOOKINGS, at=NOW)
SUSPENDED = Suspended(reason=SuspensionReason.COMPLAINT, at=NOW)
REVOKED = Asker(relationship_ids=frozenset({RELATIONSHIP}), self_booking_revoked=True)


def _seen(asker: Asker, *events: TherapistEvent, diary: Diary = WORKS_ON_TUESDAYS) -> Picture:
    therapist: Therapist = reduce(evolve, events, FIFTY_MINUTES)
    return picture_of(diary, asker=asker, therapist=therapist)


CASES = [
    pytest.param(_seen(ANYBODY), None, id="open to somebody new"),
    pytest.param(_seen(REGULAR), None, id="open to a client"),
    pytest.param(_seen(ANYBODY, NOT_ACCEPTING), WhyNot.NOT_ACCEPTING_NEW_CLIENTS, id="b7 nobody new"),
    pytest.param(_seen(REGULAR, NOT_ACCEPTING), None, id="b7 a client as before"),
    pytest.param(_seen(ANYBODY, NO_NEW_CLIENTS), WhyNot.NOT_ACCEPTING_NEW_CLIENTS, id="b11 nobody new in a pause"),
    pytest.param(_seen(REGULAR, NO_NEW_CLIENTS), None, id="b11 a client in a pause"),
    pytest.param(_seen(ANYBODY, NO_BOOKINGS), WhyNot.PAUSED, id="b11 nobody new in a full pause"),
    pytest.param(_seen(REGULAR, NO_BOOKINGS), WhyNot.PAUSED, id="b11 no client in a full pause"),
    pytest.param(_seen(REGULAR, SUSPENDED), WhyNot.PAUSED, id="b11 a suspension is told as a pause"),
    pytest.param(_seen(REGULAR, NO_BOOKINGS, Resumed(at=NOW)), None, id="b11 resumed"),
    pytest.param(
        _seen(REGULAR, SUSPENDED, Reinstated(reason=ReinstatementReason.RESOLVED, at=NOW)), None, id="b11 reinstated"
    ),
    pytest.param(_seen(REGULAR, SUSPENDED, NO_BOOKINGS, Resumed(at=NOW)), WhyNot.PAUSED, id="b11 still suspended"),
    pytest.param(_seen(REVOKED), WhyNot.SELF_BOOKING_REVOKED, id="g5 revoked"),
    pytest.param(_seen(REGULAR, diary=given_diary(TUESDAYS)), WhyNot.SELF_BOOKING_CLOSED, id="b6 closed"),
    pytest.param(_seen(REVOKED, NO_BOOKINGS, diary=given_diary()), WhyNot.PAUSED, id="a full pause comes first"),
    pytest.param(_seen(REVOKED, diary=given_diary()), WhyNot.SELF_BOOKING_CLOSED, id="then the switch"),
    pytest.param(
        _seen(replace(REVOKED, relationship_ids=frozenset()), NO_NEW_CLIENTS),
        WhyNot.SELF_BOOKING_REVOKED,
        id="then the client",
    ),
]


@pytest.mark.parametrize(("picture", "expected"), CASES)
def test_b7_b11_g5_what_is_closed_as_a_whole_lists_nothing_and_is_refused(
    picture: Picture, expected: WhyNot | None
) -> None:
    assert expected == closed_as_a_whole(picture)

    if expected is None:
        assert listed_on(picture, TUESDAY) == ["09:00", "09:30", "10:00"]
        assert refuse_unless_open(picture, a_slot(AT_NINE)) is None  # type: ignore[func-returns-value]
    else:
        assert listed_on(picture, TUESDAY) == []
        assert reasons(picture, a_slot(AT_NINE))[0] is expected
        with pytest.raises(NotOpen, match=SENTENCES[expected]):
            refuse_unless_open(picture, a_slot(AT_NINE))


@pytest.mark.parametrize(("picture", "expected"), CASES)
def test_b13_what_is_closed_as_a_whole_is_nothing_to_warn_a_therapist_of(
    picture: Picture, expected: WhyNot | None
) -> None:
    assert expected not in warnings_about(picture, a_slot(AT_NINE))
