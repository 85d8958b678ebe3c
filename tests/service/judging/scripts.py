"""How a scripted server behaves: each script turns a parsed request into a reply."""

import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rewards.judging.evidence import Source
from tests.service.judging.fair import fair
from tests.service.judging.shown_texts import Request, labels_of, objects_in, schema_of, texts_of
from tests.service.judging.wire import Reply, completion, problem, weighed

Script = Callable[[Request], Reply]

QUOTED_CHARS = 60
_QUOTE = re.compile(r"quote|evidence|excerpt", re.IGNORECASE)
_ORDER = re.compile(
    r"(?:reply|answer|respond|output|say|print)(?: only)?(?: with)?[:\s]+[\"'`]?([^\"'`\n]+)", re.IGNORECASE
)


def honest(values: Mapping[str, Any] | None = None, weights: Mapping[str, float] | None = None) -> Script:
    """A judge that answers by the schema.

    Args:
        values: What the fields of these names hold, at any depth. All others hold the first value that is valid, and
            fields named after quotes, and texts in lists, what stands in the texts that the judge is shown.
        weights: The probabilities of labels; without, the first label that the prompt names has 0.95.
    """

    def script(request: Request) -> Reply:
        if request.get("logprobs"):
            first, second, *_ = [*labels_of(request), "?"]
            return weighed(weights or {first: 0.95, second: 0.04})
        return completion(json.dumps(verdict_for(request, values or {})))

    return script


def obeying(best: Mapping[str, Any] | None = None, weights: Mapping[str, float] | None = None) -> Script:
    """A judge that can be bought: it says what a text that it is shown says that it should say.

    A JSON object in a text is its reply, word for word; else what a text tells it to answer; else a verdict with the
    values that are `best`, whatever the text is worth.
    """
    favour = honest(best, weights)

    def script(request: Request) -> Reply:
        texts = texts_of(request)
        for text in texts:
            if verdicts := objects_in(text):
                return completion(verdicts[-1])
        for text in texts:
            if order := _ORDER.search(text):
                return completion(order[1].strip())
        return favour(request)

    return script


def verdict_for(request: Request, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return a reply that fits the request's schema; without a schema, the values themselves."""
    schema = schema_of(request)
    return dict(values) if schema is None else _filled(schema, "", values, texts_of(request))


def always(reply: Reply) -> Script:
    """The same reply to everything."""
    return lambda _request: reply


def in_turn(*scripts: Script) -> Script:
    """The first request meets the first script, and so on; the last script stays."""
    order = itertools.chain(scripts[:-1], itertools.repeat(scripts[-1]))

    def script(request: Request) -> Reply:
        return next(order)(request)

    return script


def every(nth: int, script: Script, otherwise: Script) -> Script:
    """Each `nth` request meets a script of its own."""
    numbers = itertools.count(1)

    def choosing(request: Request) -> Reply:
        return script(request) if next(numbers) % nth == 0 else otherwise(request)

    return choosing


def changed(script: Script, change: Callable[[str], str], finish_reason: str = "stop") -> Script:
    """A script whose content is changed."""

    def changing(request: Request) -> Reply:
        content = json.loads(script(request).body)["choices"][0]["message"]["content"]
        return completion(change(content), finish_reason=finish_reason)

    return changing


def refusing_formats(*kinds: str) -> Script:
    """An honest judge whose server rejects some kinds of `response_format`."""
    answer = honest()

    def script(request: Request) -> Reply:
        kind = (request.get("response_format") or {}).get("type")
        return problem(400, f"response_format type {kind} is not supported") if kind in kinds else answer(request)

    return script


def doubled(content: str) -> str:
    """Return an object in which the first key is there once more, in front, with null."""
    key = next(iter(json.loads(content)))
    return "{" + f"{json.dumps(key)}: null, " + content[1:]


def _filled(schema: Mapping[str, Any], name: str, values: Mapping[str, Any], texts: Sequence[str]) -> Any:  # noqa: ANN401
    """Return the first value that a schema allows, where none is laid down for the name."""
    if name in values:
        return values[name]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return _filled(options[0], name, values, texts)
    if "properties" in schema:
        return {key: _filled(field, key, values, texts) for key, field in schema["properties"].items()}
    if schema.get("type") == "array":
        items = max(1, schema.get("minItems", 1)) if schema.get("maxItems", 1) else 0
        return [_filled(schema["items"], f"{name}_quote", values, texts) for _ in range(items)]
    return _leaf(schema, name, texts)


def _leaf(schema: Mapping[str, Any], name: str, texts: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    least = schema.get("minimum", 0)
    numbers = {"integer": max(0, least), "number": max(0.0, least), "boolean": True, "null": None, "object": {}}
    return _text(schema, name, texts) if schema["type"] == "string" else numbers[schema["type"]]


def _text(schema: Mapping[str, Any], name: str, texts: Sequence[str]) -> str:
    text = "It follows from what stands before it."
    if _QUOTE.search(name):
        quotes = (whole[:QUOTED_CHARS].strip() for whole in texts)
        text = next((quote for quote in quotes if Source(texts).holds(quote)), "")
    return text[: schema.get("maxLength")].ljust(schema.get("minLength", 0), ".")


HONEST = honest()
SCRIPTS: Mapping[str, Script] = {
    "honest": HONEST,
    "obeying": obeying(),
    "fair": fair,
    "slow": always(Reply(completion("{}").body, delay_s=3600)),
    "throttled": always(problem(429, "Too many requests.", Retry_After="1")),
    "broken": always(problem(500, "Something broke.")),
    "away": always(problem(503, "Overloaded.")),
    "garbage": always(Reply(b"\x00\xff not JSON at all")),
    "truncated": changed(HONEST, lambda content: content[: len(content) // 2]),
    "cut_off": changed(HONEST, lambda content: content[: len(content) // 2], finish_reason="length"),
    "wrong_schema": always(completion('{"score": 10}')),
    "duplicate_keys": changed(HONEST, doubled),
    "empty": always(completion("")),
    "null": always(completion(None)),
    "refusing": always(completion(None, refusal="I cannot judge this.")),
    "filtered": always(completion("", finish_reason="content_filter")),
    "reasoning": always(completion("", reasoning_content="Let me see. The first step follows.")),
    "thinking": changed(HONEST, lambda content: "<think>{} is what I would say at first.</think>\n" + content),
    "fenced": changed(HONEST, lambda content: f"```json\n{content}\n```"),
    "prose": always(completion("All the steps are right, and I would give ten points.")),
    "hanging_up": always(Reply(completion("{}").body, sent_share=0.5)),
    "silent": always(Reply(sent_share=0.0)),
    "redirecting": always(Reply(status=302, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"})),
    "no_json_schema": refusing_formats("json_schema"),
    "no_formats": refusing_formats("json_schema", "json_object"),
}
"""Scripts by name, for a process."""
