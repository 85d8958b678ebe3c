"""Which rows are kept: conditions such as `faithfulness@v1>=0.7`, and what they make of outcomes."""

import enum
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trainer_client import Outcome, Score
from trainer_client._override import override

_CONDITION = re.compile(r"\s*([^\s<>=]+)\s*(>=|<=|==|>|<)\s*(\S+)\s*")
_ID = re.compile(r"[a-z][a-z0-9_]*@v\d+")
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}
CALIBRATED = "calibrated"
"""Stands for the threshold that `touchstone calibrate` found for the judge."""


class ConditionError(Exception):
    """What was written is no condition, or one that cannot be met; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a reward's value has to be."""

    reward: str
    sign: str
    threshold: float

    @override
    def __str__(self) -> str:
        return f"{self.reward}{self.sign}{self.threshold:.12g}"

    def holds(self, value: float) -> bool:
        """Return whether a value is as it has to be."""
        return _OPERATORS[self.sign](value, self.threshold)


def parse(text: str, calibrated: Callable[[str], float]) -> Condition:
    """Return the condition that a text says.

    Args:
        text: `ID OP NUMBER`, blanks between them or none.
        calibrated: Returns the threshold of a reward where the text says `calibrated` for the number.

    Raises:
        ConditionError: it says none.
    """
    found = _CONDITION.fullmatch(text)
    if found is None or not _ID.fullmatch(found[1]):
        raise ConditionError(
            f"{text!r} is no condition: write ID OP NUMBER with one of {' '.join(_OPERATORS)}, "
            "such as 'faithfulness@v1>=0.7', in quotes since the shell reads < and > itself"
        )
    reward, sign, number = found.groups()
    try:
        threshold = calibrated(reward) if number == CALIBRATED else float(number)
    except ValueError:
        threshold = math.nan
    if not math.isfinite(threshold):
        raise ConditionError(f"{text!r}: {number} is no number; write one, or {CALIBRATED}")
    return Condition(reward, sign, threshold)


def check(condition: Condition, low: float | None, high: float | None) -> None:
    """Do nothing where some value of a reward meets a condition and some other does not.

    Args:
        condition: The condition.
        low: The reward's lowest value; None where there is none.
        high: The highest.

    Raises:
        ConditionError: every row would be kept, or none.
    """
    if low is None or high is None:
        return
    met = [condition.holds(value) for value in (low, high)]
    within = low < condition.threshold < high
    told = f"{condition}: the values of {condition.reward} go from {low:g} to {high:g}"
    if not any(met) and not (within and condition.sign == "=="):
        raise ConditionError(f"{told}, so that no row would be kept")
    if all(met):
        raise ConditionError(f"{told}, so that every row would be kept")


class Fate(enum.StrEnum):
    """What becomes of a row."""

    KEPT = "kept"
    """Every condition holds."""
    DROPPED = "dropped"
    """A condition does not hold."""
    FAILED = "failed"
    """Nobody knows whether they all hold, and none is known not to."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row, and why."""

    fate: Fate
    broken: Sequence[str] = ()
    """The conditions that do not hold."""
    again: bool = False
    """Whether asking again may decide it."""


def decide(conditions: Sequence[Condition], outcomes: Mapping[str, Outcome]) -> Decision:
    """Return what becomes of a row.

    One condition that does not hold is enough to drop it, whatever the others say. A failure alone never drops it.
    """
    scores = {reward: each.value for reward, each in outcomes.items() if isinstance(each, Score)}
    broken = [str(each) for each in conditions if each.reward in scores and not each.holds(scores[each.reward])]
    if broken:
        return Decision(Fate.DROPPED, broken)
    if all(each.reward in scores for each in conditions):
        return Decision(Fate.KEPT)
    return Decision(
        Fate.FAILED, again=any(not isinstance(each, Score) and each.retryable for each in outcomes.values())
    )
