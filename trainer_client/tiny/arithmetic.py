"""The lesson's world: sums of two small numbers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Problem", "Split", "demonstration", "split"]

LARGEST = 19
"""Sums up to 38 make 400 problems: too many to guess, few enough for a tiny model."""

HELD_OUT = 80
"""Problems that the model never sees, to tell whether it learned to add."""

WRONG_SHARE = 0.4
"""Demonstrations with a wrong sum."""

BROKEN_SHARE = 0.3
"""Demonstrations in a broken format."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One sum."""

    left: int
    """The first number."""

    right: int
    """The second number."""

    @property
    def question(self) -> str:
        """What the model is asked."""
        return f"{self.left}+{self.right}="

    @property
    def answer(self) -> str:
        """What it should answer."""
        return str(self.left + self.right)

    def solution(self, total: int) -> str:
        """A well-formed completion that adds the units first and then claims this total.

        The answer is boxed because `math_equal@v1` reads `<think>4+4=8</think><answer>18</answer>` as 8.
        """
        left, right = self.left % 10, self.right % 10
        return f"<think>{left}+{right}={left + right}</think><answer>\\boxed{{{total}}}</answer>"


@dataclass(frozen=True, slots=True)
class Split:
    """All the problems, in two parts."""

    train: tuple[Problem, ...]
    """Problems that are demonstrated and then trained on."""

    held_out: tuple[Problem, ...]
    """Problems that are neither."""


def split(seed: int) -> Split:
    """The problems, shuffled and cut."""
    numbers = range(LARGEST + 1)
    problems = [Problem(left, right) for left in numbers for right in numbers]
    random.Random(seed).shuffle(problems)  # noqa: S311  a shuffle, not a secret
    return Split(tuple(problems[HELD_OUT:]), tuple(problems[:HELD_OUT]))


def demonstration(problem: Problem, dice: random.Random) -> str:
    """A completion to imitate, often wrong and often badly formed.

    The flaws leave GRPO something to do: a model that imitates them knows the right answer and seldom gives
    it.
    """
    total = problem.left + problem.right
    if dice.random() < WRONG_SHARE:
        total = wrong(total, dice)
    text = problem.solution(total)
    return broken(text, dice) if dice.random() < BROKEN_SHARE else text


def wrong(total: int, dice: random.Random) -> int:
    """Another total, mostly a near one."""
    return max(0, total + dice.choice((-10, -2, -1, 1, 2, 10)))


def broken(text: str, dice: random.Random) -> str:
    """The text without one of its tags, or with one twice."""
    tag = dice.choice(("<think>", "</think>", "<answer>", "</answer>"))
    return text.replace(tag, dice.choice(("", tag * 2)))


def demonstrations(problems: Sequence[Problem], count: int, seed: int) -> list[tuple[Problem, str]]:
    """So many demonstrations of the problems."""
    dice = random.Random(seed)  # noqa: S311
    chosen = [problems[at % len(problems)] for at in range(count)]
    dice.shuffle(chosen)
    return [(problem, demonstration(problem, dice)) for problem in chosen]
