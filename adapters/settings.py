"""Every setting of the service, in one place: `DIARY_*` in the environment, printed by `diary settings`."""

from __future__ import annotations

import base64
import difflib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, timeout_from_conninfo
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "DIARY_"
MASTER_KEY_BYTES = 32
TOKEN_SECRET_CHARACTERS = 32
# Read by the demo's processes, the test runs and `diary therapist`, and no settings of the service.
NOT_SETTINGS = frozenset({"DIARY_BY", "DIARY_DEMO_CHILD_OF", "DIARY_SEED"})
OF_THE_TESTS = "DIARY_TEST_"


class WrongSettings(Exception):
    """Some settings cannot be used; each line names one and says why."""


class Settings(BaseSettings):
    """The service's settings. Times are in the unit that ends their name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    folder: Path = Field(Path(".diary"), description="Where the embedded database and the demo keep what is theirs.")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL 15 or newer. Not set: an embedded server in the folder."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="The same database as its owner, for `diary migrate`. Not set: database_url."
    )
    pool_size: int = Field(12, ge=2, le=200, description="Database connections of one process.")
    host: str = Field("127.0.0.1", description="The address, or the name of one, that `diary serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port that `diary serve` listens on.")
    worker_threads: int = Field(4, ge=1, le=64, description="Pieces of work that one `diary work` does at a time.")
    stripe_key: SecretStr | None = Field(None, description="The payment provider's secret key.")
    stripe_url: str | None = Field(None, description="Another address of the provider: the sandbox server's.")
    stripe_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Signing secrets of the webhook, separated by commas; two while one is being replaced."
    )
    stripe_calls_per_second: float = Field(20, gt=0, le=80, description="The most that we ask of the provider.")
    master_key: SecretStr | None = Field(None, description="32 bytes in base64 that wrap the vault's keys.")
    token_secret: SecretStr | None = Field(None, description="Signs the tokens of the built-in development issuer.")

    @field_validator("stripe_webhook_secrets", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for part in value.split(",") if part) if isinstance(value, str) else value

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _is_of_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _leads_to_postgresql(value.get_secret_value()):
            raise ValueError("is not an address of PostgreSQL")
        return value

    @field_validator("stripe_url")
    @classmethod
    def _is_of_the_web(cls, value: str | None) -> str | None:
        if value is not None and not _leads_to_the_web(value):
            raise ValueError("has to be an address such as https://host or http://host:12111")
        return value

    @field_validator("stripe_key")
    @classmethod
    def _is_something(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("is empty")
        return value

    @field_validator("master_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(_decoded(value)) != MASTER_KEY_BYTES:
            raise ValueError("has to be 32 bytes in base64")
        return value

    @field_validator("token_secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < TOKEN_SECRET_CHARACTERS:
            raise ValueError(f"has to be at least {TOKEN_SECRET_CHARACTERS} characters long")
        return value

    @property
    def master_key_bytes(self) -> bytes:
        """The master key itself. Raises WrongSettings where it is not set."""
        return _decoded(self.required("master_key"))

    def required(self, name: str) -> SecretStr:
        """Return a secret that this part of the service cannot do without. Raises WrongSettings."""
        value: SecretStr | None = getattr(self, name)
        if value is None:
            raise WrongSettings(f"DIARY_{name.upper()} is not set: {type(self).model_fields[name].description}")
        return value


def _decoded(value: SecretStr) -> bytes:
    try:
        return base64.b64decode(value.get_secret_value(), validate=True)
    except ValueError:
        return b""


def _leads_to_postgresql(address: str) -> bool:
    """Whether libpq can read it. Its own words repeat the text, with the password in it, so nobody sees them."""
    try:
        parts = conninfo_to_dict(address)
        timeout_from_conninfo(parts)
    except (psycopg.Error, UnicodeError):
        return False
    ports = str(parts.get("port") or "").split(",")
    return address.strip() != "" and all(port == "" or port.isdecimal() for port in ports)


def _leads_to_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        known_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    whole = not any(character.isspace() for character in address)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and known_port and whole


def read_settings() -> Settings:
    """Read the environment. Raises WrongSettings, with a line for each setting that cannot be used."""
    wrong = list(_misspelt(os.environ))
    try:
        settings = Settings()
    except ValidationError as error:
        wrong += _sentences(error)
    if wrong:
        raise WrongSettings("\n".join(wrong))
    return settings


def _sentences(error: ValidationError) -> Iterator[str]:
    """One for each setting; never what was given, which may be a secret."""
    for wrong in error.errors(include_input=False, include_context=False, include_url=False):
        name = "_".join(map(str, wrong["loc"])).upper()
        yield f"{PREFIX}{name}: {wrong['msg'].removeprefix('Value error, ')}"


def _misspelt(environment: Iterable[str]) -> Iterator[str]:
    """A misspelt name would leave its setting at what it is by itself, and nobody would know."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(environment):
        upper = name.upper()  # as the library reads it
        if upper.startswith(PREFIX) and not upper.startswith(OF_THE_TESTS) and upper not in known | NOT_SETTINGS:
            near = difflib.get_close_matches(upper, sorted(known), n=1)
            yield f"{name}: is not a setting" + (f"; is {near[0]} meant?" if near else "")
