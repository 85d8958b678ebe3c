"""Random expressions, as text and as sympy has them, built side by side so that neither is read from the other."""

from fractions import Fraction

import sympy
from hypothesis import strategies as st

Pair = tuple[str, sympy.Expr]

X, Y = sympy.symbols("x y", real=True)


def integers() -> st.SearchStrategy[Pair]:
    """Small whole numbers."""
    return st.integers(-9, 9).map(lambda n: (f"({n})" if n < 0 else str(n), sympy.Integer(n)))


def fractions() -> st.SearchStrategy[Pair]:
    """Small fractions in LaTeX."""

    def written(pair: tuple[int, int]) -> Pair:
        top, bottom = pair
        return rf"\frac{{{top}}}{{{bottom}}}", sympy.Rational(top, bottom)

    return st.tuples(st.integers(-9, 9), st.integers(1, 9)).map(written)


def leaves() -> st.SearchStrategy[Pair]:
    """Numbers, variables and constants."""
    names = st.sampled_from([("x", X), ("y", Y), (r"\pi", sympy.pi), (r"\sqrt{2}", sympy.sqrt(2)), ("e", sympy.E)])
    return st.one_of(integers(), fractions(), names)


def _combined(children: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    two = st.tuples(children, children)
    return st.one_of(
        two.map(lambda p: (f"({p[0][0]} + {p[1][0]})", p[0][1] + p[1][1])),
        two.map(lambda p: (f"({p[0][0]} - {p[1][0]})", p[0][1] - p[1][1])),
        two.map(lambda p: (rf"{p[0][0]} \cdot {p[1][0]}", p[0][1] * p[1][1])),
        st.tuples(children, st.integers(0, 3)).map(lambda p: (f"({p[0][0]})^{{{p[1]}}}", p[0][1] ** p[1])),
    )


def expressions() -> st.SearchStrategy[Pair]:
    """Sums, products and whole powers of numbers, roots and variables."""
    return st.recursive(leaves(), _combined, max_leaves=6)


def rationals() -> st.SearchStrategy[Fraction]:
    """Rational numbers of any size that people write."""
    return st.fractions(min_value=-(10**7), max_value=10**7, max_denominator=10**4)
