"""A worker that dies by SIGKILL at a given moment: `python -m tests.workers.killed_worker DATABASE PROVIDER MOMENT`."""

from __future__ import annotations

import base64
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from adapters.bootstrap import build
from adapters.settings import Settings
from adapters.stripe.gateway import StripeGateway
from workers.main import work


class Deadly:
    """The gateway, whose caller dies before a method's request is sent or after its answer has come."""

    def __init__(self, gateway: StripeGateway, *, moment: str) -> None:
        self._gateway = gateway
        self._when, self._method = moment.split(":")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._gateway, name)
        return self._around(method) if name == self._method else method

    def _around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = method(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return call


def settings_for(provider_url: str) -> Settings:
    """The settings of the dying worker and of the one that comes after it."""
    return Settings(
        pool_size=8,
        stripe_key=SecretStr("sk_test_sandbox"),
        stripe_url=provider_url,
        master_key=SecretStr(base64.b64encode(b"k" * 32).decode()),
        token_secret=SecretStr("tests-" * 8),
    )


def main(conninfo: str, provider_url: str, moment: str) -> None:
    gateway = StripeGateway(api_key="sk_test_sandbox", base_url=provider_url)
    work(build(settings_for(provider_url), conninfo, gateway=Deadly(gateway, moment=moment)), threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
