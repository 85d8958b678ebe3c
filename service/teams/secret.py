"""The secret that is a key: how it is made, and the one thing about it that is kept."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from typing_extensions import override

PATTERN = r"ts_[a-z0-9-]{3,60}_[0-9a-f]{64}"
"""What every key looks like, for programs that look for keys where none should be."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secret:
    """A new key. It is shown to whoever made it, and then nowhere again."""

    name: str
    """What the key is called where it must not be said."""
    text: str

    @property
    def digest(self) -> bytes:
        """What is kept of it."""
        return digest_of(self.text)

    @override
    def __repr__(self) -> str:
        return f"Secret({self.name!r})"


def new_secret(name: str) -> Secret:
    """Return a key of 256 random bits, in which its name can be read."""
    return Secret(name, f"ts_{name}_{secrets.token_hex(_BYTES)}")


def digest_of(text: str) -> bytes:
    """Return the SHA-256 of a key, which is enough: nobody guesses 256 bits, however fast a guess is tried."""
    return sha256(text.encode(errors="surrogatepass")).digest()
