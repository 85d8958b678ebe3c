"""Whether an answer says what the reference says: structures are taken apart until expressions are left.

What an answer leaves out that the reference has (a unit, a name, a base) may be forgiven, and then the convention that
forgave it is noted. What an answer adds (a second value, another side of an equation) never is.
"""

from collections.abc import Sequence as Many

from rewards.math import expressions, numeric, regions
from rewards.math.conventions import Conventions
from rewards.math.equations import free_variables, left_minus_right, near_fraction, renamed, said, same_argument
from rewards.math.forms import (
    Alternatives,
    Based,
    Expression,
    Form,
    Labelled,
    Matrix,
    Number,
    Product,
    Quantity,
    Ratio,
    Relation,
    Sequence,
    Symbol,
    Words,
    negative,
    quotient,
    symbols,
)
from rewards.math.members import argument_of, assignments, expanded, kind_of, label_of, members_of, order_of, stripped
from rewards.math.quantities import (
    HALF_A_DAY,
    bears_sign,
    form_and_words,
    in_other_unit,
    is_sign,
    measured,
    seconds,
    vector,
    with_sign,
    without_mark,
)
from rewards.math.rounding import approximates, is_decimal, is_double_of, rounds_to, written_out
from rewards.math.units import agree, is_remark, scale, unit
from rewards.math.words import same_words

_EQUALITIES = frozenset(("=", "~", "=="))
_TIERS = ("form", "number", "structure", "algebra", "symbolic", "numeric", "open")
_MAX_MATCHED = 60
_FLOAT_DIGITS = 15
_MAX_SHIFT = 300
_ROUNDED_DIGITS = 3
_NOON = 12


class Comparison:
    """One comparison; remembers the dearest tier it needed and the conventions that decided."""

    def __init__(self, conventions: Conventions) -> None:
        self._conventions = conventions
        self.tier = _TIERS[0]
        self.used: list[str] = []

    def equal(self, gold: Form, answer: Form) -> bool:
        """Return whether the answer says what the reference says."""
        if gold == answer:
            self._reach("number" if isinstance(gold, Number) else "form")
            return True
        if isinstance(gold, Number):
            answer = measured(answer)
        if isinstance(gold, Expression) and isinstance(answer, Expression):
            return self._expressions(gold, answer)
        self._reach("structure")
        for rule in (
            self._remarks,
            self._words,
            self._bases,
            self._ratios,
            self._matrices,
            self._relations,
            self._collections,
            self._regions,
        ):
            verdict = rule(gold, answer)
            if verdict is not None:
                return verdict
        return False

    def _reach(self, tier: str) -> None:
        if _TIERS.index(tier) > _TIERS.index(self.tier):
            self.tier = tier

    def _note(self, convention: str) -> bool:
        if convention not in self.used:
            self.used.append(convention)
        return True

    # Expressions

    def _expressions(self, gold: Expression, answer: Expression) -> bool:
        golds, answers = expressions.signs(gold), expressions.signs(answer)
        if len(golds) > 1 or len(answers) > 1:
            self._reach("structure")
            return self._matched(golds, answers)
        percents = self._marked("percent", gold, answer)
        if percents is not None:
            return percents
        degrees = self._marked("degree", gold, answer)
        if degrees is not None:
            return degrees
        return self._same(gold, answer) or self._rounded(gold, answer)

    def _same(self, gold: Expression, answer: Expression) -> bool:
        verdict, tier = expressions.same(gold, answer)
        self._reach(tier)
        return verdict

    def _marked(self, mark: str, gold: Expression, answer: Expression) -> bool | None:
        """Compare where at least one side bears a percent or a degree sign; None where neither does."""
        one, two = without_mark(mark, gold), without_mark(mark, answer)
        if one is None and two is None:
            return None
        if one is not None and two is not None:
            return self.equal(one, two)
        if self._same(gold, answer) or self._rounded(gold, answer):
            return True
        if mark == "percent" and not self._conventions.percent:
            return False
        return self._same(one or gold, two or answer) and self._note(mark)

    def _rounded(self, gold: Expression, answer: Expression) -> bool:
        """Return whether one side is the other one, rounded as far as it is written."""
        if not self._conventions.rounding:
            return False
        gold, answer = written_out(gold), written_out(answer)
        if isinstance(gold, Number) and gold.places is not None and gold.digits >= _ROUNDED_DIGITS:
            if is_decimal(answer):
                return False
            return rounds_to(answer, gold) and self._note("rounding")
        if isinstance(answer, Number) and answer.places is not None and answer.digits >= _FLOAT_DIGITS:
            return not is_decimal(gold) and is_double_of(gold, answer) and self._note("rounding")
        return False

    # Words, units, bases, ratios

    def _remarks(self, gold: Form, answer: Form) -> bool | None:
        """Compare where words stand before or behind a side."""
        if isinstance(answer, Labelled) or isinstance(gold, Labelled):
            return self._labels(gold, answer)
        if not isinstance(gold, Quantity) and not isinstance(answer, Quantity):
            return None
        gold_form, gold_words = form_and_words(gold)
        answer_form, answer_words = form_and_words(measured(answer) if gold_words else answer)
        if isinstance(gold_form, Ratio) or isinstance(answer_form, Ratio):
            return self._times(gold_form, gold_words, answer_form, answer_words)
        if answer_words.startswith(("for ", "where ")) and self._parameter(gold_form, answer_form, answer_words):
            return True
        if answer_words and not is_remark(answer_words):
            return False
        return self._quantities(gold_form, gold_words, answer_form, answer_words)

    def _labels(self, gold: Form, answer: Form) -> bool:
        """Compare where words stand before a side: `only 0`, `March 5`."""
        before, behind = leading(gold), leading(answer)
        if not is_remark(behind) or not agree(before, behind):
            return False
        sign = -1 if {"negative", "minus"} & set(behind.split()) else 1
        gold = gold.form if isinstance(gold, Labelled) else gold
        answer = answer.form if isinstance(answer, Labelled) else answer
        return self.equal(gold, negative(answer) if sign < 0 and isinstance(answer, Expression) else answer)

    def _quantities(self, gold: Form, gold_words: str, answer: Form, answer_words: str) -> bool:
        gold, gold_words = _multiplied(gold, gold_words)
        answer, answer_words = _multiplied(answer, answer_words)
        one, two = unit(gold_words), unit(answer_words)
        if gold_words and not answer_words and self._conventions.units and not is_sign(one):
            return False
        if one and two and not is_sign(one) and not is_sign(two):
            if one.dimension != two.dimension:
                return False
            if one.size != two.size:
                scaled = in_other_unit(gold, one.size / two.size)
                return scaled is not None and self.equal(scaled, answer) and self._note("units")
        if (one is None or two is None) and not agree(gold_words, answer_words):
            return False
        gold, answer = with_sign(gold, one), with_sign(answer, two)
        if (one and not is_sign(one) and bears_sign(answer)) or (two and not is_sign(two) and bears_sign(gold)):
            return False
        if bool(one) != bool(two) and not (is_sign(one) or is_sign(two)):
            return self.equal(gold, answer) and self._note("units")
        return self.equal(gold, answer)

    def _parameter(self, gold: Form, answer: Form, words: str) -> bool:
        """Compare where the answer says `for some integer t`: t stands for any letter that the reference uses."""
        named = words.split()
        if named[:1] not in (["for"], ["where"]) or len(named[-1]) != 1:
            return False
        free = free_variables(gold) - free_variables(answer)
        if len(free) != 1:
            return False
        return self.equal(gold, renamed(answer, named[-1], next(iter(free)))) and self._note("parameter")

    def _words(self, gold: Form, answer: Form) -> bool | None:
        if not isinstance(gold, Words) and not isinstance(answer, Words):
            return None
        if isinstance(gold, Words) and isinstance(answer, Words):
            return same_words(gold.text) == same_words(answer.text)
        return self._regions(gold, answer) or False

    def _bases(self, gold: Form, answer: Form) -> bool | None:
        if not isinstance(gold, Based) and not isinstance(answer, Based):
            return None
        if isinstance(gold, Based) and isinstance(answer, Based):
            return False  # they are not the same digits in the same base
        based, other = (gold, answer) if isinstance(gold, Based) else (answer, gold)
        if not isinstance(based, Based) or not isinstance(other, Number) or other.places is not None:
            return None if isinstance(other, Relation | Quantity | Labelled) else False
        if self._conventions.base or str(other.value) != based.digits:
            return False
        return self._note("base")

    def _ratios(self, gold: Form, answer: Form) -> bool | None:
        if isinstance(gold, Ratio) and isinstance(answer, Ratio):
            if gold.is_time or answer.is_time:
                return self._times(gold, "", answer, "")
            return self._proportional(gold.terms, answer.terms)
        if isinstance(gold, Ratio) and isinstance(answer, Expression):
            return len(gold.terms) == 2 and self._expressions(quotient(*gold.terms), answer)  # noqa: PLR2004
        if isinstance(answer, Ratio) and isinstance(gold, Expression):
            return len(answer.terms) == 2 and self._expressions(gold, quotient(*answer.terms))  # noqa: PLR2004
        return None

    def _proportional(self, gold: Many[Expression], answer: Many[Expression]) -> bool:
        if len(gold) != len(answer):
            return False
        return all(
            self._same(Product((gold[0], there)), Product((answer[0], here)))
            for here, there in zip(gold[1:], answer[1:], strict=True)
        ) and self._same(gold[0], gold[0])

    def _times(self, gold: Form, gold_words: str, answer: Form, answer_words: str) -> bool:
        """Compare times of day, with or without seconds, `a.m.` and `p.m.`."""
        one, two = seconds(gold, gold_words), seconds(answer, answer_words)
        if one is None or two is None:
            return not gold_words and not answer_words and one is two and self._ratios(gold, answer) is True
        is_open = bool(gold_words) != bool(answer_words)  # only one side says which half of the day
        return one == two or (is_open and abs(one - two) == HALF_A_DAY and min(one, two) <= HALF_A_DAY)

    # Matrices and vectors

    def _matrices(self, gold: Form, answer: Form) -> bool | None:
        if isinstance(gold, Matrix) and isinstance(answer, Matrix):
            one, two = gold.rows, answer.rows
            if (len(one), len(one[0])) != (len(two), len(two[0])):
                flat_one, flat_two = vector(gold), vector(answer)
                return bool(flat_one and flat_two) and self._in_order(flat_one or (), flat_two or ())
            return self._in_order([entry for row in one for entry in row], [entry for row in two for entry in row])
        matrix, other = (gold, answer) if isinstance(gold, Matrix) else (answer, gold)
        if not isinstance(matrix, Matrix):
            return None
        entries = vector(matrix)
        if isinstance(other, Sequence) and other.opening in {"(", "[", "langle"} and entries:
            return self._in_order(entries, other.items)
        return None

    # Relations

    def _relations(self, gold: Form, answer: Form) -> bool | None:
        if isinstance(gold, Relation) and isinstance(answer, Relation):
            return self._two_relations(gold, answer)
        if isinstance(gold, Relation) and set(gold.operators) <= _EQUALITIES:
            return self._against_equation(gold, answer)
        if isinstance(answer, Relation) and set(answer.operators) <= _EQUALITIES:
            return self._chain(gold, answer)
        return None

    def _chain(self, gold: Form, answer: Relation) -> bool:
        """Return whether every side of an answer's chain is the reference; behind `approx`, its rounding will do."""
        values = said(answer)
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
        if one is not None or two is not None:
            return False
        if gold.operators == answer.operators and self._in_order(gold.sides, answer.sides):
            return True
        return self._two_inequalities(gold, answer)

    def _two_equations(self, gold: Relation, answer: Relation) -> bool:
        golds, answers = said(gold), said(answer)
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
        one, two = gold.sides[0], answer.sides[0]
        if isinstance(one, Symbol) and isinstance(two, Symbol) and one != two:
            return one.name.partition("_")[0] == two.name.partition("_")[0] and "_" not in one.name + two.name
        return True

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

    # Lists, sets, tuples

    def _collections(self, gold: Form, answer: Form) -> bool | None:
        one, two = members_of(gold), members_of(answer)
        if one is None or two is None:
            if one is None and two is None:
                return None
            return self._one_against_many(gold, one, answer, two)
        verdict = self._bracketed(gold, answer)
        if verdict is not None:
            return verdict
        return self._listed(gold, one, answer, two)

    def _bracketed(self, gold: Form, answer: Form) -> bool | None:
        """Compare two sequences of which at least one has brackets that mean an order."""
        kind_one, kind_two = kind_of(gold), kind_of(answer)
        if "tuple" not in {kind_one, kind_two}:
            return None
        if not isinstance(gold, Sequence) or not isinstance(answer, Sequence):
            labelled = self._labelled(gold, answer)
            return labelled if labelled is not None else False
        if kind_one == kind_two:
            if (gold.opening, gold.closing) != (answer.opening, answer.closing):
                ones, twos = regions.region(gold, loose=True), regions.region(answer, loose=True)
                vector = "langle" in {gold.opening, answer.opening}
                if len(gold.items) == 2 and not vector:  # noqa: PLR2004 - it may be an interval
                    return bool(ones and twos) and regions.equal(ones or regions.REALS, twos or regions.REALS)
            return self._in_order(gold.items, answer.items)
        if "set" in {kind_one, kind_two}:
            return False
        labelled = self._labelled(gold, answer)
        if labelled is not None:
            return labelled
        bracketed = gold if kind_one == "tuple" else answer
        if bracketed.opening == "[" and len(bracketed.items) == 2:  # noqa: PLR2004 - it is an interval
            return False
        return self._in_order(gold.items, answer.items)

    def _listed(self, gold: Form, golds: Many[Form], answer: Form, answers: Many[Form]) -> bool:
        if "set" in {kind_of(gold), kind_of(answer)}:
            return self._matched(self._distinct(stripped(golds)), self._distinct(stripped(answers)))
        labelled = self._labelled(gold, answer)
        if labelled is not None:
            return labelled
        if isinstance(gold, Alternatives) or isinstance(answer, Alternatives):
            return self._matched(self._distinct(stripped(golds)), self._distinct(stripped(answers)))
        golds, answers = stripped(golds), stripped(answers)
        if self._conventions.ordered:
            return self._in_order(golds, answers)
        if all(kind_of(item) == "tuple" for item in (*golds, *answers)):
            return self._matched(self._distinct(golds), self._distinct(answers))
        return self._matched(golds, answers)

    def _labelled(self, gold: Form, answer: Form) -> bool | None:
        """Compare where values are given names, `x = 1, y = 2`, on one side or on both; None where on neither."""
        one, two = assignments(gold), assignments(answer)
        if one is None and two is None:
            return None
        if one is not None and two is not None:
            if set(one) == set(two):
                return all(self.equal(value, two[label]) for label, value in one.items())
            return self._in_order(list(one.values()), list(two.values()))
        labels = one or two or {}
        others = members_of(answer if one is not None else gold)
        if others is None:
            return False
        orders = [list(labels.values())]
        if all(argument_of(label) is not None for label in labels):
            orders = [[labels[label] for label in sorted(labels, key=order_of)]]
        elif all(isinstance(label, Symbol) for label in labels):
            orders.append([labels[label] for label in sorted(labels, key=label_of)])
        else:
            orders.append(list(labels.values())[::-1])
        for values in orders:
            sides = (values, others) if one is not None else (others, values)
            if self._in_order(*sides):
                return True
        return False

    def _one_against_many(
        self, gold: Form, golds: Many[Form] | None, answer: Form, answers: Many[Form] | None
    ) -> bool | None:
        """Compare a single value with a collection: equal only where the collection has one member."""
        single, many, kind = (gold, answers, kind_of(answer)) if golds is None else (answer, golds, kind_of(gold))
        if regions.region(single) is not None:
            return None
        if isinstance(single, Expression) and len(expressions.signs(single)) > 1:
            values: list[Form] = list(expressions.signs(single))
            if kind == "tuple":
                return False
            members = self._distinct(stripped(many or ()))
            return self._matched(values, members) if golds is None else self._matched(members, values)
        if kind == "tuple":
            return None
        members = self._distinct(stripped(many or ())) if kind != "list" else list(many or ())
        if len(members) != 1:
            return False
        return self.equal(single, members[0]) if golds is None else self.equal(members[0], single)

    def _distinct(self, items: Many[Form]) -> list[Form]:
        distinct: list[Form] = []
        for item in items[:_MAX_MATCHED]:
            values = expressions.signs(item) if isinstance(item, Expression) else [item]
            distinct += [value for value in values if not any(self._quietly(value, known) for known in distinct)]
        return distinct + list(items[_MAX_MATCHED:])

    def _quietly(self, one: Form, two: Form) -> bool:
        """Compare two members of one side; what that needs does not count for the verdict."""
        return Comparison(self._conventions).equal(one, two)

    def _in_order(self, golds: Many[Form], answers: Many[Form]) -> bool:
        return len(golds) == len(answers) and all(map(self.equal, golds, answers))

    def _matched(self, golds: Many[Form], answers: Many[Form]) -> bool:
        """Return whether items can be paired off, in any order."""
        golds, answers = expanded(golds), expanded(answers)
        if len(golds) != len(answers):
            return False
        if len(golds) > _MAX_MATCHED:
            return self._in_order(golds, answers)
        left = list(answers)
        for gold in golds:
            if gold in left:
                left.remove(gold)
                continue
            place = next((place for place, answer in enumerate(left) if self.equal(gold, answer)), None)
            if place is None:
                return False
            del left[place]
        return True

    # Sets of numbers

    def _regions(self, gold: Form, answer: Form) -> bool | None:
        strict_one, strict_two = regions.region(gold), regions.region(answer)
        if strict_one is None and strict_two is None:
            return None
        one, two = regions.region(gold, loose=True), regions.region(answer, loose=True)
        return one is not None and two is not None and regions.equal(one, two)


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}


def leading(form: Form) -> str:
    """Return the words before a form, or behind it."""
    return form.words if isinstance(form, Labelled | Quantity) else ""


def _multiplied(form: Form, words: str) -> tuple[Form, str]:
    """Return `2 million dollars` as 2,000,000 dollars."""
    factor = scale(words)
    if factor is None or not isinstance(form, Expression):
        return form, words
    product = Number(form.value * factor) if isinstance(form, Number) else Product((Number(factor), form))
    return product, words.partition(" ")[2]
