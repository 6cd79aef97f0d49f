"""What views show: a fold of the log, however the log reached them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest

from adapters.bootstrap import Service
from adapters.postgres.rows import ConnectionRows
from application.policies import react
from application.recorded import Logged
from domain.diary import diary as diaries
from domain.diary.diary import diary_id_of
from projections.catalogue import VIEWS
from tests.adapters.stored import as_owner, rows_of
from tests.delivery import all_again, in_order, twice_each
from tests.fakes import FakeGateway
from tests.seeded import Seeded, a_therapist
from tests.workers.story import ORDER_OF, shown, told_story, whole_log


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


def deliver(service: Service, conninfo: str, log: Sequence[Logged]) -> None:
    """Make every view anew from this log."""
    as_owner(conninfo, "truncate " + ", ".join(ORDER_OF))
    with service.datastore.get_connection() as conn, conn.transaction():
        for view in VIEWS:
            for logged in log:
                view.apply(ConnectionRows(conn), logged)


@pytest.mark.parametrize("delivered", [in_order, twice_each, all_again])
def test_the_views_show_the_same_however_the_log_reaches_them(
    service: Service,
    seeded: Seeded,
    database: str,
    gateway: FakeGateway,
    advance: Callable[[timedelta], None],
    delivered: Callable[[Sequence[Logged]], list[Logged]],
) -> None:
    told_story(seeded, gateway, advance)
    followed = shown(database)

    deliver(service, database, delivered(whole_log(seeded)))

    assert followed == shown(database)


def test_the_views_are_a_fold_of_the_log(
    seeded: Seeded, database: str, gateway: FakeGateway, advance: Callable[[timedelta], None]
) -> None:
    told = told_story(seeded, gateway, advance)
    log = whole_log(seeded)

    assert {session_id: of_session(seeded, session_id) for session_id in told} == {
        row["session_id"]: (row["status"], row["charged_minor"], row["refunded_minor"], row["attendance"])
        for row in rows_of(database, "select * from dashboard_v1")
    }
    assert {session_id: of_session(seeded, session_id)[0] for session_id in told} == {
        row["session_id"]: row["status"] for row in rows_of(database, "select * from calendar_v1")
    }
    assert reserved_by_the_diary(seeded) == {
        row["reserved_slot_id"]: (row["therapist_id"], row["client_id"], row["weekday"], row["anchor"])
        for row in rows_of(database, "select * from reserved_slots_v1 where released is null")
    }
    assert [
        row["released"]
        for row in rows_of(database, "select released from reserved_slots_v1 where released is not null order by 1")
    ] == ["manual", "self_booking_revoked", "self_booking_revoked"]
    assert [logged.position for logged in log if logged.stored_name.startswith(("session.", "relat", "payment."))] == [
        row["position"] for row in rows_of(database, "select position from histories_v1 order by 1")
    ]
    assert sorted(task.task_id for logged in log for task in react(logged.recorded)) == [
        row["work_id"] for row in rows_of(database, 'select work_id from work order by work_id collate "C"')
    ]


def reserved_by_the_diary(seeded: Seeded) -> dict[UUID, tuple[UUID, UUID, int, date]]:
    """What is reserved, as the diary itself says."""
    diary = seeded.service.practice.load(diary_id_of(seeded.therapist_id), diaries.evolve).state
    assert diary.reserved
    return {i: (seeded.therapist_id, one.client_id, one.weekday, one.anchor) for i, one in diary.reserved.items()}


def of_session(seeded: Seeded, session_id: UUID) -> tuple[str, int, int, str | None]:
    """What a dashboard should show of a session."""
    session = seeded.session(session_id)
    attendance = session.attendance.value if session.attendance else None
    return session.status.value, session.charged_minor, session.refunded_minor, attendance


def test_what_happened_to_the_story_is_what_it_was_told_for(
    seeded: Seeded, gateway: FakeGateway, advance: Callable[[timedelta], None]
) -> None:
    kept, dropped, given_up, missed, declined = told_story(seeded, gateway, advance)

    assert [
        of_session(seeded, kept),
        of_session(seeded, dropped),
    ] == [("confirmed", 8000, 0, "attended"), ("cancelled", 8000, 8000, None)]
    assert [
        of_session(seeded, given_up),
        of_session(seeded, missed),
    ] == [("cancelled", 8000, 8000, None), ("confirmed", 8000, 8000, "therapist_could_not")]
    assert of_session(seeded, declined) == ("cancelled", 0, 0, None)
    assert (gateway.charged_minor, gateway.refunded_minor) == (32000, 24000)
