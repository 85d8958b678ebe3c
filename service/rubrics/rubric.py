"""A rubric: rewards with params, weights, gates and clamps, under a name and a version that never change.

value = sum over the parts of weight x clamped value, where a part counts only if each part that it names in `only_if`
has the value 1. A part that could not be judged leaves the whole without a judgement.
"""

import difflib
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from rewards.frames import EncodedOutcome, encode_outcome
from rewards.registry import Registry
from rewards.types import Failure, Frozen, Outcome, Score
from service.scoring import Ask

ID_PATTERN = r"^[a-z][a-z0-9_]{0,62}@v[1-9][0-9]{0,5}$"
"""What a rubric may be called: as a reward is."""
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$"
"""What a part may be called: it becomes a key in trainers' logs."""
MAX_PARTS = 50
_SHOWN_CHARS = 100
"""Of a name that is not known."""

Finite = Annotated[float, Field(allow_inf_nan=False)]


class RubricError(ValueError):
    """A rubric does not fit the rewards that are served; the message says where and why."""


class Part(BaseModel):
    """One reward of a rubric."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reward: str = Field(description="A reward id.", examples=["math_equal@v2"])
    name: str | None = Field(
        None,
        pattern=NAME_PATTERN,
        description="What its value is called; the reward's id by default.",
        examples=["right"],
    )
    params: dict[str, JsonValue] = Field(default_factory=dict, description="As the reward's own route takes them.")
    weight: Finite = Field(1.0, description="What its value is multiplied by.")
    clamp: tuple[Finite, Finite] | None = Field(
        None, description="The lowest and the highest value that count; others are taken for the nearer of them."
    )
    only_if: list[str] = Field(
        default_factory=list,
        max_length=MAX_PARTS,
        description="Names of parts that must have the value 1; else this one counts for nothing.",
    )

    @property
    def key(self) -> str:
        """The part's name."""
        return self.name or self.reward


class RubricBody(BaseModel):
    """What a rubric says; it is written once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str = Field("", max_length=2_000)
    parts: list[Part] = Field(min_length=1, max_length=MAX_PARTS)

    @model_validator(mode="after")
    def _name_each_part_once(self) -> Self:
        names = [part.key for part in self.parts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two parts are called {twice[0]}: give one of them a `name`")
        for part in self.parts:
            if unknown := [name for name in part.only_if if name not in names or name == part.key]:
                raise ValueError(f"{part.key} pays only if {unknown[0]} is 1, which is no other part")
            if part.clamp is not None and part.clamp[0] > part.clamp[1]:
                raise ValueError(f"the clamp of {part.key} ends below its beginning")
        return self

    def canonical(self) -> bytes:
        """Return the text that two equal rubrics have in common."""
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True)
class Rubric:
    """A rubric that fits the rewards that are served."""

    id: str
    body: RubricBody
    asks: Sequence[Ask]
    """What is scored for it, a part each."""

    @classmethod
    def of(cls, rubric_id: str, body: RubricBody, registry: Registry) -> "Rubric":
        """Return a rubric, its rewards looked up.

        Raises:
            RubricError: a reward is not served, its params do not fit, a gate never opens, or the sum has no bound.
        """
        rubric = cls(rubric_id, body, [_ask(part, registry) for part in body.parts])
        for part in body.parts:
            _check_gates(part, rubric)
        if not all(map(math.isfinite, rubric.range)):  # which JSON cannot say, nor any trainer bear
            raise RubricError("the values of the parts may add up to no finite number: use smaller weights, or clamps")
        return rubric

    @property
    def digest(self) -> str:
        """The digest of what it says; the rewards that it names are frozen by digests of their own."""
        return f"sha256:{hashlib.sha256(self.body.canonical()).hexdigest()}"

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest value that there can be."""
        ends = [_span(part, ask.reward.range) for part, ask in zip(self.body.parts, self.asks, strict=True)]
        return sum(low for low, _ in ends), sum(high for _, high in ends)

    def combine(self, columns: Sequence[Sequence[EncodedOutcome]]) -> list[EncodedOutcome]:
        """Return the outcome of each sample, from the outcomes of each part."""
        return [encode_outcome(self._combined(row)) for row in zip(*columns, strict=True)]

    def shares(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return what each part adds to the whole, given the values of all."""
        return {
            part.key: part.weight * _clamped(values[part.key], part.clamp) if _is_open(part, values) else 0.0
            for part in self.body.parts
        }

    def _combined(self, row: Sequence[EncodedOutcome]) -> Outcome:
        parts = self.body.parts
        for part, encoded in zip(parts, row, strict=True):
            if encoded.value is None:
                failed = encoded.outcome()
                if isinstance(failed, Failure):
                    return Failure(failed.kind, f"{part.key}: {failed.message}")
        values = {part.key: encoded.value or 0.0 for part, encoded in zip(parts, row, strict=True)}
        closed = [part.key for part in parts if not _is_open(part, values)]
        total = sum(self.shares(values).values())
        reason, explanation = "combined", f"The weighted sum of {len(parts)} parts."
        if closed:
            reason, explanation = (
                "gated",
                f"{', '.join(closed)}: not counted, since a part that it depends on is not 1.",
            )
        return Score(total, reason, explanation, values)


def _ask(part: Part, registry: Registry) -> Ask:
    reward = registry.get(part.reward)
    if reward is None:
        near = difflib.get_close_matches(part.reward[:_SHOWN_CHARS], registry, n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else "GET /v1/rewards lists them"
        raise RubricError(f"{part.key[:_SHOWN_CHARS]}: there is no reward {part.reward[:_SHOWN_CHARS]!r}; {hint}")
    try:
        params: Frozen = reward.params.model_validate(part.params)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, ("params", *first["loc"])))
        raise RubricError(f"{part.key}: {where}: {first['msg']}") from None
    return Ask(reward, params)


def _check_gates(part: Part, rubric: Rubric) -> None:
    """Return if each part that this one waits for can have the value 1.

    Raises:
        RubricError: one never has, so that this part would never count.
    """
    for other, ask in zip(rubric.body.parts, rubric.asks, strict=True):
        low, high = ask.reward.range
        if other.key in part.only_if and not low <= 1 <= high:
            told = f"{part.key} pays only if {other.key} is 1, which it never is: its values are {low:g} to {high:g}"
            raise RubricError(told)


def _span(part: Part, declared: tuple[float, float]) -> tuple[float, float]:
    """Return the least and the most that a part can add."""
    ends = [part.weight * _clamped(value, part.clamp) for value in declared]
    if part.only_if:
        ends.append(0.0)
    return min(ends), max(ends)


def _is_open(part: Part, values: Mapping[str, float]) -> bool:
    """Return whether a part counts."""
    return all(values[gate] == 1.0 for gate in part.only_if)


def _clamped(value: float, clamp: tuple[float, float] | None) -> float:
    return value if clamp is None else min(max(value, clamp[0]), clamp[1])
