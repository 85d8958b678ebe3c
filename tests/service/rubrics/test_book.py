"""Rubrics are written once, each for its team."""

from pathlib import Path

import pytest

from rewards.registry import discover
from service.rubrics.book import Put, RubricBook
from service.rubrics.rubric import Part, RubricBody, RubricError
from service.rubrics.store import MemoryRubrics
from tests.service.running import TEST_REWARDS

pytestmark = pytest.mark.anyio

REGISTRY = discover(TEST_REWARDS)
BODY = RubricBody(description="Both.", parts=[Part(reward="matches@v1"), Part(reward="length@v1", clamp=(0, 1))])
OTHER = RubricBody(parts=[Part(reward="matches@v1")])


async def test_a_rubric_is_put_once() -> None:
    """The same again is the same; another one under the name is refused, and the first stays."""
    book = RubricBook(REGISTRY)
    became = [await book.put("a", "both@v1", body) for body in (BODY, BODY, OTHER)]
    assert [Put.NEW, Put.SAME, Put.TAKEN] == became
    assert [BODY] == [rubric.body for rubric in await book.of_team("a")]


async def test_no_rubric_takes_a_reward_s_name() -> None:
    """A name means one thing."""
    with pytest.raises(RubricError, match="is a reward"):
        await RubricBook(REGISTRY).put("a", "length@v1", OTHER)


async def test_a_team_s_rubrics_are_its_own() -> None:
    """Two teams may mean different things by a name, and neither sees what the other means."""
    book = RubricBook(REGISTRY)
    assert [Put.NEW, Put.NEW] == [await book.put("a", "both@v1", BODY), await book.put("b", "both@v1", OTHER)]
    assert [BODY, OTHER] == [await body_of(book, team, "both@v1") for team in ("a", "b")]
    assert (None, []) == (await book.find("c", "both@v1"), await book.of_team("c"))


async def test_the_operator_s_rubrics_are_everybody_s(tmp_path: Path) -> None:
    """No team can take the name of one, and the folder stays the operator's."""
    (tmp_path / "both@v1.yaml").write_text("parts: [{reward: matches@v1}]")
    book = RubricBook(REGISTRY, tmp_path)
    assert [Put.SAME, Put.TAKEN, Put.NEW] == [
        await book.put("a", rubric, body) for rubric, body in (("both@v1", OTHER), ("both@v1", BODY), ("own@v1", BODY))
    ]
    assert [["both@v1", "own@v1"], ["both@v1"]] == [
        [rubric.id for rubric in await book.of_team(team)] for team in ("a", "b")
    ]
    assert [tmp_path / "both@v1.yaml"] == files(tmp_path)


async def test_what_a_team_put_goes_on_meaning_the_same(tmp_path: Path) -> None:
    """Also where the operator takes its name later."""
    store = MemoryRubrics()
    assert Put.NEW is await RubricBook(REGISTRY, None, store).put("a", "both@v1", BODY)
    (tmp_path / "both@v1.yaml").write_text("parts: [{reward: matches@v1}]")
    book = RubricBook(REGISTRY, tmp_path, store)
    assert [BODY, OTHER] == [await body_of(book, team, "both@v1") for team in ("a", "b")]
    assert [BODY] == [rubric.body for rubric in await book.of_team("a")]


async def test_replicas_share_what_teams_put() -> None:
    """What one has not seen yet it looks for, and the first to put a name has it."""
    store = MemoryRubrics()
    first, second = RubricBook(REGISTRY, None, store), RubricBook(REGISTRY, None, store)
    assert await second.find("a", "both@v1") is None
    assert Put.NEW is await first.put("a", "both@v1", BODY)
    assert BODY == await body_of(second, "a", "both@v1")
    assert Put.TAKEN is await second.put("a", "both@v1", OTHER)


def files(folder: Path) -> list[Path]:
    """Return what is in a folder."""
    return list(folder.iterdir())


async def body_of(book: RubricBook, team: str, rubric_id: str) -> RubricBody | None:
    """Return what a rubric says."""
    found = await book.find(team, rubric_id)
    return None if found is None else found.body


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
