"""The string rewards judge any text, as the published rules do and in linear time."""

import re
import time
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.registry import discover
from rewards.types import NoReference, Score
from tests.rewards.scoring import registry, score

_PIECES = [f"<{slash}{tag}>" for slash in ("", "/") for tag in ("reasoning", "answer", "think")]
TEXTS = st.lists(
    st.sampled_from([*_PIECES, *_PIECES, "\n", "\n", " ", "72", "x", "\u2003", "step", "verify", "#### ", "²", "\r"])
    | st.text(max_size=5),
    max_size=14,
).map("".join)

Form = tuple[str, bool | None]

_ANY_LINE = re.DOTALL | re.MULTILINE
FORMATS: dict[Form, tuple[str, int, float]] = {
    ("xml_strict_format@v1", False): (
        r"^<reasoning>\n.*?\n</reasoning>\n<answer>\n.*?\n</answer>\n$",
        0,
        0.5,
    ),
    ("xml_strict_format@v1", True): (
        r"^<reasoning>\n.*?\n</reasoning>\n<answer>\n.*?\n</answer>\n$",
        re.DOTALL,
        0.5,
    ),
    ("xml_soft_format@v1", False): (r"<reasoning>.*?</reasoning>\s*<answer>.*?</answer>", 0, 0.5),
    ("xml_soft_format@v1", True): (r"<reasoning>.*?</reasoning>\s*<answer>.*?</answer>", re.DOTALL, 0.5),
    ("think_format@v1", None): (r"^<think>.*?</think>\s*<answer>.*?</answer>$", _ANY_LINE, 1.0),
}
NO_REFERENCE = [
    reward.id
    for reward in discover().values()
    if reward.reference is NoReference and not (reward.is_group or reward.needs)
]


@pytest.mark.parametrize("reward_id", NO_REFERENCE)
@settings(deadline=None, max_examples=30)
@given(text=TEXTS)
def test_any_text_is_scored(reward_id: str, text: str) -> None:
    """Without a reference there is nothing that could fail, and the value is within the range."""
    prompt = "How many pens are left in the box when two of them are taken out?"
    outcome = score(reward_id, text, prompt=prompt, completion_ids=list(map(ord, text)))
    assert isinstance(outcome, Score)
    low, high = registry()[reward_id].range
    assert low <= outcome.value <= high


@pytest.mark.parametrize("form", FORMATS)
@settings(deadline=None)
@given(text=TEXTS)
def test_formats_match_what_the_published_patterns_match(form: Form, text: str) -> None:
    """The patterns were rewritten for speed alone."""
    reward_id, dotall = form
    pattern, flags, value = FORMATS[form]
    outcome = score(reward_id, text, params={} if dotall is None else {"dotall": dotall})
    assert (value if re.match(pattern, text, flags) else 0.0) == outcome.value


@settings(deadline=None)
@given(before=TEXTS, inner=TEXTS, gap=TEXTS, answer=TEXTS)
def test_formats_match_in_and_around_blocks(before: str, inner: str, gap: str, answer: str) -> None:
    """The same, on texts that are nearly right."""
    for (reward_id, dotall), (pattern, flags, value) in FORMATS.items():
        tag = "think" if reward_id == "think_format@v1" else "reasoning"
        text = f"<{tag}>{before}\n{inner}</{tag}>{gap}<answer>{answer}\n</answer>\n"
        for candidate in (text, text.replace("\n", "")):
            outcome = score(reward_id, candidate, params={} if dotall is None else {"dotall": dotall})
            assert (value if re.match(pattern, candidate, flags) else 0.0) == outcome.value


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("line", ["", "\n"])
def test_formats_read_a_hostile_text_in_linear_time(form: Form, line: str) -> None:
    """A megabyte of openings, which the published patterns need minutes for, takes well under a second."""
    reward_id, dotall = form
    tag = "think" if reward_id == "think_format@v1" else "reasoning"
    text = f"<{tag}>{line}" + f"{line}</{tag}>{line}<answer>{line}" * 40_000
    started = time.process_time()
    assert 0.0 == score(reward_id, text, params={} if dotall is None else {"dotall": dotall}).value
    assert time.process_time() - started < 1


@settings(deadline=None)
@given(text=TEXTS)
def test_integer_is_isdigit(text: str) -> None:
    """The rule in its shortest form."""
    found = text.rsplit("<answer>", 1)[-1].split("</answer>", 1)[0].strip()
    assert (0.5 if found.isdigit() else 0.0) == score("xml_integer@v1", text).value


@settings(deadline=None)
@given(text=TEXTS, answer=st.sampled_from(["72", "", "x", "step"]))
def test_correctness_is_equality(text: str, answer: str) -> None:
    """The rule in its shortest form."""
    found = text.rsplit("<answer>", 1)[-1].split("</answer>", 1)[0].strip()
    assert (2.0 if found == answer else 0.0) == score("xml_correctness@v1", text, {"answer": answer}).value


@settings(deadline=None)
@given(text=TEXTS)
def test_count_is_the_published_sum(text: str) -> None:
    """The same numbers are added in the same order, so the last bit agrees."""
    value = 0.125 if text.count("<reasoning>\n") == 1 else 0.0
    if text.count("\n</reasoning>\n") == 1:
        value += 0.125
    if text.count("\n<answer>\n") == 1:
        value = value + 0.125 - len(text.rsplit("\n</answer>\n", 1)[-1]) * 0.001
    if text.count("\n</answer>") == 1:
        value = value + 0.125 - (len(text.rsplit("\n</answer>", 1)[-1]) - 1) * 0.001
    assert repr(value) == repr(score("xml_count@v1", text).value)


def test_count_stays_within_its_range_at_the_greatest_length() -> None:
    """The declared range is what a completion of the greatest length can cost."""
    reward = registry()["xml_count@v1"]
    text = "\n<answer>\n\n</answer>\n"
    outcome = score("xml_count@v1", text + "x" * (reward.max_completion_chars - len(text)))
    assert isinstance(outcome, Score)
    assert reward.range[0] <= outcome.value < -1999


@settings(deadline=None)
@given(
    number=st.from_regex(r"-?[0-9.,]{1,9}", fullmatch=True),
    other=st.from_regex(r"-?[0-9.,]{1,9}", fullmatch=True),
)
def test_gsm8k_compares_without_commas(number: str, other: str) -> None:
    """Two numbers are equal when their characters are, commas apart."""
    outcome = score("gsm8k_answer@v1", f"so\n#### {number}", {"answer": f"#### {other}"})
    expected = number.replace(",", "") == other.replace(",", "")
    assert (1.0 if expected else 0.0) == outcome.value


@settings(deadline=None)
@given(counts=st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_reflection_is_its_formula(counts: list[int]) -> None:
    """The value depends on the number of matches in each dimension alone."""
    words = ("error", "verify", "step", "goal")
    text = " ".join(" ".join([word] * count) for word, count in zip(words, counts, strict=True))
    total = sum(0.5 / (1 + i / 2.5) for count in counts for i in range(count))
    outcome = score("reflection@v1", text)
    assert isinstance(outcome, Score)
    assert counts == list(outcome.details.values())
    assert pytest.approx(1 - 1 / (1 + (0.8 * log(1 + total)) ** 1.2), abs=0.0051) == outcome.value
