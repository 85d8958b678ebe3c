"""Repetition costs wherever it stands, in any script, and nothing else does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.text.repeats import worst
from rewards.types import Score
from tests.rewards.scoring import score

PROSE = (
    "Ice is lighter than the water around it. In water the molecules lie close together. When it freezes, each of them "
    "binds to four neighbours in an open lattice, which takes up about nine per cent more room. The same mass in a "
    "larger volume means a lower density, so the ice displaces its own weight of water before it is fully under."
)
CHINESE = (
    "冰会浮起来。因为它的密度比水小。水结冰时每个分子与四个相邻的分子结合。形成较为疏松的晶格。体积大约增加百分之九。"
)
LOOPS = (
    "So it is 72, and then it is not. ",
    "再算一遍。结果还是七十二。",
    "รอสักครู่ให้ฉันตรวจสอบอีกครั้ง ",
    "abcdefgh",
    "1 + 1 = 2, ",
)


def earned(text: str, reward_id: str = "repetition@v2") -> float:
    """Return the value of a text."""
    outcome = score(reward_id, text)
    assert isinstance(outcome, Score)
    return outcome.value


@pytest.mark.parametrize("text", [PROSE, CHINESE])
def test_honest_texts_cost_nothing(text: str) -> None:
    """Nor does saying one thing twice."""
    assert earned(text) == 0.0
    head = text[: len(text) // 4]
    assert earned(f"{text} {head}.") == 0.0


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("before", [0, 1, 40])
def test_a_loop_costs_the_same_behind_any_text(loop: str, before: int) -> None:
    """A share of the whole text would make it the cheaper the more comes before it."""
    texts = "\n".join(f"{number}. {PROSE[number:]}"[: 300 - number] for number in range(before))
    rounds = 2_000 // len(loop)
    assert earned(texts + "\n" + loop * rounds) < -0.7


def test_a_loop_far_apart_is_found() -> None:
    """A paragraph told again and again is longer than the small windows."""
    assert earned("\n".join([PROSE] * 4)) < -0.5


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_value(text: str) -> None:
    """And it lies in the range."""
    assert -1.0 <= earned(text) <= 0.0
    assert -1.0 <= earned(text, "repetition@v1") <= 0.0


@settings(deadline=None)
@given(st.text(alphabet="ab 重。", min_size=1, max_size=80), st.integers(1, 30))
def test_case_and_white_space_hide_nothing(text: str, count: int) -> None:
    """Neither does how often a line is broken."""
    again = (text + " ") * count
    assert worst(again) == worst(again.upper()) == worst(again.replace(" ", "\n "))


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 5))
def test_names_of_tokens_do_not_matter(ids: list[int], size: int) -> None:
    """Only which of them are the same."""
    params = {"ngram_size": size}
    renamed = [1_000_003 * each + 7 for each in ids]
    first = score("trl_repetition@v1", "x", None, params, completion_ids=ids)
    assert first == score("trl_repetition@v1", "x", None, params, completion_ids=renamed)
    assert isinstance(first, Score)
    assert -1.0 <= first.value <= 0.0
