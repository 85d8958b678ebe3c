"""Honest completions: what is stated, and in which frame."""

from fractions import Fraction
from typing import Any

import pytest

from rewards.registry import discover
from service.lint.answers import answers
from service.lint.exemplars import own_frames
from service.lint.frames import Frame, frames, prompted
from service.lint.puzzles import solution


@pytest.mark.parametrize(
    ("reference", "stated"),
    [
        ({"answer": "72"}, ["72"]),
        ({"answer": 72}, ["72"]),
        ({"answer": "$\\frac12$"}, ["\\frac12", "$\\frac12$"]),
        ({"answer": "24 + 48 = 72\n#### 72"}, ["72"]),
        ({"solution": "so \\boxed{1} or \\boxed{\\frac{1}{2}}."}, ["\\frac{1}{2}"]),
        ({"answer": "an open \\boxed{1"}, ["an open \\boxed{1"]),
        ({"answer": "B", "options": ["x", "Paris"]}, ["Paris", "B"]),
        ({"answer": "D", "options": ["x", "Paris"]}, ["D"]),
        ({"labels": ["first", "second"]}, ["first"]),
        ({"solution_text_format": "(1) A is a knave"}, ["(1) A is a knave"]),
        ({"target": 24, "numbers": [2, 3, 4]}, ["(4 * (2 * 3))"]),
        ({"target": 50, "numbers": [1, 1]}, ["50"]),
        ({"target": 50, "numbers": [1, 2, 3, 4, 5]}, []),
        ({"target": "x", "numbers": [1]}, []),
        ({"answer": True}, []),
        ({"answer": float("nan")}, []),
        ({"answer": None}, []),
        ({"answer": " "}, []),
        ({}, []),
    ],
)
def test_an_answer_is_what_a_completion_would_state(reference: dict[str, Any], stated: list[str]) -> None:
    """A whole solution gives its final answer, a letter also its option, a puzzle its solution."""
    assert stated == answers(reference)


@pytest.mark.parametrize(("numbers", "target"), [([3, 3, 8, 8], 24), ([1, 5, 5, 5], 24), ([7, 0, 2], 2)])
def test_puzzles_are_solved_exactly(numbers: list[int], target: int) -> None:
    """Also where the only way is through fractions, or leaves numbers out."""
    assert solution(numbers, Fraction(target))


def test_each_frame_has_a_name_of_its_own_and_states_the_answer() -> None:
    """The names stand in reports; the answer is in every completion."""
    assert len(frames()) == len({frame.name for frame in frames()})
    assert all("4711" in frame.completion("4711") for frame in frames())
    assert all("{answer}" not in frame.completion("4711") for frame in frames())


@pytest.mark.parametrize(
    ("prompt", "begins", "ends"),
    [
        ("Answer in <answer>...</answer> tags.", "Let me", "<answer>\n4\n</answer>"),
        ("Put it in \\boxed{}.", "Let me", "\\boxed{4}"),
        ("End with #### and the number.", "Let me", "#### 4"),
        (
            "<reasoning>\n...\n</reasoning>\n<answer>\n...\n</answer>\n",
            "<reasoning>\nLet",
            "</reasoning>\n<answer>\n4\n</answer>\n",
        ),
        ("<think> here </think><answer>here</answer>", "<think> Let", " </think><answer>4</answer>"),
        (
            "Between <think> and </think>, and then, in \\boxed{}, between <answer> and </answer>.",
            "<think>\nLet",
            "</think>\n<answer>\n\\boxed{4}\n</answer>",
        ),
        ("Think in <think> </think>, answer in <answer> </answer>.\nAssistant: <think>", "\nLet", "4\n</answer>"),
        ("Reason inside <think></think>.", "<think>\nLet", "</think>\n\n4"),
    ],
)
def test_a_prompt_shows_its_frame(prompt: str, begins: str, ends: str) -> None:
    """Tags, a box and hashes are read, laid out as the prompt lays them out."""
    found = prompted(prompt)
    assert found is not None
    completion = found.completion("4")
    assert completion.startswith(begins)
    assert completion.endswith(ends)


@pytest.mark.parametrize("prompt", ["What is 2 + 2?", "Is 1 < 2 > 0?", "<b>bold</b>", "<think> alone", ""])
def test_a_prompt_without_instructions_shows_none(prompt: str) -> None:
    """Other tags are no instructions."""
    assert prompted(prompt) is None


def test_every_example_becomes_a_frame() -> None:
    """Each states whatever answer is asked for."""
    found: dict[str, Frame] = own_frames([*discover(), "nothing@v1"])
    assert found
    assert all("4711" in frame.completion("4711") for frame in found.values())
