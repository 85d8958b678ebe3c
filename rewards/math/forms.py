"""What an answer can be, once it is read: expressions, and the structures that are made of them.

Every form is immutable and compares by value. A form says how an answer is written, not yet what it means: `(1, 2)`
is a `Sequence` in round brackets, and only the comparison takes it for a point or for an interval.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    value: Fraction
    places: int | None = None
    """Digits after the point, where it is written as a decimal."""
    digits: int = 0
    """Significant digits, where it is written as a decimal; 0 where its decimals repeat."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable; with its subscript, as in `a_1`."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """`pi`, `e`, `i` or `infinity`."""

    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms added."""

    terms: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Product:
    """Factors multiplied."""

    factors: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Power:
    """A base to an exponent."""

    base: "Expression"
    exponent: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments: `sin`, `sqrt`, `abs`, `degree`, `percent`, an unknown `f`, ..."""

    name: str
    arguments: "tuple[Expression, ...]"


Expression = Number | Symbol | Constant | Sum | Product | Power | Call


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items between brackets, or none (`opening` is empty): a tuple, an interval, a set, a list."""

    opening: str
    closing: str
    items: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Items joined by `or`."""

    items: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class Joined:
    """Sets joined by `cup`, `cap` or `setminus`, from the left."""

    operators: tuple[str, ...]
    items: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class Relation:
    """Sides with relations between them, as in `a < x <= b`."""

    operators: tuple[str, ...]
    sides: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class Builder:
    """A set given by a condition."""

    variable: "Form"
    condition: "Form"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Terms with colons between them: a ratio or a time."""

    terms: tuple[Expression, ...]
    is_time: bool = False
    """Whether it is written as no ratio is: with minutes such as `05`."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of entries."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A form with words after it: a unit, or what was counted."""

    form: "Form"
    words: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A form with words before it."""

    words: str
    form: "Form"


@dataclass(frozen=True, slots=True)
class Based:
    """Digits in a base."""

    digits: str
    base: int


@dataclass(frozen=True, slots=True)
class Words:
    """A short text: lower case, single spaces, no punctuation; a single letter keeps its case."""

    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A named set: the reals, the integers, the empty set."""

    name: str


Form = (
    Expression
    | Sequence
    | Alternatives
    | Joined
    | Relation
    | Builder
    | Ratio
    | Matrix
    | Quantity
    | Labelled
    | Based
    | Words
    | Named
)

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))
MINUS_ONE = Number(Fraction(-1))
HALF = Number(Fraction(1, 2))
INFINITY = Constant("infinity")


def negative(expression: Expression) -> Expression:
    """Return the expression times minus one."""
    if isinstance(expression, Number):
        return Number(-expression.value, expression.places, expression.digits)
    return Product((MINUS_ONE, expression))


def quotient(numerator: Expression, denominator: Expression) -> Expression:
    """Return numerator over denominator; of whole numbers, the fraction."""
    if isinstance(numerator, Number) and isinstance(denominator, Number) and denominator.value:
        return Number(numerator.value / denominator.value)
    return Product((numerator, Power(denominator, MINUS_ONE)))


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return what an expression is made of."""
    match expression:
        case Sum(terms):
            return terms
        case Product(factors):
            return factors
        case Power(base, exponent):
            return (base, exponent)
        case Call(_, arguments):
            return arguments
    return ()


def symbols(expression: Expression) -> frozenset[str]:
    """Return the names of the variables in an expression."""
    if isinstance(expression, Symbol):
        return frozenset((expression.name,))
    if isinstance(expression, Call) and expression.name in {"sum", "prod"}:
        variable, *others = expression.arguments
        return frozenset().union(*(symbols(other) for other in others)) - symbols(variable)
    return frozenset().union(*(symbols(child) for child in children(expression)))
