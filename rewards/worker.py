"""The child process in which every `def` reward runs.

The parent sends a job as one frame (see `frames`) and the worker answers with frames of outcomes in the order of the
job's items. Everything that a parent needs to judge a death is visible from outside: the exit code says which limit
was hit and `progress` says which item was being scored, or its reference being read.

The limits are the kernel's, so no code here has to be running for them to hold: a CPU timer per item whose signal
nobody catches, an address space, no files, no core. What a library prints goes nowhere, since it may be a completion.
"""

import gc
import logging
import os
import resource
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from ctypes import Array, c_longlong
from dataclasses import dataclass
from pathlib import Path

from rewards.declare import Reading, Reward
from rewards.frames import (
    PREFIX_BYTES,
    EncodedOutcome,
    Item,
    Job,
    SampleFields,
    decode_job,
    encode_outcome,
    encode_outcomes,
)
from rewards.readings import Read, Readings, key_of
from rewards.registry import discover
from rewards.samples import needs_of, reference_of, sample_of
from rewards.types import Failure, FailureKind, Outcome

EXIT_MEMORY = 70
"""Exit code of a worker whose item needed more than the address space allows."""

CONTROL = r"\boxed{1}"
"""A completion that is cheap to read for every reward: what is still expensive is so because of the reference."""

IDLE = -1
"""Value of `progress` while no item is being scored."""

READING = 1 << 32
"""Added to `progress` while the references of an item are read, before its completions are looked at."""

_TOO_EXPENSIVE = "answer_too_expensive"
_FLUSH_S = 0.002
"""Outcomes wait at most this long for company, so cheap items share a write and dear ones are never lost."""

_UNREAD = Reading()

Progress = Array[c_longlong]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use, apart from the CPU time that each item's job states."""

    memory_bytes: int
    """Address space of the process."""


def main(connection: socket.socket, progress: Progress, package: str, limits: Limits) -> None:
    """Score jobs from the connection until its other end is closed."""
    _confine(limits)
    registry = discover(package)
    gc.collect()
    gc.freeze()  # what is loaded by now stays; looking through it again and again would cost more than scoring
    connection.sendall(encode_outcomes([]))  # an empty frame says that it is ready
    try:
        serve(connection, progress, registry, set_cpu_limit=_set_cpu_limit)
    except MemoryError:
        os._exit(EXIT_MEMORY)
    os._exit(0)


def control_item(item: Item) -> Item:
    """Return the item with `CONTROL` in place of its completions."""
    samples: list[SampleFields] = [{**sample, "completion": CONTROL} for sample in item["samples"]]
    return Item(samples=samples, needs=item["needs"])


def serve(
    connection: socket.socket,
    progress: Progress,
    registry: Mapping[str, Reward],
    *,
    set_cpu_limit: Callable[[float], object],
) -> None:
    """Answer every job on the connection; return when it is closed.

    Args:
        connection: One end of a stream socket pair, blocking.
        progress: Shared memory of one number: the index of the item being scored, or `IDLE`.
        registry: The rewards that jobs may name.
        set_cpu_limit: Called with the CPU seconds that the next reading or item may use; with 0 after the last.
    """
    watch = _Watch(progress, set_cpu_limit)
    readings = Readings()
    stream = connection.makefile("rb")
    while prefix := stream.read(PREFIX_BYTES):
        job = decode_job(stream.read(int.from_bytes(prefix, "big")))
        pending: list[list[EncodedOutcome]] = []
        flushed_at = time.monotonic()
        for outcomes in _JobScorer(job, registry[job["reward"]], watch, readings).outcomes():
            pending.append(outcomes)
            if time.monotonic() - flushed_at > _FLUSH_S:
                connection.sendall(encode_outcomes(pending))
                pending = []
                flushed_at = time.monotonic()
        watch.rest()
        if pending:
            connection.sendall(encode_outcomes(pending))


@dataclass(frozen=True, slots=True)
class _Watch:
    """What the parent sees of this process: the item under way, and the CPU time that it may still use."""

    progress: Progress
    set_cpu_limit: Callable[[float], object]

    def begin(self, progress: int, limit_s: float) -> None:
        """Note what begins now and what it may use."""
        self.progress[0] = progress
        self.set_cpu_limit(limit_s)

    def rest(self) -> None:
        """Note that nothing is under way."""
        self.set_cpu_limit(0)
        self.progress[0] = IDLE


class _JobScorer:
    """Scores the items of one job."""

    def __init__(self, job: Job, reward: Reward, watch: _Watch, readings: Readings) -> None:
        self._job = job
        self._reward = reward
        self._watch = watch
        self._readings = readings
        self._params = reward.params.model_validate(job["params"])

    def outcomes(self) -> Iterator[list[EncodedOutcome]]:
        """Yield the outcomes of each item, in order."""
        for index, item in enumerate(self._job["items"]):
            yield self._item(index, item)

    def _item(self, index: int, item: Item) -> list[EncodedOutcome]:
        """Return the outcomes of one sample, or of one whole group."""
        reward = self._reward
        outcome: Outcome
        is_reading = reward.read is not None
        try:
            reads = [self._read(index, sample) for sample in item["samples"]] if is_reading else None
            is_reading = False
            self._watch.begin(index, self._job["limit_s"])
            return [encode_outcome(outcome, lasts=_lasts(outcome)) for outcome in self._score(item, reads)]
        except MemoryError:
            os._exit(EXIT_MEMORY)
        except RecursionError:
            outcome = _too_deep(reward, is_reading=is_reading)
        except Exception as error:  # noqa: BLE001 - the boundary: a defect in a reward is a typed failure
            outcome = Failure(FailureKind.CRASH, _describe(error, reward))
        return [encode_outcome(outcome)] * len(item["samples"])

    def _read(self, index: int, fields: SampleFields) -> Read:
        """Return a sample's reference and its reading, from memory where it is there."""
        key = key_of(self._reward.id, self._job["params"], fields["reference"])
        read = self._readings.find(key)
        if read is None:
            self._watch.begin(index | READING, self._job["limit_s"])
            read = self._readings.read(key, self._reward, fields["reference"], self._params)
        return read

    def _score(self, item: Item, reads: Sequence[Read] | None) -> list[Outcome]:
        """Return the outcomes of an item whose references are read, or are for the reward itself to read."""
        reward = self._reward
        if reads is None:
            reads = [(reference_of(reward, sample), _UNREAD) for sample in item["samples"]]
        if not reward.is_group:
            ((fields,), (needed,), ((reference, reading),)) = item["samples"], item["needs"], reads
            return [reward.score(sample_of(fields, reference), self._params, needs_of(needed), reading)]
        samples = [sample_of(fields, reference) for fields, (reference, _) in zip(item["samples"], reads, strict=True)]
        needs = [needs_of(fields) for fields in item["needs"]]
        return reward.score_group(samples, self._params, needs, [reading for _, reading in reads])


def _too_deep(reward: Reward, *, is_reading: bool) -> Outcome:
    """Return the outcome of an item that needs deeper recursion than a worker has."""
    if is_reading:
        return Failure(FailureKind.BAD_REFERENCE, "Reading this reference needs deeper recursion than a worker has.")
    return reward.lowest(_TOO_EXPENSIVE, "Reading this completion needs deeper recursion than a worker has.")


def _lasts(outcome: Outcome) -> bool:
    """Return whether what a reward returned depends on the sample alone."""
    if isinstance(outcome, Failure):
        return outcome.kind is FailureKind.BAD_REFERENCE
    return outcome.reason != _TOO_EXPENSIVE


def _describe(error: Exception, reward: Reward) -> str:
    """Return where an exception was raised. Its message is left out: it may quote the completion."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{reward.id} raised {type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}."


def _set_cpu_limit(seconds: float) -> None:
    """Let this process die of SIGPROF once it has used so many more CPU seconds."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _confine(limits: Limits) -> None:
    """Take away what a reward does not need."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    logging.disable(logging.CRITICAL)
    os.environ.clear()
    os.chdir("/")
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
