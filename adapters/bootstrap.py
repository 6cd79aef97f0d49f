"""The composition root: settings in, a working service out. Every process begins here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import psycopg
from eventsourcing.persistence import OperationalError
from eventsourcing.postgres import PostgresDatastore

from adapters.clock import machine_now
from adapters.event_mapper import EventMapper
from adapters.ids import new_id
from adapters.people import PostgresPeople
from adapters.postgres.busy import PostgresExternalBusy
from adapters.postgres.claims import PostgresClaims
from adapters.postgres.clock import PracticeClock
from adapters.postgres.inbox import Inbox
from adapters.postgres.leadership import Leadership
from adapters.postgres.log import Log
from adapters.postgres.migrate import DatabaseUnreachable, check_migrated
from adapters.postgres.pool import connect
from adapters.postgres.recorder import PracticeRecorder
from adapters.postgres.requests import RequestBook
from adapters.postgres.rows import PooledRows
from adapters.postgres.work import WorkTable
from adapters.settings import Settings, WrongSettings
from adapters.stripe.gateway import StripeGateway
from adapters.stripe.webhooks import StripeWebhooks
from adapters.vault import Vault
from application.desk import Desk
from application.ports import PaymentGateway, WebhookVerifier
from application.practice import Practice
from projections.catalogue import VIEWS

SKEW_LIMIT = timedelta(seconds=2)
PROVIDER_TIMEOUT_SECONDS = 10.0


class ClockSkewed(Exception):
    """This machine's clock and the database's are more than two seconds apart; deadlines need them to agree."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that a process works with."""

    settings: Settings
    conninfo: str
    datastore: PostgresDatastore
    practice: Practice
    desk: Desk
    clock: PracticeClock
    claims: PostgresClaims
    busy: PostgresExternalBusy
    people: PostgresPeople
    requests: RequestBook
    rows: PooledRows
    log: Log
    work: WorkTable
    inbox: Inbox
    gateway: PaymentGateway
    webhooks: WebhookVerifier | None

    def leadership(self) -> Leadership:
        """Return a way to lead views, on a connection of its own."""
        return Leadership(self.datastore)

    def close(self) -> None:
        """Give every connection back."""
        self.practice.close()
        self.datastore.close()


def build(settings: Settings, conninfo: str, *, gateway: PaymentGateway | None = None) -> Service:
    """Put a service together on a migrated database. Raises WrongSettings, DatabaseUnreachable."""
    datastore = connect(conninfo, pool_size=settings.pool_size)
    vault = Vault(settings.master_key_bytes)
    recorder = _recorder(datastore, vault)
    practice = Practice(mapper=EventMapper(), recorder=recorder)
    clock = PracticeClock(datastore)
    return Service(
        settings=settings,
        conninfo=conninfo,
        datastore=datastore,
        practice=practice,
        desk=Desk(practice=practice, now=clock.now, machine_now=machine_now, new_id=new_id),
        clock=clock,
        claims=PostgresClaims(datastore),
        busy=PostgresExternalBusy(datastore),
        people=PostgresPeople(datastore, vault),
        requests=RequestBook(datastore, settings.required("token_secret").get_secret_value().encode()),
        rows=PooledRows(datastore),
        log=Log(datastore, recorder),
        work=WorkTable(datastore),
        inbox=Inbox(datastore),
        gateway=gateway or _gateway(settings),
        webhooks=_webhooks(settings),
    )


def _recorder(datastore: PostgresDatastore, vault: Vault) -> PracticeRecorder:
    try:
        return PracticeRecorder(datastore, vault=vault)  # the library asks the database something when it is made
    except OperationalError as error:
        datastore.close()
        raise DatabaseUnreachable from error


def _gateway(settings: Settings) -> PaymentGateway:
    key = settings.required("stripe_key").get_secret_value()
    if settings.stripe_url is not None and "_live_" in key:
        raise WrongSettings("DIARY_STRIPE_KEY is a live key, but DIARY_STRIPE_URL leads to another server.")
    return StripeGateway(
        api_key=key,
        base_url=settings.stripe_url,
        calls_per_second=settings.stripe_calls_per_second,
        timeout_seconds=PROVIDER_TIMEOUT_SECONDS,
    )


def _webhooks(settings: Settings) -> WebhookVerifier | None:
    """None until a secret is set: the endpoint then does not exist, since an empty key can be forged by anybody."""
    secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
    return StripeWebhooks(secrets, now=machine_now) if secrets else None


def check_start(service: Service) -> None:
    """Raise DatabaseUnreachable, NotMigrated, LogAheadOfCounter or ClockSkewed unless the service may work here."""
    try:
        check_migrated(service.conninfo, VIEWS)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable from error
    if abs(service.clock.database_now() - machine_now()) > SKEW_LIMIT:
        raise ClockSkewed
