"""Which column goes into which field."""

from typing import Any

import pytest

from trainer_client import MissingColumn, Rejected, RewardInfo, RewardSpec
from trainer_client._columns import Field, bundles, fields

TEXT = {"type": "string"}


def info(reward: str, properties: dict[str, Any], *required: str, needs: tuple[str, ...] = ()) -> RewardInfo:
    """A catalogue entry with that reference."""
    schema = {"properties": properties, "required": list(required)}
    return RewardInfo(reward, None, None, "", "", (0, 1), schema, {}, needs, group=False)


CATALOGUE = {
    each.id: each
    for each in (
        info("equal@v1", {"answer": TEXT}, "answer"),
        info("labelled@v1", {"label": TEXT}, "label"),
        info(
            "target@v1",
            {"target": {"type": "integer"}, "unit": {"anyOf": [TEXT, {"type": "null"}]}},
            "target",
        ),
        info("free@v1", {}),
        info("built@v1", {"unit": TEXT}, needs=("equal@v1",)),
    )
}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["answer", "solution"], "answer"),
        (["label", "solution"], "solution"),
        (["ground_truth", "label"], "ground_truth"),
        (["label"], "label"),
    ],
)
def test_aliases(columns: list[str], expected: str) -> None:
    """An answer is looked for under its own name first and then under the usual ones, in their order."""
    assert fields(RewardSpec("equal@v1"), CATALOGUE, columns)["answer"].column == expected


def test_own_name_comes_first() -> None:
    """A field's own name wins over every alias."""
    assert fields(RewardSpec("labelled@v1"), CATALOGUE, ["answer", "label"])["label"].column == "label"


def test_named_column() -> None:
    """A column that is named is the one that is used."""
    spec = RewardSpec("equal@v1", columns={"answer": "final"})
    assert fields(spec, CATALOGUE, ["answer", "final"])["answer"].column == "final"


def test_one_right_answer_in_a_list_is_that_answer() -> None:
    """Unless the service wants lists."""
    assert "2" == Field("answer", "answer", frozenset({"string"})).value(["2"])
    assert ["2"] == Field("answer", "answer", frozenset({"string", "array"})).value(["2"])


def test_only_answers_have_aliases() -> None:
    """No other field is ever filled with the answer."""
    with pytest.raises(MissingColumn) as caught:
        fields(RewardSpec("target@v1"), CATALOGUE, ["answer"])
    assert (caught.value.field, caught.value.tried) == ("target", ("target",))


def test_optional_field_may_be_missing() -> None:
    """A field that the reward can do without is left out."""
    assert list(fields(RewardSpec("target@v1"), CATALOGUE, ["target"])) == ["target"]


def test_named_column_must_exist() -> None:
    """A column that is named and missing is a mistake, even for a field that could be left out."""
    with pytest.raises(MissingColumn):
        fields(RewardSpec("target@v1", columns={"unit": "units"}), CATALOGUE, ["target", "unit"])


def test_unknown_field() -> None:
    """A mapping for a field that the reward has not is a mistake."""
    with pytest.raises(ValueError, match="no reference field gold; it has answer"):
        fields(RewardSpec("equal@v1", columns={"gold": "answer"}), CATALOGUE, ["answer"])


def test_unknown_reward() -> None:
    """A reward that is not served is named with its likely spelling."""
    with pytest.raises(Rejected, match=r"no eqal@v1; it has equal@v1"):
        fields(RewardSpec("eqal@v1"), CATALOGUE, [])


def test_needs_are_counted_in() -> None:
    """A reward's reference has the fields of the rewards that it builds on."""
    assert sorted(fields(RewardSpec("built@v1"), CATALOGUE, ["answer", "unit"])) == ["answer", "unit"]


def test_one_bundle() -> None:
    """Rewards that read the same columns share a request."""
    specs = [RewardSpec("equal@v1"), RewardSpec("free@v1"), RewardSpec("built@v1")]
    assert [bundle.rewards for bundle in bundles(specs, CATALOGUE, ["answer", "unit"])] == [(0, 1, 2)]


def test_conflicting_columns() -> None:
    """Rewards that want different columns in the same field take a request each."""
    specs = [
        RewardSpec("equal@v1"),
        RewardSpec("equal@v1", columns={"answer": "other"}),
        RewardSpec("free@v1"),
    ]
    assert [bundle.rewards for bundle in bundles(specs, CATALOGUE, ["answer", "other"])] == [(0, 2), (1,)]


class Numpy:
    """A number as numpy wraps it."""

    def item(self) -> int:
        """The number itself."""
        return 72


@pytest.mark.parametrize(
    ("types", "row", "expected"),
    [
        ({"string"}, 72, "72"),
        ({"string"}, Numpy(), "72"),
        ({"string"}, 0.5, "0.5"),
        ({"string"}, True, "True"),
        ({"string", "boolean"}, True, True),
        ({"string", "integer"}, 72, 72),
        ({"string", "number"}, 0.5, 0.5),
        ({"integer"}, 72, 72),
        ({"array"}, [1, 2], [1, 2]),
        ({"string"}, ["72"], "72"),
        ({"string"}, ["7", "2"], ["7", "2"]),
        ({"string"}, None, None),
        ({"string"}, float("nan"), None),
        ({"number"}, float("nan"), None),
        ({"string"}, "72", "72"),
        (set(), 72, 72),
    ],
)
def test_values(types: set[str], row: object, expected: object) -> None:
    """Numbers become text where text is wanted, and only there."""
    value = Field("answer", "answer", frozenset(types)).value(row)
    assert (value, type(value)) == (expected, type(expected))
