"""The dashboard: ids from the view, names joined here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends

from adapters.bootstrap import Service
from api.auth import Asker, TheService
from api.calendars import with_place
from api.permissions import Action, permit_self
from api.positions import caught_up
from api.schemas.common import MoneyAnswer
from api.schemas.views import (
    ChargeAnswer,
    ChargeState,
    DashboardAnswer,
    DashboardList,
    DashboardRow,
)
from application.people import NAME
from application.sessions import attendees_field
from domain.therapist import therapist as therapists
from projections import dashboard
from projections.dashboard import WaitingList

router = APIRouter(tags=["views"])

LIST_LIMIT = 100

Texts = Mapping[tuple[UUID, str], str]


@router.get(
    "/v1/therapists/{therapist_id}/dashboard",
    operation_id=Action.READ_DASHBOARD,
    dependencies=[Depends(caught_up(dashboard.VIEW))],
)
def read_dashboard(service: TheService, person: Asker, therapist_id: UUID) -> DashboardAnswer:
    """See what waits for you (rules C1, F1)."""
    permit_self(person, therapist_id, Action.READ_DASHBOARD)
    zone = service.practice.load(therapists.stream_of(therapist_id), therapists.evolve).state.zone
    now = service.desk.now()
    found = {
        which.value: dashboard.waiting(service.rows, therapist_id, which=which, now=now, limit=LIST_LIMIT)
        for which in WaitingList
    }
    texts = _texts(service, [row for _, rows in found.values() for row in rows])
    lists = {
        which: DashboardList(count=count, sessions=[_dashboard_row(row, texts) for row in rows])
        for which, (count, rows) in found.items()
    }
    return DashboardAnswer(zone=zone, **lists)


def _texts(service: Service, rows: list[dict[str, Any]]) -> Texts:
    names = [(row["client_id"], NAME) for row in rows]
    attendees = [(row["client_id"], attendees_field(row["session_id"])) for row in rows]
    return service.people.read(names + attendees)


def _dashboard_row(row: dict[str, Any], texts: Texts) -> DashboardRow:
    client_id = row["client_id"]
    attendees = texts[client_id, attendees_field(row["session_id"])].split("\n")
    price = MoneyAnswer(amount_minor=row["price_minor"], currency=row["currency"])
    joined = {"client_name": texts[client_id, NAME], "attendees": attendees, "price": price, "charge": _charge(row)}
    return DashboardRow(**{**with_place(row), **joined})


def _charge(row: Mapping[str, Any]) -> ChargeAnswer:
    return ChargeAnswer(
        state=_charge_state(row),
        charged_minor=row["charged_minor"],
        refunded_minor=row["refunded_minor"],
        failure=row["charge_failure"],
    )


def _charge_state(row: Mapping[str, Any]) -> ChargeState:
    if row["refund_failed"]:
        return ChargeState.REFUND_FAILED
    if row["refunded_minor"]:
        return ChargeState.REFUNDED
    if row["charge_failure"] is not None:
        return ChargeState.FAILED
    return ChargeState.CHARGED if row["charged_minor"] else ChargeState.NOT_CHARGED
