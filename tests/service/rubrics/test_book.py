"""Rubrics are written once, and stay where they are written."""

import threading
from concurrent.futures import ThreadPoolExecutor
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


def test_processes_that_share_a_folder_agree(tmp_path: Path) -> None:
    """The same rubric put to each is the same one, and what the first has put is served by whoever was asked next."""
    first, second = RubricBook(REGISTRY, tmp_path), RubricBook(REGISTRY, tmp_path)
    assert [Put.NEW, Put.SAME] == [first.put("both@v1", BODY), second.put("both@v1", BODY)]
    assert Put.NEW is first.put("other@v1", OTHER)
    assert Put.TAKEN is second.put("other@v1", BODY)
    assert dict(first).keys() == dict(second).keys()
    assert OTHER == second["other@v1"].body


def test_one_of_many_puts_at_once_wins(tmp_path: Path) -> None:
    """And what it says is what is in the file, whole."""
    bodies = [RubricBody(description=f"{number}" * 2000, parts=OTHER.parts) for number in range(8)]
    books = [RubricBook(REGISTRY, tmp_path) for _ in bodies]
    gate = threading.Barrier(len(bodies))

    def put(number: int, name: str) -> Put:
        gate.wait()
        return books[number].put(name, bodies[number])

    with ThreadPoolExecutor(len(bodies)) as threads:
        for name in (f"raced@v{number}" for number in range(1, 21)):
            became = list(threads.map(lambda number, name=name: put(number, name), range(len(bodies))))
            (winner,) = [number for number, each in enumerate(became) if each is Put.NEW]
            assert [Put.TAKEN] * 7 == [each for each in became if each is not Put.NEW]
            assert bodies[winner] == RubricBook(REGISTRY, tmp_path)[name].body
    assert 20 == len(list(tmp_path.iterdir()))


def test_a_folder_that_takes_nothing_is_said(tmp_path: Path) -> None:
    """And nothing of the rubric is served."""
    book = RubricBook(REGISTRY, tmp_path)
    tmp_path.rmdir()
    with pytest.raises(OSError, match="No such file"):
        book.put("both@v1", BODY)
    assert 0 == len(book)
    tmp_path.mkdir()


def test_a_rubric_has_one_file(tmp_path: Path) -> None:
    """Of two with one name, one would be lost without a word."""
    for suffix in ("yaml", "yml"):
        (tmp_path / f"maths@v1.{suffix}").write_text("parts: [{reward: matches@v1}]")
    with pytest.raises(RubricError, match="another suffix"):
        RubricBook(REGISTRY, tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("maths.yaml", "parts: [{reward: length@v1}]", "is called like a reward, name@v1"),
        ("maths@v1.yaml", "parts: [{reward: absent@v1}]", "there is no reward"),
        ("length@v1.yaml", "parts: [{reward: matches@v1}]", "length@v1 is a reward"),
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
