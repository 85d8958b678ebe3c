"""Messages become prompts for tokenizers of every kind, and schemas become masks."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("llguidance")

from service.judge_server.errors import BadRequestError  # noqa: E402 - only where torch is
from service.judge_server.vocabulary import Vocabulary  # noqa: E402

MESSAGES = [{"role": "system", "content": "Be just."}, {"role": "user", "content": "é <eos>?"}]
NO_SYSTEM = """{% if messages[0]['role'] == 'system' %}{{ raise_exception('none') }}{% endif -%}
{{ messages[0]['content'] }}"""


def vocabulary(folder: Path, template: str | None) -> Vocabulary:
    """Return the tiny judge's vocabulary with another chat template."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = template
    return Vocabulary(tokenizer, len(tokenizer), [tokenizer.eos_token_id])


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (None, "System: Be just.\n\nUser: é ?\n\nAssistant:"),
        (NO_SYSTEM, "Be just.\n\né ?"),
        ("{{ messages | length }} {{ mood }}", "2 calm"),
    ],
)
def test_every_template_shows_the_messages(taught: Path, template: str | None, expected: str) -> None:
    """None at all gets a plain one, and one that knows no system is told it by the user."""
    words = vocabulary(taught, template)
    assert expected == words.text(words.prompt(MESSAGES, {"mood": "calm"}))


def test_a_template_that_refuses_is_a_bad_request(taught: Path) -> None:
    """Its own words are passed on."""
    with pytest.raises(BadRequestError, match="not today"):
        vocabulary(taught, "{{ raise_exception('not today') }}").prompt(MESSAGES, {})


def test_a_token_may_be_half_a_character(taught: Path) -> None:
    """Its bytes are given as they are, and together they are the prompt's."""
    words = vocabulary(taught, "{{ messages[0]['content'] }}")
    halves = [words.bytes_of(token) for token in words.prompt([{"role": "user", "content": "\u20ac"}], {})]
    assert (b"\xe2\x82\xac", 3) == (b"".join(halves), len(halves))


@pytest.mark.parametrize("schema", [{"type": "wish"}, {"$ref": "#/nowhere"}, {"pattern": "(", "type": "string"}])
def test_a_schema_that_cannot_be_followed_is_a_bad_request(taught: Path, schema: dict[str, Any]) -> None:
    """The reason is passed on."""
    with pytest.raises(BadRequestError, match="cannot be followed"):
        vocabulary(taught, None).constraint(schema)
