"""The answer that a row's reference holds, so that an honest completion can state it."""

import math
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from service.lint.puzzles import MOST_NUMBERS, solution
from trainer_client._columns import ANSWER_NAMES

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BOX = "\\boxed{"


def answer_field(fields: Collection[str]) -> str | None:
    """Return the field of a reference that holds the answer; None where no single one does."""
    named = next((name for name in ANSWER_NAMES if name in fields), None)
    return named or (next(iter(fields)) if len(fields) == 1 else None)


def answers(reference: Mapping[str, Any]) -> list[str]:
    """Return what a completion may state as the answer, the likeliest first; nothing where none is found.

    A reference may be a whole solution, whose answer stands behind `####` or in the last box; then nobody would state
    all of it. An option's letter also stands for its text, since the options may be shown in another order.
    """
    if isinstance(reference.get("numbers"), list) and "target" in reference:
        return _solved(reference["numbers"], reference["target"])
    field = answer_field(reference)
    value = reference.get(field) if field else None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return []
    if isinstance(value, float) and not math.isfinite(value):
        return []
    text = str(value).strip()
    marked = behind_hashes(text) or last_boxed(text)
    found: list[str | None] = [marked] if marked else [text.strip("$").strip(), text]
    options = reference.get("options")
    if isinstance(options, list) and len(text) == 1 and (index := _LETTERS.find(text.upper())) >= 0:
        found.insert(0, str(options[index]) if index < len(options) else None)
    return list(dict.fromkeys(each for each in found if each))


def _solved(numbers: list[Any], target: object) -> list[str]:
    """Return an expression of a puzzle's target; the target itself where there is none; nothing if it was not tried."""
    if len(numbers) > MOST_NUMBERS or not all(isinstance(number, int) for number in numbers):
        return []
    try:
        return [solution(numbers, Fraction(str(target))) or str(target)]
    except (ValueError, ZeroDivisionError):
        return []


def behind_hashes(text: str) -> str | None:
    """Return what stands behind the last `####`; None where there is none."""
    _, mark, answer = text.rpartition("####")
    return answer.strip() if mark else None


def last_boxed(text: str) -> str | None:
    """Return what the last box holds, its braces balanced."""
    start = text.rfind(_BOX)
    if start < 0:
        return None
    depth, begin = 1, start + len(_BOX)
    for position in range(begin, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return text[begin:position].strip()
    return None
