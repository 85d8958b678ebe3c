r"""The signs of arithmetic in prose, markdown and LaTeX.

What stands for the same sign becomes the same token: `×`, `\times` and `*`; `\left(` and `(`. What has a meaning that
is not computed here, such as `\sqrt`, a subscript or a clock time, becomes a token of kind `poison`, so that nothing
beside it is mistaken for a whole equation.
"""  # noqa: RUF002 - signs as texts write them

import re
from collections.abc import Iterator
from dataclasses import dataclass

RELATIONS = re.compile(r"[=≈]|\\approx(?![A-Za-z])|\\simeq(?![A-Za-z])")

_TOKEN = re.compile(
    r"(?P<item>^[ \t>#]*+(?:\*\*)?(?:\(?[0-9]{1,3}[.)](?:\*\*)?[ \t]++|[-+*•–][ \t]++))"  # noqa: RUF001
    r"|(?P<clock>[0-9]++:[0-9]++)"
    r"|(?P<mixed>[0-9]{1,4}[ ][0-9]{1,2}/[0-9]{1,3}(?![0-9/.]|[ ]?/))"
    r"|(?P<number>(?:[0-9]{1,3}(?:(?:,|\{,\}|\\,)[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?|\.[0-9]++)"
    r"|(?P<text>\\(?:text(?:bf|it|rm)?|math(?:rm|bf|it)|mbox|operatorname)[ ]?\{[^{}0-9]{1,80}\})"
    r"|(?P<short>\\[dtc]?frac[ ]?[0-9]\s?[0-9]|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])"
    r"|(?P<frac>\\[dtc]?frac(?![A-Za-z]))"
    r"|(?P<space>[^\S\n]++|\\[,;:! ]|~|&|\\(?:left|right|[bB]igg?[lr]?|displaystyle|boxed|fbox|text(?:bf|it|rm)?"
    r"|math(?:rm|bf|it))(?![A-Za-z])|\\!|`)"
    r"|(?P<relation>(?<![<>=!:+*/-])=(?![=>])|≈|\\approx(?![A-Za-z])|\\simeq(?![A-Za-z]))"
    r"|(?P<star>\*\*+)"
    r"|(?P<op>[-+*/^×⋅·∙÷−–]|\\(?:times|cdot|ast|div)(?![A-Za-z])|//|(?<=[0-9)])[xX](?=[0-9($]))"  # noqa: RUF001
    r"|(?P<open>[(\[{]|\\\{)|(?P<close>[)\]}]|\\\})"
    r"|(?P<percent>\\?%)|(?P<currency>\\?[$]|[€£¥])"
    r"|(?P<power>[²³])|(?P<factorial>!)"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*+(?:\.(?=[^\W\d_]|[ ]?/|[ ]*[-+*×=]))?|°[CF]?+)"  # noqa: RUF001
    r"|(?P<break></?[A-Za-z][^<>\n]{0,40}>|—|\\[()\[\]]|\\\\|[.](?:[.]++)?|[,;:?\"“”\n•]|\\q?quad(?![A-Za-z])|[⇒→⟹]"
    r"|\\(?:Rightarrow|implies|to|rightarrow|therefore)(?![A-Za-z]))"
    r"|(?P<poison>\\[A-Za-z]++|.)",
    re.MULTILINE | re.DOTALL,
)
_OPERATORS = {
    **dict.fromkeys(("*", "x", "X", "×", "⋅", "·", "∙", r"\times", r"\cdot", r"\ast"), "*"),  # noqa: RUF001
    **dict.fromkeys(("/", "÷", r"\div", "//"), "/"),
    **dict.fromkeys(("-", "−", "–"), "-"),  # noqa: RUF001
    "+": "+",
    "^": "^",
}
_MAX_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Token:
    """One sign, number or word."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool
    """Whether white space is before it."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text without its white space."""
    spaced = True
    for match in _TOKEN.finditer(text):
        kind, found = _read(text, match)
        if kind == "space":
            spaced = True
            continue
        yield Token(kind, found, match.start(), match.end(), spaced)
        spaced = False


def _read(text: str, match: re.Match[str]) -> tuple[str, str]:
    """Return the kind and the sign of a match."""
    kind, found = str(match.lastgroup), match[0]
    start, end = match.span()
    if kind in {"number", "mixed"}:
        return _number(kind, found) if _is_whole(text, start, end) else ("poison", found)
    if kind == "op":
        return kind, _OPERATORS[found]
    if kind == "star":
        is_power = len(found) == _POWER and text[start - 1 : start].isspace() == text[end : end + 1].isspace()
        return ("op", "^") if is_power and start and end < len(text) else ("space", found)
    if kind == "item":
        return "break", "-" if found.strip(" \t>#*") in {"-", "–"} else "."  # noqa: RUF001
    if kind == "text":
        return "word", found.partition("{")[2][:-1].strip()
    return ("poison" if kind == "clock" else kind), found


_POWER = len("**")


def _number(kind: str, found: str) -> tuple[str, str]:
    """Return the kind and the sign of a number; `2 1/2` is one, `24 6/2` is two."""
    if kind == "number":
        return kind, re.sub(r"[{},\\]", "", found)
    over, _, under = found.rpartition(" ")[2].partition("/")
    return ("short" if 0 < int(over) < int(under) else "poison"), found


def _is_whole(text: str, start: int, end: int) -> bool:
    """Return whether the digits are all of the number: `5` is not all of `3,5`, `1.2.5` or `a_5`."""
    if end - start > _MAX_DIGITS:
        return False
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:] == "_" or (before[-1:] in {",", "."} and before[:1].isdigit()):
        return False
    return not (after[:1] in {",", "."} and after[1:].isdigit()) and after[:1] != "_" and after != ".."
