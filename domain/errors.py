"""Every refusal of the practice. The docstring is the sentence that a person reads; the code is its stable name.

Refusals come in five families, and the edge has one status for each: what is not there, what cannot be done now,
what was asked wrongly, what this person may not do, and what needs another step first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime


class Refusal(Exception):
    """The practice does not allow this."""

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or " ".join((type(self).__doc__ or "").split()))

    @property
    def sentence(self) -> str:
        return str(self)

    @classmethod
    def code(cls) -> str:
        """The stable name, for example `slot-taken`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class NotThere(Refusal):
    """There is nothing here by that id."""


class NotPossibleNow(Refusal):
    """This cannot be done in the present state of things."""


class AskedWrongly(Refusal):
    """The request does not make sense as it stands."""


class NotPermitted(Refusal):
    """You are not permitted to do this."""


class StepMissing(Refusal):
    """Something else has to be done first."""


# --- asked wrongly ------------------------------------------------------------------------------------------------


class UnknownZone(AskedWrongly):
    """That is not a time zone we know; zones are named like Europe/London."""


class InThePast(AskedWrongly):
    """That time has already passed."""


class ReversedRange(AskedWrongly):
    """The end of a range must come after its start."""


class RangeTooLong(AskedWrongly):
    """That is a longer range than can be shown at once."""


class OverlappingRanges(AskedWrongly):
    """Ranges of one day must not overlap; the hours of a date come beside those of its weekday."""


class PlaceMissing(AskedWrongly):
    """Working hours need at least one location."""


class TooManyRanges(AskedWrongly):
    """A week may have at most 100 ranges, and a day at most 20."""


class BookingTermsOutOfRange(AskedWrongly):
    """Notice is 2 to 24 hours or a time of the day before, the horizon 1 to 52 weeks, the grid 15, 30 or 60 minutes."""


class GapLargerThanGrid(AskedWrongly):
    """The gap between sessions must not be longer than one step of the grid on which they begin."""


class BlockTooLong(AskedWrongly):
    """A block lasts at most 366 days; for good, close self-booking or change the working hours."""


class ReleasedTooLate(AskedWrongly):
    """That release comes only after the time that it is to open; name an earlier one, or more weeks ahead."""


class AnchorOnAnotherWeekday(AskedWrongly):
    """The anchor has to be a date of the weekday that is reserved."""


class ReservedSlotOutOfRange(AskedWrongly):
    """A reserved slot begins within its day and lasts 1 to 720 minutes."""


class AnchorTooFarAhead(AskedWrongly):
    """An anchor lies at most a year ahead."""


class ReleaseOutOfRange(AskedWrongly):
    """Prime time is released 0 to 52 weeks ahead."""


class ContactTextUnusable(AskedWrongly):
    """A contact text has at most 500 characters, and no control characters but line breaks."""


class EveryOtherWeekAtMost(AskedWrongly):
    """A slot is reserved for every week (1) or for every other week (2)."""


class UnknownLocation(AskedWrongly):
    """The therapist does not work at that location."""


class NotOffered(AskedWrongly):
    """The therapist does not offer sessions of that kind."""


class PriceMissing(AskedWrongly):
    """A session costs something unless it is settled outside the platform."""


class TwoOfOneKind(AskedWrongly):
    """Each thing may stand only once in that list."""


class SettledByTherapistOnly(AskedWrongly):
    """Only the therapist can say that a session is settled outside the platform."""


class SeriesOutOfRange(AskedWrongly):
    """A series has 2 to 52 sessions, one every week or one every other week."""


class ReasonNotYours(AskedWrongly):
    """That reason is not one you can give."""


class UnknownCardSetup(AskedWrongly):
    """That card was not saved with us, or not finished yet."""


# --- not possible now ---------------------------------------------------------------------------------------------


class SlotTaken(NotPossibleNow):
    """That time is taken."""


class ClientBusy(NotPossibleNow):
    """The client cannot come at that time."""


class NotOpen(NotPossibleNow):
    """That time is not open for booking."""

    def __init__(self, reason: str, sentence: str | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SeriesClash:
    """A date of a series that cannot be booked, and why as a code. `starts_at` is None where the clocks skip it."""

    day: date
    starts_at: datetime | None
    reason: str


class SeriesClashes(NotPossibleNow):
    """Some dates of the series cannot be booked, so none was."""

    def __init__(self, clashes: tuple[SeriesClash, ...] = ()) -> None:
        number = "1 date" if len(clashes) == 1 else f"{len(clashes)} dates"
        super().__init__(f"{number} of the series cannot be booked, so none was." if clashes else None)
        self.clashes = clashes


class StillBeingBooked(NotPossibleNow):
    """This session is still being paid for; it is nobody's booking yet."""


class SessionCancelled(NotPossibleNow):
    """This session has been cancelled."""


class SessionOver(NotPossibleNow):
    """This session is over; it can no longer be cancelled."""


class NotConfirmed(NotPossibleNow):
    """This session was never confirmed, so nobody can have attended it."""


class NotEndedYet(NotPossibleNow):
    """Attendance can be recorded from the end of the session."""

    def __init__(self, ends_at: datetime | None = None) -> None:
        super().__init__(None if ends_at is None else f"Attendance can be recorded from {ends_at:%Y-%m-%d %H:%M} UTC.")


class AttendanceAlreadyRecorded(NotPossibleNow):
    """Attendance has already been recorded differently."""


class NothingToPay(NotPossibleNow):
    """There is nothing to pay for this session now."""


class AlreadyReserved(NotPossibleNow):
    """That time meets a slot that is reserved already."""


class TooManyBlocks(NotPossibleNow):
    """A diary holds at most 500 blocks that are not over yet; remove some first."""


class TooManyDates(NotPossibleNow):
    """A diary holds at most 400 dates to come with hours of their own or closed; block longer times instead."""


class TooManyReservedSlots(NotPossibleNow):
    """A diary holds at most 200 reserved slots; release some first."""


class AlreadyThere(NotPossibleNow):
    """This exists already, with other details."""


# --- steps missing ------------------------------------------------------------------------------------------------


class ClientAgreementMissing(StepMissing):
    """A therapist books only what the client agreed to; say so with `client_agreed`."""


class CardMissing(StepMissing):
    """The client has to save a card first, unless the session is settled outside the platform."""


class PolicyNotAccepted(StepMissing):
    """The cancellation policy has to be accepted, in its present version, before the first session is booked."""


class NoRelationship(StepMissing):
    """This person is not a client of this therapist yet."""
