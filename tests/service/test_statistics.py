"""What a batch's outcomes say about a reward: counted by hand, and beside the standard library's figures."""

import math
import statistics as library
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.frames import EncodedOutcome, encode_outcome
from rewards.registry import discover
from rewards.types import Failure, FailureKind, Score
from service import statistics
from service.scoring import submission
from service.statistics import Counts
from tests.service.running import TEST_REWARDS
from tests.service.test_routes import post

LENGTH = discover(TEST_REWARDS)["length@v1"]
LOW, HIGH = LENGTH.range
OWN = "/v1/rewards/matches@v1/score"


def outcome(value: float | None) -> EncodedOutcome:
    """Return an outcome with this value, or a crash for None."""
    return encode_outcome(Failure(FailureKind.CRASH, "Why.") if value is None else Score(value, "ok", "Fine."))


def counted(values: list[float | None], groups: list[str | None]) -> Counts:
    """Return the counts of samples with these values in these groups."""
    found = statistics.groups_of([submission("x", group=group) for group in groups])
    return statistics.count(LENGTH, [outcome(value) for value in values], found)


def test_a_batch_counted_by_hand() -> None:
    """Three groups: one with variance, one without, and one of which only one sample was scored."""
    values = [LOW, HIGH, LOW, 0.5, 0.5, HIGH, None, LOW]
    counts = counted(values, ["a", "a", "b", "c", "c", "d", "d", "b"])
    expected = Counts(
        batches=1,
        samples=8,
        scored=7,
        fired=4,
        saturated=2,
        total=3 * LOW + 2 * HIGH + 1.0,
        groups=3,
        groups_without_variance=2,
        variance=((HIGH - LOW) / 2) ** 2,
        failures={"crash": 1},
    )
    assert expected == counts


def test_groups_are_named_or_told_by_their_prompts() -> None:
    """A name wins over the prompt, and never means a prompt; a sample with neither is alone."""
    submissions = [
        submission("1", group="a", prompt="p"),
        submission("2", prompt="a"),
        submission("3", group="a", prompt="q"),
        submission("4"),
        submission("5", prompt="a"),
        submission("6", prompt="alone"),
        submission("7"),
    ]
    found = [pick([1, 2, 3, 4, 5, 6, 7]) for pick in statistics.groups_of(submissions)]
    assert [(1, 3), (2, 5)] == found


values = st.lists(
    st.tuples(
        st.none() | st.sampled_from([LOW, 0.25, HIGH]) | st.floats(LOW, HIGH), st.none() | st.sampled_from("abcd")
    ),
    max_size=40,
)


@given(values)
def test_figures_are_the_library_s(rows: list[tuple[float | None, str | None]]) -> None:
    """The mean, the shares and the variance are what anybody would compute from the outcomes."""
    figures: Any = statistics.figures(LENGTH, counted([value for value, _ in rows], [group for _, group in rows]))
    scored = [value for value, _ in rows if value is not None]
    if scored:
        assert math.isclose(library.fmean(scored), figures["mean"], abs_tol=1e-12)
        assert sum(value > LOW for value in scored) / len(scored) == figures["fire_rate"]
        assert sum(value == HIGH for value in scored) / len(scored) == figures["saturation"]
    else:
        assert [None] * 3 == [figures[name] for name in ("mean", "fire_rate", "saturation")]
    groups = [[value for value, name in rows if name == group and value is not None] for group in "abcd"]
    groups = [group for group in groups if len(group) > 1]
    assert len(groups) == figures["groups"]
    assert sum(len(set(group)) == 1 for group in groups) == figures["groups_without_variance"]
    if groups:
        expected = library.fmean(library.pvariance(group) for group in groups)
        assert math.isclose(expected, figures["in_group_variance"], abs_tol=1e-12)
    assert len(rows) == figures["samples"] == figures["scored"] + sum(figures["failures"].values())


@given(values, values)
def test_counts_add_up(one: list[Any], other: list[Any]) -> None:
    """Those of two batches are those of one batch with both, if they share no group."""
    whole = [(value, None if group is None else f"2{group}") for value, group in other]
    first, second, both = (
        counted([value for value, _ in rows], [group for _, group in rows]) for rows in (one, other, one + whole)
    )
    first.add(second)
    assert 2 == first.batches
    first.batches = 1
    for name in ("total", "variance"):
        assert math.isclose(getattr(first, name), getattr(both, name), abs_tol=1e-9)
        setattr(first, name, getattr(both, name))
    assert first == both


@pytest.mark.parametrize(
    ("batch", "groups", "codes"),
    [
        ([LOW] * 100, 50, ["no_variance: no variance in 50 groups: all 100 scored samples got"]),
        ([HIGH] * 100, 50, ["no_variance: no variance in 50 groups: all 100 scored samples got"]),
        ([LOW, LOW, HIGH, HIGH] * 25, 50, ["no_variance: no variance in 50 groups: length@v1 gave the samples"]),
        ([LOW] * 98, 49, []),
        ([LOW] * 98 + [LOW, HIGH], 50, []),
        ([LOW] * 256, 0, ["never_fired: all 256 scored samples got"]),
        ([HIGH] * 256, 0, ["saturated: all 256 scored samples got"]),
        ([LOW] * 255 + [None], 0, []),
        ([LOW] * 255 + [HIGH], 0, []),
        ([None] * 300, 150, []),
        ([], 0, []),
    ],
)
def test_warnings(batch: list[float | None], groups: int, codes: list[str]) -> None:
    """Only of a batch that is large enough, and of one thing at a time."""
    names = [str(place // 2) if groups else None for place in range(len(batch))]
    found = statistics.warnings(LENGTH, counted(batch, names))
    assert len(codes) == len(found)
    assert all(text.startswith(code) for text, code in zip(found, codes, strict=True)), found


def test_statistics_come_where_they_are_asked_for(testbed: httpx.Client) -> None:
    """Of each reward, and nothing else is changed by asking."""
    samples = [
        {"completion": "yes", "reference": {"answer": "yes"}, "group": "a"},
        {"completion": "no", "reference": {"answer": "yes"}, "group": "a"},
        {"completion": "yes", "reference": {"answer": "yes"}, "prompt": "b"},
        {"completion": "yes", "reference": {"answer": "yes"}, "prompt": "b"},
        {"completion": "yes"},
    ]
    asked = post(testbed, OWN, {"samples": samples, "statistics": True})
    expected = {
        "samples": 5,
        "scored": 4,
        "failures": {"missing_reference": 1},
        "mean": 0.75,
        "fire_rate": 0.75,
        "saturation": 0.75,
        "groups": 2,
        "groups_without_variance": 1,
        "in_group_variance": 0.125,
        "warnings": [],
    }
    assert expected == asked.pop("statistics")
    plain = post(testbed, OWN, {"samples": samples, "statistics": False})
    assert list(plain) == ["reward", "behaviour", "build", "elapsed_ms", "outcomes"]
    assert {**plain, "elapsed_ms": 0} == {**asked, "elapsed_ms": 0}
    asks = {"rewards": [{"reward": "matches@v1"}, {"reward": "length@v1"}], "samples": samples, "statistics": True}
    matches, length = post(testbed, "/v1/score", asks)["results"]
    assert expected == matches["statistics"]
    assert (5, 2) == (length["statistics"]["scored"], length["statistics"]["groups"])


def test_an_answer_without_statistics_is_the_same_to_the_byte(testbed: httpx.Client) -> None:
    """What a client of an older service gets has not moved."""
    body = {"samples": [{"completion": "abc", "id": "é"}]}
    reply = testbed.post("/v1/rewards/length@v1/score", json=body)
    answer = reply.json()
    digests = f'"behaviour":null,"build":"{answer["build"]}"'
    outcome = answer["outcomes"][0]
    rest = f'"value":{outcome["value"]},"reason":"{outcome["reason"]}","explanation":"{outcome["explanation"]}"'
    expected = (
        f'{{"reward":"length@v1",{digests},"elapsed_ms":{answer["elapsed_ms"]},"outcomes":['
        f'{{"id":"é","status":"scored",{rest},"details":{{}}}}]}}'
    )
    assert expected == reply.text


@pytest.mark.parametrize(("abstained", "codes"), [(2, []), (3, ["abstained"])])
def test_too_many_abstentions_are_said(abstained: int, codes: list[str]) -> None:
    """More than two in a hundred samples without a verdict may be an escape that completions have found."""
    counts = Counts(samples=100, scored=100 - abstained, fired=50, failures={"judge_unparsable": abstained})
    assert codes == [text.partition(":")[0] for text in statistics.warnings(LENGTH, counts)]
