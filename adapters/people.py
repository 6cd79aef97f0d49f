"""Names and other personal data at the edge: read from the vault, for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore

from adapters.vault import Vault

ERASED = "(erased)"
"""What stands where something was and is no longer kept."""


class PostgresPeople:
    def __init__(self, datastore: PostgresDatastore, vault: Vault) -> None:
        self._datastore = datastore
        self._vault = vault

    def read(self, wanted: Iterable[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], str]:
        """Return (person, field) -> text; ERASED for what is not there."""
        places = list(dict.fromkeys(wanted))
        with self._datastore.get_connection() as conn:
            found = self._vault.open(conn, places)
        return {place: found.get(place, ERASED) for place in places}

    def find(self, person_id: UUID, field: str) -> str | None:
        """Return a text that need not be there; None also for what is no longer kept."""
        place = person_id, field
        with self._datastore.get_connection() as conn:
            return self._vault.open(conn, [place]).get(place)
