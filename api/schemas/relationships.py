"""Relationships, as they are sent and answered."""

from __future__ import annotations

from uuid import UUID

from pydantic import StrictBool, model_validator

from api.schemas.common import Answer, Body, example


class ClientSelfBookingBody(Body):
    """Whether a client may book by themselves; where not, whether what is reserved for them is let go (rule G5)."""

    open: StrictBool
    release_reserved_slots: StrictBool = False

    model_config = example(open=False, release_reserved_slots=True)

    @model_validator(mode="after")
    def _only_when_taken(self) -> ClientSelfBookingBody:
        if self.open and self.release_reserved_slots:
            raise ValueError("Reserved slots are only let go where self-booking is taken from the client.")
        return self


class ClientSelfBookingAnswer(Answer):
    """Whether the client may book by themselves with this therapist at all, and which slots are reserved for them."""

    relationship_id: UUID
    open: bool
    reserved_slot_ids: list[UUID]
