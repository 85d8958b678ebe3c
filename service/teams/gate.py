"""The gate: whose key a request has, and whether that key may do what it asks for. Nothing of its body is read yet."""

import base64
import hmac
from contextlib import suppress

from pydantic import SecretStr
from starlette.datastructures import Headers

from service.call import Caller, Role
from service.errors import ProblemError
from service.listener import is_loopback
from service.settings import Settings
from service.teams import access
from service.teams.errors import UnsafeBindError
from service.teams.keyring import Keyring, KeysOutOfDateError
from service.teams.secret import digest_of

_RETRY_AFTER_S = 5


class Gate:
    """Lets in who has a key.

    Args:
        keyring: The teams' keys.
        operator_key: The operator's own, which opens everything of the team `local`.
        host: Where the service listens: without any keys, loopback is open to all who can reach it.
    """

    def __init__(self, keyring: Keyring, operator_key: SecretStr | None, host: str) -> None:
        self._keyring = keyring
        self._operator = None if operator_key is None else digest_of(operator_key.get_secret_value())
        self._is_loopback = is_loopback(host)

    def caller(self, method: str, path: str, headers: Headers) -> Caller:
        """Return who asks.

        Raises:
            ProblemError: nobody who may.
        """
        if access.is_open(path) or self._is_for_everybody:
            return Caller()
        caller = self._holder(digest_of(_sent_key(headers)))
        roles = access.listed(method, path)
        if roles is None and caller.role is not Role.ADMIN:
            raise ProblemError("not-found", 404, "There is nothing at this path, or nothing that takes this method.")
        if roles is not None and caller.role not in roles:
            needed = " or ".join(sorted(roles))
            raise ProblemError(
                "forbidden", 403, f"This takes a key with the role {needed}; this one has {caller.role}."
            )
        return caller

    @property
    def _is_for_everybody(self) -> bool:
        return self._is_loopback and self._operator is None and not self._keyring.has_keys

    def _holder(self, digest: bytes) -> Caller:
        """Return whose key has this digest. Why one opens nothing is not told: that it once did is somebody's too."""
        if self._operator is not None and hmac.compare_digest(self._operator, digest):
            return Caller()
        try:
            grant = self._keyring.find(digest)
        except KeysOutOfDateError:
            detail = "The database has been away for so long that keys cannot be checked."
            raise ProblemError("unavailable", 503, detail, headers={"Retry-After": str(_RETRY_AFTER_S)}) from None
        if grant is None:
            raise ProblemError(
                "missing-key",
                401,
                "Send the header Authorization: Bearer <key>, or the key as the password of Basic authentication. The "
                "key that was sent, if any, is unknown, expired or revoked; `touchstone keys create` makes one.",
                headers={"WWW-Authenticate": 'Bearer, Basic realm="touchstone", charset="UTF-8"'},
            )
        return grant.caller


def check_bind(settings: Settings, keyring: Keyring) -> None:
    """Refuse an address that others can reach where no key is needed.

    Raises:
        UnsafeBindError: always then.
    """
    if settings.api_key is None and not is_loopback(settings.host) and not keyring.has_active_keys:
        raise UnsafeBindError(
            f"binding {settings.host} without a key would let anyone on the network use this service: set "
            "TOUCHSTONE_API_KEY, make a key with `touchstone keys create --team NAME`, or bind 127.0.0.1"
        )


def _sent_key(headers: Headers) -> str:
    """Return the key of a request, a bearer's or the password of whoever; empty where there is none.

    Basic is there for clients that can say who they are in a URL and nowhere else. Whom they say they are does not
    matter: a key has one team, and a name that means nothing today may be a team's tomorrow.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    sent = given.strip().encode("latin-1")  # a header's bytes
    if scheme.lower() == "bearer":
        return _text(sent)
    if scheme.lower() == "basic":
        with suppress(ValueError):  # no Base64
            return _text(base64.b64decode(sent, validate=True).partition(b":")[2])
    return ""


def _text(sent: bytes) -> str:
    """Return what a client has written in UTF-8, or in Latin-1 as aiohttp and requests do."""
    try:
        return sent.decode()
    except UnicodeDecodeError:
        return sent.decode("latin-1")
