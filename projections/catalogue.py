"""All read models of this version."""

from __future__ import annotations

from projections import calendar, dashboard, histories, reserved_slots, work
from projections.view import View

VIEWS: tuple[View, ...] = (work.VIEW, calendar.VIEW, dashboard.VIEW, histories.VIEW, reserved_slots.VIEW)
