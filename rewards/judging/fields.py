r"""Writes what a judge is shown, so that no text can leave its field.

A completion is written by somebody who would like to be the judge. It is shown as JSON and nothing else: quotes and
line breaks are escaped, and so is everything that chat templates, XML, terminals or tokenizers could take for a mark of
their own. What a reader sees as letters stays as it is.
"""

import json
import re
from collections.abc import Mapping, Sequence

import regex

Fields = Mapping[str, str | Sequence[str]]
"""What a prompt's placeholders stand for, by name: a text, or texts that are shown numbered from 1."""

_MARKS = (
    (re.compile(r"<(?![\s\d=.-])"), r"\\u003c"),
    (re.compile(r"\[(?=/?[A-Z_]{2,30}\])"), r"\\u005b"),
    (re.compile(r"`(?=``)"), r"\\u0060"),
)
"""The brackets that open tags and templates, and fences. A `<` before a number or a space is a comparison."""
_HIDDEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}--\n]+", regex.VERSION1)
"""What is not seen: controls, zero-width marks, directions, line separators, private and unassigned characters."""


def shown(value: str | Sequence[str]) -> str:
    """Return a field in JSON: a text as one string, texts as an array of numbered steps, one on a line."""
    if isinstance(value, str):
        return _escaped(_string(value))
    lines = [f'  {{"step": {number}, "text": {_string(text)}}}' for number, text in enumerate(value, start=1)]
    return _escaped("[\n" + ",\n".join(lines) + "\n]") if lines else "[]"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _escaped(written: str) -> str:
    """Return JSON without marks. Requests wait for it, so where there is none not every character is looked up."""
    for mark, escape in _MARKS:
        written = mark.sub(escape, written)
    if written.replace("\n", "").isprintable():
        return written
    found: str = _HIDDEN.sub(_escapes, written)
    return found


def _escapes(found: "regex.Match[str]") -> str:
    units: str = found[0].encode("utf-16-be", "surrogatepass").hex(" ", 2)
    return "\\u" + units.replace(" ", "\\u")
