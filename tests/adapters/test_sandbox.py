"""The sandbox behaves as the payment provider does where it matters to us."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clock import machine_now
from adapters.sandbox.keys import KeptAnswer, Keys
from adapters.stripe.gateway import API_VERSION
from adapters.stripe.webhooks import StripeWebhooks
from application.ports import Webhook
from tests.adapters.conformance import CASES, REPLAYS, Case, Provider, charge, charged, field_of, new_customer
from tests.adapters.sandbox_server import (
    PUBLISHABLE_KEY,
    SECRET_KEY,
    WEBHOOK_SECRET,
    RunningSandbox,
    WebhookCatcher,
    running_sandbox,
)

DAY_SECONDS = 24 * 3600


STRIPE_TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")
TABLE = [pytest.param("sandbox", case, id=case.name) for case in CASES]
TABLE += [pytest.param("stripe", case, id=f"stripe: {case.name}") for case in CASES[: None if STRIPE_TEST_KEY else 1]]


@pytest.fixture
def provider(request: pytest.FixtureRequest, whose: str) -> Iterator[Provider]:
    """The sandbox, and Stripe itself where a test key is given."""
    if whose == "sandbox":
        url, key = request.getfixturevalue("sandbox").url, SECRET_KEY
    else:
        url, key = "https://api.stripe.com", STRIPE_TEST_KEY
        if not key.startswith(("sk_test_", "rk_test_")):
            pytest.skip("STRIPE_TEST_KEY holds no test key: the table is not checked against Stripe itself")
    headers = {"Authorization": f"Bearer {key}", "Stripe-Version": API_VERSION}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as http:
        yield Provider(http)


@pytest.mark.parametrize(("whose", "case"), TABLE)
def test_the_provider_answers_as_the_table_says(provider: Provider, case: Case) -> None:
    answer = case.call(provider)

    assert case.status == answer.status_code, answer.text
    assert case.code in (None, answer.json().get("error", {}).get("code"))
    for path, expected in case.fields.items():
        found = field_of(answer.json(), path)
        assert isinstance(found, expected) if isinstance(expected, type) else expected == found, path
    assert (case.name in REPLAYS) == (answer.headers.get("Idempotent-Replayed") == "true")


def test_a_key_may_be_used_anew_once_it_was_pruned(sandbox: RunningSandbox) -> None:
    first = sandbox.post("customers", key="k").json()["id"]

    kept = sandbox.post("customers", key="k").json()["id"]
    pruned = sandbox.prune_keys()
    anew = sandbox.post("customers", key="k").json()["id"]

    assert (first, 1) == (kept, pruned)
    assert anew != first


def test_a_key_is_kept_for_a_day_and_pruned_after_it() -> None:
    keys = Keys({})
    keys.begin("k", "one")
    keys.keep("k", KeptAnswer(200, {}, "req"), at_seconds=0)

    in_time = keys.prune(before_seconds=0)
    too_late = keys.prune(before_seconds=DAY_SECONDS)

    assert (in_time, too_late) == (0, 1)


def test_a_twin_with_the_same_key_is_refused_while_the_first_runs(sandbox: RunningSandbox) -> None:
    sandbox.fault("slow", "customers", seconds=3)
    answers: list[int] = []
    first = threading.Thread(target=lambda: answers.append(sandbox.post("customers", key="k").status_code))
    first.start()
    _wait_until_taken(sandbox)

    twin = sandbox.post("customers", key="k")
    first.join()

    assert (twin.status_code, twin.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    assert answers == [200]


@pytest.mark.parametrize("wrong", [{"amuont": "6000"}, {"amount": "6.5"}, {"amount": "29"}])
def test_refused_parameters_leave_the_key_unused(sandbox: RunningSandbox, wrong: dict[str, str]) -> None:
    sandbox.post("payment_intents", {"currency": "gbp", **wrong}, key="k")

    corrected = sandbox.post("payment_intents", {"currency": "gbp", "amount": "30"}, key="k")

    assert corrected.status_code == 200


def test_a_kept_error_comes_back_under_its_key_and_nothing_was_done(sandbox: RunningSandbox) -> None:
    sandbox.fault("status_500_kept", "customers")
    sandbox.post("customers", key="k")

    again = sandbox.post("customers", key="k")

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (500, "true")
    assert sandbox.state()["customers"] == {}


@pytest.mark.parametrize(
    ("kind", "made"), [("drop_before", 0), ("drop_after", 1), ("status_500", 0), ("status_500_after", 1)]
)
def test_a_fault_happens_before_or_after_the_effect(sandbox: RunningSandbox, kind: str, made: int) -> None:
    sandbox.fault(kind, "customers")

    try:
        answer = sandbox.post("customers").status_code
    except httpx.RemoteProtocolError:
        answer = 0

    assert (500 if kind.startswith("status") else 0, made) == (answer, len(sandbox.state()["customers"]))


@pytest.mark.parametrize(("kind", "status"), [("status_409", 409), ("status_429", 429)])
def test_a_fault_happens_as_often_as_asked_and_only_where_asked(
    sandbox: RunningSandbox, kind: str, status: int
) -> None:
    sandbox.fault(kind, "customers", times=2)

    elsewhere = sandbox.post("setup_intents").status_code
    answers = [sandbox.post("customers").status_code for _ in range(3)]

    assert (200, [status, status, 200]) == (elsewhere, answers)


def test_the_browser_confirms_with_the_publishable_key_and_the_client_secret(sandbox: RunningSandbox) -> None:
    setup = sandbox.post("setup_intents", {"customer": new_customer(Provider(sandbox.http))}).json()

    wrong = sandbox.save_card(setup["id"], "seti_guess_secret")
    right = sandbox.save_card(setup["id"], setup["client_secret"])

    assert (wrong.status_code, right.status_code, right.json()["status"]) == (401, 200, "succeeded")


def test_the_publishable_key_opens_nothing_else(sandbox: RunningSandbox) -> None:
    headers = {"Authorization": f"Bearer {PUBLISHABLE_KEY}"}

    answer = httpx.get(f"{sandbox.url}/v1/payment_intents", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "secret_key_required")


def test_a_card_set_up_by_its_holder_is_charged_without_them(sandbox: RunningSandbox) -> None:
    customer = new_customer(Provider(sandbox.http))
    setup = sandbox.post("setup_intents", {"customer": customer}).json()
    asked = sandbox.save_card(setup["id"], setup["client_secret"], "pm_card_authenticationRequiredOnSetup").json()

    saved = sandbox.authenticate(setup["id"]).json()
    paid = _pay(sandbox, customer, saved["payment_method"], off_session="true").json()

    assert (asked["status"], saved["status"], paid["status"]) == ("requires_action", "succeeded", "succeeded")


@pytest.mark.parametrize(
    ("card", "outcome", "status", "code"),
    [
        ("pm_card_authenticationRequired", "success", "succeeded", None),
        (
            "pm_card_authenticationRequired",
            "failure",
            "requires_payment_method",
            "payment_intent_authentication_failure",
        ),
        (
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            "success",
            "requires_payment_method",
            "card_declined",
        ),
    ],
)
def test_the_cardholder_authenticates_and_the_charge_goes_on(
    sandbox: RunningSandbox, card: str, outcome: str, status: str, code: str | None
) -> None:
    customer = new_customer(Provider(sandbox.http))
    asked = _pay(sandbox, customer, card).json()

    answered = sandbox.authenticate(asked["id"], outcome).json()

    assert status == answered["status"]
    assert code == (answered["last_payment_error"] or {"code": None})["code"]


def test_the_page_of_the_bank_does_nothing_until_the_button_is_pressed(sandbox: RunningSandbox) -> None:
    back = "https://example.org/paid?session=1"
    asked = _pay(
        sandbox, new_customer(Provider(sandbox.http)), "pm_card_authenticationRequired", return_url=back
    ).json()
    page = asked["next_action"]["redirect_to_url"]["url"]

    shown = httpx.get(page)
    still = sandbox.get(f"payment_intents/{asked['id']}").json()["status"]
    pressed = httpx.post(page, data={"outcome": "success"})

    assert (shown.status_code, still, pressed.status_code) == (200, "requires_action", 303)
    assert pressed.headers["Location"].startswith(f"{back}&payment_intent={asked['id']}")
    assert sandbox.get(f"payment_intents/{asked['id']}").json()["status"] == "succeeded"


def test_the_card_page_saves_a_card(sandbox: RunningSandbox) -> None:
    setup = sandbox.post("setup_intents", {"customer": new_customer(Provider(sandbox.http))}).json()
    page = f"{sandbox.url}/sandbox/card/{setup['id']}?return_url=https://example.org/saved"

    refused = httpx.post(page, data={"payment_method": "pm_card_chargeDeclined"})
    saved = httpx.post(page, data={"payment_method": "pm_card_visa"})

    assert (httpx.get(page).status_code, refused.status_code, saved.status_code) == (200, 402, 303)
    assert sandbox.get(f"setup_intents/{setup['id']}").json()["status"] == "succeeded"


def test_e9_the_balance_is_the_sum_of_charges_and_refunds(sandbox: RunningSandbox) -> None:
    api = Provider(sandbox.http)
    charge(api, "pm_card_chargeCustomerFail", "9999")
    sandbox.post("refunds", {"payment_intent": charged(api, amount="6000"), "amount": "2500"})
    failing = sandbox.post("refunds", {"payment_intent": charged(api, "pm_card_refundFail", "4000")}).json()

    before = _balance_minor(sandbox)
    sandbox.settle_refund(failing["id"])
    after = _balance_minor(sandbox)

    assert (before, after) == (6000 - 2500, 6000 - 2500 + 4000)


def test_e10_a_refund_that_succeeded_may_fail_later_and_can_be_made_again(sandbox: RunningSandbox) -> None:
    intent = charged(Provider(sandbox.http), "pm_card_refundFail", "4000")
    first = sandbox.post("refunds", {"payment_intent": intent}).json()

    failed = sandbox.settle_refund(first["id"])
    second = sandbox.post("refunds", {"payment_intent": intent})

    assert (first["status"], failed["status"], second.status_code) == ("succeeded", "failed", 200)


def test_a_pending_refund_succeeds_later(sandbox: RunningSandbox) -> None:
    intent = charged(Provider(sandbox.http), "pm_card_pendingRefund")
    pending = sandbox.post("refunds", {"payment_intent": intent}).json()

    settled = sandbox.settle_refund(pending["id"])

    assert (pending["status"], settled["status"]) == ("pending", "succeeded")


def test_a_disputed_charge_is_not_refunded(sandbox: RunningSandbox) -> None:
    paid = charge(Provider(sandbox.http), "pm_card_visa").json()
    dispute = sandbox.dispute(paid["latest_charge"])

    refused = sandbox.post("refunds", {"payment_intent": paid["id"]})

    assert refused.json()["error"]["code"] == "charge_disputed"
    assert sandbox.get(f"disputes/{dispute['id']}").json()["status"] == "needs_response"


def test_a_deleted_customer_cannot_pay(sandbox: RunningSandbox) -> None:
    customer = new_customer(Provider(sandbox.http))

    gone = sandbox.http.delete(f"/v1/customers/{customer}").json()
    refused = sandbox.post("payment_intents", {"amount": "6000", "currency": "gbp", "customer": customer})

    assert (gone["deleted"], refused.json()["error"]["code"]) == (True, "resource_missing")


def test_webhooks_arrive_signed_in_order(sandbox: RunningSandbox, catcher: WebhookCatcher) -> None:
    sandbox.tell(catcher.url)
    intent = charged(Provider(sandbox.http))
    refund = sandbox.post("refunds", {"payment_intent": intent}).json()

    arrived = catcher.wait_for(3)

    notices = StripeWebhooks([WEBHOOK_SECRET], now=machine_now)
    told = [notices.verify(one.payload, one.signature) for one in arrived]
    assert [one.kind for one in told] == ["payment_intent.succeeded", "refund.created", "charge.refunded"]
    assert Webhook(arrived[1].event["id"], "refund.created", refund["id"], intent) == told[1]
    assert [one.intent_id for one in told] == [intent] * 3


def test_a_webhook_that_was_not_taken_is_tried_again(sandbox: RunningSandbox, catcher: WebhookCatcher) -> None:
    sandbox.tell(catcher.url)
    catcher.answers = [500]
    charged(Provider(sandbox.http))

    first, second = catcher.wait_for(2)

    assert first.event["id"] == second.event["id"]


def test_webhooks_can_be_held_turned_round_and_doubled(sandbox: RunningSandbox, catcher: WebhookCatcher) -> None:
    sandbox.tell(catcher.url, held=True, copies=2)
    charge(Provider(sandbox.http), "pm_card_chargeCustomerFail")
    charged(Provider(sandbox.http))

    sandbox.release("newest_first")
    arrived = [one.event["type"] for one in catcher.wait_for(4)]

    assert arrived == ["payment_intent.succeeded"] * 2 + ["payment_intent.payment_failed"] * 2


def test_an_event_can_be_sent_once_more(sandbox: RunningSandbox, catcher: WebhookCatcher) -> None:
    sandbox.tell(catcher.url)
    charged(Provider(sandbox.http))
    event = catcher.wait_for(1)[0].event["id"]

    sandbox.resend(event)

    assert [event, event] == [one.event["id"] for one in catcher.wait_for(2)]


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    books = tmp_path / "books.json"
    with running_sandbox(books) as before:
        intent = charge(Provider(before.http), "pm_card_visa").json()
        customer = before.post("customers", key="k").json()

    with running_sandbox(books) as after:
        read = after.get(f"payment_intents/{intent['id']}").json()
        replayed = after.post("customers", key="k").json()

    assert (intent, customer) == (read, replayed)


def test_a_restart_tells_what_nobody_took_before(tmp_path: Path, catcher: WebhookCatcher) -> None:
    books = tmp_path / "books.json"
    with running_sandbox(books, "http://127.0.0.1:9/nobody") as before:
        intent = charged(Provider(before.http))

    with running_sandbox(books, catcher.url):
        told = catcher.wait_for(1)[0].event

    assert (intent, "payment_intent.succeeded") == (told["data"]["object"]["id"], told["type"])


def test_the_page_shows_what_the_sandbox_holds(sandbox: RunningSandbox) -> None:
    made = sandbox.post("customers", {"metadata[note]": "<script>"}).json()["id"]

    page = httpx.get(f"{sandbox.url}/sandbox")

    assert page.status_code == 200
    assert made in page.text
    assert "<script>" not in page.text


def test_a_live_key_is_refused(sandbox: RunningSandbox) -> None:
    answer = httpx.get(f"{sandbox.url}/v1/events", headers={"Authorization": "Bearer sk_live_x"})

    assert answer.status_code == 401


def _pay(sandbox: RunningSandbox, customer: str, method: str, **extra: str) -> httpx.Response:
    params = {"amount": "6000", "currency": "gbp", "customer": customer, "payment_method": method, "confirm": "true"}
    return sandbox.post("payment_intents", {**params, **extra})


def _balance_minor(sandbox: RunningSandbox) -> int:
    rows: list[dict[str, Any]] = sandbox.get("balance_transactions", {"limit": 100}).json()["data"]
    return sum(row["net"] for row in rows)


def _wait_until_taken(sandbox: RunningSandbox) -> None:
    """Return once the one fault that waits has met its request."""
    for _ in range(1000):
        if not sandbox.state()["faults"]:
            return
    raise TimeoutError("no request met the fault")
