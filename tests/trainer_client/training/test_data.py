"""Rows from files, as the trainer takes them."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasets")
pytest.importorskip("trl")

from trainer_client.training import RecipeError
from trainer_client.training.data import rows
from trainer_client.training.recipe import Source

# The library's own words about its own future.
pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def stored(folder: Path, *values: dict[str, Any]) -> str:
    """The path of a file with these rows."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return str(path)


def loaded(source: Source, system_prompt: str | None = None, *, conversational: bool = False) -> list[Any]:
    """The rows as plain dictionaries."""
    return list(rows(source, system_prompt, conversational=conversational))


def test_usual_names(tmp_path: Path) -> None:
    """Prompts and answers are found under their usual names, and the other columns stay."""
    path = stored(tmp_path, {"problem": "2+2=", "solution": "4", "level": 1})
    assert loaded(Source(path)) == [{"problem": "2+2=", "solution": "4", "level": 1, "prompt": "2+2=", "answer": "4"}]


def test_named_columns_and_transforms(tmp_path: Path) -> None:
    """Columns that are named are used, and their values changed as the recipe says."""
    path = stored(tmp_path, {"q": "2+2=", "gold": "two and two\n#### 1,004", "answer": "wrong"})
    source = Source(
        path,
        columns={"prompt": "q", "answer": "gold"},
        transforms={"answer": ["after_hashes", "without_commas"]},
    )
    assert [(row["prompt"], row["answer"]) for row in loaded(source)] == [("2+2=", "1004")]


def test_answer_without_one(tmp_path: Path) -> None:
    """A row whose answer cannot be found has none."""
    path = stored(tmp_path, {"prompt": "a", "answer": "#### 1"}, {"prompt": "b", "answer": "?"})
    found = loaded(Source(path, transforms={"answer": "after_hashes"}))
    assert [row["answer"] for row in found] == ["1", None]


def test_messages(tmp_path: Path) -> None:
    """For a chat model a prompt is a list of messages, the system's first."""
    path = stored(tmp_path, {"prompt": "2+2="})
    assert loaded(Source(path), "Be brief.", conversational=True)[0]["prompt"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "2+2="},
    ]


def test_plain_text(tmp_path: Path) -> None:
    """For a model without a chat template the system's words stand above the prompt."""
    path = stored(tmp_path, {"prompt": "2+2="})
    assert loaded(Source(path), "Be brief.")[0]["prompt"] == "Be brief.\n\n2+2="


def test_messages_in_the_file(tmp_path: Path) -> None:
    """Messages stay messages."""
    path = stored(tmp_path, {"prompt": [{"role": "user", "content": "2+2="}]})
    assert loaded(Source(path), "Be brief.")[0]["prompt"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "2+2="},
    ]


def test_limit(tmp_path: Path) -> None:
    """A limit takes the first rows."""
    path = stored(tmp_path, *({"prompt": str(number)} for number in range(5)))
    assert [row["prompt"] for row in loaded(Source(path, limit=2))] == ["0", "1"]


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is a mistake in the recipe."""
    with pytest.raises(RecipeError, match="is not there"):
        loaded(Source(str(tmp_path / "none.jsonl")))


@pytest.mark.parametrize("columns", [{}, {"prompt": "ask"}, {"prompt": "text", "answer": "gold"}])
def test_missing_column(tmp_path: Path, columns: dict[str, str]) -> None:
    """A column that is not there is named with those that are."""
    with pytest.raises(RecipeError, match=r"has no column .*; it has text"):
        loaded(Source(stored(tmp_path, {"text": "2+2="}), columns=columns))
