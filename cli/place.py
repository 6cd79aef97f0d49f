"""Which database and which secrets a command works with: those of the settings, or those of the folder's demo."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import SecretStr

from adapters.postgres.embedded import EmbeddedPostgres, FolderInUse
from adapters.settings import Settings

SECRETS_FILE = "demo-secrets.json"
DEMO_FILE = "demo.json"


class NoDemoHere(Exception):
    """No demo is running on this folder; start one with `make demo` (or `diary demo`) in another shell."""


@dataclass(frozen=True, slots=True)
class DemoSecrets:
    """Made once for a folder, and worth nothing anywhere else."""

    master_key: str
    token_secret: str
    webhook_secret: str
    stripe_key: str


@dataclass(frozen=True, slots=True)
class DemoAddresses:
    """Where a running demo is reached."""

    pid: int
    api: str
    sandbox: str
    conninfo: str


def demo_secrets(folder: Path) -> DemoSecrets:
    """Return the folder's secrets, making them the first time."""
    file = folder / SECRETS_FILE
    if file.exists():
        return DemoSecrets(**json.loads(file.read_text("utf-8")))
    made = DemoSecrets(
        master_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        token_secret=secrets.token_urlsafe(32),
        webhook_secret=f"whsec_{secrets.token_hex(16)}",
        stripe_key=f"sk_test_{secrets.token_hex(12)}",
    )
    write_private(file, json.dumps(asdict(made)))
    return made


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(file)


def demo_addresses(folder: Path) -> DemoAddresses:
    """Return where the folder's demo is reached. Raises NoDemoHere, also where a demo was killed and left its file."""
    file = folder / DEMO_FILE
    if not file.exists():
        raise NoDemoHere
    addresses = DemoAddresses(**json.loads(file.read_text("utf-8")))
    if not _lives(addresses.pid):
        raise NoDemoHere
    return addresses


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def demo_settings(settings: Settings, demo: DemoSecrets, *, conninfo: str, sandbox: str) -> Settings:
    """Return the settings of a demo's processes: what is not set by hand comes from the folder."""
    return settings.model_copy(
        update={
            "database_url": SecretStr(conninfo),
            "stripe_url": sandbox,
            "stripe_key": SecretStr(demo.stripe_key),
            "stripe_webhook_secrets": (SecretStr(demo.webhook_secret),),
            "master_key": SecretStr(demo.master_key),
            "token_secret": SecretStr(demo.token_secret),
        }
    )


def in_place(settings: Settings) -> Settings:
    """Return settings that lead somewhere: as given, or of the demo that runs on the folder. Raises NoDemoHere."""
    if settings.database_url is not None:
        return settings
    demo = demo_addresses(settings.folder)
    return demo_settings(settings, demo_secrets(settings.folder), conninfo=demo.conninfo, sandbox=demo.sandbox)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Yield the database's address: the one that is set, else the folder's own server, started if it is not running."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = EmbeddedPostgres(settings.folder / "postgres")
    try:
        server.start()
    except FolderInUse:
        yield server.conninfo()  # another command of ours runs it; it stops with that one
        return
    try:
        yield server.conninfo()
    finally:
        server.stop()
