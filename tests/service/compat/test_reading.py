"""A label of whatever type becomes the reference that a target compares with."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.registry import discover
from rewards.types import Failure
from service.compat.reading import read_reference, sample, text_of
from service.scoring import Ask
from service.targets import Target

REGISTRY = discover("rewards")


def target(*reward_ids: str) -> Target:
    """Return what these rewards together compare with."""
    rewards = [REGISTRY[reward_id] for reward_id in reward_ids]
    references = [model for reward in rewards for model in REGISTRY.references(reward)]
    return Target("t", [Ask(each, each.params()) for each in rewards], reward_ids, (0.0, 1.0), references)


ONE, NONE, CHOICE = target("math_equal@v2"), target("think_format@v2"), target("multiple_choice@v1")
TWO, NUMBER = target("countdown@v2"), target("math_equal@v2", "aime_integer@v1")


@pytest.mark.parametrize(
    ("which", "label", "expected"),
    [
        (ONE, "72", {"answer": "72"}),
        (ONE, 72, {"answer": "72"}),
        (ONE, 72.0, {"answer": "72"}),
        (ONE, 0.5, {"answer": "0.5"}),
        (ONE, True, {"answer": "True"}),
        (ONE, ["72"], {"answer": "72"}),
        (ONE, None, {}),
        (ONE, [None], {}),
        (ONE, {"answer": 72, "other": 1}, {"answer": "72"}),
        (ONE, {"other": 1}, {}),
        (ONE, '{"answer": 1}', {"answer": "1"}),
        (ONE, '{"other": 1}', {"answer": '{"other": 1}'}),
        (ONE, '["1"]', {"answer": '["1"]'}),
        (ONE, {"solution": "2"}, {"answer": "2"}),
        (ONE, {"label": "3", "expected_answer": "2"}, {"answer": "2"}),
        (ONE, ["1", "2"], None),
        (ONE, [[["2"]]], None),
        (NONE, "72", {}),
        (NONE, {"a": 1}, {}),
        (CHOICE, "B", {"answer": "B"}),
        (
            CHOICE,
            {"answer": "B", "options": ["x", "y"], "permutation_seed": None},
            {"answer": "B", "options": ["x", "y"]},
        ),
        (TWO, {"target": 24, "numbers": [1, 2, 3, 4]}, {"target": 24, "numbers": [1, 2, 3, 4]}),
        (TWO, '{"target": 24, "numbers": [1, 2, 3, 4]}', {"target": 24, "numbers": [1, 2, 3, 4]}),
        (TWO, "24", None),
        (TWO, "[24]", None),
        (TWO, 24, None),
        (TWO, {"target": 24}, {"target": 24}),
        (TWO, {"target": 24, "numbers": "many"}, None),
        (NUMBER, 72, {"answer": "72"}),
    ],
)
def test_a_label_is_placed(which: Target, label: Any, expected: dict[str, object] | None) -> None:  # noqa: ANN401 - any
    """Under the one field there is, or under the names that it brings."""
    assert expected == read_reference(which, label)


def test_further_fields_are_taken_by_name() -> None:
    """A label of the same name wins."""
    assert {"answer": "1"} == read_reference(ONE, None, {"answer": 1, "other": 2})
    assert {"answer": "2"} == read_reference(ONE, "2", {"answer": 1})


def test_a_label_that_fits_nothing_is_a_bad_reference() -> None:
    """Of that sample, which is no error of the request."""
    found = sample(ONE, "x", label=["1", "2"])
    assert isinstance(found, Failure)
    assert "bad_reference" == found.kind


def test_a_group_is_the_samples_of_one_prompt() -> None:
    """For rewards that compare them; the others name none."""
    grouped = [sample(target("kimi_length@v2"), "x", prompt=prompt, label="1") for prompt in ("a", "a", "b")]
    groups = [each["group"] for each in grouped if not isinstance(each, Failure)]
    assert (3, 2) == (len(groups), len(set(groups)))
    alone = sample(ONE, "x", prompt="a", label="1")
    assert not isinstance(alone, Failure)
    assert alone["group"] is None


def test_without_a_prompt_there_is_no_group() -> None:
    """The samples of a request may be of many prompts: compared with each other they would get made-up rewards."""
    found = sample(target("kimi_length@v2"), "x", label="1")
    assert isinstance(found, Failure)
    assert "not_applicable" == found.kind


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ("a", "a"),
        ([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}], "a\n\nb"),
        ([{"content": [{"type": "input_text", "text": "a"}, {"type": "image"}, {"text": 1}]}], "a"),
        ([], None),
        ([1, "a", {"content": 1}], None),
        ({"content": "a"}, None),
        (None, None),
    ],
)
def test_a_prompt_is_one_text(messages: object, expected: str | None) -> None:
    """Texts and messages of either API; whatever else it is, it is no prompt."""
    assert expected == text_of(messages)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["answer", "target", "x"]), inner),
    )
)
def test_any_label_is_read(label: object) -> None:
    """Or is none, but never an exception."""
    for which in (ONE, NONE, CHOICE, TWO, NUMBER):
        found = read_reference(which, label)
        assert found is None or found.keys() <= which.fields.keys()
