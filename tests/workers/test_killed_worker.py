"""A worker is killed in the middle of money: the next one finishes, and the effect is there once (rule E9)."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from adapters.bootstrap import Service, build
from adapters.stripe.gateway import StripeGateway
from tests.adapters.conformance import Provider, attached_card, new_customer
from tests.adapters.sandbox_server import SECRET_KEY, RunningSandbox
from tests.adapters.stored import as_owner, rows_of
from tests.seeded import PRICE, Seeded, a_client, a_therapist
from tests.workers.killed_worker import settings_for
from tests.workers.story import do_what_is_due

PROJECT = Path(__file__).parents[2]
DEATH_SECONDS = 30
LEASES_END = "update work set lease_until = now() - interval '1 second', sent_at = null where state = 'leased'"


@pytest.fixture
def service(database: str, sandbox: RunningSandbox) -> Iterator[Service]:
    """The worker that comes after, and everybody else: on the same database, speaking to the same provider."""
    gateway = StripeGateway(api_key=SECRET_KEY, base_url=sandbox.url, calls_per_second=1000)
    made = build(settings_for(sandbox.url), database, gateway=gateway)
    yield made
    made.close()
    gateway.close()


@pytest.fixture
def seeded(service: Service) -> Seeded:
    return a_therapist(service)


@pytest.fixture
def client_id(seeded: Seeded, sandbox: RunningSandbox) -> UUID:
    """A client whose card the provider knows."""
    provider = Provider(sandbox.http)
    customer = new_customer(provider)
    return a_client(seeded, customer_ref=customer, card_ref=attached_card(provider, customer, "pm_card_visa"))


def worker_dies(conninfo: str, sandbox: RunningSandbox, moment: str) -> int:
    """Let a worker do what is due until it is killed; return how it ended."""
    command = [sys.executable, "-m", "tests.workers.killed_worker", conninfo, sandbox.url, moment]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as process:
        try:
            return process.wait(DEATH_SECONDS)
        finally:
            process.kill()


def held(sandbox: RunningSandbox, shelf: str) -> list[tuple[int, str]]:
    """Amount and status of everything on one of the provider's shelves."""
    return [(kept["amount"], kept["status"]) for kept in sandbox.state()[shelf].values()]


@pytest.mark.parametrize("moment", ["before:confirm_intent", "after:confirm_intent", "after:create_intent"])
def test_e9_a_charge_that_was_cut_off_by_a_kill_is_finished_once(
    seeded: Seeded, client_id: UUID, database: str, sandbox: RunningSandbox, moment: str
) -> None:
    session_id = seeded.book(client_id, seeded.full_hour(days=5))

    ended = worker_dies(database, sandbox, moment)
    in_hand = rows_of(database, "select kind, attempts from work where state = 'leased'")
    as_owner(database, LEASES_END)
    do_what_is_due(seeded)

    assert (ended, in_hand) == (-signal.SIGKILL, [{"kind": "charge", "attempts": 1}])
    assert [(PRICE.amount_minor, "succeeded")] == held(sandbox, "charges")
    assert seeded.told_of_payment(session_id) == ["Due", "IntentCreated", "ConfirmStarted", "Captured"]
    assert seeded.told(session_id) == ["Booked", "Charged", "BookingPlaced"]


@pytest.mark.parametrize("moment", ["before:refund", "after:refund"])
def test_e9_a_refund_that_was_cut_off_by_a_kill_is_finished_once(
    seeded: Seeded, client_id: UUID, database: str, sandbox: RunningSandbox, moment: str
) -> None:
    session_id = seeded.book(client_id, seeded.full_hour(days=5))
    do_what_is_due(seeded)
    seeded.cancel(session_id)

    ended = worker_dies(database, sandbox, moment)
    in_hand = rows_of(database, "select kind, attempts from work where state = 'leased'")
    as_owner(database, LEASES_END)
    do_what_is_due(seeded)

    assert (ended, in_hand) == (-signal.SIGKILL, [{"kind": "refund", "attempts": 1}])
    assert [(PRICE.amount_minor, "succeeded")] == held(sandbox, "refunds")
    assert seeded.told_of_payment(session_id)[-3:] == ["RefundRequested", "RefundSent", "RefundSucceeded"]
    assert seeded.told(session_id)[-3:] == ["Cancelled", "RefundGranted", "Refunded"]
