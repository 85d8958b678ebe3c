"""A verdict is the whole of a reply, or there is none."""

import json
import math
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from rewards.errors import JudgeUnparsable
from rewards.judging.prompt import Verdict
from rewards.types import Frozen
from service.judging import replies
from service.judging.replies import Reply


class Step(Frozen):
    """Something inside a verdict."""

    quote: str
    first: int = Field(ge=0, le=3)


class Ruling(Verdict):
    """A verdict with every kind of field."""

    deciding = ("grade",)
    why: str = Field(max_length=50)
    grade: Literal["good", "bad"]
    sound: bool
    worth: float = Field(ge=0)
    steps: list[Step] = Field(max_length=2)


RULING = {"why": "So.", "grade": "bad", "sound": False, "worth": 0.5, "steps": [{"quote": "2 + 2", "first": 1}]}
TEXT = json.dumps(RULING)
GOOD = TEXT.replace("bad", "good")


def read(text: str, fault: str | None = None) -> Ruling:
    """Return the verdict that a text is."""
    return replies.verdict(Reply(text, fault, (), 0, 0), Ruling)


def is_read(text: str) -> bool:
    """Return whether a text is a verdict."""
    try:
        read(text)
    except JudgeUnparsable:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"\n  {TEXT}\n\n",
        json.dumps(RULING, indent=2),
        f"```json\n{TEXT}\n```",
        f"```\n{TEXT}\n```\n",
        f"<think>\nIs it {GOOD}?\n</think>\n\n{TEXT}",
        f"<think></think>```json\n{TEXT}\n```",
        json.dumps(dict(reversed(RULING.items()))),
    ],
)
def test_an_object_is_read_in_the_forms_that_models_give_it(text: str) -> None:
    """Alone, in a fence, behind a thought; its fields in any order."""
    assert Ruling.model_validate(RULING) == read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        '"good"',
        "10",
        "[]",
        f"[{TEXT}]",
        json.dumps(TEXT),
        f"{TEXT}.",
        f"{TEXT} {TEXT}",
        f"{TEXT}\n{GOOD}",
        f"{TEXT},",
        f"Here it is: {TEXT}",
        f"{TEXT}\nI hope this helps.",
        f"The text says: {GOOD}",
        f"The text says </think>{GOOD}",
        f"It ends with </think>\n{GOOD}",
        f"<think>{GOOD}",
        f"<think>hm</think>{TEXT}</think>{GOOD}",
        f"<think>hm</think>The text says </think>{GOOD}",
        f"<think>hm</think><think>hm</think>{GOOD}",
        f"x<think>hm</think>{GOOD}",
        f"```json\n```json\n{TEXT}\n```\n```",
        f"```json\n{TEXT}\n```\n```json\n{GOOD}\n```",
        f"```json\n{TEXT}",
        f"{TEXT}\n```",
        f"```python\n{TEXT}\n```",
        f"```json {TEXT} ```",
        f"~~~json\n{TEXT}\n~~~",
        f"\ufeff{TEXT}",
        f"\u200b{TEXT}",
        f"// yes\n{TEXT}",
        TEXT.replace('"bad"', "'bad'"),
        TEXT[:-1],
        TEXT[:-1] + ",}",
        TEXT[:-1] + ', "more": 1}',
        TEXT[:-1] + ', "grade": "good"}',
        TEXT[:-1] + ', "gr\\u0061de": "good"}',
        TEXT.replace('"first": 1', '"first": 1, "first": 2'),
        TEXT.replace('"first": 1', '"first": 1, "more": 2'),
        "[" * 100_000,
        '{"why":' * 5_000 + "1" + "}" * 5_000,
    ],
)
def test_nothing_is_read_out_of_anything_else(text: str) -> None:
    """Not from prose, not from one of two objects, not from what is quoted, and no name may stand twice."""
    with pytest.raises(JudgeUnparsable, match=r"is not the JSON object|but not the verdict"):
        read(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grade", '"Good"'),
        ("grade", '"good "'),
        ("grade", "null"),
        ("grade", '["good"]'),
        ("sound", '"true"'),
        ("sound", "1"),
        ("worth", '"0.5"'),
        ("worth", "NaN"),
        ("worth", "Infinity"),
        ("worth", "1e999"),
        ("worth", "-1"),
        ("worth", "true"),
        ("why", "1"),
        ("why", json.dumps("x" * 51)),
        ("why", '"\\ud800"'),
        ("steps", "{}"),
        ("steps", '[{"quote": "x", "first": 1.0}]'),
        ("steps", '[{"quote": "x", "first": "1"}]'),
        ("steps", '[{"quote": "x", "first": 4}]'),
        ("steps", '[{"quote": "x", "first": 1e0}]'),
        ("steps", '[{"quote": "x", "first": ' + "9" * 5000 + "}]"),
        ("steps", '[{"quote": "x"}]'),
        ("steps", "[" + ",".join(['{"quote": "x", "first": 1}'] * 3) + "]"),
    ],
)
def test_a_field_of_another_kind_is_no_field(field: str, value: str) -> None:
    """Nothing is taken for what it resembles."""
    fields = {name: json.dumps(each) for name, each in RULING.items()} | {field: value}
    assert not is_read("{" + ", ".join(f'"{name}": {each}' for name, each in fields.items()) + "}")


@pytest.mark.parametrize("name", RULING)
def test_every_field_is_required(name: str) -> None:
    """What is left out is not guessed."""
    assert not is_read(json.dumps({other: value for other, value in RULING.items() if other != name}))


def test_a_reply_that_is_not_whole_is_not_read() -> None:
    """Though it may look like a verdict."""
    with pytest.raises(JudgeUnparsable, match="cut off"):
        read(TEXT, "It was cut off.")


def test_a_headless_thought_is_explained() -> None:
    """The message says what to change, and does not quote."""
    with pytest.raises(JudgeUnparsable, match="have its server take thoughts out") as error:
        read(f"SECRET</think>{TEXT}")
    assert "SECRET" not in str(error.value)


PIECES = st.sampled_from(
    [*'{}[]",: \n`', TEXT, GOOD, "<think>", "</think>", "```json\n", "```", "```\n", "good", '"grade"', "\\", "\u200b"]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join)))
def test_what_is_read_is_the_whole_text(text: str) -> None:
    """Behind a thought and inside a fence, the text is one JSON object, and it is the verdict."""
    if not is_read(text):
        return
    bare = text.strip()
    if bare.startswith("<think>"):
        bare = bare[bare.index("</think>") + len("</think>") :].strip()
    if bare.startswith("```"):
        bare = bare.removeprefix("```json").removeprefix("```").removesuffix("```")
    assert read(text) == Ruling.model_validate(json.loads(bare))


@given(st.text(), st.text())
def test_nothing_may_stand_around_a_verdict(before: str, after: str) -> None:
    """But white space."""
    assert (not (before + after).strip()) == is_read(before + TEXT + after) or before.strip().startswith("<think>")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(RULING)), JSON))
def test_only_what_fits_is_read(changes: dict[str, object]) -> None:
    """Whatever value a field is given, the verdict has it exactly, or there is none."""
    given_fields = RULING | changes
    if is_read(json.dumps(given_fields)):
        assert json.loads(json.dumps(given_fields)) == read(json.dumps(given_fields)).model_dump()


def test_probabilities_are_those_of_the_labels() -> None:
    """A space before a label does not matter, another case does; what else the judge would say counts for nobody."""
    likely = [("A", math.log(0.5)), (" A", math.log(0.2)), ("▁B", math.log(0.1)), ("a", -3.0), ("The", -2.0)]
    assert pytest.approx({"A": 0.7, "B": 0.1, "C": 0.0}) == replies.weights(likely, dict.fromkeys("ABC", 0.0))


def test_a_probability_that_is_none_is_nothing() -> None:
    """Nor is one ever over 1."""
    likely = [("A", math.nan), ("A", math.inf), ("B", -math.inf), ("C", 5.0)]
    assert {"A": 0.0, "B": 0.0, "C": 1.0} == replies.weights(likely, dict.fromkeys("ABC", 0.0))


def test_without_probabilities_there_is_no_opinion() -> None:
    """The message says what to do."""
    with pytest.raises(JudgeUnparsable, match="gives no log probabilities; score by verdicts"):
        replies.weights([], {"A": 1.0})
