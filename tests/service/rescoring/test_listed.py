"""The groups of a file."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.filter.dataset import DataSet
from service.rescoring.errors import RescoringError
from service.rescoring.listed import ListedCases, ListedGroups, group_sizes
from service.samples import SampleColumns
from trainer_client import RewardInfo

INFO = RewardInfo("a@v1", None, None, "", "", (0.0, 1.0), {}, {}, (), group=True)


def groups(folder: Path, rows: Sequence[dict[str, Any]]) -> list[list[tuple[int, str | None]]]:
    """Return the lines of each group, and what it is called."""
    path = folder / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{oops\n")
    columns = SampleColumns(["a@v1"], {"a@v1": INFO}, {}, ["completion", "group", "prompt"])
    with closing(DataSet(path).rows()) as first, closing(DataSet(path).rows()) as second:
        cases = ListedCases(second, columns, None)
        found = list(ListedGroups(cases, group_sizes(first, columns)))
    assert 1 == cases.skipped
    return [[(case.key, case.sample.group) for case in group] for group in found]


def test_rows_of_a_group_are_together_wherever_they_are(tmp_path: Path) -> None:
    """In their order; the group column wins over the prompt, and who has neither is in no group."""
    rows = [
        {"completion": "1", "prompt": "p"},
        {"completion": "2", "prompt": "p", "group": "g"},
        {"completion": "3", "prompt": "q"},
        {"completion": "4"},
        {"completion": "5", "prompt": "p"},
        {"completion": "6", "prompt": "r", "group": "g"},
    ]
    found = groups(tmp_path, rows)
    assert [[3], [4], [1, 5], [2, 6]] == [[key for key, _ in group] for group in found]
    assert [1, 1, 1, 1] == [len({name for _, name in group}) for group in found]
    assert (None, "g") == (found[1][0][1], found[3][0][1])


def test_a_group_is_not_too_large(tmp_path: Path) -> None:
    """It is said before anything is asked."""
    with pytest.raises(RescoringError, match=r"the group 'g' has 8,193 samples"):
        groups(tmp_path, [{"completion": "c", "group": "g"}] * 8193)
