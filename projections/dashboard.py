"""What waits for a therapist: one row a session, and the lists that a day begins with (rules C1, F1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from application.recorded import Logged
from domain.session.events import (
    AttendanceRecorded,
    Booked,
    BookingPlaced,
    Cancelled,
    Charged,
    ChargeFailed,
    Confirmed,
    Refunded,
    RefundFailed,
)
from domain.session.session import Status
from projections.view import Rows, View

TABLE = "dashboard_v1"

DDL = f"""
create table {TABLE} (
    session_id uuid primary key,
    stream_version bigint not null,
    therapist_id uuid not null,
    client_id uuid not null,
    kind text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    zone text not null,
    medium text not null,
    location_id uuid not null,
    attendees integer not null,
    initial boolean not null,
    notice_deadline timestamptz not null,
    price_minor bigint not null,
    currency text not null,
    status text not null,
    placed_at timestamptz,
    attendance text,
    charged_minor bigint not null default 0,
    refunded_minor bigint not null default 0,
    charge_failure text,
    refund_failed boolean not null default false
);
create index on {TABLE} (therapist_id, starts_at) where status <> 'cancelled';
create index on {TABLE} (therapist_id, starts_at) where charge_failure is not null or refund_failed;
"""

BOOK = f"""
insert into {TABLE} (session_id, stream_version, therapist_id, client_id, kind, starts_at, ends_at, zone, medium,
                     location_id, attendees, initial, notice_deadline, price_minor, currency, status)
values (%(session_id)s, %(stream_version)s, %(therapist_id)s, %(client_id)s, %(kind)s, %(starts_at)s, %(ends_at)s,
        %(zone)s, %(medium)s, %(location_id)s, %(attendees)s, %(initial)s, %(notice_deadline)s, %(price_minor)s,
        %(currency)s, %(status)s)
on conflict (session_id) do nothing
"""
# An event that was taken in before changes nothing: the row knows how far it has come.
CHANGE = f"""
update {TABLE} set stream_version = %(stream_version)s, {{change}}
where session_id = %(session_id)s and stream_version < %(stream_version)s
"""
PLACE = CHANGE.format(change="status = 'unconfirmed', placed_at = %(at)s")
CONFIRM = CHANGE.format(change="status = 'confirmed'")
CANCEL = CHANGE.format(change="status = 'cancelled'")
CHARGE = CHANGE.format(change="charged_minor = charged_minor + %(amount_minor)s, charge_failure = null")
CHARGE_FAILED = CHANGE.format(change="charge_failure = %(code)s")
REFUND = CHANGE.format(change="refunded_minor = refunded_minor + %(amount_minor)s, refund_failed = false")
REFUND_FAILED = CHANGE.format(change="refund_failed = true")
ATTEND = CHANGE.format(change="attendance = %(outcome)s")


def apply(rows: Rows, logged: Logged) -> None:
    """Take in one event."""
    session_id, event = logged.recorded.originator_id, logged.recorded.event
    this = {"session_id": session_id, "stream_version": logged.recorded.originator_version}
    match event:
        case Booked():
            rows.write(BOOK, this | _row(event))
        case BookingPlaced():
            rows.write(PLACE, this | {"at": event.at})
        case Confirmed():
            rows.write(CONFIRM, this)
        case Cancelled():
            rows.write(CANCEL, this)
        case Charged():
            rows.write(CHARGE, this | {"amount_minor": event.amount.amount_minor})
        case ChargeFailed():
            rows.write(CHARGE_FAILED, this | {"code": event.code})
        case Refunded():
            rows.write(REFUND, this | {"amount_minor": event.amount_minor})
        case RefundFailed():
            rows.write(REFUND_FAILED, this)
        case AttendanceRecorded():
            rows.write(ATTEND, this | {"outcome": event.outcome.value})
        case _:
            pass


def _row(booked: Booked) -> dict[str, object]:
    return {
        "therapist_id": booked.therapist_id,
        "client_id": booked.client_id,
        "kind": booked.kind.value,
        "starts_at": booked.slot.starts_at,
        "ends_at": booked.slot.ends_at,
        "zone": booked.zone,
        "medium": booked.slot.location.medium.value,
        "location_id": booked.slot.location.location_id,
        "attendees": booked.attendees,
        "initial": booked.initial,
        "notice_deadline": booked.notice_deadline,
        "price_minor": booked.price.amount_minor,
        "currency": booked.price.currency,
        "status": Status.BEING_BOOKED.value,
    }


VIEW = View(name="dashboard", version=1, ddl=DDL, apply=apply)


class WaitingList(StrEnum):
    """The lists of a dashboard."""

    UNCONFIRMED = "unconfirmed"
    AWAITING_UPDATES = "awaiting_updates"
    UPCOMING = "upcoming"
    NEEDS_ATTENTION = "needs_attention"


WHICH = {
    WaitingList.UNCONFIRMED: "status = 'unconfirmed'",
    WaitingList.AWAITING_UPDATES: "status = 'confirmed' and attendance is null and ends_at <= %(now)s",
    WaitingList.UPCOMING: "status = 'confirmed' and ends_at > %(now)s",
    WaitingList.NEEDS_ATTENTION: "charge_failure is not null or refund_failed",
}
LIST = f"""
select * from {TABLE} where therapist_id = %(therapist_id)s and ({{which}})
order by starts_at, session_id limit %(limit)s
"""
COUNT = f"select count(*) as sessions from {TABLE} where therapist_id = %(therapist_id)s and ({{which}})"


def waiting(
    rows: Rows, therapist_id: UUID, *, which: WaitingList, now: datetime, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many sessions stand on one list, and the first of them in the order of their start."""
    parameters = {"therapist_id": therapist_id, "now": now, "limit": limit}
    counted = rows.read(COUNT.format(which=WHICH[which]), parameters)
    return counted[0]["sessions"], rows.read(LIST.format(which=WHICH[which]), parameters)
