"""One reader of tags serves all formats: it agrees with itself, and reads any text in one pass."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rewards.text import python_code, tag_blocks
from rewards.types import NoReference, Score
from tests.rewards.scoring import registry, score

FORMATS = [
    *("think_format@v2", "tag_count@v2", "code_format@v2", "xml_soft_format@v2", "xml_strict_format@v2"),
    *("xml_count@v2", "reasoning_steps@v2", "reasoning_answer_format@v1", "answer_type@v1"),
]
NAMES = ("think", "answer")
HONEST = "Half of 48 is 24, so May brought 24 clips. Together 48 + 24 = 72 clips were sold."
WHOLE = f"<think>{HONEST}</think><answer>72</answer>"
PIECES = st.sampled_from(
    [
        *(f"<{slash}{tag}>" for slash in ("", "/") for tag in ("think", "answer", "reasoning")),
        *(
            HONEST,
            "72",
            "\n",
            " ",
            "<",
            "\\think>",
            "< think>",
            "<THINK>",
            "<thinking>",
            "Reasoning:",
            "Answer:",
            "Step 1:",
        ),
        *("```python\nprint(72)\n```", "```", r"\boxed{72}", "-72", "\u00e9", "\u3000", "\ud800"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)


@pytest.mark.parametrize("reward_id", FORMATS)
@settings(deadline=None)
@given(text=TEXTS, prompt=st.none() | TEXTS)
def test_any_text_has_a_value_in_range(reward_id: str, text: str, prompt: str | None) -> None:
    """Nothing that a completion holds is anybody else's fault."""
    outcome = score(reward_id, text, prompt=prompt)
    assert isinstance(outcome, Score)
    low, high = registry()[reward_id].range
    assert low <= outcome.value <= high
    assert registry()[reward_id].reference is NoReference


@settings(deadline=None)
@given(text=TEXTS, opened=st.booleans(), tail=st.booleans())
@example(text=WHOLE, opened=False, tail=False)
@example(text=f"{HONEST}</think><answer>72</answer> x", opened=True, tail=True)
def test_conditions_add_up(text: str, *, opened: bool, tail: bool) -> None:
    """All hold where nothing is wrong and only there, and the blocks and what is around them are the text."""
    frame = tag_blocks.read(text, NAMES, opened=opened, tail=tail)
    assert 0 <= frame.met <= frame.asked
    assert (frame.met == frame.asked) == (not frame.faults)
    assert bool(frame.malformed) == any(fault.code == "malformed_tag" for fault in frame.faults)
    if frame.blocks is not None:
        assert all(block in text for block in frame.blocks)
        assert len(frame.single) == frame.asked - 4
    if not frame.faults:
        assert frame.blocks is not None
        assert re.sub(r"\s", "", "".join(frame.blocks)) == re.sub(r"\s|</?(?:think|answer)>", "", text)


@settings(deadline=None)
@given(before=TEXTS, inner=TEXTS, between=TEXTS, answer=TEXTS, after=TEXTS)
def test_whole_values_are_for_whole_forms(before: str, inner: str, between: str, answer: str, after: str) -> None:
    """The highest value implies the form, as a pattern without any care for time would have it."""
    text = f"{before}<think>{inner}</think>{between}<answer>{answer}</answer>{after}"
    outcome = score("think_format@v2", text, params={"prefilled": "no"})
    assert isinstance(outcome, Score)
    if outcome.value == 1.0:
        assert re.fullmatch(r"\s*<think>.*?\S.*?</think>\s*<answer>.*?\S.*?</answer>\s*", text, re.DOTALL)
        assert [1] * 4 == [text.count(tag) for tag in ("<think>", "</think>", "<answer>", "</answer>")]


@given(text=TEXTS)
def test_strict_is_a_kind_of_soft(text: str) -> None:
    """No two formats of one prompt exclude each other, as the published ones do."""
    strict, soft = score("xml_strict_format@v2", text), score("xml_soft_format@v2", text)
    assert isinstance(strict, Score)
    assert isinstance(soft, Score)
    assert strict.value <= soft.value


@pytest.mark.parametrize("tag", ["<\\think>", "< think>", "</ think>", "<Think>", "<think/>", "<think", "<|think|>"])
def test_malformed_tags_are_named(tag: str) -> None:
    """Whoever reads the scores sees what the model writes."""
    outcome = score("think_format@v2", f"<think>{HONEST}</think>\n{tag}\n<answer>72</answer>")
    assert isinstance(outcome, Score)
    assert "a tag is malformed" in outcome.explanation
    assert tag in str(outcome.details["malformed"])


def test_every_failed_condition_is_named() -> None:
    """The reason is the first; explanation and details have all."""
    outcome = score("think_format@v2", f"Well. <think>{HONEST}</think> <Answer> <answer>-</answer> Done.")
    assert isinstance(outcome, Score)
    assert outcome.details["failed"] == (
        "a tag is malformed; text before, between, after the blocks; nothing in answer"
    )
    assert str(outcome.details["failed"]) in outcome.explanation


@pytest.mark.parametrize("reward_id", FORMATS)
@pytest.mark.parametrize(
    "piece", ["<think>", "<", "<think", "</think><answer>", "Answer: ", "1. ", "```\n", " \n", "<\t", "{"]
)
def test_hostile_texts_stay_within_the_budget(reward_id: str, piece: str) -> None:
    """A megabyte of openings is read in one pass: the budget, which the harness holds it to, is far away."""
    outcome = score(reward_id, piece * (900_000 // len(piece)))
    assert isinstance(outcome, Score)
    assert outcome.reason != "answer_too_expensive"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        *(
            ("print(1)", None),
            ("x = '\\d'", None),
            ("()", "idle_code"),
            ("f(1)", None),
            ("", "idle_code"),
            ("...", "idle_code"),
        ),
        *(("(" * 300, "unparsable_code"), ("\0", "unparsable_code"), ("\ud800", "unparsable_code")),
        *(("1+" * 190 + "1", None), ("1+" * 250 + "1", "deep_code"), ("-" * 19_000 + "1", "deep_code")),
        *(("a." * 9_000 + "b", "deep_code"), ("lambda:" * 2_800 + "1", "deep_code"), ("x\n" * 10_001, "long_code")),
        ("if x:\n 0\n" + "elif 1:0\n" * 2_000, "deep_code"),
    ],
)
def test_code_is_read_and_never_run(code: str, problem: str | None) -> None:
    """What would break Python's parser is refused by a bound of ours, not by the stack that is left."""
    assert problem == python_code.problem(code)


def test_names_must_differ() -> None:
    """Two blocks of one name cannot be told apart."""
    with pytest.raises(ValueError, match="different names"):
        score("think_format@v2", WHOLE, params={"think_tag": "answer"})
