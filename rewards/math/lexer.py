r"""The tokens of a plain text: numbers, letters, words, functions, commands and signs.

What stands in `\text{...}` and its kin loses its braces, and its letters are `upright`: whether they are a unit, a
label or a variable is for the parser to see.
"""

import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from rewards.errors import RewardError
from rewards.math.forms import Number

MAX_DIGITS = 4_000
"""A longer number is compared by its text alone."""
_MAX_EXPONENT = 600

FUNCTIONS = frozenset(
    "lg cis sin cos tan cot sec csc arcsin arccos arctan arccot asin acos atan sinh cosh tanh coth ln log exp max min "
    "gcd lcm det sgn".split()
)
CONNECTIVES = frozenset(("and", "or", "und", "oder", "et", "ou", "y", "o"))
GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell hbar".split()
)
_PLAIN_NAMES = {"pi": r"\pi", "sqrt": r"\sqrt", "infinity": r"\infty", "inf": r"\infty", "infty": r"\infty"}
_TEXT = frozenset(
    "text textbf textit textrm textsf texttt mathrm mathbf mathsf mathit mathtt mathnormal mbox operatorname rm "
    "bf it boldsymbol bm textnormal".split()
)
_WORD_LENGTH = 4
_UNITS = frozenset(
    "cm mm km kg mg ml mL ft hr hrs min mph kph pct sec lb lbs oz yd mi Day day usd USD deg rad am pm AM PM mod".split()
)
_SHORT_WORDS = frozenset("one two six ten to is of on the for not are all any per yes no but USD half and or".split())


class UnreadableError(RewardError):
    """A text that is no answer this reader knows."""


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    LETTER = "letter"
    WORD = "word"
    FUNCTION = "function"
    COMMAND = "command"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """One token."""

    kind: Kind
    text: str
    number: Number | None = None
    spaced: bool = False
    """Whether white space stands before it."""
    upright: bool = False
    """Whether it stands in a text command."""


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<repeating>\d*+\.\d*+\\overline\s*+(?:\{\s*+\d++\s*+\}|\d)|\d++\.\d*+\(\d++\))
    |(?P<scientific>(?:\d++(?:\.\d*+)?|\.\d++)[eE][+-]?\d++(?!\.))
    |(?P<grouped>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?)
    |(?P<spread>\d{1,3}(?:\ \d{3})+(?!\d)(?:\.\d+)?)
    |(?P<number>\d+\.\d+|\.\d+|\d+(?:\.(?!\d|\\overline))?)
    |(?P<command>\\[A-Za-z]+|\\[{}|\\])
    |(?P<letters>[A-Za-z]+)
    |(?P<sign>[-+*/^_=<>(){}\[\]|,;:!'&%~.?"])
    """,
    re.VERBOSE,
)


def tokenize(text: str, *, grouped: bool) -> list[Token]:
    """Return the tokens of a plain text.

    Args:
        text: What `notation.plain` returned.
        grouped: Whether `1,234` is one number; else its comma separates two.

    Raises:
        UnreadableError: a character has no meaning here.
    """
    tokens: list[Token] = []
    texts: list[int] = []  # for each open brace, 1 where it opened a text command
    position, spaced, text_opens = 0, False, False
    in_brackets = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnreadableError("A character of the answer has no meaning in a formula.")
        kind, found = str(match.lastgroup), match[0]
        position = match.end()
        in_brackets += (found in {"(", "[", r"\{"}) - (found in {")", "]", r"\}"})
        if kind == "grouped" and (not grouped or in_brackets > 0):
            found = found[: found.index(",")]
            position = match.start() + len(found)
            kind = "number"
        if kind == "space":
            spaced = True
            continue
        upright = bool(texts) and any(texts)
        if kind == "command" and found[1:] in _TEXT:
            text_opens = True
            spaced = True
            continue
        if found == "{":
            texts.append(int(text_opens))
            if text_opens:
                text_opens = False
                continue
        elif found == "}" and texts and texts.pop():
            spaced = True
            continue
        text_opens = False
        if kind == "letters":
            _add_letters(tokens, found, spaced, upright)
        else:
            tokens.append(_token(kind, found, spaced, upright))
        spaced = False
    return tokens


def _token(kind: str, found: str, spaced: bool, upright: bool) -> Token:  # noqa: FBT001 - two facts of one token
    if kind == "sign":
        return Token(Kind.SIGN, found, None, spaced, upright)
    if kind == "command":
        name = found[1:]
        if name in FUNCTIONS:
            return Token(Kind.FUNCTION, name, None, spaced)
        if name in GREEK:
            return Token(Kind.LETTER, name, None, spaced)
        return Token(Kind.COMMAND, found, None, spaced)
    return Token(Kind.NUMBER, found, _number(kind, found), spaced)


def _add_letters(tokens: list[Token], run: str, spaced: bool, upright: bool) -> None:  # noqa: FBT001
    """Add a run of letters: a function, a word, or variables that are multiplied."""
    lower = run.lower()
    if run in {"min", "sec"} and (upright or (tokens and tokens[-1].kind is Kind.NUMBER)):
        tokens.append(Token(Kind.WORD, run, None, spaced, upright))
    elif run in FUNCTIONS:
        tokens.append(Token(Kind.FUNCTION, run, None, spaced))
    elif lower in _PLAIN_NAMES and not upright:
        tokens.append(Token(Kind.COMMAND, _PLAIN_NAMES[lower], None, spaced))
    elif len(run) > 1 and (upright or len(run) >= _WORD_LENGTH or _is_word(tokens, run)):
        tokens.append(Token(Kind.WORD, run, None, spaced, upright))
    else:
        for place, letter in enumerate(run):
            tokens.append(Token(Kind.LETTER, letter, None, spaced and not place, upright))


def _is_word(tokens: list[Token], run: str) -> bool:
    """Return whether a short run of letters is a word, or a unit behind something, and no product of variables."""
    if run in CONNECTIVES or run in _SHORT_WORDS or run.lower() in CONNECTIVES:
        return True
    return run in _UNITS and bool(tokens) and (tokens[-1].kind is not Kind.SIGN or tokens[-1].text in {"}", ")", "]"})


def _number(kind: str, found: str) -> Number:
    """Return the exact value of a written number.

    Raises:
        UnreadableError: it has too many digits.
    """
    if len(found) > MAX_DIGITS:
        raise UnreadableError("A number of the answer has too many digits.")
    if kind == "repeating":
        return _repeating(found)
    digits = found.replace(",", "").replace(" ", "")
    if kind == "scientific":
        mantissa, _, exponent = digits.lower().partition("e")
        if abs(_integer(exponent)) > _MAX_EXPONENT:
            raise UnreadableError("A number of the answer is too large.")
        return Number(_decimal(mantissa).value * Fraction(10) ** _integer(exponent))
    return _decimal(digits)


def _decimal(digits: str) -> Number:
    whole, point, decimals = digits.partition(".")
    value = Fraction(_integer(whole + decimals), 10 ** len(decimals))
    if not point or not decimals:
        return Number(value)
    return Number(value, len(decimals), len((whole + decimals).lstrip("0")))


def _repeating(found: str) -> Number:
    r"""Return `0.1\overline{6}` as 1/6."""
    start, period = re.findall(r"\d*\.\d*|\d+", found)[:2]
    whole, _, fixed = start.partition(".")
    if not whole and not fixed and not period:
        raise UnreadableError("A repeating decimal has no digits.")
    scale = 10 ** len(fixed)
    tail = Fraction(_integer(period), 10 ** len(period) - 1)
    return Number((_integer(whole + fixed) + tail) / scale, 0, 0)


def _integer(digits: str) -> int:
    """Return an integer of any length; Python reads only 4,300 digits at a time."""
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-") or "0"
    value = 0
    for start in range(0, len(digits), 4_000):
        part = digits[start : start + 4_000]
        value = value * 10 ** len(part) + int(part)
    return sign * value
