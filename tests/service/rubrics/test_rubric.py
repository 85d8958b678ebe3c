"""A rubric's number, computed by hand and by any parts."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rewards.frames import EncodedOutcome, encode_outcome
from rewards.registry import discover
from rewards.types import Failure, FailureKind, Outcome, Score
from service.rubrics.rubric import Part, Rubric, RubricBody, RubricError
from tests.service.running import TEST_REWARDS

REGISTRY = discover(TEST_REWARDS)


def rubric(*parts: Part) -> Rubric:
    """Return a rubric of these parts."""
    return Rubric.of("sum@v1", RubricBody(parts=list(parts)), REGISTRY)


def scored(*values: float) -> list[list[EncodedOutcome]]:
    """Return the columns of one sample that got these values."""
    return [[encode_outcome(Score(value, "ok", "Fine."))] for value in values]


def combined(found: Rubric, columns: list[list[EncodedOutcome]]) -> Outcome:
    """Return what a rubric makes of one sample."""
    (outcome,) = found.combine(columns)
    return outcome.outcome()


def test_a_weighted_sum() -> None:
    """0.5 x 1 + 2 x 0.25, and the values of the parts beside it."""
    found = rubric(Part(reward="matches@v1", weight=0.5), Part(reward="length@v1", weight=2))
    expected = Score(1.0, "combined", "The weighted sum of 2 parts.", {"matches@v1": 1.0, "length@v1": 0.25})
    assert expected == combined(found, scored(1.0, 0.25))


def test_a_gate_shuts_what_depends_on_it() -> None:
    """Only where the gate is exactly 1 does the other part count; the gate itself counts as ever."""
    found = rubric(Part(reward="matches@v1", name="right"), Part(reward="length@v1", only_if=["right"], weight=10))
    assert 6.0 == getattr(combined(found, scored(1.0, 0.5)), "value", None)
    shut = combined(found, scored(0.75, 0.5))
    assert (0.75, "gated") == (getattr(shut, "value", None), getattr(shut, "reason", None))


def test_a_clamp_bounds_what_counts() -> None:
    """What lies outside is taken for the nearer end."""
    found = rubric(Part(reward="length@v1", clamp=(0.25, 0.5), weight=4))
    assert [1.0, 1.6, 2.0] == [getattr(combined(found, scored(value)), "value", None) for value in (0.0, 0.4, 1.0)]


def test_a_failed_part_fails_the_whole() -> None:
    """With its kind, whatever the other parts say, and whether or not a gate would have shut it."""
    found = rubric(Part(reward="matches@v1", name="right"), Part(reward="length@v1", only_if=["right"]))
    failed = [encode_outcome(Failure(FailureKind.DEADLINE, "Too late."))]
    expected = Failure(FailureKind.DEADLINE, "length@v1: Too late.")
    assert expected == combined(found, [*scored(0.0), failed])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], "at least 1 item"),
        ([{"reward": "length@v1"}, {"reward": "length@v1"}], "two parts are called length@v1"),
        ([{"reward": "length@v1", "only_if": ["right"]}], "which is no other part"),
        ([{"reward": "length@v1", "only_if": ["length@v1"]}], "which is no other part"),
        ([{"reward": "length@v1", "clamp": [1, 0]}], "ends below its beginning"),
        ([{"reward": "length@v1", "weight": "inf"}], "finite"),
        ([{"reward": "length@v1", "name": "a"}, {"reward": "length@v1", "only_if": ["a"] * 51}], "at most 50 items"),
        ([{"reward": "length@v1", "wieght": 1}], "Extra inputs"),
    ],
)
def test_a_rubric_that_means_nothing_is_refused(parts: list[dict[str, object]], said: str) -> None:
    """Where it is written, with a sentence."""
    with pytest.raises(ValidationError, match=said):
        RubricBody.model_validate({"parts": parts})


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Part(reward="lenght@v1"), "there is no reward 'lenght@v1'"),
        (Part(reward="x" * 101), "there is no reward 'x{100}'; GET /v1/rewards lists them$"),
        (Part(reward="length@v1", params={"no": 1}), "length@v1: params.no: Extra inputs"),
    ],
)
def test_a_rubric_of_what_is_not_served_is_refused(part: Part, said: str) -> None:
    """A reward that is missing, or params that it does not have."""
    with pytest.raises(RubricError, match=said):
        rubric(part)


def test_a_sum_without_bound_is_refused() -> None:
    """Infinity would be null in every answer, and in the list of rubrics that clients read."""
    huge = [Part(reward="matches@v1", name=name, weight=1.7e308) for name in ("a", "b")]
    assert (0.0, 1.7e308) == rubric(huge[0]).range
    with pytest.raises(RubricError, match="no finite number"):
        rubric(*huge)


weights = st.floats(-10, 10)
values = st.floats(0, 1)


@given(
    st.lists(st.tuples(weights, values, st.booleans(), st.none() | st.tuples(values, values)), min_size=1, max_size=5)
)
def test_the_value_lies_in_the_range(drawn: list[tuple[float, float, bool, tuple[float, float] | None]]) -> None:
    """Whatever the weights, gates and clamps are."""
    parts = [
        Part(
            reward="length@v1",
            name=f"p{index}",
            weight=weight,
            only_if=["p0"] if gated and index else [],
            clamp=None if clamp is None else (min(clamp), max(clamp)),
        )
        for index, (weight, _, gated, clamp) in enumerate(drawn)
    ]
    found = rubric(*parts)
    low, high = found.range
    outcome = combined(found, scored(*[value for _, value, _, _ in drawn]))
    assert isinstance(outcome, Score)
    assert low - 1e-9 <= outcome.value <= high + 1e-9


def test_equal_rubrics_have_one_digest() -> None:
    """The order of the keys and what is left at its default do not matter; a weight does."""
    one = RubricBody.model_validate({"parts": [{"reward": "length@v1", "weight": 1.0}]})
    same = RubricBody.model_validate({"description": "", "parts": [{"reward": "length@v1"}]})
    other = RubricBody.model_validate({"parts": [{"reward": "length@v1", "weight": 1.5}]})
    digests = [Rubric.of("a@v1", body, REGISTRY).digest for body in (one, same, other)]
    assert digests[0] == digests[1] != digests[2]


def test_the_page_shows_a_rubric_that_can_be_put() -> None:
    """The example of docs/rubrics.md."""
    page = (Path(__file__).parents[3] / "docs/rubrics.md").read_text(encoding="utf-8")
    body = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    rubric = Rubric.of("gsm8k@v1", RubricBody.model_validate(body), discover("rewards"))
    assert (-0.25, 1.2) == rubric.range


def test_a_gate_that_never_opens_is_refused() -> None:
    """A part that could never count is a mistake."""
    parts = [{"reward": "math_equal@v2", "only_if": ["doubt_loop@v1"]}, {"reward": "doubt_loop@v1"}]
    with pytest.raises(RubricError, match="which it never is: its values are -1 to 0"):
        Rubric.of("r@v1", RubricBody.model_validate({"parts": parts}), discover("rewards"))


def test_an_unknown_reward_has_a_neighbour() -> None:
    """The message says which one may be meant."""
    with pytest.raises(RubricError, match="did you mean math_equal@v2"):
        Rubric.of("r@v1", RubricBody.model_validate({"parts": [{"reward": "math_equl@v2"}]}), discover("rewards"))
