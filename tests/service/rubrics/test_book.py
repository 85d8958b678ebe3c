"""Rubrics are written once, and stay where they are written."""

from pathlib import Path

import pytest

from rewards.registry import discover
from service.rubrics.book import Put, RubricBook
from service.rubrics.rubric import Part, RubricBody, RubricError
from tests.service.running import TEST_REWARDS

REGISTRY = discover(TEST_REWARDS)
BODY = RubricBody(description="Both.", parts=[Part(reward="matches@v1"), Part(reward="length@v1", clamp=(0, 1))])
OTHER = RubricBody(parts=[Part(reward="matches@v1")])


def test_a_rubric_is_put_once() -> None:
    """The same again is the same; another one under the name is refused, and the first stays."""
    book = RubricBook(REGISTRY)
    became = [book.put("both@v1", body) for body in (BODY, BODY, OTHER)]
    assert [Put.NEW, Put.SAME, Put.TAKEN] == became
    assert BODY == book["both@v1"].body
    assert ["both@v1"] == list(book)


def test_no_rubric_takes_a_reward_s_name() -> None:
    """A name means one thing."""
    with pytest.raises(RubricError, match="is a reward"):
        RubricBook(REGISTRY).put("length@v1", OTHER)


def test_a_folder_keeps_rubrics(tmp_path: Path) -> None:
    """Across restarts, and between processes that share it; nothing but the rubric is left there."""
    first, second = RubricBook(REGISTRY, tmp_path), RubricBook(REGISTRY, tmp_path)
    assert Put.NEW is first.put("both@v1", BODY)
    assert Put.TAKEN is second.put("both@v1", OTHER)
    again = RubricBook(REGISTRY, tmp_path)
    assert (first["both@v1"].digest, 1) == (again["both@v1"].digest, len(again))
    assert ["both@v1.yaml"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("maths.yaml", "parts: [{reward: length@v1}]", "is called like a reward, name@v1"),
        ("maths@v1.yaml", "parts: [{reward: absent@v1}]", "there is no reward"),
        ("maths@v1.yaml", "parts: {", "maths@v1.yaml"),
        ("maths@v1.yaml", "part: []", "parts: Field required"),
        ("maths@v1.yaml", "", "maths@v1.yaml"),
    ],
)
def test_a_file_that_is_no_rubric_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    """The service does not start with half of its rubrics."""
    (tmp_path / name).write_text(text)
    with pytest.raises(RubricError, match=said):
        RubricBook(REGISTRY, tmp_path)
