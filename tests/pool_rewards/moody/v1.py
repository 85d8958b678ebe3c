"""A reward whose completion says what happens to the worker."""

import os
import signal
import time

from rewards.declare import reward
from rewards.errors import BadReference, NotApplicable
from rewards.types import NoParams, NoReference, Sample, Score


def _burn() -> None:
    while True:
        pass


def _hog() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))


def _recurse() -> None:
    _recurse()


def _toil() -> None:
    ends_at = time.process_time() + 0.03
    while time.process_time() < ends_at:
        pass


def _raise(error: Exception) -> None:
    raise error


MOODS = {
    "burn": _burn,
    "hog": _hog,
    "recurse": _recurse,
    "sleep": lambda: time.sleep(3600),
    "doze": lambda: time.sleep(0.1),
    "nap": lambda: time.sleep(0.003),
    "toil": _toil,
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(3),
    "raise": lambda: _raise(ValueError("the completion says SECRET")),
    "bad_reference": lambda: _raise(BadReference("The reference is unreadable.")),
    "not_applicable": lambda: _raise(NotApplicable("Not here.")),
    "print": lambda: print("SECRET"),  # noqa: T201 - a library that prints what it was given
}


@reward(range=(-1.0, 1.0), budget_s=0.5)
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """Do what the completion says."""
    if sample.completion == "nan":
        return Score(float("nan"), "nan", "Not a number.")
    if sample.completion == "high":
        return Score(2.0, "high", "Over the range.")
    MOODS.get(sample.completion, lambda: None)()
    return Score(1.0, "fine", "Nothing happened.")
