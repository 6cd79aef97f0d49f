"""What a booking rests on: a relationship, and accepted terms."""

from __future__ import annotations

from functools import reduce

import pytest

from domain.errors import NoRelationship, PolicyNotAccepted
from domain.model import Role, SessionKind
from domain.relationship.events import (
    Opened,
    RelationshipEvent,
    SelfBookingRestored,
    SelfBookingRevoked,
    TermsAccepted,
)
from domain.relationship.relationship import (
    Relationship,
    evolve,
    open_for_booking,
    relationship_id_of,
    relationship_ids_of,
    restore_self_booking,
    revoke_self_booking,
)
from tests.given import CLIENT, NOW, SESSION, THERAPIST

OPENED = Opened(therapist_id=THERAPIST, client_id=CLIENT, kind=SessionKind.INDIVIDUAL, first_session_id=SESSION, at=NOW)
ACCEPTED = TermsAccepted(policy_version="48h-1", at=NOW)


def _after(*events: RelationshipEvent) -> Relationship:
    return reduce(evolve, events, evolve(None, OPENED))


def _open(
    relationship: Relationship | None, *, booked_by: Role = Role.CLIENT, accepted: str | None, version: str = "48h-1"
) -> tuple[RelationshipEvent, ...]:
    return open_for_booking(
        relationship,
        therapist_id=THERAPIST,
        client_id=CLIENT,
        kind=SessionKind.INDIVIDUAL,
        session_id=SESSION,
        booked_by=booked_by,
        accepted_policy=accepted,
        policy_version=version,
        now=NOW,
    )


def test_g1_a_clients_first_booking_opens_the_relationship_and_accepts_the_terms() -> None:
    assert _open(None, accepted="48h-1") == (OPENED, ACCEPTED)


@pytest.mark.parametrize("accepted", [None, "48h-0"])
def test_e1_a_first_booking_needs_the_present_policy_accepted(accepted: str | None) -> None:
    with pytest.raises(PolicyNotAccepted):
        _open(None, accepted=accepted)


@pytest.mark.parametrize("accepted", [None, "48h-0", "48h-1"])
def test_e1_terms_are_accepted_once(accepted: str | None) -> None:
    assert _open(_after(ACCEPTED), accepted=accepted) == ()


def test_e1_a_new_policy_may_be_accepted_with_the_next_booking_and_until_then_the_old_one_stands() -> None:
    newer = _open(_after(ACCEPTED), accepted="48h-2", version="48h-2")

    assert (TermsAccepted(policy_version="48h-2", at=NOW),) == newer
    assert _open(_after(ACCEPTED), accepted="48h-1", version="48h-2") == ()


def test_a7_a_therapist_books_only_for_a_client_of_theirs() -> None:
    with pytest.raises(NoRelationship):
        _open(None, booked_by=Role.THERAPIST, accepted="48h-1")


def test_a7_a_therapist_books_on_the_terms_that_the_client_accepted() -> None:
    assert _open(_after(ACCEPTED), booked_by=Role.THERAPIST, accepted=None) == ()


def test_a7_a_therapist_cannot_accept_the_terms_for_the_client() -> None:
    older = _after(TermsAccepted(policy_version="48h-0", at=NOW))

    assert _open(older, booked_by=Role.THERAPIST, accepted="48h-1") == ()
    with pytest.raises(PolicyNotAccepted):
        _open(_after(), booked_by=Role.THERAPIST, accepted="48h-1")


def test_l_the_same_two_people_and_kind_are_always_the_same_relationship() -> None:
    one = relationship_id_of(therapist_id=THERAPIST, client_id=CLIENT, kind=SessionKind.COUPLE)

    assert one == relationship_id_of(therapist_id=THERAPIST, client_id=CLIENT, kind=SessionKind.COUPLE)
    others = {relationship_id_of(therapist_id=THERAPIST, client_id=CLIENT, kind=kind) for kind in SessionKind}
    swapped = relationship_id_of(therapist_id=CLIENT, client_id=THERAPIST, kind=SessionKind.COUPLE)
    assert len({*others, swapped}) == len(SessionKind) + 1


def test_e1_a_relationship_remembers_the_version_accepted_last() -> None:
    newer = TermsAccepted(policy_version="48h-2", at=NOW)

    assert _after(ACCEPTED, newer) == Relationship(THERAPIST, CLIENT, SessionKind.INDIVIDUAL, "48h-2")


def test_l_two_people_have_one_relationship_of_each_kind() -> None:
    ids = relationship_ids_of(therapist_id=THERAPIST, client_id=CLIENT)

    assert len(set(ids)) == len(SessionKind)
    assert relationship_id_of(therapist_id=THERAPIST, client_id=CLIENT, kind=SessionKind.GROUP) in ids


REVOKED, RESTORED = SelfBookingRevoked(at=NOW), SelfBookingRestored(at=NOW)


def test_g5_self_booking_is_revoked_once_and_restored_once() -> None:
    assert revoke_self_booking(_after(), now=NOW) == REVOKED
    assert revoke_self_booking(_after(REVOKED), now=NOW) is None
    assert restore_self_booking(_after(REVOKED), now=NOW) == RESTORED
    assert restore_self_booking(_after(REVOKED, RESTORED), now=NOW) is None
    assert restore_self_booking(_after(), now=NOW) is None


def test_g5_revoking_self_booking_leaves_the_accepted_terms_alone() -> None:
    relationship = _after(ACCEPTED, REVOKED)

    assert (relationship.accepted_policy, relationship.self_booking_revoked) == ("48h-1", True)
    assert _after(ACCEPTED, REVOKED, RESTORED) == _after(ACCEPTED)
