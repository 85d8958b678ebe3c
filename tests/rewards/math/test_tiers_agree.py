"""Every fast tier says what sympy says, on expressions that were built side by side with sympy's."""

import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rewards.math import algebra, expressions, numeric, regions
from rewards.math.forms import Expression, Form
from rewards.math.notation import plain
from rewards.math.parser import parse
from rewards.math.symbolic import translated
from tests.rewards.math.expressions_strategies import Pair
from tests.rewards.math.expressions_strategies import expressions as random_expressions

EXAMPLES = settings(max_examples=80, deadline=None)


def read(text: str) -> Expression:
    """Return the expression that a text says."""
    form = parse(plain(text), grouped=True)
    assert isinstance(form, Expression)
    return form


def is_zero(expression: sympy.Expr) -> bool:
    """Return whether sympy finds an expression to be zero; these are polynomials over roots, pi and e."""
    return bool(sympy.expand(expression) == 0 or sympy.simplify(expression) == 0)


@EXAMPLES
@given(random_expressions())
def test_the_parser_reads_what_was_written(pair: Pair) -> None:
    """What is read from the text is, to sympy, the expression that was built beside it."""
    text, expected = pair
    assert is_zero(translated(read(text)) - expected)


@EXAMPLES
@given(random_expressions(), random_expressions())
def test_algebra_agrees_with_sympy(one: Pair, two: Pair) -> None:
    """Where the exact tier decides, sympy finds the same; on these expressions it always decides."""
    verdict = algebra.equal(read(one[0]), read(two[0]))
    assert verdict is not None
    assert is_zero(one[1] - two[1]) == verdict


@EXAMPLES
@given(random_expressions(), random_expressions())
def test_probing_agrees_with_sympy(one: Pair, two: Pair) -> None:
    """The numeric tier confirms what is equal and refuses what is not."""
    verdict = numeric.equal(read(one[0]), read(two[0]))
    assume(verdict is not None)
    assert is_zero(one[1] - two[1]) == verdict


@EXAMPLES
@given(random_expressions())
def test_rewriting_by_sympy_changes_nothing(pair: Pair) -> None:
    """An expression equals what sympy expands it to, by whichever tier."""
    text, built = pair
    again = sympy.latex(sympy.expand(built))
    assert expressions.same(read(text), read(again))[0], again


IDENTITIES = (
    (r"\sin 2x", r"2 \sin x \cos x"),
    (r"\cos 2x", r"1 - 2\sin^2 x"),
    (r"\tan x", r"\frac{\sin x}{\cos x}"),
    (r"\sin(\frac{\pi}{2} - x)", r"\cos x"),
    (r"\ln 8", r"3 \ln 2"),
    (r"\log_2 3", r"\frac{\ln 3}{\ln 2}"),
    (r"\sqrt{3 + 2\sqrt{2}}", r"1 + \sqrt{2}"),
    (r"\sqrt[3]{16}", r"2\sqrt[3]{2}"),
    (r"e^{i\pi}", "-1"),
    (r"\frac{1}{\sqrt{3} - \sqrt{2}}", r"\sqrt{3} + \sqrt{2}"),
    (r"\binom{n}{2}", r"\frac{n(n-1)}{2}"),
    ("n!", r"n \cdot (n-1)!"),
    (r"\frac{2^{n+1}}{2}", "2^n"),
    (r"4^n", r"2^{2n}"),
    (r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}"),
    (r"|x|", r"\sqrt{x^2}"),
    (r"\arctan 1", r"\frac{\pi}{4}"),
    (r"\cos 36^\circ", r"\frac{1+\sqrt{5}}{4}"),
)
NO_IDENTITIES = (
    ("x", r"\sqrt{x^2}"),
    (r"\sin 2x", r"2 \sin x"),
    (r"\ln(x+y)", r"\ln x + \ln y"),
    (r"(x+y)^2", "x^2 + y^2"),
    (r"\sqrt{x+y}", r"\sqrt{x} + \sqrt{y}"),
    (r"2^{x+y}", "2^x + 2^y"),
    (r"\frac{1}{2^{99}}", r"\frac{1}{2^{98}}"),
    (r"\frac{1}{2004!}", r"\frac{1}{2006!}"),
    ("10^{100} + 1", "10^{100}"),
    (r"e^{-100}", r"e^{-101}"),
    (r"\pi", r"\frac{355}{113}"),
    ("n!", "(n+1)!"),
    (r"\binom{n}{2}", r"\binom{n+1}{2}"),
)


@given(st.sampled_from(IDENTITIES))
def test_identities_hold(pair: tuple[str, str]) -> None:
    """What every textbook says is equal is equal, in both directions."""
    one, two = map(read, pair)
    assert expressions.same(one, two)[0]
    assert expressions.same(two, one)[0]


@given(st.sampled_from(NO_IDENTITIES))
def test_what_looks_like_an_identity_does_not_hold(pair: tuple[str, str]) -> None:
    """Common mistakes, and numbers that only look alike, are different."""
    one, two = map(read, pair)
    assert not expressions.same(one, two)[0]
    assert not expressions.same(two, one)[0]


BOUNDS = st.integers(-5, 5)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[str, sympy.Set]:
    """Return an interval as text and as sympy has it."""
    low, high = sorted((draw(BOUNDS), draw(BOUNDS)))
    assume(low < high)
    left, right = draw(st.booleans()), draw(st.booleans())
    text = f"{'(' if left else '['}{low}, {high}{')' if right else ']'}"
    return text, sympy.Interval(low, high, left, right)


@EXAMPLES
@given(st.lists(intervals(), min_size=1, max_size=3), st.lists(intervals(), min_size=1, max_size=3))
def test_unions_agree_with_sympy(one: list[tuple[str, sympy.Set]], two: list[tuple[str, sympy.Set]]) -> None:
    """Two unions of intervals are equal exactly where sympy's are."""
    sets = [sympy.Union(*(pair[1] for pair in pairs)) for pairs in (one, two)]
    found = [regions.region(form_of(r" \cup ".join(pair[0] for pair in pairs)), loose=True) for pairs in (one, two)]
    assert found[0] is not None
    assert found[1] is not None
    assert regions.equal(found[0], found[1]) == (sets[0] == sets[1])


@settings(max_examples=60, deadline=None)
@given(BOUNDS, BOUNDS, st.sampled_from(["<", r"\le", ">", r"\ge", r"\ne"]), st.integers(-4, 4))
def test_linear_inequalities_agree_with_sympy(slope: int, rest: int, operator: str, right: int) -> None:
    """An inequality that is linear describes the numbers that sympy solves it to."""
    assume(slope)
    relation = {"<": sympy.Lt, r"\le": sympy.Le, ">": sympy.Gt, r"\ge": sympy.Ge, r"\ne": sympy.Ne}[operator]
    solved = relation(slope * sympy.Symbol("x", real=True) + rest, right).as_set()
    found = regions.region(form_of(f"{slope}x + {rest} {operator} {right}"))
    assert found is not None
    expected = regions.region(form_of(as_text(solved)), loose=True)
    assert expected is not None
    assert regions.equal(found, expected)


def form_of(text: str) -> Form:
    """Return what a text says."""
    return parse(plain(text), grouped=True)


def as_text(found: sympy.Set) -> str:
    """Return one of sympy's sets as a union of intervals."""
    parts = found.args if isinstance(found, sympy.Union) else (found,)
    return r" \cup ".join(sympy.latex(part) for part in parts)
