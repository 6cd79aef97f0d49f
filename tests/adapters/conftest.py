"""The fixtures that the tests of the adapters share."""

from tests.adapters.sandbox_server import catcher, gateway, sandbox, sandbox_process

__all__ = ["catcher", "gateway", "sandbox", "sandbox_process"]
