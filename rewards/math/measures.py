"""Rules for numbers with something around them: signs, units, remarks, bases, ratios, times, roundings."""

from collections.abc import Sequence as Many

from rewards.math import expressions
from rewards.math.basis import Basis
from rewards.math.forms import (
    Based,
    Expression,
    Form,
    Labelled,
    Number,
    Product,
    Quantity,
    Ratio,
    Relation,
    Symbol,
    Words,
    negative,
    quotient,
)
from rewards.math.quantities import (
    HALF_A_DAY,
    bears_sign,
    form_and_words,
    in_other_unit,
    is_sign,
    measured,
    seconds,
    with_sign,
    without_mark,
)
from rewards.math.rounding import is_decimal, is_double_of, rounds_to, written_out
from rewards.math.units import Unit, agree, is_introduction, is_remark, scale, unit
from rewards.math.words import covers, same_words

_FLOAT_DIGITS = 15
_ROUNDED_DIGITS = 3


class Measures(Basis):
    """Rules for quantities."""

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
        if mark == "degree" and self._conventions.units and two is None:
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
        if answer_words and not is_remark(answer_words):
            return False
        return self._quantities(gold_form, gold_words, answer_form, answer_words)

    def _labels(self, gold: Form, answer: Form) -> bool:
        """Compare where words stand before a side: `only 0`, `March 5`."""
        before, behind = leading(gold), leading(answer)
        if isinstance(gold, Labelled) and isinstance(gold.form, Symbol) and not covers(before, behind):
            return False  # the words are the answer: `all even n`
        sign = -1 if {"negative", "minus"} & set(behind.split()) else 1
        is_fit = is_introduction(behind, before) if isinstance(answer, Labelled) else is_remark(behind)
        if not (is_fit or behind in {"negative", "minus"}) or not agree(before, behind):
            return False
        gold = gold.form if isinstance(gold, Labelled) else gold
        answer = answer.form if isinstance(answer, Labelled) else answer
        return self.equal(gold, negative(answer) if sign < 0 and isinstance(answer, Expression) else answer)

    def _quantities(self, gold: Form, gold_words: str, answer: Form, answer_words: str) -> bool:
        gold, gold_words = _multiplied(gold, gold_words)
        answer, answer_words = _multiplied(answer, answer_words)
        one, two = unit(gold_words), unit(answer_words)
        if _is_bare(one) or _is_bare(two):  # radians, and `square units`, are no unit that a value could lack
            gold_words, one = ("", None) if _is_bare(one) else (gold_words, one)
            answer_words, two = ("", None) if _is_bare(two) else (answer_words, two)
            if isinstance(gold, Expression) and isinstance(answer, Expression) and not gold_words and not answer_words:
                return self._same(gold, answer)
        if one and two and not is_sign(one) and not is_sign(two):
            return self._converted(gold, one, answer, two)
        if not self._words_fit(gold, gold_words, answer_words):
            return False
        gold, answer = with_sign(gold, one), with_sign(answer, two)
        if (one and not is_sign(one) and bears_sign(answer)) or (two and not is_sign(two) and bears_sign(gold)):
            return False
        if bool(one) != bool(two) and not (is_sign(one) or is_sign(two)):
            return self.equal(gold, answer) and self._note("units")
        return self.equal(gold, answer)

    def _converted(self, gold: Form, one: Unit, answer: Form, two: Unit) -> bool:
        """Compare two values in known units."""
        if one.dimension != two.dimension:
            return False
        if one.size == two.size:
            return self.equal(gold, answer)
        scaled = in_other_unit(gold, one.size / two.size)
        return scaled is not None and self.equal(scaled, answer) and self._note("units")

    def _words_fit(self, gold: Form, gold_words: str, answer_words: str) -> bool:
        """Return whether the words behind two values may differ as they do, where no two units are known."""
        one = unit(gold_words)
        if gold_words and not answer_words:
            if one is None and isinstance(gold, Symbol):
                return False  # the words are the answer: `n is even`
            return is_sign(one) or not self._conventions.units
        known = one is not None and unit(answer_words) is not None
        return known or agree(gold_words, answer_words)

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
        if self._conventions.base or based is answer or str(other.value) != based.digits:
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
            if gold_words or answer_words or one is not two:
                return False
            return (
                isinstance(gold, Ratio) and isinstance(answer, Ratio) and self._proportional(gold.terms, answer.terms)
            )
        is_open = bool(gold_words) != bool(answer_words)  # only one side says which half of the day
        return one == two or (is_open and abs(one - two) == HALF_A_DAY and min(one, two) <= HALF_A_DAY)


def leading(form: Form) -> str:
    """Return the words before a form, or behind it."""
    return form.words if isinstance(form, Labelled | Quantity) else ""


def _multiplied(form: Form, words: str) -> tuple[Form, str]:
    """Return `2 million dollars` as 2,000,000 dollars."""
    factor = scale(words)
    if isinstance(form, Labelled):
        inner, words = _multiplied(form.form, words)
        return Labelled(form.words, inner), words
    if factor is None or not isinstance(form, Expression):
        return form, words
    product = Number(form.value * factor) if isinstance(form, Number) else Product((Number(factor), form))
    return product, words.partition(" ")[2]


def _is_bare(found: Unit | None) -> bool:
    return found is not None and {name for name, _ in found.dimension} <= {"radian", "unit"}
