"""The length of a right completion among the right ones of its group."""

from pydantic import Field

from rewards.declare import reward
from rewards.errors import NotApplicable
from rewards.text.token_count import token_count
from rewards.types import Detail, Frozen, Needs, NoReference, Outcome, Sample, Score

_VERDICT = "math_equal@v2"
_LEAST = 2
_ANY_LENGTH = 100_000_000
"""No text is read here; one that is too long for the verdict is wrong, and stays a part of its group."""


class Params(Frozen):
    """How much brevity is worth, and what counts as a group."""

    longest_right: float = Field(
        default=0.5, gt=0.0, lt=1.0, description="What the longest right completion of the group earns."
    )
    enough_tokens: int = Field(
        default=0, ge=0, description="Tokens below which being shorter is worth nothing more, so that reasoning stays."
    )
    size: int | None = Field(
        default=None,
        ge=_LEAST,
        le=100_000,
        description="How many completions a group has. A group with fewer or more is a failure, `not_applicable`.",
    )


@reward(range=(0.0, 1.0), max_completion_chars=_ANY_LENGTH, needs=(_VERDICT,), supersedes=("kimi_length@v1",))
def score(samples: list[Sample[NoReference]], params: Params, needs: list[Needs]) -> list[Outcome]:
    """The completion is right and the shortest of the right ones of its group.

    With L the tokens of a completion, and min and max taken over the right ones of the group, a right one earns 1 - (1
    - `longest_right`) (L - min) / (max - min): **1.0** for the shortest, `longest_right` for the longest (`right`).
    Where all right ones are equally long, or there is only one, they earn 1.0. **0.0**: the answer is wrong (`wrong`),
    whatever its length, so a wrong answer never earns as much as a right one, and a group without a right answer
    learns nothing about length.

    Wrong completions do not move the measure: adding them to a group, or making them longer, changes no value. Right
    is what `math_equal@v2` says; its reason is `verdict` in `details`. Lengths of less than `enough_tokens` count as
    `enough_tokens`.

    Tokens are `completion_tokens`, else the number of `completion_ids`. A group in which a completion has neither, one
    of a single completion, or one of another number than `size`, is `not_applicable`.

    Known ways to game it: a right answer without any reasoning is the shortest; ask for `enough_tokens`, and begin with
    it only when answers are mostly right, as Kimi's authors do, because it slows learning at first. The value depends
    on the group, so a length that earned 1.0 once may earn less later.

    Source: written for this service, after "Kimi k1.5: Scaling Reinforcement Learning with LLMs", arXiv 2501.12599.
    """
    size = len(samples)
    if params.size is not None and size != params.size:
        raise NotApplicable(f"The group has {size} completions and not {params.size}.")
    if size < _LEAST:
        raise NotApplicable("Lengths are compared in a group of at least two completions.")
    tokens = [token_count(sample) for sample in samples]
    lengths = [max(count, params.enough_tokens) for count in tokens]
    verdicts = [need[_VERDICT] for need in needs]
    right = [length for length, verdict in zip(lengths, verdicts, strict=True) if verdict.value]
    found: list[Outcome] = []
    for count, length, verdict in zip(tokens, lengths, verdicts, strict=True):
        details: dict[str, Detail] = {"tokens": count, "verdict": verdict.reason, "right": len(right), "size": size}
        if verdict.value:
            value = 1.0 - (1.0 - params.longest_right) * _excess(length, min(right), max(right))
            found.append(Score(value, "right", "The answer is right; the value falls with its length.", details))
        else:
            found.append(Score(0.0, "wrong", "The answer is wrong, so its length earns nothing.", details))
    return found


def _excess(length: int, shortest: int, longest: int) -> float:
    """Return where a length lies between the shortest, 0, and the longest, 1."""
    return (length - shortest) / (longest - shortest) if longest > shortest else 0.0
