"""From what a trainer hands over to what the service takes."""

from collections.abc import Mapping
from typing import Any

import pytest

from trainer_client._rows import Row, plain, wanted

TEXT = {"type": "string"}
ANSWER = wanted({"answer": TEXT}, None)


@pytest.mark.parametrize(
    ("row", "reference"),
    [
        (Row("c", "4"), {"answer": "4"}),
        (Row("c", 4), {"answer": "4"}),
        (Row("c", "4", {"answer": "2+2 is 4 #### 4"}), {"answer": "4"}),
        (Row("c", None, {"solution": "4"}), {"answer": "4"}),
        (Row("c", {"answer": "4", "style": "rule"}), {"answer": "4"}),
        (Row("c", {"ground_truth": "4"}), {"answer": "4"}),
        (Row("c"), {"answer": None}),
    ],
)
def test_the_label_is_the_answer(row: Row, reference: dict[str, Any]) -> None:
    """A column is asked only where there is no label."""
    assert reference == row.sample(ANSWER).reference


def test_every_field_finds_its_column() -> None:
    """By its own name, or by the one that the settings give it."""
    fields = wanted({"answer": TEXT, "numbers": {"type": "array"}, "unit": TEXT}, {"unit": "measure"})
    row = Row("c", "4", {"numbers": (1, 2), "measure": "cm", "index": 7})
    assert {"answer": "4", "numbers": [1, 2], "unit": "cm"} == row.sample(fields).reference


def test_the_only_field_takes_the_label() -> None:
    """Whatever it is called."""
    assert {"target": "24"} == Row("c", "24").sample(wanted({"target": TEXT}, None)).reference
    assert {"answer": "x"} == Row("c", "24", {"real": "x"}).sample(
        wanted({"answer": TEXT}, {"answer": "real"})
    ).reference


def test_a_column_for_no_field() -> None:
    """Is a mistake that is told."""
    with pytest.raises(ValueError, match="no reference field anser; there is answer"):
        wanted({"answer": TEXT}, {"anser": "solution"})


def test_the_prompt_and_the_tokens() -> None:
    """Completions of one prompt share a group, and ids are counted."""
    first = Row("a", "4", {}, "2+2=", [1, 2]).sample(ANSWER)
    second = Row([{"role": "assistant", "content": "b"}], "4", {"question": "2+2="}, completion_tokens=5).sample(ANSWER)
    assert first.group == second.group is not None
    assert (2, [1, 2], 5, None) == (
        first.completion_tokens,
        first.completion_ids,
        second.completion_tokens,
        second.completion_ids,
    )
    assert Row("a").sample(ANSWER).group is None


class Scalar:
    """A number as array libraries have it."""

    def tolist(self) -> int:
        """The number."""
        return 3


class Config(Mapping[str, object]):
    """A mapping that is no dict, as configurations are."""

    def __getitem__(self, key: str) -> object:
        return (Scalar(),)

    def __iter__(self) -> Any:  # noqa: ANN401
        return iter(["a"])

    def __len__(self) -> int:
        return 1


def test_plain() -> None:
    """What JSON does not know becomes what it knows."""
    assert {"a": [3], "b": "text", "c": None} == plain({"a": (Scalar(),), "b": "text", "c": None})
    assert {"a": [3]} == plain(Config())
