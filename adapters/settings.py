"""Every setting of the service, in one place: `DIARY_*` in the environment, printed by `diary settings`."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MASTER_KEY_BYTES = 32
TOKEN_SECRET_CHARACTERS = 32


class WrongSettings(Exception):
    """Some settings cannot be used; each line names one and says why."""


class Settings(BaseSettings):
    """The service's settings. Times are in the unit that ends their name."""

    model_config = SettingsConfigDict(env_prefix="DIARY_", extra="forbid", frozen=True)

    folder: Path = Field(Path(".diary"), description="Where the embedded database and the demo keep what is theirs.")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL 15 or newer. Not set: an embedded server in the folder."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="The same database as its owner, for `diary migrate`. Not set: database_url."
    )
    pool_size: int = Field(12, ge=2, le=200, description="Database connections of one process.")
    host: str = Field("127.0.0.1", description="The address that `diary serve` listens on.")
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
    except binascii.Error:
        return b""


def read_settings() -> Settings:
    """Read the environment. Raises WrongSettings, with a line for each setting that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"DIARY_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise WrongSettings("\n".join(lines)) from None
