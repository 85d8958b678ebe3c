"""One declaration per reward version, from which everything else is derived.

    @reward(range=(0.0, 1.0), budget_s=5, read=read_reference)
    def score(sample: Sample[Reference], params: Params, gold: Gold) -> Score: ...

`read` and its parameter are for references that are dear to read: they are read apart from the completions, once. An
`async def` function asks a judge, which it takes as a parameter of type `Judge`; it waits on the service's event loop,
so what it has to compute about the completion it takes from its needs, which are scored in the pool.

The family and the version are read off the module's path, the types off the annotations, the documentation off the
docstring. The decorator returns a `Reward` and registers nothing: `rewards.registry.discover` finds it.
"""

import inspect
import math
import re
import typing
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rewards.errors import RewardError
from rewards.types import Failure, FailureKind, Frozen, Judge, Needs, NoParams, NoReference, Outcome, Sample, Score

_MODULE = re.compile(r"(?:^|\.)(?P<family>[a-z][a-z0-9_]*)\.v(?P<version>[1-9][0-9]*)$")

MAX_COMPLETION_CHARS = 1_000_000
"""Default length over which a completion scores the lowest value unread: four times a 64k-token completion."""

_NEEDS = "needs"
_GOLD = "gold"
_JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a reference: what `read` returned, or the failure that it raised."""

    gold: object = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Reward:
    """One declared version of a reward."""

    family: str
    version: int
    function: Callable[..., object]
    reference: type[Frozen]
    """What a sample's `reference` must look like; `NoReference` where none is compared."""
    params: type[Frozen]
    range: tuple[float, float]
    """The lowest and the highest value, both inclusive and finite."""
    budget_s: float
    """CPU seconds one sample (one group, for a group reward) may use. CPU, so that load cannot change a verdict."""
    max_completion_chars: int
    """A longer completion scores the lowest value with reason `too_long`."""
    needs: tuple[str, ...]
    """Ids of the rewards whose scores the function receives."""
    is_group: bool
    """Whether the function takes all samples of a group at once."""
    read: Callable[..., object] | None
    """Turns a reference and the params into what the function compares with, in the process that scores; else None."""
    extras: tuple[str, ...]
    """What the function takes after the sample and the params, in its order: some of `needs`, `gold` and `judge`."""
    supersedes: tuple[str, ...]
    """Ids of versions of other families that this one is to be used instead of."""

    @property
    def id(self) -> str:
        """The name on the wire: `<family>@v<version>`."""
        return f"{self.family}@v{self.version}"

    @property
    def module(self) -> str:
        """The module that declares this version."""
        return self.function.__module__

    @cached_property
    def doc(self) -> str:
        """The docstring: this version's documentation page, in Markdown."""
        return inspect.getdoc(self.function) or ""

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.doc.partition("\n")[0]

    @property
    def is_judged(self) -> bool:
        """Whether the function asks a judge; it is then scored by `score_judged` alone."""
        return _JUDGE in self.extras

    @property
    def needs_reference(self) -> bool:
        """Whether a sample without a reference cannot be scored."""
        return self.reference is not NoReference

    def lowest(self, reason: str, explanation: str) -> Score:
        """Return the score of a completion that cannot earn anything, such as one over a limit."""
        return Score(self.range[0], reason, explanation)

    def reading(self, reference: Frozen, params: Frozen) -> Reading:
        """Return the reference as the function wants it; an empty reading where the declaration has no `read`.

        Raises:
            Exception: whatever a defect of `read` raises; a `RewardError` becomes the reading's failure.
        """
        if self.read is None:
            return Reading()
        try:
            return Reading(self.read(reference, params))
        except RewardError as error:
            return Reading(failure=error.failure())

    def score(self, sample: Sample[Frozen], params: Frozen, needs: Needs, reading: Reading | None = None) -> Outcome:
        """Score one sample.

        Args:
            sample: The completion and its reference.
            params: What the caller chose.
            needs: The scores of the rewards that this one needs.
            reading: The reference's reading, where it is at hand; else the reference is read here.

        Raises:
            Exception: whatever a defect of the function raises; a `RewardError` becomes a `Failure` here.
        """
        reading = reading or self.reading(sample.reference, params)
        if reading.failure is not None:
            return reading.failure
        try:
            if self.extras:
                given = {_NEEDS: needs, _GOLD: reading.gold}
                outcome = self.function(sample, params, *[given[extra] for extra in self.extras])
            else:
                outcome = self.function(sample, params)
        except RewardError as error:
            return error.failure()
        return self._checked(outcome)

    async def score_judged(self, sample: Sample[Frozen], params: Frozen, needs: Needs, judge: Judge) -> Outcome:
        """Score one sample with the help of a judge, whose name stands in every outcome.

        Raises:
            Exception: as `score`.
        """
        given = {_NEEDS: needs, _JUDGE: judge}
        try:
            coroutine = self.function(sample, params, *(given[extra] for extra in self.extras))
            outcome = await typing.cast("Awaitable[object]", coroutine)
        except RewardError as error:
            outcome = error.failure()
        return _named(self._checked(outcome), judge)

    def score_group(
        self,
        samples: Sequence[Sample[Frozen]],
        params: Frozen,
        needs: Sequence[Needs],
        readings: Sequence[Reading] | None = None,
    ) -> list[Outcome]:
        """Score all samples of one group together. Where one reference cannot be read, no sample can be scored.

        Raises:
            Exception: as `score`; also when the function does not return one outcome per sample.
        """
        readings = readings or [self.reading(sample.reference, params) for sample in samples]
        for reading in readings:
            if reading.failure is not None:
                return [reading.failure] * len(samples)
        given = {_NEEDS: needs, _GOLD: [reading.gold for reading in readings]}
        try:
            outcomes = self.function(samples, params, *(given[extra] for extra in self.extras))
        except RewardError as error:
            return [error.failure()] * len(samples)
        checked = [self._checked(outcome) for outcome in typing.cast("Sequence[object]", outcomes)]
        if len(checked) != len(samples):
            raise TypeError(f"{self.id} returned {len(checked)} outcomes for {len(samples)} samples")
        return checked

    def _checked(self, outcome: object) -> Outcome:
        """Return the outcome, or `out_of_range` in place of a value that the declaration forbids."""
        if isinstance(outcome, Failure):
            return outcome
        if not isinstance(outcome, Score):
            raise TypeError(f"{self.id} returned {type(outcome).__name__}, not a Score")
        if outcome.details and not all(_is_plain(detail) for detail in outcome.details.values()):
            raise TypeError(f"{self.id} returned a detail that is neither a text nor a finite number of 64 bits")
        low, high = self.range
        if math.isfinite(outcome.value) and low <= outcome.value <= high:
            return outcome
        return Failure(
            FailureKind.OUT_OF_RANGE,
            f"{self.id} returned {outcome.value}, outside its range {low} to {high}.",
        )


def reward(
    *,
    range: tuple[float, float],  # noqa: A002 - the field's word for it
    budget_s: float = 5.0,
    max_completion_chars: int = MAX_COMPLETION_CHARS,
    needs: tuple[str, ...] = (),
    read: Callable[..., object] | None = None,
    supersedes: tuple[str, ...] = (),
) -> Callable[[Callable[..., object]], Reward]:
    """Declare the decorated function as one version of a reward.

    The function is `score(sample: Sample[Reference], params: Params) -> Score`. A group reward takes
    `samples: list[Sample[Reference]]` and returns one outcome each. A reward that declares `needs` takes one more
    parameter, annotated `Needs` (`list[Needs]` for a group reward), and one that declares `read` one more, annotated
    with what `read` returns (a `list` of it for a group reward). Their order is free: the annotations tell them apart.

    Args:
        range: The lowest and the highest value that the function returns.
        budget_s: CPU seconds one sample may use before its completion scores the lowest value.
        max_completion_chars: Characters over which a completion scores the lowest value unread.
        needs: Ids of rewards to score first.
        read: `read(reference: Reference, params: Params) -> Gold`, which may raise `BadReference`. It runs under a
            budget of its own, equal to `budget_s`; what it returns is kept and given to every sample with the same
            reference, so the function must not change it. A reference that uses the budget up is `bad_reference`.
        supersedes: Ids of versions of other families that this one is to be used instead of, beside its own family's
            version before it. They stay as they are; the documentation of each names this one.

    Returns:
        A decorator that turns the function into a `Reward`.
    """
    low, high = range
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise TypeError(f"range must be two finite numbers in order, got {range}")

    def declare(function: Callable[..., object]) -> Reward:
        where = _MODULE.search(function.__module__)
        if where is None:
            raise TypeError(f"{function.__module__}: a reward lives in a module named <family>/v<N>.py")
        is_judged = inspect.iscoroutinefunction(function)
        if not inspect.getdoc(function):
            raise TypeError(f"{function.__module__}: the docstring is the reward's documentation page; write one")
        hints = typing.get_type_hints(function)
        parameters = [hints.get(name) for name in inspect.signature(function).parameters]
        sample, is_group = _sample_type(function, parameters)
        params = _params_type(function, parameters)
        extras = _extras(
            function,
            parameters[2:],
            {
                _NEEDS: Needs if needs else None,
                _GOLD: _gold_type(read, sample, params),
                _JUDGE: Judge if is_judged else None,
            },
            is_group=is_group,
        )
        if is_judged and (is_group or read is not None):
            raise TypeError(f"{function.__module__}: an async reward scores one sample at a time and has no `read`")
        return Reward(
            family=where["family"],
            version=int(where["version"]),
            function=function,
            reference=sample,
            params=params,
            range=(float(low), float(high)),
            budget_s=budget_s,
            max_completion_chars=max_completion_chars,
            needs=needs,
            is_group=is_group,
            read=read,
            extras=extras,
            supersedes=supersedes,
        )

    return declare


def _named(outcome: Outcome, judge: Judge) -> Outcome:
    """Return an outcome that says who judged."""
    if isinstance(outcome, Failure):
        return replace(outcome, message=f"{outcome.message} Judge: {judge.name}.") if judge.name else outcome
    return replace(outcome, details={**outcome.details, _JUDGE: judge.name})


def _is_plain(detail: object) -> bool:
    """Return whether a detail survives JSON as what it is."""
    if isinstance(detail, float):
        return math.isfinite(detail)
    return isinstance(detail, str) or (isinstance(detail, int) and -(2**63) <= detail < 2**63)


def _sample_type(function: Callable[..., object], parameters: Sequence[object]) -> tuple[type[Frozen], bool]:
    """Return the reference class that the first parameter's annotation names, and whether it takes a group."""
    annotation = parameters[0] if parameters else None
    is_group = typing.get_origin(annotation) is list
    if is_group:
        (annotation,) = typing.get_args(annotation)
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is not Sample or not issubclass(arguments[0], Frozen):
        raise TypeError(f"{function.__module__}: the first parameter must be annotated Sample[Reference]")
    return arguments[0], is_group


def _params_type(function: Callable[..., object], parameters: Sequence[object]) -> type[Frozen]:
    """Return the params class that the second parameter's annotation names."""
    params = parameters[1] if len(parameters) > 1 else None
    if not (isinstance(params, type) and issubclass(params, Frozen)):
        raise TypeError(f"{function.__module__}: the second parameter must be annotated with a Frozen params class")
    return params


def _gold_type(read: Callable[..., object] | None, reference: type[Frozen], params: type[Frozen]) -> object:
    """Return what `read` returns, or None where there is no `read`."""
    if read is None:
        return None
    hints = typing.get_type_hints(read)
    gold = hints.pop("return", None)
    if list(hints.values()) != [reference, params] or gold in {None, type(None), Needs}:
        wanted = f"{reference.__name__}, {params.__name__}"
        raise TypeError(f"{read.__module__}: `read` must be annotated to take {wanted} and to return what it reads")
    return gold


def _extras(
    function: Callable[..., object], annotations: Sequence[object], expected: dict[str, object], *, is_group: bool
) -> tuple[str, ...]:
    """Return which of the expected types each further parameter is annotated with; there must be one of each."""
    names = {
        list[kind] if is_group else kind: name  # type: ignore[valid-type]
        for name, kind in expected.items()
        if kind is not None
    }
    extras = tuple(names.get(annotation, "") for annotation in annotations)
    if sorted(extras) != sorted(names.values()):
        raise TypeError(
            f"{function.__module__}: `needs` and a parameter of type Needs go together, `read` and a parameter "
            "of the type that it returns, and `async def` and a parameter of type Judge"
        )
    return extras


__all__ = ["MAX_COMPLETION_CHARS", "NoParams", "NoReference", "Reading", "Reward", "reward"]
