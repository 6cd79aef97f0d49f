"""`python -m adapters.sandbox`: serve a sandbox on loopback until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.settings import SandboxSettings

LOOPBACK = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options and serve. Only this machine can reach it."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.webhook_url is None) != (options.webhook_secret is None):
        parser.error("--webhook-url and --webhook-secret are given together.")
    settings = SandboxSettings(
        address=f"http://{LOOPBACK}:{options.port}",
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        file=options.file,
    )
    asyncio.run(_serve(settings, options.port))


async def _serve(settings: SandboxSettings, port: int) -> None:
    """One process without children, so that ending it ends all of it."""
    server = Server(
        create_sandbox(settings),
        address=LOOPBACK,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.error,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m adapters.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="where to listen on 127.0.0.1")
    parser.add_argument("--webhook-url", help="who is told of events; nobody without it")
    parser.add_argument("--webhook-secret", help="the secret that signs webhooks; needed with --webhook-url")
    parser.add_argument("--file", type=Path, help="where the books are kept over a restart; in memory without it")
    return parser


if __name__ == "__main__":
    main()
