"""Numbers with something behind them: percent and degree signs, units, `p.m.`."""

from fractions import Fraction

from rewards.math.forms import Call, Expression, Form, Matrix, Number, Power, Product, Quantity, Ratio, Symbol
from rewards.math.units import Unit, unit

HALF_A_DAY = 43_200
"""Seconds."""
_HOURS = 12


def without_mark(mark: str, expression: Expression) -> Expression | None:
    """Return the expression without the percent or degree sign at its end, or None where it has none."""
    match expression:
        case Call(name, (argument,)) if name == mark:
            return argument
        case Product((Number() as number, Call(name, (argument,)))) if name == mark:
            return Product((number, argument))
    return None


def form_and_words(form: Form) -> tuple[Form, str]:
    """Return a form and the words behind it."""
    return (form.form, form.words) if isinstance(form, Quantity) else (form, "")


def measured(form: Form) -> Form:
    """Return `5h` as five hours, and `9.8 m/s^2` likewise: a number times letters that are units."""
    if not isinstance(form, Product):
        return form
    first, *rest = _factors(form)
    names = [_unit_name(factor) for factor in rest]
    if not isinstance(first, Number) or not rest or None in names:
        return form
    over = [name for name in names if name and "^-" in name]
    words = " ".join(name for name in names if name and "^-" not in name)
    words += "".join("/" + name.replace("^-1", "").replace("^-", "^") for name in over)
    return Quantity(first, words) if unit(words) is not None else form


def _factors(product: Product) -> list[Expression]:
    flat: list[Expression] = []
    for factor in product.factors:
        flat += _factors(factor) if isinstance(factor, Product) else [factor]
    return flat


def _unit_name(factor: Expression) -> str | None:
    match factor:
        case Symbol(name) if unit(name) is not None:
            return name
        case Power(Symbol(name), Number(power)) if unit(name) is not None:
            return f"{name}^{power}"
        case Power(Power(Symbol(name), Number(power)), Number(sign)) if unit(name) is not None and sign == -1:
            return f"{name}^{-power}"
    return None


def is_sign(found: Unit | None) -> bool:
    """Return whether a unit is one that is written as a sign as well: percent or degrees."""
    return found is not None and found.dimension in {(("percent", 1),), (("degree", 1),)}


def with_sign(form: Form, found: Unit | None) -> Form:
    """Return `28 percent` as `28%`, and degrees likewise."""
    if found is not None and is_sign(found) and isinstance(form, Expression):
        return Call(found.dimension[0][0], (form,))
    return form


def bears_sign(form: Form) -> bool:
    """Return whether a form ends in a percent or a degree sign."""
    return isinstance(form, Expression) and any(without_mark(mark, form) is not None for mark in ("percent", "degree"))


def in_other_unit(form: Form, factor: Fraction) -> Form | None:
    """Return an expression in a unit that is smaller by a factor."""
    return Product((Number(factor), form)) if isinstance(form, Expression) else None


def seconds(form: Form, words: str) -> int | None:
    """Return the second of the day that a time names, or None where the form is no time."""
    if not isinstance(form, Ratio) or len(form.terms) not in {2, 3}:
        return None
    parts = [term.value for term in form.terms if isinstance(term, Number) and term.value.denominator == 1]
    if len(parts) != len(form.terms) or not 0 <= parts[0] <= 24 or not all(0 <= part < 60 for part in parts[1:]):  # noqa: PLR2004
        return None
    mark = words.replace(".", "").replace(" ", "")
    if mark not in {"", "am", "pm", "noon", "inthemorning", "intheafternoon", "intheevening"}:
        return None
    mark = {"noon": "pm", "inthemorning": "am", "intheafternoon": "pm", "intheevening": "pm"}.get(mark, mark)
    hour = parts[0] % _HOURS if mark else parts[0]
    hour += _HOURS if mark == "pm" else 0
    return int(hour * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0))  # noqa: PLR2004


def vector(matrix: Matrix) -> tuple[Expression, ...] | None:
    """Return the entries of a single row or column, or None."""
    if len(matrix.rows) == 1:
        return matrix.rows[0]
    return tuple(row[0] for row in matrix.rows) if len(matrix.rows[0]) == 1 else None
