"""Answers with letters that stand for any number of a kind: `k` in `pi/4 + k*pi`, `C` in an integral."""

import re
from collections.abc import Iterator
from itertools import permutations

from rewards.math.equations import free_variables, renamed
from rewards.math.forms import (
    Call,
    Constant,
    Expression,
    Form,
    Named,
    Product,
    Quantity,
    Relation,
    Sequence,
    Sum,
    Symbol,
    children,
    symbols,
)

_COUNTING = frozenset("k l m n s t u lambda mu".split())
_CONSTANT = re.compile(r"[CcK](?:_\w+)?")
_INDEXED = re.compile(r"[Cc]_\w+")
_CONDITION = re.compile(
    r"(?:for|where|with)\b.*\b(?:all|any|some|every|each|integers?|reals?|constants?|numbers?|in)\b"
)
_NARROWED = re.compile(r"\b(?:even|odd|prime|positive|negative|except|not)\b")
_MOST = 2


def undeclared(form: Form) -> tuple[Form, frozenset[str]]:
    """Return a form without the clause that says what a letter stands for, and the letters that it says it of."""
    match form:
        case Sequence("", "", (*items, Relation(("in",), (Symbol(name), Named())))) if items:
            rest, names = undeclared(items[0] if len(items) == 1 else Sequence("", "", tuple(items)))
            return rest, names | {name}
        case Quantity(inner, words) if _CONDITION.match(words) and not _NARROWED.search(words):
            rest, names = undeclared(inner)
            return rest, names | frozenset(word for word in re.findall(r"[A-Za-z]+", words) if len(word) == 1)
    return form, frozenset()


def renamings(gold: Form, answer: Form, declared: frozenset[str]) -> Iterator[Form]:
    """Yield an answer with its parameters in the reference's letters, where both have as many that differ."""
    ours, theirs = free_variables(gold) - _arguments(gold), free_variables(answer) - _arguments(answer)
    missing, extra = sorted(ours - theirs), sorted(theirs - ours)
    if not 0 < len(missing) == len(extra) <= _MOST:
        return
    letters = {*missing, *extra}
    if not (
        letters & declared
        or (letters <= _COUNTING and _is_family(gold))
        or _are_constants(gold, answer, letters)
        or (_defines_function(gold) and _defines_function(answer))
    ):
        return
    for order in permutations(missing):
        # By way of names that no text has, so that letters can change places.
        changed = answer
        for place, letter in enumerate(extra):
            changed = renamed(changed, letter, f"{place}")
        for place, letter in enumerate(order):
            changed = renamed(changed, f"{place}", letter)
        yield changed


def _is_family(form: Form) -> bool:
    """Return whether a form's letters are likely to count its members: multiples of pi, points, named sequences."""
    match form:
        case Sequence(opening, _, _) if opening:
            return True
        case Relation(("=",), _):
            return True
        case Product(factors):
            if Constant("pi") in factors and any(isinstance(factor, Symbol) for factor in factors):
                return True
    return isinstance(form, Expression) and any(_is_family(child) for child in children(form))


def _are_constants(gold: Form, answer: Form, letters: set[str]) -> bool:
    """Return whether letters are constants of integration: a `C` that is added, or several that are numbered."""
    if any(_INDEXED.fullmatch(letter) for letter in letters):
        return all(_CONSTANT.fullmatch(letter) or letter in "AB" for letter in letters)
    added = all(
        isinstance(form, Sum) and any(isinstance(term, Symbol) and term.name in letters for term in form.terms)
        for form in (gold, answer)
    )
    return added and all(_CONSTANT.fullmatch(letter) for letter in letters)


def _arguments(form: Form) -> frozenset[str]:
    """Return the variables of the function that an equation defines."""
    return symbols(form.sides[0]) if _defines_function(form) else frozenset()  # type: ignore[union-attr,arg-type]


def _defines_function(form: Form) -> bool:
    return isinstance(form, Relation) and isinstance(form.sides[0], Call) and form.sides[0].name.startswith("f:")
