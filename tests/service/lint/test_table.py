"""The table of what frames earn, at every width: no figure and no reward is ever missing from it."""

import io
import re
from collections.abc import Sequence

import pytest
from rich.console import Console

from service.cli._lint_matrix import show_earned
from service.lint.matrix import Cell, Column, Matrix

FRAMES = ["<think>⏎…⏎</think>⏎<answer>⏎\\boxed{x}⏎</answer>", "\\boxed{x}", "x"]


def table(width: int, *earned: Sequence[float | None], counts: bool = True) -> str:
    """Return the table of rewards that earn so much in the frames."""
    columns = [
        Column(name, name, counts, compares=False, cells=cells)
        for number, values in enumerate(earned)
        if (name := f"reasoning_answer_format_{number}@v1")
        and (cells := {frame: Cell(value, 0.0, "") for frame, value in zip(FRAMES, values, strict=True)})
    ]
    stream = io.StringIO()
    show_earned(Console(file=stream, width=width), Matrix(FRAMES, columns, None))
    return stream.getvalue()


@pytest.mark.parametrize("width", [20, 40, 80, 120, 400])
@pytest.mark.parametrize("count", [1, 2, 6, 10, 14])
def test_every_figure_of_every_reward_stands_in_it(width: int, count: int) -> None:
    """Whatever the width; so does a name for each column."""
    earned: list[list[float | None]] = [[0.111 + n, -0.222 - n, 0.00333] for n in range(count)]
    printed = table(width, *earned)
    figures = re.findall(r"(?<![\w@])-?\d+\.\d+(?!\w)", printed)
    assert sorted(f"{value:.3g}" for values in earned for value in values if value is not None) == sorted(figures)
    joined = re.sub(r"\s", "", printed)
    assert all(f"format_{n}" in joined for n in range(count))


def test_ten_rewards_are_numbered_at_80_columns() -> None:
    """With a legend, which says as well what is only watched, and no line is longer than the terminal."""
    printed = table(80, *[[1.0, 0.5, 0.0]] * 10, counts=False)
    assert " 10  reasoning_answer_format_9@v1 (watched)" in printed.splitlines()
    assert re.search(r"frame +1 +2 +3 +4 +5 +6 +7 +8 +9 +10", printed)
    assert max(map(len, printed.splitlines())) <= 80


def test_frames_that_earn_nearly_alike_show_the_least_and_the_most() -> None:
    """No frame is said to earn another's figure, and least of all 0."""
    assert "0..0.04" in table(80, [0.0, 0.04, 1.0])


def test_what_could_not_be_judged_is_no_blank() -> None:
    """The mark is explained."""
    assert "- nothing could be judged" in table(80, [None, 1.0, 1.0])
