r"""The number that a statement such as `72 apples`, `$1,234.50`, `2 1/2` or `6 * 12 = 72` says, exactly.

A statement says one number, or none. Whoever writes two different ones has hedged, and an expression that was not
computed is no number.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

MAX_CHARS = 1_000
"""How much of a statement is read."""
_MAX_TOKENS = 200
_MAX_DEPTH = 20
_MAX_DIGITS = 500

_SIGNS = {
    **dict.fromkeys("−–—‐‑﹣－", "-"),  # noqa: RUF001 - signs as models write them
    **dict.fromkeys("×✕⋅·∙∗＊", "*"),  # noqa: RUF001
    **dict.fromkeys("÷∕⁄／", "/"),  # noqa: RUF001
    **dict.fromkeys("，", ","),  # noqa: RUF001
    **dict.fromkeys("％", "%"),  # noqa: RUF001
    **dict.fromkeys("＝≈≃≅", "="),  # noqa: RUF001
    **dict.fromkeys("（", "("),  # noqa: RUF001
    **dict.fromkeys("）", ")"),  # noqa: RUF001
    **dict.fromkeys("＋", "+"),  # noqa: RUF001
    **dict.fromkeys("＄€£¥￥₹₽₩﹩", "$"),  # noqa: RUF001
    **dict.fromkeys("．", "."),  # noqa: RUF001
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f", ""),
}
_TABLE = str.maketrans(_SIGNS)
_VULGAR = re.compile("[¼-¾⅐-⅞]")
_LATEX = (
    (re.compile(r"(?<=\d)(?:\\[,!;:]|\{,\}\s?|[\u00a0\u2009\u202f])+(?=\d{3}(?!\d))"), ","),
    (re.compile(r"\\[dtc]?frac\s*\{\s*(-?[\d.]{1,40})\s*\}\s*\{\s*([\d.]{1,40})\s*\}"), r" \1/\2"),
    (re.compile(r"\\[dtc]?frac\s?(\d)\s?(\d)"), r" \1/\2"),
    (re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|boxed|fbox|mbox|operatorname)(?![A-Za-z])"), " "),
    (re.compile(r"\\(?:times|cdot|ast)(?![A-Za-z])"), "*"),
    (re.compile(r"\\div(?![A-Za-z])"), "/"),
    (re.compile(r"\\(?:approx|simeq)(?![A-Za-z])"), "="),
    (re.compile(r"\\([$%])"), r"\1"),
    (re.compile(r"\\(?:left|right|q?quad)(?![A-Za-z])|\\[()\[\] ,;:!]|[{}`]|\*\*|__|\$\$"), " "),
)
_ANNOTATION = re.compile(r"<<[^<>\n]{0,200}>>")
_AMOUNT = r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)|\d{1,3}(?:\ \d{3})+(?!\d)|\d+)"
_TOKEN = re.compile(
    rf"""(?P<currency>(?:US|CA|AU|NZ|HK|R)?\$|(?:USD|EUR|GBP|INR|Rs\.?)(?=\s?[\d.]))
    |(?P<mixed>\d{{1,9}}\s{{1,3}}\d{{1,9}}/\d{{1,9}}(?![\d/.]))
    |(?P<fraction>\d{{1,100}}/\d{{1,100}}(?![\d/.]))
    |(?P<scientific>\d{{1,100}}(?:\.\d{{1,100}})?[eE][+-]?\d{{1,2}}(?!\w))
    |(?P<number>{_AMOUNT}(?:\.\d+)?|\.\d+)
    |(?P<power>\^|[\u00b2\u00b3\u00b9\u2070-\u2079])
    |(?P<word>[^\W\d_]\w*(?:['\u2019]\w+)*(?:\s?\^\s?\d)?)
    |(?P<sign>[-+*/()=%])
    |(?P<space>\s+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_SCALES = {"k": 3, "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_PERCENT = frozenset(("percent", "pct"))
_REMARKS = frozenset(("because", "since", "so", "which", "given", "for", "per", "in", "when", "where", "after", "by"))
_DENIALS = frozenset(("not", "never", "neither", "nor", "isn't", "isn\u2019t", "cannot", "unknown"))
_TURNING = frozenset(
    [
        "less",
        "more",
        "fewer",
        "greater",
        "least",
        "most",
        "over",
        "under",
        "below",
        "above",
        "between",
        "twice",
        "thrice",
        "double",
        "triple",
        "half",
        "minus",
        "no",
        "without",
        "except",
        "root",
        "log",
        "<",
        ">",
        "≤",
        "≥",
        "±",
        "√",
        "doubt",
    ]
)
"""Words and signs that turn round the number behind them."""
_CHANGING = frozenset(
    ["squared", "cubed", "factorial", "wrong", "incorrect", "false", "if", "otherwise", "unless", "maybe", "!", "i"]
)
"""Words and signs that change the number before them."""
_SENTENCE_END = re.compile(r"[.!?\u3002](?=\s|$)|[<\n\u3002]")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it is stated."""

    value: Fraction
    is_percent: bool = False

    def equals(self, other: "Amount") -> bool:
        """Return whether two amounts are equal; `50%` equals `50` and `0.5`, but `50%` and `5000%` differ."""
        if self.is_percent == other.is_percent:
            return self.value == other.value
        share, number = (self.value, other.value) if self.is_percent else (other.value, self.value)
        return number in {share, share / 100}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a statement says."""

    amount: Amount | None = None
    is_hedged: bool = False
    """Whether it says two different numbers."""
    opens: bool = False
    """Whether nothing but signs stands before its first number."""


class _UnreadableError(ValueError):
    """A run of tokens is no arithmetic."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    value: Fraction = Fraction(0)


def stated(text: str) -> Stated:
    """Return the number that the start of a text states: up to the end of its first sentence with a number in it."""
    text = text.strip()
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS].rpartition(" ")[0] or text[:MAX_CHARS]
    tokens = _tokens(_plain(text))
    opens = bool(tokens) and tokens[0].kind != "word"
    numbers: list[Amount] = []
    computed: list[Amount] = []
    try:
        for run in _runs(tokens):
            _read(run, numbers, computed)
    except (_UnreadableError, ZeroDivisionError):
        return Stated(opens=opens)
    if not numbers or _is_turned_round(tokens):
        return Stated(opens=opens)
    if any(not numbers[0].equals(other) for other in numbers[1:] + computed):
        return Stated(is_hedged=True, opens=opens)
    return Stated(next((number for number in numbers if number.is_percent), numbers[0]), opens=opens)


def _is_turned_round(tokens: list[_Token]) -> bool:
    """Return whether words or signs say that the number is not the answer, or not as it stands."""
    first = next((place for place, token in enumerate(tokens) if token.kind in {"number", "power"}), 0)
    before = {token.text.lower() for token in tokens[:first]}
    behind = {token.text.lower() for token in tokens[first:]}
    return bool(_DENIALS & (before | behind) or _TURNING & before or _CHANGING & behind)


def _plain(text: str) -> str:
    """Return a text in ASCII signs and digits, without LaTeX and markdown, up to the end of its sentence."""
    text = _ANNOTATION.sub(" ", text)
    if not text.isascii():
        text = _VULGAR.sub(lambda match: " " + unicodedata.normalize("NFKC", match[0]), text)
        text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    for pattern, plain in _LATEX:
        text = pattern.sub(plain, text)
    text = text.translate(_TABLE)
    digit = next((place for place, sign in enumerate(text) if sign.isdigit()), len(text))
    end = _SENTENCE_END.search(text, digit)
    return text[: end.start()] if end else text


def _tokens(text: str) -> list[_Token]:
    """Return the tokens of a plain text, up to a remark that follows the first number."""
    tokens: list[_Token] = []
    counted = False
    for match in _TOKEN.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if kind in {"space", "currency"}:
            if kind == "space" and tokens and tokens[-1].text == "-" and _is_dash(tokens):
                tokens[-1] = _Token("other", "-")
            continue
        if kind == "word":
            word = found.lower()
            if counted and word in _REMARKS:
                break
            if word in _PERCENT:
                kind, found = "sign", "%"
            if word in _SCALES and tokens and tokens[-1].kind == "number":
                tokens[-1] = _Token("number", "", tokens[-1].value * 10 ** _SCALES[word])
                continue
        value: Fraction | None = None
        if kind in {"mixed", "fraction", "scientific", "number"}:
            value, counted = _value(kind, found), True
            kind = "number" if value is not None else "power"
        tokens.append(_Token(kind, found, value or Fraction(0)))
        if len(tokens) > _MAX_TOKENS:
            break
    return tokens


def _is_dash(tokens: list[_Token]) -> bool:
    """Return whether the sign at the end, with a space behind it, is a dash between words and no minus."""
    return len(tokens) > 1 and tokens[-2].kind in {"word", "other"}


def _value(kind: str, found: str) -> Fraction | None:
    """Return the value of a written number, or None where it cannot be one."""
    if len(found) > _MAX_DIGITS or re.search(r"/0+$", found):
        return None
    if kind == "mixed":
        whole, _, part = " ".join(found.split()).partition(" ")
        return int(whole) + Fraction(part)
    if kind == "number":
        return Fraction(re.sub(r"[, ]", "", found))
    return Fraction(found)


def _runs(tokens: list[_Token]) -> list[list[_Token]]:
    """Return the runs of numbers and signs that have a number in them; words break them, but not in an equation."""
    holds_equation = any(token.text == "=" for token in tokens)
    runs: list[list[_Token]] = [[]]
    for token in tokens:
        if token.kind == "word" and holds_equation and token.text.lower() not in {"or", "and"}:
            continue
        last = runs[-1][-1] if runs[-1] else None
        if token.kind in {"word", "other"}:
            runs.append([])
        elif last is not None and last.kind == "number" and (token.text == "(" or token.kind == "number"):
            runs.append([token])
        else:
            runs[-1].append(token)
    return [run for run in map(_bare, runs) if any(token.kind == "number" for token in run)]


def _bare(run: list[_Token]) -> list[_Token]:
    """Return a run without the signs at its ends that belong to the sentence."""
    start, end = 0, len(run)
    while start < end and run[start].text in {"*", "/", ")", "%"}:
        start += 1
    while end > start and run[end - 1].text in {"+", "-", "*", "/", "("}:
        end -= 1
    depth = sum((token.text == "(") - (token.text == ")") for token in run[start:end])
    while depth > 0 and run[start].text == "(":
        start, depth = start + 1, depth - 1
    while depth < 0 and run[end - 1].text == ")":
        end, depth = end - 1, depth + 1
    return run[start:end]


def _read(run: list[_Token], numbers: list[Amount], computed: list[Amount]) -> None:
    """Add what a run says to the numbers; what it only computes, to the computed ones."""
    sides: list[list[_Token]] = [[]]
    for token in run:
        if token.text == "=":
            sides.append([])
        else:
            sides[-1].append(token)
    for side in (side for side in sides if side):
        is_percent = side[-1].text == "%"
        amount = Amount(_computed(side[:-1] if is_percent else side), is_percent)
        is_number = sum(token.kind == "number" for token in side) == 1
        (numbers if is_number else computed).append(amount)


def _computed(tokens: list[_Token]) -> Fraction:
    reader = _Reader(tokens)
    value = reader.total()
    if reader.position < len(tokens):
        raise _UnreadableError
    return value


class _Reader:
    """A recursive descent over tokens, one method for each level of precedence."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.position = 0
        self._tokens = tokens
        self._depth = 0

    def total(self) -> Fraction:
        value = self._product()
        while self._at("+", "-"):
            sign = self._take().text
            term = self._product()
            value = value + term if sign == "+" else value - term
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while self._at("*", "/"):
            sign = self._take().text
            factor = self._signed()
            value = value * factor if sign == "*" else value / factor
        return value

    def _signed(self) -> Fraction:
        is_negative = False
        while self._at("+", "-"):
            is_negative ^= self._take().text == "-"
        value = self._single()
        if self._at("%"):
            self._take()
            value /= 100
        return -value if is_negative else value

    def _single(self) -> Fraction:
        token = self._take()
        if token.kind == "number":
            return token.value
        self._depth += 1
        if token.text != "(" or self._depth > _MAX_DEPTH:
            raise _UnreadableError
        value = self.total()
        if self._take().text != ")":
            raise _UnreadableError
        self._depth -= 1
        return value

    def _at(self, *signs: str) -> bool:
        if self.position >= len(self._tokens):
            return False
        token = self._tokens[self.position]
        return token.kind == "sign" and token.text in signs

    def _take(self) -> _Token:
        if self.position >= len(self._tokens):
            raise _UnreadableError
        self.position += 1
        return self._tokens[self.position - 1]
