"""By what a sample is known again: an HMAC over it with its team's secret.

A bare hash would let one team test whether another one's record holds a text that it can guess.
"""

from collections.abc import Sequence
from hashlib import sha256

from rewards.frames import SampleFields
from service.record.packing import encode

BYTES = 32
"""Of one fingerprint."""
_BLOCK = 64
"""Of SHA-256, in bytes."""
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Fingerprints:
    """Makes the fingerprints of one team: HMAC-SHA256.

    The two halves of the key are hashed once and copied for each sample, in a quarter of the time of `hmac.digest`.

    Args:
        secret: The team's.
    """

    def __init__(self, secret: bytes) -> None:
        key = (sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
        self._inner = sha256(key.translate(_INNER))
        self._outer = sha256(key.translate(_OUTER))

    def of(self, samples: Sequence[SampleFields]) -> bytes:
        """Return the fingerprints of some samples, one after the other."""
        found = []
        copy_inner, copy_outer = self._inner.copy, self._outer.copy
        for sample in samples:
            inner, outer = copy_inner(), copy_outer()
            inner.update(message(sample))
            outer.update(inner.digest())
            found.append(outer.digest())
        return b"".join(found)

    def number(self, text: bytes) -> int:
        """Return a number below 2**32 that is a text's own, and nobody's guess."""
        return int.from_bytes(self._digest(text)[:4], "big")

    def _digest(self, text: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.digest()


def message(sample: SampleFields) -> bytes:
    """Return what a fingerprint is made of: the prompt, the completion and the reference, each after its length.

    No prompt has the length -1, which tells it from an empty one.
    """
    given = sample["prompt"]
    completion = sample["completion"].encode("utf-8", "surrogatepass")
    if given is None:
        return b"-1,%d;%b%b" % (len(completion), completion, encode(sample["reference"]))
    prompt = given.encode("utf-8", "surrogatepass")
    return b"%d,%d;%b%b%b" % (len(prompt), len(completion), prompt, completion, encode(sample["reference"]))
