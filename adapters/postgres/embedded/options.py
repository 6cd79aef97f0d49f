"""How the embedded server is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.postgres.embedded.locks import PORT

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_checkpoints": "off",
    # The details of an error can hold the values of a row: they stay out of the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """`settings` are PostgreSQL's own, over ours, such as {"fsync": "off"} for a test.

    `start_timeout_seconds` includes the repair after a crash; `socket_parent` must be a short path that the server's
    account can pass.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    start_timeout_seconds: float = 60.0
    stop_timeout_seconds: float = 30.0
    log_limit_bytes: int = 10 * 1024 * 1024
    socket_parent: Path = Path("/tmp")  # noqa: S108 - the folder in it is made 0700, and checked

    def command_line(self, socket: Path) -> list[str]:
        """All settings as arguments, so that no file in the data folder stands against them."""
        settings = {**_SETTINGS, "unix_socket_directories": f'"{socket}"', **self.settings}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
