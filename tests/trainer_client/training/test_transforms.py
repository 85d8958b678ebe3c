"""The transforms, one by one and in a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_client.training import transforms
from trainer_client.training.errors import RecipeError

BALANCED = st.recursive(
    st.text(st.characters(exclude_characters="{}\\")),
    lambda inner: st.builds("{}{{{}}}{}".format, inner, inner, inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("after_hashes", "She has 3.\n#### 1,072 ", "1,072"),
        ("after_hashes", "#### 1 #### 2", "2"),
        ("after_hashes", "no answer", None),
        ("last_boxed", r"\boxed{1} and \boxed{\frac{1}{2}}.", r"\frac{1}{2}"),
        ("last_boxed", r"\boxed{1", None),
        ("last_boxed", "1", None),
        ("last_line", "a\nb\n\n", "b"),
        ("last_line", " \n", None),
        ("in_dollars", "72", "$72$"),
        ("without_commas", "1,072", "1072"),
        ("strip", " 72 ", "72"),
        ("lower", "B", "b"),
    ],
)
def test_each(name: str, text: str, expected: str | None) -> None:
    """Each transform does what its name says, and gives None where there is nothing of the kind."""
    assert transforms.chain(name)(text) == expected


def test_chain() -> None:
    """Transforms are applied from left to right, and nothing follows after None."""
    chain = transforms.chain(["after_hashes", "without_commas"])
    assert (chain("#### 1,072"), chain("none")) == ("1072", None)


def test_unknown() -> None:
    """A transform that there is not is named."""
    with pytest.raises(RecipeError, match="no transform 'upper'; there are after_hashes"):
        transforms.chain("upper")


@given(st.text(), BALANCED)
def test_last_boxed_is_found(before: str, inner: str) -> None:
    """Whatever stands before it, a balanced box gives what it holds."""
    assert transforms.last_boxed(f"{before}\\boxed{{{inner}}}") == inner
