"""The tool that locks versions can lock every kind of reward."""

import json
from pathlib import Path

import pytest

from rewards.digest import Lock
from rewards.registry import discover
from rewards.types import Failure, FailureKind, Outcome, Score
from tests.relock import probe_outcomes, relocked

pytestmark = pytest.mark.usefixtures("warm_forkserver")

REGISTRY = discover("tests.pool_rewards")


def probes(folder: Path, reward_id: str, *rows: object) -> Path:
    """Return a folder with these probes of one version."""
    (folder / f"{reward_id}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def outcomes(reward_id: str, folder: Path) -> dict[str, Outcome]:
    """Return what one version says of its probes, by line number."""
    return dict(probe_outcomes(REGISTRY, [reward_id], "tests.pool_rewards", folder)[reward_id].outcomes)


def test_a_group_is_probed_together(tmp_path: Path) -> None:
    """The rows of one group go to a group reward at once, and the outcomes keep their line numbers."""
    rows = [{"completion": text, "group": group} for text, group in (("aa", "x"), ("a", "y"), ("a", "x"))]
    found = outcomes("rank@v1", probes(tmp_path, "rank@v1", *rows))
    assert {"1": 1.0, "2": 0.0, "3": 0.0} == {
        line: score.value for line, score in found.items() if isinstance(score, Score)
    }


def test_needs_are_scored_first(tmp_path: Path) -> None:
    """A version's needs see the same row, and a need's failure is the row's."""
    rows = [{"completion": "fine"}, {"completion": "not_applicable"}]
    found = outcomes("doubled@v1", probes(tmp_path, "doubled@v1", *rows))
    assert Score(2.0, "doubled", "Doubled.") == found["1"]
    assert isinstance(found["2"], Failure)
    assert FailureKind.NOT_APPLICABLE == found["2"].kind


def test_what_is_asked_is_part_of_the_behaviour(tmp_path: Path) -> None:
    """A row says what the judge answers it; the digest changes with the verdict, and with any word of the question."""
    rows = [
        {"completion": "aa", "judge": {"opinion@v1": {"good": good}}, "params": {"polite": polite}}
        for good, polite in ((True, False), (False, False), (True, True))
    ]
    folder = probes(tmp_path, "opinion@v1", *rows, {"completion": "b"})
    found = probe_outcomes(REGISTRY, ["opinion@v1"], "tests.pool_rewards", folder)["opinion@v1"]
    assert [1.0, 0.0, 1.0, None] == [getattr(outcome, "value", None) for _, outcome in sorted(found.outcomes)]
    assert ["1", "2", "3", "4"] == [probe for probe, *_ in sorted(found.asked)]
    digests = {
        probe_outcomes(REGISTRY, ["opinion@v1"], "tests.pool_rewards", probes(tmp_path, "opinion@v1", row))[
            "opinion@v1"
        ].digest
        for row in rows
    }
    assert 3 == len(digests)


def test_an_unknown_version_is_not_released() -> None:
    """A release names what is declared."""
    with pytest.raises(ValueError, match="not declared: nothing@v1"):
        relocked(REGISTRY, Lock({}), ["nothing@v1"])
