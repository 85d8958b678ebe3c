"""The options of a multiple-choice question: their letters, their order and their texts."""

import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

LETTERS = string.ascii_uppercase

_WRAPPER = re.compile(
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|boldsymbol|bm|bf|rm|boxed|fbox|mbox|emph)(?![A-Za-z])"
    r"|\\[()\[\],;:! ]|\\(?:left|right)(?![A-Za-z])|[{}$*`]"
)
_SURROUNDING = " .,;:!?'\"()[]<>。，；：！？、（）「」“”‘’«»"  # noqa: RUF001 - what stands around an answer


def shown_order(options: Sequence[str], seed: int) -> list[int]:
    """Return the order in which a seed shows options: the index of the option shown as A, as B and so on.

    Indices are sorted by the SHA-256 of `seed:index:option` in UTF-8, so the order is the same on every platform and
    in every language, and no random generator is needed to recompute it:

        shown = [options[i] for i in shown_order(options, seed)]
    """
    keys = [sha256(f"{seed}:{index}:{option}".encode()).hexdigest() for index, option in enumerate(options)]
    return sorted(range(len(options)), key=keys.__getitem__)


def plain(text: str) -> str:
    """Return a text without markdown, dollars, braces and the commands of LaTeX that change a font."""
    return _WRAPPER.sub(" ", text)


@dataclass(frozen=True)
class Options:
    """The options as they were shown, A first; none where only letters are known."""

    shown: tuple[str, ...] = ()

    @property
    def letters(self) -> str:
        """The letters that stand for an option."""
        return LETTERS[: len(self.shown)] if self.shown else LETTERS

    def named(self, text: str) -> str:
        """Return the letters of the options whose text this is: one, none, or several that cannot be told apart.

        Texts are compared as they are, then without regard to case, then also without markup and punctuation around
        them. The strictest comparison in which any option agrees decides.
        """
        for level, form in enumerate(_forms(text)):
            found = [letter for letter, forms in self._table if form and forms[level] == form]
            if found:
                return "".join(found)
        return ""

    def opening(self, text: str) -> str:
        """Return the letter of the option whose text the given text starts with, the longest of them."""
        start = _forms(text)[2]
        found = [
            (len(forms[2]), letter)
            for letter, forms in self._table
            if forms[2] and start.startswith(forms[2]) and not start[len(forms[2]) :][:1].isalnum()
        ]
        return max(found)[1] if found else ""

    def mentioned(self, text: str, but: str = "") -> str:
        """Return the letters of the options whose texts stand in the given text as words of their own.

        Args:
            text: Where to look.
            but: Letters of options that are not looked for, and whose texts do not count as text.
        """
        whole = f" {_forms(text)[1]} "
        for letter, forms in self._table:
            whole = whole.replace(forms[1], " ") if letter in but else whole
        return "".join(letter for letter, forms in self._table if letter not in but and _stands(forms[1], whole))

    def without(self, text: str, letter: str) -> str:
        """Return a text that starts with an option's text without that."""
        option = self.shown[self.letters.index(letter)].strip()
        return text[len(option) :] if text[: len(option)].casefold() == option.casefold() else text

    @cached_property
    def _table(self) -> list[tuple[str, tuple[str, str, str]]]:
        return [(letter, _forms(option)) for letter, option in zip(self.letters, self.shown, strict=False)]


def same_text(left: str, right: str) -> bool:
    """Return whether two texts are one answer, markup, case and punctuation around them apart."""
    return bool(_forms(left)[2]) and _forms(left)[2] == _forms(right)[2]


def is_blank(text: str) -> bool:
    """Return whether nothing is left of a text without its white space."""
    return not _forms(text)[0]


def _stands(part: str, whole: str) -> bool:
    """Return whether a part is in a text with no letter or digit on either side."""
    start = whole.find(part, 1)
    while start >= 0:
        if not whole[start - 1].isalnum() and not whole[start + len(part)].isalnum():
            return True
        start = whole.find(part, start + 1)
    return False


def _forms(text: str) -> tuple[str, str, str]:
    """Return a text in three forms: white space normalised, case folded, bare."""
    exact = " ".join(unicodedata.normalize("NFC", text).split())
    folded = exact.casefold()
    return exact, folded, " ".join(plain(folded).split()).strip(_SURROUNDING)
