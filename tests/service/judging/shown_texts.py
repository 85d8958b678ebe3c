"""What a request to a judge holds, as a judge that reads it would find it: texts, a schema, labels."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Request = Mapping[str, Any]
"""The body of `POST /v1/chat/completions`."""

_DECODER = json.JSONDecoder()
_LABEL = re.compile(r"^\W*([A-Z])\b\W", re.MULTILINE)


def texts_of(request: Request) -> list[str]:
    """Return the texts shown in JSON in the user's messages: steps first, then strings from the longest on."""
    steps, strings = [], []
    for value in _values("\n".join(_contents(request, "user"))):
        if isinstance(value, list):
            steps += [str(item["text"]) for item in value if isinstance(item, dict) and "text" in item]
        elif isinstance(value, str):
            strings.append(value)
    return [text for text in steps if text] + sorted((text for text in strings if text), key=len, reverse=True)


def schema_of(request: Request) -> dict[str, Any] | None:
    """Return the schema that a reply must have: the one that is enforced, else one that a message quotes."""
    form = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        return dict(form["json_schema"]["schema"])
    quoted = (value for content in _contents(request) for value in _values(content))
    return next((value for value in quoted if isinstance(value, dict) and "properties" in value), None)


def labels_of(request: Request) -> list[str]:
    """Return the capital letters with which lines of the messages begin, or A to E where none does."""
    found = _LABEL.findall("\n".join(_contents(request)))
    return list(dict.fromkeys(found)) or list("ABCDE")


def objects_in(text: str) -> list[str]:
    """Return each JSON object that stands in a text, as it is written."""
    found, at = [], 0
    while (at := text.find("{", at)) >= 0:
        try:
            _, end = _DECODER.raw_decode(text, at)
        except ValueError:
            at += 1
        else:
            found.append(text[at:end])
            at = end
    return found


def _contents(request: Request, role: str | None = None) -> list[str]:
    messages = request.get("messages", [])
    return [str(each["content"]) for each in messages if role in {None, each["role"]}]


def _values(text: str) -> Iterator[Any]:
    at = 0
    while found := re.compile(r'[\[{"]').search(text, at):
        try:
            value, at = _DECODER.raw_decode(text, found.start())
        except ValueError:
            at = found.end()
        else:
            yield value
