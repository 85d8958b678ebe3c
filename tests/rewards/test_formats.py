"""The published format rewards judge any text as their patterns do, which are not linear and therefore rewritten."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.types import Score
from tests.rewards.scoring import score

_PIECES = (
    *("<think>", "</think>", "<answer>", "</answer>", "<think>\n", "\n</think>\n", "<answer>\n", "\n</answer>", "\n"),
    *("```python", "```", "Action:", "Action Input:", "Step 1:", "2.", "\n-", "\n*", "First,", "<think", " ", "\u2003"),
)
TEXTS = st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=14).map("".join)

_ANY_LINE = re.DOTALL | re.MULTILINE
PATTERNS: dict[str, tuple[str, int]] = {
    "open_r1_format@v1": (r"^<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$", _ANY_LINE),
    "code_format@v1": (r"^<think>\n.*?\n</think>\n<answer>\n.*?```python.*?```.*?\n</answer>$", _ANY_LINE),
    "trl_think_format@v1": (r"^<think>(?!.*<think>)(.*?)</think>.*$", _ANY_LINE),
    "swift_format@v1": (r"^<think>.*?</think>\s*<answer>.*?</answer>(?![\s\S])", _ANY_LINE),
    "swift_react_format@v1": (r"^<think>.*?</think>\s*Action:.*?Action Input:.*?$", _ANY_LINE),
    "soft_format@v1": (r".*?</think>\s*<answer>.*?</answer>", re.DOTALL),
}
FRAMES = (
    "<think>\n~\n</think>\n<answer>\n~\n</answer>~",
    "<think>~</think>~<answer>~</answer>",
    "<think>\n~\n</think>\n<answer>\n~```python~```~\n</answer>~",
    "<think>~</think>~Action:~Action Input:~",
)


def value(reward_id: str, text: str, reference: dict[str, object] | None = None, **params: object) -> float:
    """Return the value of a score."""
    outcome = score(reward_id, text, reference, params)
    assert isinstance(outcome, Score)
    return outcome.value


@pytest.mark.parametrize("reward_id", PATTERNS)
@settings(deadline=None)
@given(text=TEXTS)
def test_formats_match_what_the_published_patterns_match(reward_id: str, text: str) -> None:
    """The patterns were rewritten for speed alone."""
    pattern, flags = PATTERNS[reward_id]
    assert (1.0 if re.match(pattern, text, flags) else 0.0) == value(reward_id, text)


@pytest.mark.parametrize("reward_id", PATTERNS)
@settings(deadline=None)
@given(frame=st.sampled_from(FRAMES), fills=st.lists(TEXTS, min_size=5, max_size=5))
def test_formats_match_in_and_around_blocks(reward_id: str, frame: str, fills: list[str]) -> None:
    """The same, on texts that are nearly right."""
    text = frame
    for fill in fills:
        text = text.replace("~", fill.replace("~", ""), 1)
    pattern, flags = PATTERNS[reward_id]
    assert (1.0 if re.match(pattern, text, flags) else 0.0) == value(reward_id, text)


@settings(deadline=None)
@given(text=TEXTS)
def test_steps_are_the_published_marks(text: str) -> None:
    """The value is a third of their number, and 1 at most."""
    marks = re.findall(r"(Step \d+:|^\d+\.|\n-|\n\*|First,|Second,|Next,|Finally,)", text)
    assert repr(min(1.0, len(marks) / 3)) == repr(value("reasoning_steps@v1", text))


@settings(deadline=None)
@given(text=TEXTS)
def test_tags_are_counted(text: str) -> None:
    """The rule in its shortest form."""
    tags = ("<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>")
    assert sum(0.25 for tag in tags if text.count(tag) == 1) == value("tag_count@v1", text)


@settings(deadline=None)
@given(text=TEXTS)
def test_structure_is_one_of_each_in_order(text: str) -> None:
    """The rule in its shortest form."""
    seen = re.findall("</?(?:think|answer)>", text)
    right = seen == ["<think>", "</think>", "<answer>", "</answer>"]
    assert (1.0 if right else -1.0) == value("logic_rl_structure@v1", text)


@settings(deadline=None)
@given(text=TEXTS)
def test_a_think_block_is_followed_by_something(text: str) -> None:
    """The rule in its shortest form."""
    once = text.count("<think>") == text.count("</think>") == 1
    right = once and text.strip().startswith("<think>") and text.rsplit("</think>", maxsplit=1)[-1]
    assert (1.0 if right else 0.0) == value("verifiers_think_format@v1", text)


@settings(deadline=None)
@given(text=TEXTS, fields=st.sampled_from([("think", "answer"), ("answer", "think"), ("think",), ("a", "b", "think")]))
def test_fields_add_up_as_published(text: str, fields: tuple[str, ...]) -> None:
    """The same numbers are added in the same order, so the last bit agrees."""
    present = [field for field in fields if f"<{field}>" in text or f"</{field}>" in text]
    parsed = any(re.search(rf"<{field}>\s*(.*?)\s*</{field}>", text, re.DOTALL) for field in fields)
    expected = 0.0
    if parsed:
        expected += 0.4 * (len(present) / len(fields))
    expected += 0.2
    if text.strip().startswith(f"<{fields[0]}>"):
        expected += 0.2
    if text.strip().endswith(f"</{fields[-1]}>"):
        expected += 0.2
    assert repr(expected) == repr(value("verifiers_xml_format@v1", text, fields=fields))


@settings(deadline=None)
@given(scale=st.floats(0.0, 10.0, exclude_min=True))
def test_the_scale_is_what_the_format_is_worth(scale: float) -> None:
    """The value is the scale itself or nothing."""
    assert scale == value("soft_format@v1", "</think><answer>4</answer>", reward_scale=scale)
    assert 0.0 == value("soft_format@v1", "</think><answer>4", reward_scale=scale)
