"""A payment provider in memory: real in what it keeps, scripted in what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from application.ports import (
    CardRefusal,
    CardSetup,
    GatewayRefused,
    GatewayUnsure,
    Intent,
    IntentStatus,
    ProviderRefund,
    ProviderRefundStatus,
)
from domain.model import Money


@dataclass
class FakeGateway:
    """Keeps intents and refunds as the provider would; idempotency keys repeat the first answer.

    `unsure` names methods whose next call takes effect and then loses its answer, `refuse_cards` is the code that
    confirmations are declined with, `refund_status` what new refunds come to.
    """

    intents: dict[str, Intent] = field(default_factory=dict)
    kept_refunds: dict[str, list[ProviderRefund]] = field(default_factory=dict)
    setups: dict[str, CardSetup] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    refuse_cards: str | None = None
    refund_status: ProviderRefundStatus = ProviderRefundStatus.SUCCEEDED
    _answers: dict[str, Intent | ProviderRefund] = field(default_factory=dict)

    def create_customer(self, *, client_id: UUID, key: str) -> str:
        self._call("create_customer")
        return f"cus_{client_id.hex[:8]}_{len(key)}"

    def create_card_setup(self, *, client_id: UUID, customer_ref: str, key: str) -> CardSetup:
        self._call("create_card_setup")
        setup_id = f"seti_{len(self.setups) + 1}"
        setup = CardSetup(
            setup_id,
            f"{setup_id}_secret_{key}",
            succeeded=False,
            customer_ref=customer_ref,
            card_ref=None,
            client_id=client_id,
        )
        self.setups[setup_id] = setup
        return setup

    def card_setup(self, setup_id: str) -> CardSetup:
        self._call("card_setup")
        if setup_id not in self.setups:
            raise GatewayRefused("resource_missing")
        return self.setups[setup_id]

    def finish_card_setup(self, setup_id: str) -> None:
        """What the browser does: the card is saved now."""
        self.setups[setup_id] = replace(self.setups[setup_id], succeeded=True, card_ref=f"pm_{setup_id}")

    def create_intent(self, *, payment_id: UUID, amount: Money, customer_ref: str, key: str) -> Intent:
        self._call("create_intent")
        if key not in self._answers:
            intent_id = f"pi_{len(self.intents) + 1}"
            status = IntentStatus.REQUIRES_PAYMENT_METHOD
            self._answers[key] = self.intents[intent_id] = Intent(
                intent_id, status, amount, payment_id=payment_id, charge_id=f"{customer_ref}_none"
            )
        self._lose("create_intent")
        answer = self._answers[key]
        assert isinstance(answer, Intent)
        return answer

    def intent(self, intent_id: str) -> Intent:
        self._call("intent")
        self._lose("intent")
        if intent_id not in self.intents:
            raise GatewayRefused("resource_missing")
        return self.intents[intent_id]

    def confirm_intent(self, intent_id: str, *, card_ref: str, key: str) -> Intent:
        self._call("confirm_intent")
        intent = self.intents[intent_id]
        if key not in self._answers and intent.status is not IntentStatus.SUCCEEDED:
            self._answers[key] = self.intents[intent_id] = self._confirmed(intent, card_ref)
        self._lose("confirm_intent")
        answer = self._answers.get(key, intent)
        assert isinstance(answer, Intent)
        return answer

    def _confirmed(self, intent: Intent, card_ref: str) -> Intent:
        if self.refuse_cards is not None:
            return replace(intent, refusal=CardRefusal(self.refuse_cards))
        return replace(
            intent,
            status=IntentStatus.SUCCEEDED,
            received_minor=intent.amount.amount_minor,
            charge_id=f"ch_{intent.intent_id}_{card_ref}",
            refusal=None,
        )

    def cancel_intent(self, intent_id: str) -> Intent:
        self._call("cancel_intent")
        self._lose("cancel_intent")
        intent = self.intents[intent_id]
        if intent.status is not IntentStatus.SUCCEEDED:
            intent = self.intents[intent_id] = replace(intent, status=IntentStatus.CANCELED)
        return intent

    def refunds(self, intent_id: str) -> Sequence[ProviderRefund]:
        self._call("refunds")
        return list(reversed(self.kept_refunds.get(intent_id, [])))

    def refund(self, intent_id: str, *, refund_id: UUID, amount: Money, key: str) -> ProviderRefund:
        self._call("refund")
        if key not in self._answers:
            kept = self.kept_refunds.setdefault(intent_id, [])
            made = ProviderRefund(f"re_{intent_id}_{len(kept) + 1}", refund_id, amount, self.refund_status)
            kept.append(made)
            self._answers[key] = made
        self._lose("refund")
        answer = self._answers[key]
        assert isinstance(answer, ProviderRefund)
        return answer

    @property
    def charged_minor(self) -> int:
        """Everything that was taken."""
        return sum(intent.received_minor for intent in self.intents.values())

    @property
    def refunded_minor(self) -> int:
        """Everything that was given back."""
        return sum(r.amount.amount_minor for kept in self.kept_refunds.values() for r in kept)

    def _call(self, name: str) -> None:
        self.calls.append(name)

    def _lose(self, name: str) -> None:
        if name in self.unsure:
            self.unsure.remove(name)
            raise GatewayUnsure
