"""Our side of the payment provider: one effect for one key, clear refusals, and honest doubt."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import stripe

from adapters.stripe.gateway import StripeGateway
from adapters.stripe.limiter import Limiter
from adapters.stripe.webhooks import StripeWebhooks
from application.ports import (
    CardRefusal,
    GatewayRefused,
    GatewayUnsure,
    Intent,
    IntentStatus,
    PaymentGateway,
    ProviderRefundStatus,
    UnverifiedWebhook,
    Webhook,
    WebhookVerifier,
)
from domain.model import Money
from tests.adapters.sandbox_server import RunningSandbox

CLIENT, PAYMENT, REFUND, OTHER_REFUND = (UUID(int=number) for number in (1, 2, 3, 4))
FEE = Money(amount_minor=6000, currency="GBP")
HALF = Money(amount_minor=3000, currency="GBP")
OLD_SECRET = "whsec_old"  # noqa: S105 -- made up
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAYLOAD = b'{"id": "evt_1", "object": "event", "type": "refund.failed", "data": {"object": {"id": "re_1"}}}'


class Client:
    """A client with a saved card and an unconfirmed intent."""

    def __init__(self, sandbox: RunningSandbox, gateway: PaymentGateway, card: str = "pm_card_visa") -> None:
        self.customer = gateway.create_customer(client_id=CLIENT, key="cu:1")
        begun = gateway.create_card_setup(client_id=CLIENT, customer_ref=self.customer, key="se:1")
        sandbox.save_card(begun.setup_id, begun.client_secret, card)
        if not gateway.card_setup(begun.setup_id).succeeded:
            sandbox.authenticate(begun.setup_id)
        self.card = gateway.card_setup(begun.setup_id).card_ref or "pm_none"
        self.intent = _create(gateway, self.customer)


def test_a_card_is_saved_and_charged_off_session(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway)

    paid = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    assert (
        Intent(client.intent.intent_id, IntentStatus.REQUIRES_PAYMENT_METHOD, FEE, payment_id=PAYMENT) == client.intent
    )
    assert (paid.status, paid.amount, paid.received_minor) == (IntentStatus.SUCCEEDED, FEE, 6000)
    assert paid.charge_id in sandbox.state()["charges"]
    assert paid == gateway.intent(paid.intent_id)


def test_a_card_is_named_only_once_it_is_saved(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    customer = gateway.create_customer(client_id=CLIENT, key="cu:1")
    begun = gateway.create_card_setup(client_id=CLIENT, customer_ref=customer, key="se:1")
    sandbox.save_card(begun.setup_id, begun.client_secret, "pm_card_chargeDeclined")

    refused = gateway.card_setup(begun.setup_id)

    assert (customer, False, None) == (refused.customer_ref, refused.succeeded, refused.card_ref)


def test_h1_the_provider_learns_ids_and_no_names(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway)
    gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")
    gateway.refund(client.intent.intent_id, refund_id=REFUND, amount=HALF, key="re:1")

    held = sandbox.state()

    noted = [
        thing["metadata"] for shelf in ("customers", "payment_intents", "refunds") for thing in held[shelf].values()
    ]
    assert [{"client_id": str(CLIENT)}, {"payment_id": str(PAYMENT)}, {"refund_id": str(REFUND)}] == noted
    assert tuple(next(iter(held["customers"].values()))[name] for name in ("name", "email")) == (None, None)


def test_the_same_key_gives_the_same_intent(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway)

    again = _create(gateway, client.customer)

    assert client.intent == again
    assert len(sandbox.state()["payment_intents"]) == 1


def test_the_same_key_with_another_amount_is_refused(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway)

    with pytest.raises(GatewayRefused) as refused:
        gateway.create_intent(payment_id=PAYMENT, amount=HALF, customer_ref=client.customer, key="pi:1:0")

    assert refused.value.code == "idempotency_error"


@pytest.mark.parametrize(
    ("card", "refusal"),
    [
        ("pm_card_chargeCustomerFail", CardRefusal("generic_decline", "try_again_later")),
        ("pm_card_sandbox_lostOnceSaved", CardRefusal("lost_card", "do_not_try_again")),
        ("pm_card_sandbox_insufficientFundsOnceSaved", CardRefusal("insufficient_funds", "try_again_later")),
    ],
)
def test_e7_a_declined_card_is_an_answer(
    sandbox: RunningSandbox, gateway: StripeGateway, card: str, refusal: CardRefusal
) -> None:
    client = Client(sandbox, gateway, card)

    declined = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    expected = Intent(
        client.intent.intent_id, IntentStatus.REQUIRES_PAYMENT_METHOD, FEE, refusal=refusal, payment_id=PAYMENT
    )
    assert expected == declined
    assert expected == gateway.intent(client.intent.intent_id)


def test_a_decline_is_repeated_under_its_key_and_a_new_try_has_a_new_one(
    sandbox: RunningSandbox, gateway: StripeGateway
) -> None:
    client = Client(sandbox, gateway, "pm_card_chargeCustomerFail")
    first = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    repeated = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")
    tried_anew = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:2")

    assert first == repeated == tried_anew
    assert len(sandbox.state()["charges"]) == 2


def test_e8_authentication_required_is_told_from_a_decline(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway, "pm_card_authenticationRequired")

    asked = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    assert CardRefusal("authentication_required") == asked.refusal
    assert asked.refusal.needs_authentication
    assert IntentStatus.REQUIRES_PAYMENT_METHOD is asked.status


def test_e9_a_lost_answer_and_the_same_key_give_one_charge(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway)
    sandbox.fault("drop_after", "/confirm", times=3)
    with pytest.raises(GatewayUnsure):
        gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    paid = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    assert IntentStatus.SUCCEEDED is paid.status
    assert [paid.charge_id] == list(sandbox.state()["charges"])


def test_e9_an_intent_succeeds_once_even_when_its_key_was_pruned(
    sandbox: RunningSandbox, gateway: StripeGateway
) -> None:
    client = Client(sandbox, gateway)
    first = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")
    sandbox.prune_keys()

    second = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    assert first == second
    assert len(sandbox.state()["charges"]) == 1


@pytest.mark.parametrize("kind", ["drop_before", "status_409", "status_429", "status_500", "status_500_kept"])
def test_what_was_not_answered_clearly_is_unknown(sandbox: RunningSandbox, gateway: StripeGateway, kind: str) -> None:
    client = Client(sandbox, gateway)
    sandbox.fault(kind, "/confirm", times=3)

    with pytest.raises(GatewayUnsure):
        gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")


def test_a_slow_answer_is_unknown_and_may_still_have_its_effect(
    sandbox: RunningSandbox, gateway: StripeGateway
) -> None:
    client = Client(sandbox, gateway)
    sandbox.fault("slow", "/confirm", seconds=4)

    hasty = StripeGateway(api_key="sk_test_x", base_url=sandbox.url, timeout_seconds=0.3)
    with closing(hasty), pytest.raises(GatewayUnsure):
        hasty.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")
    before = gateway.intent(client.intent.intent_id).status
    after = _status_when_settled(gateway, client.intent.intent_id)

    assert (before, after) == (IntentStatus.REQUIRES_PAYMENT_METHOD, IntentStatus.SUCCEEDED)


def test_one_failed_answer_is_asked_for_again_by_itself(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway)
    sandbox.fault("drop_after", "/confirm")

    paid = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    assert (paid.status, len(sandbox.state()["charges"])) == (IntentStatus.SUCCEEDED, 1)


def test_an_unreachable_provider_is_unknown() -> None:
    nobody = StripeGateway(api_key="sk_test_x", base_url="http://127.0.0.1:9")
    with closing(nobody), pytest.raises(GatewayUnsure):
        nobody.intent("pi_1")


def test_an_open_intent_is_cancelled(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    client = Client(sandbox, gateway)

    cancelled = gateway.cancel_intent(client.intent.intent_id)
    confirmed = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    assert (cancelled.status, confirmed.status) == (IntentStatus.CANCELED, IntentStatus.CANCELED)
    assert sandbox.state()["charges"] == {}


def test_a5_an_intent_that_succeeded_is_returned_when_it_should_be_cancelled(
    sandbox: RunningSandbox, gateway: StripeGateway
) -> None:
    client = Client(sandbox, gateway)
    paid = gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")

    assert paid == gateway.cancel_intent(client.intent.intent_id)


@pytest.mark.parametrize(("amount_minor", "code"), [(10, "amount_too_small"), (100_000_000, "amount_too_large")])
def test_a_wrong_request_is_refused_by_its_code(
    sandbox: RunningSandbox, gateway: StripeGateway, amount_minor: int, code: str
) -> None:
    client = Client(sandbox, gateway)
    amount = Money(amount_minor=amount_minor, currency="GBP")

    with pytest.raises(GatewayRefused) as refused:
        gateway.create_intent(payment_id=PAYMENT, amount=amount, customer_ref=client.customer, key="pi:2:0")

    assert code == refused.value.code


def test_a_refusal_of_confirming_that_is_not_the_intents_state_stands(
    sandbox: RunningSandbox, gateway: StripeGateway
) -> None:
    client = Client(sandbox, gateway)

    with pytest.raises(GatewayRefused) as refused:
        gateway.confirm_intent(client.intent.intent_id, card_ref="pm_none", key="cf:1")

    assert refused.value.code == "resource_missing"


def test_refunds_are_listed_newest_first_with_our_ids(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    intent = _paid(sandbox, gateway)
    first = gateway.refund(intent, refund_id=REFUND, amount=HALF, key="re:1")
    second = gateway.refund(intent, refund_id=OTHER_REFUND, amount=HALF, key="re:2")

    listed = gateway.refunds(intent)

    assert [second, first] == list(listed)
    assert (first.refund_id, first.amount, first.status) == (REFUND, HALF, ProviderRefundStatus.SUCCEEDED)


def test_all_pages_of_refunds_are_read(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    intent = _paid(sandbox, gateway)
    for _ in range(101):
        sandbox.post("refunds", {"payment_intent": intent, "amount": "1", "metadata[refund_id]": "not an id"})

    listed = gateway.refunds(intent)

    assert (101, {None}) == (len(listed), {found.refund_id for found in listed})


def test_e9_refunds_never_exceed_the_charge(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    intent = _paid(sandbox, gateway)
    gateway.refund(intent, refund_id=REFUND, amount=FEE, key="re:1")

    with pytest.raises(GatewayRefused) as refused:
        gateway.refund(intent, refund_id=OTHER_REFUND, amount=HALF, key="re:2")

    assert refused.value.code == "charge_already_refunded"
    assert len(sandbox.state()["refunds"]) == 1


def test_e9_a_lost_answer_of_a_refund_and_the_same_key_give_one_refund(
    sandbox: RunningSandbox, gateway: StripeGateway
) -> None:
    intent = _paid(sandbox, gateway)
    sandbox.fault("drop_after", "/refunds", times=3)
    with pytest.raises(GatewayUnsure):
        gateway.refund(intent, refund_id=REFUND, amount=HALF, key="re:1")

    again = gateway.refund(intent, refund_id=REFUND, amount=HALF, key="re:1")

    assert [again] == list(gateway.refunds(intent))


def test_e10_a_refund_is_read_as_failed_with_its_reason(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    intent = _paid(sandbox, gateway, "pm_card_refundFail")
    made = gateway.refund(intent, refund_id=REFUND, amount=FEE, key="re:1")
    sandbox.settle_refund(made.provider_id)

    failed = gateway.refunds(intent)[0]

    assert ProviderRefundStatus.SUCCEEDED is made.status
    assert (failed.status, failed.failure) == (ProviderRefundStatus.FAILED, "expired_or_canceled_card")


def test_a_refund_may_be_pending(sandbox: RunningSandbox, gateway: StripeGateway) -> None:
    intent = _paid(sandbox, gateway, "pm_card_pendingRefund")

    made = gateway.refund(intent, refund_id=REFUND, amount=FEE, key="re:1")

    assert ProviderRefundStatus.PENDING is made.status


def test_the_limiter_lets_a_few_calls_pass_and_spreads_the_rest() -> None:
    now, slept = [100.0], list[float]()
    limiter = Limiter(calls_per_second=20, clock=lambda: now[0], sleep=slept.append)

    for _ in range(6):
        limiter.wait()
    now[0] += 10
    for _ in range(5):
        limiter.wait()

    assert slept == pytest.approx([0.05, 0.10, 0.05])


def test_the_limiter_gives_each_thread_a_turn_of_its_own() -> None:
    slept: list[float] = []
    limiter = Limiter(calls_per_second=5, clock=lambda: 0.0, sleep=slept.append)
    threads = [threading.Thread(target=limiter.wait) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert pytest.approx([number / 5 for number in range(1, 8)]) == sorted(slept)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="calls_per_second"):
        Limiter(calls_per_second=0)


@pytest.mark.parametrize("secrets", [("whsec_old",), ("whsec_new", "whsec_old")])
def test_a_webhook_signed_with_a_known_secret_is_read(secrets: Sequence[str]) -> None:
    told = _notices(*secrets).verify(PAYLOAD, _signature(secret="whsec_old"))

    assert Webhook("evt_1", "refund.failed", "re_1") == told


def test_a_webhook_names_the_account_it_is_about() -> None:
    payload = PAYLOAD.replace(b'"object": "event"', b'"account": "acct_1"')

    assert _notices().verify(payload, _signature(payload)).account == "acct_1"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_webhook_within_the_tolerance_is_read(seconds: int) -> None:
    signature = _signature(at=NOON + timedelta(seconds=seconds))

    assert _notices().verify(PAYLOAD, signature).webhook_id == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_webhook_from_too_long_ago_or_ahead_of_time_is_refused(seconds: int) -> None:
    signature = _signature(at=NOON + timedelta(seconds=seconds))

    with pytest.raises(UnverifiedWebhook):
        _notices().verify(PAYLOAD, signature)


@pytest.mark.parametrize(
    ("payload", "signature"),
    [
        (PAYLOAD.replace(b"re_1", b"re_2"), None),
        (PAYLOAD, "t=1772452800,v1=00"),
        (PAYLOAD, "v1=00"),
        (PAYLOAD, "nonsense"),
        (PAYLOAD, ""),
        (b"\xff", "t=1772452800,v1=00"),
    ],
    ids=["tampered", "wrong", "no time", "nonsense", "none", "not text"],
)
def test_a_webhook_that_was_not_signed_so_is_refused(payload: bytes, signature: str | None) -> None:
    with pytest.raises(UnverifiedWebhook):
        _notices().verify(payload, _signature() if signature is None else signature)


def test_a_webhook_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(UnverifiedWebhook):
        _notices("whsec_new").verify(PAYLOAD, _signature(secret="whsec_old"))


def test_a_second_time_in_the_header_does_not_make_an_old_webhook_young() -> None:
    old = _signature(at=NOON - timedelta(hours=1))

    with pytest.raises(UnverifiedWebhook):
        _notices().verify(PAYLOAD, f"{old},t={int(NOON.timestamp())}")


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"id": "evt_1", "type": "x"}',
        b'{"id": 1, "type": "x", "data": {"object": {"id": "re_1"}}}',
    ],
)
def test_a_signed_message_that_is_no_event_is_refused(payload: bytes) -> None:
    with pytest.raises(UnverifiedWebhook):
        _notices().verify(payload, _signature(payload))


@pytest.mark.parametrize("secrets", [(), ("",), ("whsec_new", " ")])
def test_an_empty_secret_is_refused_at_the_start(secrets: Sequence[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        StripeWebhooks(secrets, now=lambda: NOON)


def _create(gateway: PaymentGateway, customer: str) -> Intent:
    return gateway.create_intent(payment_id=PAYMENT, amount=FEE, customer_ref=customer, key="pi:1:0")


def _paid(sandbox: RunningSandbox, gateway: StripeGateway, card: str = "pm_card_visa") -> str:
    client = Client(sandbox, gateway, card)
    gateway.confirm_intent(client.intent.intent_id, card_ref=client.card, key="cf:1")
    return client.intent.intent_id


def _status_when_settled(gateway: StripeGateway, intent_id: str) -> IntentStatus:
    status = IntentStatus.REQUIRES_PAYMENT_METHOD
    for _ in range(300):
        status = gateway.intent(intent_id).status
        if status is IntentStatus.SUCCEEDED:
            return status
        time.sleep(0.05)
    return status


def _notices(*secrets: str) -> WebhookVerifier:
    return StripeWebhooks(secrets or ("whsec_old",), now=lambda: NOON)


def _signature(payload: bytes = PAYLOAD, *, secret: str = OLD_SECRET, at: datetime = NOON) -> str:
    header = stripe.WebhookSignature.generate_signature_header(payload.decode(), secret, int(at.timestamp()))
    return str(header)
