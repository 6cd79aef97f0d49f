"""Who may ask: a secret test key for everything, a publishable one only for the object whose client secret it shows."""

from __future__ import annotations

import base64
import binascii

from adapters.sandbox.parameters import Params
from adapters.sandbox.refusals import ApiError, not_allowed
from adapters.sandbox.routes import ApiRoute
from adapters.sandbox.sandbox import Sandbox

_NO_KEY = "You did not provide an API key. Provide it in the Authorization header, as in 'Bearer YOUR_SECRET_KEY'."


def check_access(sandbox: Sandbox, route: ApiRoute, ids: tuple[str, ...], params: Params, header: str) -> None:
    """Raise 401 for no or a wrong key, 403 where a publishable key does not reach."""
    key = _key_in(header)
    if key.startswith(("sk_test_", "rk_test_")):
        return
    if not key.startswith("pk_test_"):
        raise not_allowed(401, f"Invalid API Key provided: {key[:8]}***", code="api_key_invalid")
    if not route.browser:
        message = "This API call cannot be made with a publishable API key. Please use a secret API key."
        raise not_allowed(403, message, code="secret_key_required")
    if "off_session" in params:
        raise not_allowed(403, "off_session takes a secret API key.", code="secret_key_required")
    if params.get("client_secret") != _client_secret(sandbox, ids[0]):
        raise not_allowed(401, "The client_secret provided does not match the client_secret of this object.")


def _client_secret(sandbox: Sandbox, intent_id: str) -> str | None:
    intent = sandbox.books.payment_intents.get(intent_id) or sandbox.books.setup_intents.get(intent_id, {})
    return intent.get("client_secret") or ""


def _key_in(header: str) -> str:
    scheme, _, credentials = header.partition(" ")
    match scheme.lower():
        case "bearer" if credentials:
            return credentials.strip()
        case "basic" if credentials:
            return _name_in(credentials)
        case _:
            raise not_allowed(401, _NO_KEY)


def _name_in(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _unreadable() from error


def _unreadable() -> ApiError:
    return not_allowed(401, "The Authorization header cannot be read.")
