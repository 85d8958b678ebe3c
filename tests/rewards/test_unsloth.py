"""The rewards of a working and a solution in tags: as published, and those that are used instead."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.text.solution_tags import TAGS, published_number, published_solution
from rewards.types import Score
from tests.rewards.scoring import registry, score

START, END, OPEN, CLOSE = TAGS
TEXTS = st.lists(
    st.sampled_from([*TAGS, *TAGS, *TAGS, "\n", " ", "72", ",", "x", "\u2003", "\x85", "\r"]) | st.text(max_size=4),
    max_size=12,
).map("".join)
_FLAGS = re.MULTILINE | re.DOTALL
FORMAT = re.compile(rf"^[\s]{{0,}}{START}.+?{END}.*?{OPEN}(.+?){CLOSE}[\s]{{0,}}$", _FLAGS)
NUMBER = re.compile(OPEN + r".*?([\d\.\,]{1,})", _FLAGS)
IDS = [reward_id for reward_id in registry() if reward_id.startswith("unsloth_")]


@settings(deadline=None, max_examples=200)
@given(before=TEXTS, inner=TEXTS, behind=TEXTS)
def test_published_patterns_capture_the_same(before: str, inner: str, behind: str) -> None:
    """They were rewritten for speed alone."""
    for text in (before, f"{before}{START}x{END}{inner}{OPEN}x{CLOSE}{behind}", f"{START}{inner}{END}{OPEN}{behind}"):
        captured = FORMAT.search(text)
        assert (captured[1] if captured else None) == published_solution(text)
        number = NUMBER.search(text)
        assert (number[1] if number else None) == published_number(text)


@pytest.mark.parametrize("reward_id", IDS)
@settings(deadline=None)
@given(text=TEXTS, solution=st.text(max_size=8))
def test_any_text_is_scored(reward_id: str, text: str, solution: str) -> None:
    """Nothing that a completion says makes a reward fail, and the value is within the range."""
    reference = {"answer": "72"} if registry()[reward_id].needs_reference else None
    for completion in (text, f"{START}{text}{END}{OPEN}{solution}{CLOSE}"):
        outcome = score(reward_id, completion, reference)
        assert isinstance(outcome, Score)
        low, high = registry()[reward_id].range
        assert low <= outcome.value <= high


def answered(solution: str, near_miss: float, reference: str = "72") -> float:
    """Return what a solution earns where a near miss is paid."""
    text = f"{START}Half of 48 is 24.{END}{OPEN}{solution}{CLOSE}"
    outcome = score("unsloth_answer@v2", text, {"answer": reference}, {"near_miss": near_miss})
    assert isinstance(outcome, Score)
    return outcome.value


@settings(deadline=None)
@given(number=st.integers(-200, 200), other=st.integers(-200, 200))
def test_near_miss_pays_the_nearer_more_and_the_answer_most(number: int, other: int) -> None:
    """Shaping grows towards the reference, and stays far below it."""
    nearer, farther = sorted((number, other), key=lambda each: abs(each - 72))
    assert answered(str(nearer), 0.5) >= answered(str(farther), 0.5)
    assert (answered(str(number), 0.5) > 0.25) is (number == 72)
    assert answered(str(number), 0.0) == float(number == 72)


@pytest.mark.parametrize("solution", ["71 or 73", "71, 73", "71 to 73", "not 71", "71%", "seventy-one"])
def test_near_miss_pays_no_hedge(solution: str) -> None:
    """Only one number that is meant can be near."""
    assert 0.0 == answered(solution, 0.5)
