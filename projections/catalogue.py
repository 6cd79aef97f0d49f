"""All read models of this version."""

from __future__ import annotations

from projections import calendar, dashboard, histories, work
from projections.view import View

VIEWS: tuple[View, ...] = (work.VIEW, calendar.VIEW, dashboard.VIEW, histories.VIEW)
