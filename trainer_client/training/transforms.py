"""What can be done to a data set's values before they are compared with: small functions, known by name."""

from collections.abc import Callable, Sequence

from trainer_client.training.errors import RecipeError

__all__ = ["TRANSFORMS", "Transform", "chain"]

Transform = Callable[[str], str | None]
"""A text in, a text out; None where the text holds nothing of the kind."""


def after_hashes(text: str) -> str | None:
    """The text after the last `####`, which is where GSM8K puts its answers."""
    _, mark, answer = text.rpartition("####")
    return answer.strip() if mark else None


def last_boxed(text: str) -> str | None:
    r"""What the last `\boxed{...}` holds, its braces balanced."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    begin = start + len("\\boxed{")
    depth = 1
    for position in range(begin, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return text[begin:position]
    return None


def in_dollars(text: str) -> str:
    """The text as inline LaTeX."""
    return f"${text}$"


def last_line(text: str) -> str | None:
    """The last line that is not blank."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else None


def without_commas(text: str) -> str:
    """The text without its commas, which is how `1,072` becomes a number."""
    return text.replace(",", "")


TRANSFORMS: dict[str, Transform] = {
    "after_hashes": after_hashes,
    "in_dollars": in_dollars,
    "last_boxed": last_boxed,
    "last_line": last_line,
    "lower": str.lower,
    "strip": str.strip,
    "without_commas": without_commas,
}


def chain(names: str | Sequence[str]) -> Transform:
    """The named transforms as one, applied from left to right.

    Raises:
        RecipeError: There is no transform of that name.
    """
    steps = [names] if isinstance(names, str) else list(names)
    for name in steps:
        if name not in TRANSFORMS:
            raise RecipeError(f"There is no transform '{name}'; there are {', '.join(sorted(TRANSFORMS))}.")

    def chained(text: str) -> str | None:
        value: str | None = text
        for name in steps:
            value = None if value is None else TRANSFORMS[name](value)
        return value

    return chained
