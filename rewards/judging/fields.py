r"""Writes what a judge is shown, so that no text can leave its field.

A completion is written by somebody who would like to be the judge. It is shown as JSON and nothing else: quotes and
line breaks are escaped, and so is everything that chat templates, XML, terminals or tokenizers could take for a mark of
their own. What a reader sees as letters stays as it is.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

Fields = Mapping[str, str | Sequence[str]]
"""What a prompt's placeholders stand for, by name: a text, or texts that are shown numbered from 1."""

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Categories of characters that are not seen: controls, zero-width marks, directions, private and unassigned ones."""
_MARK = re.compile(r"<(?![\s\d=.-])|\[(?=/?[A-Z_]{2,30}\])|`(?=``)|[^\x20-\x7e\n]")
"""What may have to be escaped: the brackets that open tags and templates, fences, and all that is not plain ASCII.
A `<` before a number or a space is a comparison."""


def shown(value: str | Sequence[str]) -> str:
    """Return a field in JSON: a text as one string, texts as an array of numbered steps, one on a line."""
    if isinstance(value, str):
        return _string(value)
    lines = [f'  {{"step": {number}, "text": {_string(text)}}}' for number, text in enumerate(value, start=1)]
    return "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"


def _string(text: str) -> str:
    return _MARK.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character > "\x7e" and unicodedata.category(character) not in _HIDDEN:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
