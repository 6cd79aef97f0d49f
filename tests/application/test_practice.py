"""Load, decide, append: what a command rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.bootstrap import Service
from adapters.ids import new_id
from application.errors import Contended, VersionMoved
from application.practice import DECISIONS_LIMIT, Changes, Loaded, events
from application.recorded import PracticeEvent
from application.sessions import cancel_session
from domain.model import Role
from domain.session.events import Reason
from domain.therapist import therapist as therapists
from domain.therapist.events import LocationsSet
from tests.adapters.stored import a_claim, with_
from tests.seeded import Seeded, a_known_client, a_therapist


def test_nothing_is_changed_on_a_version_that_the_one_asking_has_not_seen(service: Service) -> None:
    seeded = a_therapist(service)
    client_id = a_known_client(seeded)
    session_id = seeded.place(client_id, seeded.full_hour(days=5))
    asked = seeded.command(Role.CLIENT, client_id)
    on_the_version_before, on_the_present = (replace(asked, expects={session_id: version}) for version in (2, 3))

    with pytest.raises(VersionMoved):
        cancel_session(service.practice, on_the_version_before, session_id, reason=Reason.CLIENT_ASKED)
    cancelled = cancel_session(service.practice, on_the_present, session_id, reason=Reason.CLIENT_ASKED)

    assert cancelled.recorded[0].originator_version == 4


def test_a_command_that_is_overtaken_again_and_again_gives_up_with_a_sentence(service: Service) -> None:
    seeded = a_therapist(service)
    decisions: list[Changes] = []

    def overtaken() -> Changes:
        decisions.append(Changes(raises={therapists.stream_of(seeded.therapist_id): -1}, events=nothing_new(seeded)))
        return decisions[-1]

    with pytest.raises(Contended):
        service.practice.perform(seeded.command(Role.THERAPIST, seeded.therapist_id), overtaken)

    assert len(decisions) == DECISIONS_LIMIT


def nothing_new(seeded: Seeded) -> tuple[tuple[Loaded[object], tuple[PracticeEvent, ...]], ...]:
    """An event that would be stored if its guard were right."""
    stream = seeded.service.practice.load(therapists.stream_of(seeded.therapist_id), therapists.evolve)
    return events((stream, LocationsSet(locations=(), at=seeded.service.desk.now())))


@pytest.mark.parametrize("decided", ["something", "nothing"])
def test_b3_what_blocks_a_time_is_told_the_claims_that_are_not_over(service: Service, decided: str) -> None:
    seeded = a_therapist(service)
    guard = therapists.stream_of(seeded.therapist_id)
    sessions = [claim_it(seeded, days=days) for days in (2, -2, 1)]

    def block() -> Changes:
        changes = nothing_new(seeded) if decided == "something" else ()
        return Changes(changes, raises=service.practice.guards(guard), clashes_of=seeded.therapist_id)

    outcome = service.practice.perform(seeded.command(Role.THERAPIST, seeded.therapist_id), block)

    assert (len(outcome.recorded), outcome.position is None) == ((1, False) if decided == "something" else (0, True))
    assert [claim.session_id for claim in outcome.claims] == [sessions[2], sessions[0]]


def claim_it(seeded: Seeded, *, days: int) -> UUID:
    """Let a session have a time of the therapist's, so many days from now."""
    starts_at = seeded.service.desk.now() + timedelta(days=days)
    claim = a_claim(new_id(), starts_at=starts_at, therapist_id=seeded.therapist_id, client_id=new_id())
    seeded.service.practice._given_recorder.store([], alongside=with_(new_id(), takes=[claim]))
    return claim.session_id


def test_b3_a_change_that_asks_for_clashes_has_to_raise_a_guard(service: Service) -> None:
    seeded = a_therapist(service)

    def unguarded() -> Changes:
        return Changes(nothing_new(seeded), clashes_of=seeded.therapist_id)

    with pytest.raises(AssertionError, match="a guard that is raised"):
        service.practice.perform(seeded.command(Role.THERAPIST, seeded.therapist_id), unguarded)
