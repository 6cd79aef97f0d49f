"""A session of a series says in words which of how many it is (rules A10, K3)."""

from __future__ import annotations

import pytest

from application.wording import in_words
from domain.session.events import Booked
from tests.given import booked, of_series


@pytest.mark.parametrize(
    ("event", "beginning"),
    [
        (booked(series=of_series(2, count=6)), "The session (2 of 6) was booked by the client for Sat 12 Jan 2030"),
        (booked(), "The session was booked by the client for Sat 12 Jan 2030"),
    ],
    ids=["of a series", "alone"],
)
def test_k3_a_session_of_a_series_says_which_of_how_many_it_is(event: Booked, beginning: str) -> None:
    assert in_words(event, zone="Europe/London", currency="GBP").startswith(beginning)
