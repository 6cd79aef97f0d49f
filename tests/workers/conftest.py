"""The sandbox server, for tests of workers that speak to a provider over HTTP."""

from tests.adapters.sandbox_server import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
