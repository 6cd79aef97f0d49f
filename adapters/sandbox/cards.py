"""The test cards as data: what each does when it is saved, charged and refunded.

The names and their behaviour are Stripe's, except those that start with `pm_card_sandbox_`: Stripe has no test card
that can be saved and is then refused for a given reason, and the automatic retries depend on that reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Asks(StrEnum):
    """When the card's bank asks the cardholder to authenticate."""

    NEVER = "never"
    UNLESS_SET_UP = "unless_set_up"
    ALWAYS = "always"


class RefundCourse(StrEnum):
    """How a refund to the card goes."""

    SUCCEEDS = "succeeds"
    PENDING_FIRST = "pending_first"
    FAILS_LATER = "fails_later"


@dataclass(frozen=True, slots=True)
class Decline:
    """A refusal of the bank, in the words of the API."""

    code: str
    message: str
    decline_code: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One test card. `on_saving` refuses the card itself; `on_charging` lets it be saved and refuses each charge."""

    last4: str
    brand: str = "visa"
    on_saving: Decline | None = None
    on_charging: Decline | None = None
    asks: Asks = Asks.NEVER
    set_up_elsewhere: bool = False
    refund: RefundCourse = RefundCourse.SUCCEEDS


def _declined(decline_code: str, message: str, advice: str = "try_again_later") -> Decline:
    return Decline("card_declined", message, decline_code, advice)


GENERIC = _declined("generic_decline", "Your card was declined.")
INSUFFICIENT_FUNDS = _declined("insufficient_funds", "Your card has insufficient funds.")
LOST = _declined("lost_card", "Your card was declined.", "do_not_try_again")
STOLEN = _declined("stolen_card", "Your card was declined.", "do_not_try_again")
EXPIRED = Decline("expired_card", "Your card has expired.", advice="confirm_card_data")
WRONG_CVC = Decline("incorrect_cvc", "Your card's security code is incorrect.", advice="confirm_card_data")
PROCESSING = Decline("processing_error", "An error occurred while processing your card. Try again in a little bit.")
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again.",
)

CARDS: Mapping[str, Card] = {
    "pm_card_visa": Card("4242"),
    "pm_card_mastercard": Card("4444", brand="mastercard"),
    "pm_card_amex": Card("8431", brand="amex"),
    "pm_card_chargeDeclined": Card("0002", on_saving=GENERIC),
    "pm_card_visa_chargeDeclined": Card("0002", on_saving=GENERIC),
    "pm_card_chargeDeclinedInsufficientFunds": Card("9995", on_saving=INSUFFICIENT_FUNDS),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card("9995", on_saving=INSUFFICIENT_FUNDS),
    "pm_card_visa_chargeDeclinedLostCard": Card("9987", on_saving=LOST),
    "pm_card_visa_chargeDeclinedStolenCard": Card("9979", on_saving=STOLEN),
    "pm_card_chargeDeclinedExpiredCard": Card("0069", on_saving=EXPIRED),
    "pm_card_chargeDeclinedIncorrectCvc": Card("0127", on_saving=WRONG_CVC),
    "pm_card_chargeDeclinedProcessingError": Card("0119", on_saving=PROCESSING),
    "pm_card_chargeCustomerFail": Card("0341", on_charging=GENERIC),
    "pm_card_authenticationRequired": Card("3184", asks=Asks.ALWAYS),
    "pm_card_authenticationRequiredOnSetup": Card("3155", asks=Asks.UNLESS_SET_UP),
    "pm_card_authenticationRequiredSetupForOffSession": Card("0446", asks=Asks.UNLESS_SET_UP, set_up_elsewhere=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "3178", on_charging=INSUFFICIENT_FUNDS, asks=Asks.ALWAYS
    ),
    "pm_card_pendingRefund": Card("7726", refund=RefundCourse.PENDING_FIRST),
    "pm_card_refundFail": Card("5126", refund=RefundCourse.FAILS_LATER),
    "pm_card_sandbox_insufficientFundsOnceSaved": Card("9001", on_charging=INSUFFICIENT_FUNDS),
    "pm_card_sandbox_lostOnceSaved": Card("9002", on_charging=LOST),
}
