"""What a reward adds to the trainer's log."""

from trainer_client import Failure, Score, Statistics
from trainer_client._forward import columns, figures, forward_columns, forward_figures

OUTCOMES = [
    Score(1.0, "equal", "Yes.", {"extracted": "4", "length": 2, "closed": True, "odd": float("nan")}),
    Failure("deadline", "Late."),
    Score(0.0, "different", "No.", {"length": 4}),
]


def test_columns_are_always_the_same() -> None:
    """There are two columns of text, with a value for every completion."""
    found = columns("a@v1", OUTCOMES)
    assert found["a@v1/reason"] == ["equal", "failed: deadline", "different"]
    assert found["a@v1/details"][1:] == ["Late.", '{"length": 4}']
    assert {type(value) for values in found.values() for value in values} == {str}


def test_figures() -> None:
    """Numeric details are averaged over the completions that have them, texts and NaN left out."""
    assert figures("a@v1", OUTCOMES, 0.25) == {
        "a@v1/length": 3.0,
        "a@v1/closed": 1.0,
        "a@v1/failed": 1 / 3,
        "a@v1/wait_s": 0.25,
    }


def test_a_detail_cannot_pose_as_a_figure() -> None:
    """Our own figures win over details of the same name."""
    assert figures("a@v1", [Score(1.0, "r", "e", {"failed": 9, "wait_s": 9})], 0.0) == {
        "a@v1/failed": 0.0,
        "a@v1/wait_s": 0.0,
    }


def test_empty_batch() -> None:
    """An empty batch has a waiting time and no shares."""
    assert figures("a@v1", [], 0.5) == {"a@v1/wait_s": 0.5}


def test_no_log() -> None:
    """A trainer without these logs gets nothing."""
    forward_columns("a@v1", OUTCOMES, None)
    forward_figures({"a@v1/failed": 0.0}, None)


def test_statistics_are_figures() -> None:
    """Those that there are, and that may be averaged; a detail cannot pose as one."""
    known = Statistics(4, 2, 0.5, 0.25, 0.4, 0, 0, None)
    assert figures("a@v1", [Score(1.0, "r", "e", {"fire_rate": 9})], 0.0, known) == {
        "a@v1/failed": 0.0,
        "a@v1/wait_s": 0.0,
        "a@v1/fire_rate": 0.5,
        "a@v1/saturation": 0.25,
    }
    grouped = Statistics(4, 4, 0.5, 0.25, 0.4, 4, 1, 0.125)
    found = figures("a@v1", [], 0.0, grouped)
    assert (found["a@v1/share_without_variance"], found["a@v1/in_group_variance"]) == (0.25, 0.125)
