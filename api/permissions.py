"""Who may do what: one table, and the one place where a session or a relationship is loaded for a person (rule H3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import cast
from uuid import UUID

from adapters.tokens import Person
from application.practice import Practice
from domain.errors import NotPermitted, NotThere
from domain.model import Role, SessionKind
from domain.relationship.events import Opened
from domain.relationship.relationship import relationship_id_of
from domain.session import session as sessions
from domain.session.events import Booked, Cancelled, SessionEvent
from domain.session.session import Session


class Action(StrEnum):
    """Every operation, by the id it has in the API's description."""

    JOIN_AS_THERAPIST = "join_as_therapist"
    READ_THERAPIST = "read_therapist"
    SET_PRICES = "set_prices"
    SET_LOCATIONS = "set_locations"
    SET_HOURS = "set_hours"
    SET_NOTICE = "set_notice"
    SET_DATE = "set_date"
    RESET_DATE = "reset_date"
    SET_SELF_BOOKING = "set_self_booking"
    READ_DIARY = "read_diary"
    SET_PRIME_TIME = "set_prime_time"
    BLOCK_TIME = "block_time"
    UNBLOCK_TIME = "unblock_time"
    RESERVE_SLOT = "reserve_slot"
    RELEASE_RESERVED_SLOT = "release_reserved_slot"
    SET_NEW_CLIENTS = "set_new_clients"
    PAUSE_BOOKINGS = "pause_bookings"
    RESUME_BOOKINGS = "resume_bookings"
    READ_SUSPENSION = "read_suspension"
    SUSPEND_THERAPIST = "suspend_therapist"
    REINSTATE_THERAPIST = "reinstate_therapist"
    READ_CLIENT_SELF_BOOKING = "read_client_self_booking"
    SET_CLIENT_SELF_BOOKING = "set_client_self_booking"
    LIST_OPENINGS = "list_openings"
    READ_THERAPIST_CALENDAR = "read_therapist_calendar"
    READ_DASHBOARD = "read_dashboard"
    REGISTER_CLIENT = "register_client"
    READ_CLIENT = "read_client"
    READ_CLIENT_CALENDAR = "read_client_calendar"
    BEGIN_CARD = "begin_card"
    SAVE_CARD = "save_card"
    BOOK_SESSION = "book_session"
    BOOK_SERIES = "book_series"
    READ_SERIES = "read_series"
    READ_SESSION = "read_session"
    CONFIRM_SESSION = "confirm_session"
    CANCEL_SESSION = "cancel_session"
    RECORD_ATTENDANCE = "record_attendance"
    PAY_SESSION = "pay_session"
    READ_SESSION_HISTORY = "read_session_history"
    READ_RELATIONSHIP_HISTORY = "read_relationship_history"
    RECEIVE_WEBHOOK = "receive_webhook"
    SAY_ALIVE = "say_alive"
    SAY_READY = "say_ready"
    READ_METRICS = "read_metrics"
    LIST_PROBLEMS = "list_problems"
    READ_PROBLEM = "read_problem"


CLIENT = frozenset({Role.CLIENT})
THERAPIST = frozenset({Role.THERAPIST})
BOTH = CLIENT | THERAPIST
OPERATOR = frozenset({Role.OPERATOR})
STAFF = frozenset({Role.OPERATOR, Role.AUDITOR})

PERMISSIONS: Mapping[Action, frozenset[Role] | None] = {
    Action.JOIN_AS_THERAPIST: THERAPIST,
    Action.READ_THERAPIST: None,
    Action.SET_PRICES: THERAPIST,
    Action.SET_LOCATIONS: THERAPIST,
    Action.SET_HOURS: THERAPIST,
    Action.SET_NOTICE: THERAPIST,
    Action.SET_DATE: THERAPIST,
    Action.RESET_DATE: THERAPIST,
    Action.SET_SELF_BOOKING: THERAPIST,
    Action.READ_DIARY: THERAPIST,
    Action.SET_PRIME_TIME: THERAPIST,
    Action.BLOCK_TIME: THERAPIST,
    Action.UNBLOCK_TIME: THERAPIST,
    Action.RESERVE_SLOT: THERAPIST,
    Action.RELEASE_RESERVED_SLOT: THERAPIST,
    Action.SET_NEW_CLIENTS: THERAPIST,
    Action.PAUSE_BOOKINGS: THERAPIST,
    Action.RESUME_BOOKINGS: THERAPIST,
    Action.READ_SUSPENSION: OPERATOR,
    Action.SUSPEND_THERAPIST: OPERATOR,
    Action.REINSTATE_THERAPIST: OPERATOR,
    Action.READ_CLIENT_SELF_BOOKING: THERAPIST,
    Action.SET_CLIENT_SELF_BOOKING: THERAPIST,
    Action.LIST_OPENINGS: None,
    Action.READ_THERAPIST_CALENDAR: THERAPIST,
    Action.READ_DASHBOARD: THERAPIST,
    Action.REGISTER_CLIENT: CLIENT,
    Action.READ_CLIENT: CLIENT,
    Action.READ_CLIENT_CALENDAR: CLIENT,
    Action.BEGIN_CARD: CLIENT,
    Action.SAVE_CARD: CLIENT,
    Action.BOOK_SESSION: BOTH,
    Action.BOOK_SERIES: BOTH,
    Action.READ_SERIES: BOTH | STAFF,
    Action.READ_SESSION: BOTH | STAFF,
    Action.CONFIRM_SESSION: THERAPIST,
    Action.CANCEL_SESSION: BOTH | {Role.OPERATOR},
    Action.RECORD_ATTENDANCE: THERAPIST,
    Action.PAY_SESSION: CLIENT,
    Action.READ_SESSION_HISTORY: BOTH | STAFF,
    Action.READ_RELATIONSHIP_HISTORY: BOTH | STAFF,
    Action.RECEIVE_WEBHOOK: None,
    Action.SAY_ALIVE: None,
    Action.SAY_READY: None,
    Action.READ_METRICS: None,
    Action.LIST_PROBLEMS: None,
    Action.READ_PROBLEM: None,
}
"""The roles that an action is open to; None is everybody, without a token. Whose thing it is comes on top of that."""


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session as it stands, with the event that ended it, if one did."""

    session_id: UUID
    version: int
    state: Session
    cancelled: Cancelled | None


def permit(person: Person, action: Action) -> None:
    """Raise NotPermitted where the person's role is not among the action's."""
    roles = PERMISSIONS[action]
    if roles is not None and person.role not in roles:
        raise NotPermitted


def permit_self(person: Person, person_id: UUID, action: Action) -> None:
    """Permit what people do with what is theirs. Raises NotThere for anybody else's, NotPermitted."""
    if person.person_id != person_id:
        raise NotThere
    permit(person, action)


def session_for(practice: Practice, person: Person, session_id: UUID, action: Action) -> FoundSession:
    """Load a session for a person. Raises NotThere where it is not theirs to see, NotPermitted."""
    found = load_session(practice, session_id)
    booked = found.state.booked
    _refuse_strangers(person, client_id=booked.client_id, therapist_id=booked.therapist_id)
    permit(person, action)
    return found


def relationship_for(practice: Practice, person: Person, relationship_id: UUID, action: Action) -> Opened:
    """Load how a relationship began, for a person. Raises NotThere where it is not theirs to see, NotPermitted."""
    history = practice.history(relationship_id)
    if not history or not isinstance(history[0].event, Opened):
        raise NotThere
    opened = history[0].event
    _refuse_strangers(person, client_id=opened.client_id, therapist_id=opened.therapist_id)
    permit(person, action)
    return opened


def refuse_strange_client(practice: Practice, *, therapist_id: UUID, client_id: UUID) -> None:
    """Raise NotThere unless there is a relationship of any kind, so that nobody can ask who is a client here."""
    ids = [relationship_id_of(therapist_id=therapist_id, client_id=client_id, kind=kind) for kind in SessionKind]
    if not any(practice.history(relationship_id, up_to_version=1) for relationship_id in ids):
        raise NotThere


def load_session(practice: Practice, session_id: UUID) -> FoundSession:
    """Read a session and what ended it. Raises NotThere."""
    history = practice.history(session_id)
    events = [cast("SessionEvent", recorded.event) for recorded in history]
    state = reduce(sessions.evolve, events, cast("Session | None", None)) if _is_session(events) else None
    if state is None:
        raise NotThere
    cancelled = next((event for event in events if isinstance(event, Cancelled)), None)
    return FoundSession(session_id, history[-1].originator_version, state, cancelled)


def _is_session(events: list[SessionEvent]) -> bool:
    """Ids of other streams are not sessions, whoever asks."""
    return bool(events) and isinstance(events[0], Booked)


def _refuse_strangers(person: Person, *, client_id: UUID, therapist_id: UUID) -> None:
    theirs = {Role.CLIENT: client_id, Role.THERAPIST: therapist_id}
    if person.role in theirs and theirs[person.role] != person.person_id:
        raise NotThere
