"""How requests reach the payment provider: httpx below the SDK, every try waiting its turn.

The SDK's own httpx client sends bodies in a way that httpx has deprecated, and would send a request to a sandbox on
this machine through the proxy of the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import stripe

from adapters.stripe.limiter import Limiter


class Transport(stripe.HTTPClient):
    """Sends one try of a request; the SDK asks again, with the same key, after 409, 5xx and lost connections.

    `http` has the time-outs and says whether the proxy of the environment is used.
    """

    name = "httpx"

    def __init__(self, limiter: Limiter, http: httpx.Client) -> None:
        super().__init__()
        self._limiter = limiter
        self._http = http

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Any:
        """Return body, status and headers; raise APIConnectionError when there was no whole answer."""
        self._limiter.wait()
        try:
            answer = self._http.request(method, url, headers=headers, content=post_data or None)
        except httpx.TransportError as error:
            raise _no_answer(error) from error
        return answer.content, answer.status_code, answer.headers

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _no_answer(error: httpx.TransportError) -> stripe.APIConnectionError:
    made: Callable[..., stripe.APIConnectionError] = stripe.APIConnectionError
    return made(type(error).__name__, should_retry=True)
