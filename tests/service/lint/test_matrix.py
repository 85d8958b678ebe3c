"""What contradicts what, from tables of what frames earn."""

import io

import pytest
from rich.console import Console

from service.cli._lint_tables import show
from service.lint.findings import Findings, Level
from service.lint.matrix import Cell, Column, Matrix, contradictions
from service.lint.session import Report


def column(name: str, earned: str, *, counts: bool = True, compares: bool = False) -> Column:
    """Return a reward that pays 1 in the frames marked `1`, something in those marked `+` and cannot judge `?`."""
    values = {"1": 1.0, "+": 0.5, "0": 0.0, "?": None}
    cells = {
        frame: Cell(values[mark], {"1": 1.0, "+": 0.5}.get(mark, 0.0), "reason")
        for frame, mark in zip("abcdef", earned, strict=False)
    }
    return Column(name, name, counts, compares, cells)


def found(*columns: Column, asked: str | None = None) -> list[tuple[str, str]]:
    """Return the levels and the checks of what contradicts."""
    findings = Findings()
    contradictions(Matrix(list(columns[0].cells), columns, asked), findings)
    return [(one.level.value, one.check) for one in findings]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([column("one", "1000"), column("two", "1100")], []),
        ([column("one", "1000"), column("two", "0100")], [("error", "contradiction")]),
        ([column("one", "1100"), column("two", "0110"), column("three", "1010")], [("error", "contradiction")]),
        ([column("one", "0000"), column("two", "1111")], [("warning", "never_pays")]),
        ([column("one", "????"), column("two", "1111")], [("note", "not_compared")]),
        ([column("one", "00??"), column("two", "1111")], [("note", "not_compared")]),
        ([column("one", "1000"), column("two", "0100", counts=False)], []),
        ([column("format", "11000"), column("answer", "10000", compares=True)], [("warning", "contradiction")]),
        ([column("format", "10000"), column("answer", "11111", compares=True)], []),
        ([column("format", "1111"), column("answer", "1000", compares=True)], []),
        ([column("format", "0000", counts=False)], []),
    ],
)
def test_contradictions_are_told_from_what_formats_are_for(
    columns: list[Column], expected: list[tuple[str, str]]
) -> None:
    """Frames that exclude each other, or that hide the answer; not an answer without its format."""
    assert expected == found(*columns)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("a", [("note", "contradiction")]),
        ("b", [("error", "prompt_unpaid"), ("warning", "contradiction")]),
        ("c", [("error", "prompt_unpaid"), ("error", "prompt_unpaid"), ("warning", "contradiction")]),
    ],
)
def test_the_frame_that_is_asked_for_decides(asked: str, expected: list[tuple[str, str]]) -> None:
    """What nobody asks for is a note."""
    columns = [column("format", "11000"), column("answer", "10000", compares=True)]
    assert expected == found(*columns, asked=asked)


def test_the_report_is_printed_with_its_table() -> None:
    """Frames that earn alike share a line; what is watched is marked; findings follow, with their rows."""
    columns = [
        column("long_name_of_a_reward@v1", "110?"),
        column("other@v1", "11+0", counts=False),
    ]
    findings = Findings()
    for row in range(30):
        findings.add("bad_reference", Level.ERROR, "It cannot be read.", reward="other@v1", row=row, example="[x]")
    report = Report({"train": 30, "eval": 1}, ["a", "b"], findings, Matrix(list("abcd"), columns, None))
    text = io.StringIO()
    show(Console(file=text, width=120), report, frames=True)
    lines = [" ".join(line.split()) for line in text.getvalue().splitlines()]
    assert "a and 1 alike 1 1" in lines
    assert "c 0 0.5" in lines
    assert "d - 0" in lines
    assert "error bad_reference other@v1 30 rows: 0, 1, 2, 3, 4, 5, 6, 7, …" in lines
    assert "row 0: [x]" in lines
    assert "30 rows of train, 1 row of eval, 2 rewards: 1 error" in lines


def test_a_report_without_rows_is_printed() -> None:
    """As of a recipe that is none."""
    text = io.StringIO()
    show(Console(file=text, width=120), Report({}, [], Findings(), None), frames=True)
    assert "no rows, 0 rewards: nothing found." in text.getvalue()
