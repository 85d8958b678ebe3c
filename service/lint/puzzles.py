"""Solves small arithmetic puzzles, so that an honest completion for one can be written."""

import operator
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

MOST_NUMBERS = 4
"""More take seconds a puzzle."""

_Term = tuple[Fraction, str]
_OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def solution(numbers: Sequence[int], target: Fraction) -> str | None:
    """Return an expression of the target that uses each number once, or failing that some of them; None for none."""
    terms = [(Fraction(number), str(number)) for number in numbers]
    for size in range(len(terms), 0, -1):
        for chosen in combinations(terms, size):
            found = next((text for value, text in _values(list(chosen)) if value == target), None)
            if found is not None:
                return found
    return None


def _values(terms: list[_Term]) -> Iterator[_Term]:
    """Yield every value that the terms can be combined into."""
    if len(terms) == 1:
        yield terms[0]
        return
    for first, second in combinations(range(len(terms)), 2):
        rest = [term for index, term in enumerate(terms) if index not in {first, second}]
        for one, two in ((terms[first], terms[second]), (terms[second], terms[first])):
            for sign, operation in _OPERATIONS.items():
                if sign in "+*" and one is terms[second]:
                    continue  # the same the other way round
                if sign == "/" and not two[0]:
                    continue
                yield from _values([*rest, (operation(one[0], two[0]), f"({one[1]} {sign} {two[1]})")])
