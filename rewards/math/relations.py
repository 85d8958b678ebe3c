"""Rules for equations and inequalities, against each other and against values."""

from rewards.math import numeric, regions
from rewards.math.basis import Basis
from rewards.math.equations import (
    is_name,
    left_minus_right,
    letters_of,
    name_of,
    names_sum,
    near_fraction,
    said,
    same_argument,
)
from rewards.math.forms import (
    Call,
    Expression,
    Form,
    Named,
    Number,
    Product,
    Relation,
    Symbol,
    Words,
    negative,
    quotient,
    symbols,
)
from rewards.math.members import assignments
from rewards.math.rounding import approximates

_EQUALITIES = frozenset(("=", "~", "=="))
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}


class Relations(Basis):
    """Rules for relations."""

    def _relations(self, gold: Form, answer: Form) -> bool | None:
        if isinstance(gold, Relation) and isinstance(answer, Relation):
            return self._two_relations(gold, answer)
        for one, two in ((gold, answer), (answer, gold)):
            if isinstance(one, Relation) and one.operators == ("in",) and is_name(one.sides[0]):
                inner = one.sides[1]
                return (
                    None if isinstance(inner, Named) else self.equal(*((inner, two) if one is gold else (two, inner)))
                )
        if isinstance(gold, Relation) and set(gold.operators) <= _EQUALITIES:
            return self._against_equation(gold, answer)
        if isinstance(answer, Relation) and set(answer.operators) <= _EQUALITIES:
            return self._chain(gold, answer)
        return None

    def _chain(self, gold: Form, answer: Relation) -> bool:
        """Return whether every side of an answer's chain is the reference; behind `approx`, its rounding will do."""
        values = said(answer)
        while len(values) > 1 and names_sum(values[0]):
            del values[0]
        if not values or not self.equal(gold, values[0]):
            return False
        operators = answer.operators[len(answer.operators) - len(values) + 1 :]
        return all(
            self.equal(gold, side) or (operator == "~" and isinstance(gold, Expression) and approximates(side, gold))
            for operator, side in zip(operators, values[1:], strict=False)
        )

    def _two_relations(self, gold: Relation, answer: Relation) -> bool | None:
        if set(gold.operators) <= _EQUALITIES and set(answer.operators) <= _EQUALITIES:
            return self._two_equations(gold, answer)
        one, two = regions.region(gold), regions.region(answer)
        if one is not None and two is not None:
            return regions.equal(one, two)
        if gold.operators == answer.operators and self._in_order(gold.sides, answer.sides):
            return True
        if gold.operators == tuple(_FLIPPED.get(sign, sign) for sign in answer.operators[::-1]) and self._in_order(
            gold.sides, answer.sides[::-1]
        ):
            return True
        return self._two_inequalities(gold, answer)

    def _two_equations(self, gold: Relation, answer: Relation) -> bool:
        if assignments(gold) is not None and assignments(answer) is not None:
            return self._labelled(gold, answer) is True
        golds, answers = said(gold), said(answer)
        ours, theirs = gold.sides[: len(gold.sides) - len(golds)], answer.sides[: len(answer.sides) - len(answers)]
        if len(ours) > 1 and theirs and set(ours) != set(theirs):
            return False
        if len(golds) < len(gold.sides) and len(answers) < len(answer.sides) and self._names_agree(gold, answer):
            turned = [same_argument(gold.sides[0], answer.sides[0], side) for side in answers]
            if golds and turned and all(self.equal(golds[-1], side) for side in turned):
                return True
        if len(gold.sides) == len(answer.sides) and (
            self._in_order(gold.sides, answer.sides) or self._in_order(gold.sides, answer.sides[::-1])
        ):
            return True
        one, two = left_minus_right(gold), left_minus_right(answer)
        if one is None or two is None:
            return False
        return self._multiples(one, two)

    def _names_agree(self, gold: Relation, answer: Relation) -> bool:
        """Return whether the names that two values are given may differ: those of functions may, of numbers not."""
        one, two = name_of(gold), name_of(answer)
        if isinstance(one, Call) and isinstance(two, Call) and one.name.startswith("f:") and not symbols(one):
            return one == two
        if one == two or letters_of(one) == letters_of(two) != "" or isinstance(one, Words) or isinstance(two, Words):
            return True
        if isinstance(one, Symbol) and isinstance(two, Symbol):
            stem, _, index = one.name.partition("_")
            other_stem, _, other_index = two.name.partition("_")
            return stem == other_stem and not (index and other_index)
        return not isinstance(one, Product) and not isinstance(two, Product)

    def _multiples(self, one: Expression, two: Expression) -> bool:
        """Return whether one is a constant multiple of the other."""
        factor = numeric.ratio(one, two)
        if factor is None:
            return False
        exact = near_fraction(factor)
        if exact is None:
            self._reach("numeric")
            return True
        return self._same(one, Product((Number(exact), two)))

    def _two_inequalities(self, gold: Relation, answer: Relation) -> bool:
        if len(gold.operators) != 1 or len(answer.operators) != 1:
            return False
        one, two = left_minus_right(gold), left_minus_right(answer)
        if one is None or two is None:
            return False
        factor = numeric.ratio(one, two)
        if factor is None:
            return False
        operator = answer.operators[0] if factor > 0 else _FLIPPED.get(answer.operators[0])
        return operator == gold.operators[0] and self._multiples(one, two)

    def _against_equation(self, gold: Relation, answer: Form) -> bool | None:
        """Compare an answer that is no equation with a reference that is one."""
        if assignments(gold) is not None and assignments(answer) is not None:
            return self._labelled(gold, answer)
        values = said(gold)
        if len(values) < len(gold.sides):
            if not values:
                return None
            return (
                any(self.equal(value, answer) for value, operator in zip(values, ("=", *gold.operators), strict=False))
                if "~" not in gold.operators
                else self.equal(values[0], answer)
            )
        if "~" in gold.operators:
            return self.equal(gold.sides[0], answer)
        if not isinstance(answer, Expression):
            return None
        difference = left_minus_right(gold)
        if difference is not None:
            for name in sorted(symbols(difference) - symbols(answer)):
                line = regions.linear(difference, name)
                if line is not None:
                    return self._same(quotient(negative(line[1]), line[0]), answer)
        return any(not isinstance(side, Number) and self.equal(side, answer) for side in gold.sides)
