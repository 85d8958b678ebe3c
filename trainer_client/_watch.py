"""Notices rewards from which a run cannot learn, and says so once."""

import logging
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from trainer_client._spec import RewardSpec
from trainer_client._statistics import Statistics

__all__ = ["RewardWarning"]

DEFAULT_WARN_AFTER_GROUPS = 50
"""A few batches: early enough to save the run, and too many to be chance."""

NO_VARIANCE = "no_variance"
"""The code of the warning that the service gives too, of a batch that is large enough by itself."""

logger = logging.getLogger("trainer_client")


class RewardWarning(UserWarning):
    """A reward tells the completions of a prompt apart so rarely that training on it may be pointless."""


@dataclass(slots=True)
class Streak:
    """The groups without variance that one reward has had in a row."""

    groups: int = 0
    has_fired: bool = False
    """Whether any of their completions got more than the lowest value."""
    is_saturated: bool = True
    """Whether all of their completions got the highest value."""

    def add(self, found: Statistics) -> None:
        """Count a batch; a group with variance among its groups ends the streak."""
        if found.groups_without_variance < found.groups:
            self.groups, self.has_fired, self.is_saturated = 0, False, True
        elif found.groups:
            self.groups += found.groups
            self.has_fired |= found.fire_rate != 0
            self.is_saturated &= found.saturation == 1


class RewardWatch:
    """Warns, once for each reward, after so many groups in a row without variance; passes on what the service warns of.

    Every warning is a line of the log, a `RewardWarning` and an entry of `given`.

    Args:
        specs: The rewards. Diagnostic ones are not trained on, so that of them only the service's warnings are told.
        names: Their names.
        after_groups: How many groups; None never warns on its own.
    """

    def __init__(self, specs: Sequence[RewardSpec], names: Sequence[str], after_groups: int | None) -> None:
        self.given: list[str] = []
        self._names = list(names)
        self._limits = [None if spec.diagnostic else after_groups for spec in specs]
        self._streaks = [Streak() for _ in specs]
        self._told: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def watch(self, found: Sequence[Statistics | None]) -> None:
        """Count a batch, by the statistics of each reward; what has none is not counted."""
        texts = []
        with self._lock:
            for name, limit, streak, each in zip(self._names, self._limits, self._streaks, found, strict=True):
                if each is None:
                    continue
                streak.add(each)
                if limit is not None and streak.groups >= limit and self._is_new(name, NO_VARIANCE):
                    texts.append(told(name, streak))
                texts += [f"{name}: {text}" for text in each.warnings if self._is_new(name, text.partition(":")[0])]
            self.given += texts
        for text in texts:
            logger.warning("%s", text)
            warnings.warn(text, RewardWarning, stacklevel=2)

    def _is_new(self, name: str, code: str) -> bool:
        """Whether this is the first time for a reward and a code."""
        is_new = (name, code) not in self._told
        self._told.add((name, code))
        return is_new


def told(name: str, streak: Streak) -> str:
    """What is wrong, and what to do about it."""
    if not streak.has_fired:
        what = "it gave every completion its lowest value"
        todo = (
            "Read some completions and the reasons for their values (`log_path` writes both): does the prompt ask for "
            "what this reward looks for, and do its columns hold what it compares with?"
        )
    elif streak.is_saturated:
        what = "it gave every completion its highest value"
        todo = "If the model has learned this, make the reward diagnostic, or leave it out."
    else:
        what = "it gave the completions of each prompt the same value"
        todo = "Are they different texts? If they are, the reward is too coarse for them, or its params are."
    return f"{name}: no variance in {streak.groups} groups in a row: {what}. Nothing can be learned from that. {todo}"
