"""What else than plain arithmetic a text calculates with: a modulus, a base, a clock, an operation of its own."""

import re
from dataclasses import dataclass

_MODULUS = re.compile(
    r"(?:\bmod(?:ulo|ulus)?\b|\\[bp]?mod|\bGF|\b[ZF]_|\\mathbb\s?\{?[ZF]\}?_|\bZ/|\bfield (?:with|of))"
    r"[\s({$]{0,4}([0-9]{1,9})(?!\.?[0-9])"
)
_BASE = re.compile(r"\bbase[- ]?(?:\$?)([0-9]{1,2})(?!\.?[0-9])", re.IGNORECASE)
_NAMED_BASES = ((re.compile(r"\bbinary\b", re.IGNORECASE), 2), (re.compile(r"\boctal\b", re.IGNORECASE), 8))
_DEFINITION = re.compile(
    r"\b(?:defin\w{1,6}|operations?|operators?)\b[^\n=]{0,80}?(?<![A-Za-z])[a-z][\s$]{0,2}([-+*/^]|\\times|×|\\cdot|·)"  # noqa: RUF001
    r"[\s$]{0,2}[a-z](?![A-Za-z])[\s$]{0,3}=",
    re.IGNORECASE,
)
_SIGNS = {"×": "*", "·": "*", r"\times": "*", r"\cdot": "*"}  # noqa: RUF001
_OTHER = re.compile(r"\b(?:puzzles?|riddles?|matchsticks?|patterns?|boolean)\b", re.IGNORECASE)
_READ = 20_000
_MOST = 8
_LARGEST_BASE = 16

CLOCK = re.compile(
    r"\b(?:clock|o'clock|[ap]\.?m\b|noon|midnight|morning|afternoon|evening|night|hours?|hrs?|sleep)", re.IGNORECASE
)
"""Words beside which a number may be a time of the day."""
DIGITS = re.compile(r"\b(?:carry|carries|carried|carrying|borrow\w{0,4}|digits?|column)\b", re.IGNORECASE)
"""Words beside which a result may be its last digit."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a text calculates with."""

    moduli: frozenset[int] = frozenset()
    bases: frozenset[int] = frozenset()
    defined: frozenset[str] = frozenset()
    """The signs that the text gives a meaning of its own."""

    @staticmethod
    def is_other(line: str) -> bool:
        """Return whether a line is about equations that are no arithmetic."""
        return _OTHER.search(line) is not None


def setting(text: str) -> Setting:
    """Return what a text calculates with, by what it says at its beginning."""
    text = text[:_READ]
    moduli = {int(found) for found in _MODULUS.findall(text)}
    bases = {int(found) for found in _BASE.findall(text)}
    bases.update(base for name, base in _NAMED_BASES if name.search(text))
    return Setting(
        frozenset(sorted(each for each in moduli if each > 1)[-_MOST:]),
        frozenset(each for each in bases if 1 < each <= _LARGEST_BASE),
        frozenset(_SIGNS.get(found, found) for found in _DEFINITION.findall(text)),
    )
