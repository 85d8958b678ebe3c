"""The prose of a completion: what is left without code, formulas, links, tags and markup."""

import re
from typing import Literal

Part = Literal["all", "reasoning", "answer"]

_REASONED = re.compile(r"</(?:think|thinking|thought|reasoning)>|<end_working_out>")
_ANSWERED = re.compile(r"<(?:answer|SOLUTION)>")
_CODE = re.compile(r"```.*?(?:```|\Z)|\[asy\].*?(?:\[/asy\]|\Z)|`[^`\n]*+`", re.DOTALL)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>]++|(?<![\w.+-])[\w.+-]{1,64}+@[\w-]++\.[\w.-]++")
_TAG = re.compile(r"</?[A-Za-z!][^<>\n]{0,100}+>")
_FORMULA = re.compile(
    r"\$\$[^$]{1,2000}\$\$|\$[^$\n]{1,400}\$|\\\((?:(?!\\[()]).){1,400}\\\)|\\\[(?:(?!\\[\[\]]).){1,2000}\\\]",
    re.DOTALL,
)
_NAMED = re.compile(r"\\(?:begin|end|label|ref|operatorname|mathrm|mathbf|mathit|mathcal|mathbb)\*?\s*\{[^{}]{0,60}\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_SPOKEN = re.compile(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}|[^\W\d_A-Za-z\u0370-\u03ff]{2}")


def part_of(text: str, part: Part) -> str:
    """Return the part of a completion that is looked at.

    The reasoning ends with the last `</think>` or its like, or where there is none, before the first `<answer>` or
    `<SOLUTION>`; the answer is the rest. Where there is neither, each of them is the whole text.
    """
    if part == "all":
        return text
    closings = list(_REASONED.finditer(text))
    opening = _ANSWERED.search(text)
    if not closings and opening is None:
        return text
    end = closings[-1].end() if closings else opening.start() if opening else 0
    return text[:end] if part == "reasoning" else text[end:]


def prose(text: str) -> str:
    """Return a text with spaces where it holds code, formulas, links, tags or commands.

    A formula that speaks, with two words of the first 26 letters in a row or two other letters, stays.
    """
    for pattern in (_CODE, _LINK, _TAG, _NAMED, _COMMAND):
        text = pattern.sub(" ", text)
    return _FORMULA.sub(_unless_spoken, text)


def _unless_spoken(formula: re.Match[str]) -> str:
    return formula[0] if _SPOKEN.search(formula[0]) else " "
