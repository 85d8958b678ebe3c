"""The lesson's tokenizer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("tokenizers")
pytest.importorskip("transformers")

from trainer_client.tiny.tokenizer import TEXT, tokenizer

WORDS = tokenizer()


@given(st.lists(st.sampled_from(TEXT)).map("".join))
def test_round_trip(text: str) -> None:
    """Any text of its alphabet comes back as it was, tags included."""
    ids = WORDS(text)["input_ids"]
    assert WORDS.decode(ids, skip_special_tokens=True) == text


def test_one_token_each() -> None:
    """Each digit, sign, tag and box is one token."""
    assert len(WORDS("<think>7+5=12</think><answer>\\boxed{12}</answer>")["input_ids"]) == 14
    assert len(WORDS) == 23


def test_chat() -> None:
    """A chat is its messages, and the prompt for an answer."""
    chat = [{"role": "user", "content": "2+2="}]
    text = WORDS.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    assert text == "<user>2+2=<assistant>"
    assert WORDS.unk_token_id not in WORDS(text)["input_ids"]
