"""Reflection is work and not words: any text is read, keywords are worth nothing, checks and corrections are found."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.text.doubts import MAX_DOUBTS, doubts
from rewards.text.events import MAX_KEPT, Behaviour, events, reflections
from rewards.text.passages import MAX_CHARS, MAX_TEXT, passages
from rewards.text.sums import canonical, plain, sums
from rewards.types import Score
from tests.rewards.golden.published import DATA
from tests.rewards.scoring import score

KEYWORDS = st.lists(
    st.sampled_from(
        [
            *(
                "wait",
                "let me check",
                "verify",
                "error",
                "mistake",
                "backtrack",
                "no,",
                "actually",
                "double-check",
                ".",
            ),
            *("step", "goal", "target", "work backwards", "different approach", "that's wrong", "to be sure", "\n"),
        ]
    ),
    max_size=60,
).map(" ".join)
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "48 / 2 = 24",
                "x = 5",
                r"\frac{1}{2}",
                r"\boxed{72}",
                "0.5",
                "1,000",
                "7^2 = 49",
                "50% of 8 is 4",
                "5 plus",
            ),
            *(" = ", "≈", "(", ")", "{", "**", "$", r"\times", r"\[", "\n", ". ", ", ", "is ", "²", "-", "1" * 40),
            *(
                "Wait, ",
                "no, ",
                "let me check: ",
                "that's wrong",
                "first, we need to find the ",
                "the target is 24",
                '"',
            ),
        ]
    )
    | st.text(max_size=4),
    max_size=40,
).map("".join)
SOLUTION = "She sold 48 clips in April and 48 / 2 = 24 in May. In all 48 + 24 = 72 clips were sold. "
LOOP = "Wait, no, let me recalculate. It is 72. "


def texts(file: str) -> Iterator[str]:
    """Yield the human solutions of a data set."""
    with (DATA / file).open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["solution"] if "solution" in row else row["answer"]


def value(reward_id: str, completion: str, **params: object) -> float:
    """Return the value of a completion whose answer should be 72."""
    reference = {"answer": "72"} if reward_id == "reflection@v2" else None
    outcome = score(reward_id, completion, reference, params)
    assert isinstance(outcome, Score)
    return outcome.value


@pytest.mark.parametrize("gate", [False, True])
@settings(deadline=None)
@given(text=PIECES)
def test_any_text_is_scored_for_reflection(gate: bool, text: str) -> None:  # noqa: FBT001 - a parametrised case
    """The value is within the range, with the gate and without."""
    assert 0 <= value("reflection@v2", text, gate=gate) <= 1


@settings(deadline=None)
@given(text=PIECES)
def test_events_and_doubts_are_found_in_any_text(text: str) -> None:
    """No text makes the readers fail, and they find the same again."""
    found = events(text)
    assert found == events(text)
    assert reflections(text) == [event for event in found if event.behaviour in list(Behaviour)[:2]]
    assert doubts(text) == doubts(text)


@settings(deadline=None)
@given(keywords=KEYWORDS)
def test_keywords_never_pay(keywords: str) -> None:
    """Neither alone, nor before, nor behind a right answer."""
    for text in (keywords, f"{keywords} {SOLUTION} \\boxed{{72}}.", f"{SOLUTION} \\boxed{{72}}. {keywords}"):
        assert value("reflection@v2", text) == 0.0
    assert value("cognitive_behaviours@v2", keywords) == 0.0
    assert value("doubt_loop@v1", keywords) <= 0.0


@given(count=st.integers(0, 30), free=st.integers(0, 10))
def test_a_longer_loop_never_costs_less(count: int, free: int) -> None:
    """One more doubt in vain costs the same or more, and what is free is free."""
    shorter, longer = (value("doubt_loop@v1", SOLUTION + LOOP * n + "So 72.", free=free) for n in (count, count + 1))
    assert longer <= shorter
    assert shorter == 0.0 or count > free


@pytest.mark.parametrize("kind", ["gsm8k/test.jsonl", "math500/test.jsonl"])
@pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not here")
def test_human_solutions_are_left_alone(kind: str) -> None:
    """Nobody doubts in vain in them, and hardly anybody reflects: what is found there is mostly found by mistake."""
    solutions = list(texts(kind))
    assert [text for text in solutions if len([doubt for doubt in doubts(text) if not doubt.news]) > 2] == []
    assert sum(bool(reflections(text)) for text in solutions) <= 0.01 * len(solutions)


def test_each_sum_pays_once() -> None:
    """A check that is repeated is one check."""
    check = "Let me check: 72 - 24 = 48. "
    assert len(reflections(SOLUTION + check)) == len(reflections(SOLUTION + check * 20)) == 1


def test_what_is_kept_is_bounded() -> None:
    """Many events and many doubts are read up to a limit."""
    many = " ".join(f"Let me check: {n} * 7 = {7 * n}. Wait, no." for n in range(3, 1_000))
    numbers = " ".join(f"The value is {7 * n}." for n in range(3, 1_000)) + " ".join(map(str, range(1_000)))
    assert len(doubts(many)) == MAX_DOUBTS
    assert len(reflections(numbers + ". " + many)) == MAX_KEPT


def test_long_lines_are_cut() -> None:
    """A passage is short however the text is written, and a text is read up to a limit."""
    cut = passages("word " * MAX_TEXT)
    assert max(len(passage.text) for passage in cut) == MAX_CHARS
    assert sum(len(passage.text) for passage in cut) <= MAX_TEXT


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (r"\( \frac{1}{2} \times 6 = 3 \)", True),
        ("$1,500 / 200 = 7.5$", True),
        ("32 plus 16 is 48", True),
        ("80% of 10 is 8", True),
        ("(-12)^2 = 144", True),
        ("2³ = 8", True),
        ("2(3) + 4 = 10", True),
        ("1 / 3 ≈ 0.33", True),
        ("5 / 2 = -2.5", False),
        ("2 / 3 = 0.6", True),
        ("2 / 3 = 0.5", False),
        ("48 + 24 = 73", False),
    ],
)
def test_sums_are_read_as_models_write_them(text: str, holds: bool) -> None:  # noqa: FBT001 - as above
    """A decimal may be rounded in its last digit."""
    assert [each.holds for each in sums(plain(text))] == [holds]


@pytest.mark.parametrize(
    "text", ["x = 5", "5 / 0 = 0", "2x + 3 = 7", "3 * 4", "k*2 = 4", "((((= 4", "1" * 20 + " * 2 = 4"]
)
def test_what_is_no_sum_is_not_read(text: str) -> None:
    """Algebra, division by zero and what has no result are passed over."""
    assert sums(plain(text)) == []


@given(st.integers(0, 10**12), st.integers(0, 10**6))
def test_numbers_have_one_spelling(whole: int, decimals: int) -> None:
    """Zeros in front and behind the decimals do not matter."""
    assert canonical(f"00{whole}.{decimals:06}00") == canonical(f"{whole}.{decimals:06}")
    assert canonical(f"{whole}.000") == str(whole)
