"""What a condition says, and what becomes of a row."""

import contextlib
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.filter.conditions import Condition, ConditionError, Decision, Fate, check, decide, parse
from trainer_client import Failure, Score

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "==": operator.eq}
GONE = Failure("judge_unavailable", "Nobody answered.", retryable=True)
BAD = Failure("missing_reference", "There is none.")


def no_calibration(reward: str) -> float:
    """Fail where a condition asks for a calibration."""
    raise AssertionError(reward)


def score(value: float) -> Score:
    """Return a score."""
    return Score(value, "because", "")


@given(st.sampled_from(sorted(SIGNS)), FINITE, FINITE, st.sampled_from(["", " ", "  "]))
def test_a_condition_is_what_it_says(sign: str, threshold: float, value: float, blank: str) -> None:
    """Each sign compares as in Python, blanks or none."""
    found = parse(f"{blank}math_equal@v2{blank}{sign}{blank}{threshold!r}{blank}", no_calibration)
    assert Condition("math_equal@v2", sign, threshold) == found
    assert SIGNS[sign](value, threshold) == found.holds(value)


@given(st.text(max_size=30))
def test_any_text_is_a_condition_or_said_to_be_none(text: str) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(ConditionError):
        parse(text, lambda _: 0.5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a@v1",
        ">=1",
        "a@v1=1",
        "a@v1=>1",
        "a>=1",
        "a@v1>=",
        "a@v1>=x",
        "a@v1>=nan",
        "a@v1>=inf",
        "a@v1!=1",
        "a@v1>=1 2",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    """With what to write instead, or what is no number."""
    with pytest.raises(ConditionError):
        parse(text, no_calibration)


def test_a_calibrated_threshold_is_looked_up() -> None:
    """It then stands in the condition as a number."""
    assert "f@v1>=0.625" == str(parse("f@v1>=calibrated", lambda reward: {"f@v1": 0.625}[reward]))


@pytest.mark.parametrize("text", ["a@v1>=1.1", "a@v1>1", "a@v1<0", "a@v1==2", "a@v1>=0", "a@v1<=1", "a@v1<7"])
def test_a_condition_that_all_or_none_meet_is_a_mistake(text: str) -> None:
    """The reward's values go from 0 to 1."""
    with pytest.raises(ConditionError, match="from 0 to 1"):
        check(parse(text, no_calibration), 0.0, 1.0)


@pytest.mark.parametrize("text", ["a@v1>=1", "a@v1>0", "a@v1<=0", "a@v1==0.5", "a@v1==1", "a@v1>=0.5"])
def test_a_condition_that_some_meet_is_fine(text: str) -> None:
    """So is any condition on a reward without bounds."""
    check(parse(text, no_calibration), 0.0, 1.0)
    check(parse(text, no_calibration), None, 1.0)


CONDITIONS = [Condition("a@v1", ">=", 1.0), Condition("b@v1", ">=", 0.5), Condition("b@v1", "<", 0.9)]


@pytest.mark.parametrize(
    ("said", "decision"),
    [
        ({"a@v1": score(1), "b@v1": score(0.6)}, Decision(Fate.KEPT)),
        ({"a@v1": score(1), "b@v1": score(0.9)}, Decision(Fate.DROPPED, ["b@v1<0.9"])),
        ({"a@v1": score(0), "b@v1": score(0.1)}, Decision(Fate.DROPPED, ["a@v1>=1", "b@v1>=0.5"])),
        ({"a@v1": score(0)}, Decision(Fate.DROPPED, ["a@v1>=1"])),
        ({"a@v1": score(0), "b@v1": GONE}, Decision(Fate.DROPPED, ["a@v1>=1"])),
        ({"a@v1": score(1), "b@v1": GONE}, Decision(Fate.FAILED, again=True)),
        ({"a@v1": BAD, "b@v1": score(0.6)}, Decision(Fate.FAILED)),
        ({"a@v1": BAD, "b@v1": GONE}, Decision(Fate.FAILED, again=True)),
    ],
)
def test_a_failure_never_drops_a_row(said: dict[str, Score | Failure], decision: Decision) -> None:
    """A condition that does not hold does, whatever else failed; and only what all conditions hold for is kept."""
    assert decision == decide(CONDITIONS, said)
