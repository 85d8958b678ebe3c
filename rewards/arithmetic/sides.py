# ruff: noqa: SIM905
"""What stands between two equals signs: the expressions that touch them, and the words around those."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rewards.arithmetic.tokens import Token

_OPERANDS = frozenset(("number", "close", "percent", "factorial", "power", "short"))
_OPENERS = frozenset(("number", "open", "frac", "short", "currency"))
_STOPS = frozenset(
    "is are was were be so and or which that then thus hence since because if when where while but as equals means "
    "giving leaving gives leaves makes had has have we he she they it".split()
)
_ATTACHED = frozenset(
    "kg km cm mm lb lbs oz ft sq mi mph hrs hr min mins sec secs ml gb mb tb usd st nd rd th pts am pm".split()
)
_UNIT_WORDS = 4
_WORDS_SHOWN = 4
_VARIABLE = re.compile(r"[A-Za-z]|\\.*")


@dataclass(slots=True)
class Side:
    """One expression, as tokens without units."""

    items: list[Token] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    """The words that lead to it, lower case, nearest last; `-` for a bullet."""
    after: list[str] = field(default_factory=list)
    """The words that follow it."""
    touches_start: bool = False
    touches_end: bool = False
    is_poisoned: bool = False
    """Whether something belongs to it that is not computed here."""
    is_loose: bool = False
    """Whether where it begins or ends is a guess."""


def sides(between: Sequence[Token]) -> tuple[Side | None, Side | None]:
    """Return the expression that touches the start of what stands between two relations, and the one at its end.

    The two are one object where one expression fills all of it.
    """
    found = _Splitter(between).split()
    first = found[0] if found and found[0].touches_start else None
    last = found[-1] if found and found[-1].touches_end else None
    if first is not None and first is last:
        whole = _balanced(first)
        if whole is not None:
            return whole, whole
    return (None if first is None else _left_part(first)), (None if last is None else _right_part(last))


class _Splitter:
    """Splits tokens into expressions at words, sentence ends and whatever else no expression goes on over."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._found: list[Side] = []
        self._side = Side(touches_start=True)
        self._pending: list[str] = []
        self._words: list[str] = []

    def split(self) -> list[Side]:
        for place, token in enumerate(self._tokens):
            follower = self._tokens[place + 1] if place + 1 < len(self._tokens) else None
            if token.kind == "word":
                self._word(token, follower)
            elif token.kind == "break":
                self._close()
                self._words = ["-"] if token.text == "-" else []
                self._side.is_loose |= token.text == "," and _is_group(place, self._tokens)
            elif token.kind == "poison":
                if self._pending:
                    self._close()
                self._side.is_poisoned = True
            elif token.kind != "currency":
                self._item(token, follower)
                glued = place and not token.spaced and self._tokens[place - 1].kind == "word"
                self._side.is_poisoned |= bool(glued) and token.kind in {"number", "open"}
        self._side.touches_end = True
        self._close()
        return [side for side in self._found if side.items or side.is_poisoned]

    def _item(self, token: Token, follower: Token | None) -> None:
        items = self._side.items
        if self._pending and token.kind in {"number", "open", "frac", "short"}:
            words = self._pending
            self._close(words)
            self._words = words
        elif items and token.kind == "number" and items[-1].kind in _OPERANDS:
            self._side.is_loose = True
            self._close()
            self._side.is_loose = True
        if self._pending and (token.text == "^" or token.kind == "power"):
            self._side.is_poisoned = True  # the exponent of a unit, `3 m^2`
        self._settle()
        items = self._side.items
        if token.kind == "op" and not items and (token.text not in {"+", "-"} or self._words or token.text == "+"):
            is_minus = token.text == "-" and follower is not None and token.spaced and not follower.spaced
            self._side.is_poisoned = not is_minus
        if token.kind == "open" and items and token.spaced and items[-1].kind in _OPERANDS:
            self._side.is_loose = True
        if not items:
            self._side.before = self._words[-_WORDS_SHOWN:]
            self._words = []
        items.append(token)

    def _settle(self) -> None:
        self._side.units += self._pending
        self._pending = []

    def _word(self, token: Token, follower: Token | None) -> None:
        items, word = self._side.items, token.text.lower()
        operator = self._spelled(word, follower)
        if operator:
            self._settle()
            self._side.is_loose |= word == "of" and self._side.touches_start
            items.append(replace(token, kind="op", text=operator))
            return
        if not items:
            self._side.touches_start = self._side.touches_start and not self._words and word in _ABOUT
            self._side.is_poisoned &= word == "x"
            self._words.append(word)
            return
        if not token.spaced and items[-1].kind in _OPERANDS and not self._pending and word not in _ATTACHED:
            self._side.is_poisoned = True
        last = items[-1]
        if last.kind == "op" and not self._pending:
            if last.text == "/" and len(items) > 1 and not _VARIABLE.fullmatch(token.text):
                items.pop()
                self._pending.append(word)
                return
            if last.text == "-" and last.spaced and token.spaced and not _VARIABLE.fullmatch(token.text):
                items.pop()
                self._side.is_loose = True
            else:
                self._side.is_poisoned = True
        elif last.kind in {"open", "frac"} and not self._pending:
            self._side.is_poisoned = True
        if word in _STOPS or len(self._pending) >= _UNIT_WORDS:
            words = [*self._pending, word]
            self._close(words)
            self._words = words
        else:
            self._pending.append(word)

    def _spelled(self, word: str, follower: Token | None) -> str:
        """Return the operator that a word stands for here, if it is one."""
        items = self._side.items
        if not items or items[-1].kind not in _OPERANDS or follower is None or follower.kind not in _OPENERS:
            return ""
        if word == "x":
            return "*"
        shares = items[-1].kind in {"percent", "short"} or (len(items) > 1 and items[-2].text == "/")
        return "*" if word == "of" and shares and not self._pending else ""

    def _close(self, words: Sequence[str] = ()) -> None:
        self._side.after = [*self._pending, *words][:_WORDS_SHOWN]
        self._side.units += self._pending
        self._pending = []
        if self._side.items or self._side.is_poisoned:
            self._found.append(self._side)
            self._words = []
        hangs = bool(self._side.items) and self._side.items[-1].kind == "op"
        self._side = Side(is_loose=hangs)


_ABOUT = frozenset(("about", "approximately", "roughly", "around", "exactly", "only", "just"))


def _is_group(comma: int, tokens: Sequence[Token]) -> bool:
    """Return whether the digits behind a comma may belong to the number before it, `14, 400`."""
    around = tokens[comma - 1 : comma + 2] if comma else ()
    return len(around) == _AROUND and around[0].kind == around[2].kind == "number" and len(around[2].text) == _GROUP


_AROUND = 3
_GROUP = 3


def _balanced(side: Side) -> Side | None:
    depth = 0
    for token in side.items:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth < 0:
            return None
    return None if depth else side


def _left_part(side: Side) -> Side:
    """Return the side up to its first parenthesis that has no partner."""
    opened: list[int] = []
    end = len(side.items)
    for place, token in enumerate(side.items):
        if token.kind == "open":
            opened.append(place)
        elif token.kind == "close":
            if not opened:
                end = place
                break
            opened.pop()
    cut = min([end, *opened])
    if cut == len(side.items):
        return side
    items = side.items[:cut]
    poisoned = side.is_poisoned or not items or items[-1].kind not in _OPERANDS
    after = [] if side.items[cut].kind == "close" else side.after
    return replace(side, items=items, is_poisoned=poisoned, after=after, touches_end=False)


def _right_part(side: Side) -> Side:
    """Return the side from behind its last parenthesis that has no partner."""
    closed: list[int] = []
    start = -1
    for place in range(len(side.items) - 1, -1, -1):
        kind = side.items[place].kind
        if kind == "close":
            closed.append(place)
        elif kind == "open":
            if not closed:
                start = place
                break
            closed.pop()
    cut = max([start, *closed])
    if cut < 0:
        return side
    items = side.items[cut + 1 :]
    poisoned = side.is_poisoned or not items or items[0].kind == "op" or side.items[cut].text == "{"
    hangs = side.items[cut].kind == "open" and cut > 0 and side.items[cut - 1].kind in {"op", "frac"}
    return replace(
        side, items=items, is_loose=side.is_loose or hangs, is_poisoned=poisoned, before=[], touches_start=False
    )
