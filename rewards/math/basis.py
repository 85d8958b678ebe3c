"""What every rule of the comparison stands on: the tier reached, the conventions used, lists compared."""

from collections.abc import Sequence as Many

from rewards.math import expressions, regions
from rewards.math.conventions import Conventions
from rewards.math.forms import Expression, Form, Named, Symbol
from rewards.math.members import assignments, expanded, members_of, orders_of

_TIERS = ("form", "number", "structure", "algebra", "symbolic", "numeric", "open")
_MAX_MATCHED = 60


class Basis:
    """The part of a comparison that its rules share."""

    def __init__(self, conventions: Conventions) -> None:
        self._conventions = conventions
        self.tier = _TIERS[0]
        self.used: list[str] = []

    def _reach(self, tier: str) -> None:
        if _TIERS.index(tier) > _TIERS.index(self.tier):
            self.tier = tier

    def _note(self, convention: str) -> bool:
        if convention not in self.used:
            self.used.append(convention)
        return True

    def _same(self, gold: Expression, answer: Expression) -> bool:
        verdict, tier = expressions.same(gold, answer)
        if not verdict and expressions.mixes_logarithms(gold, answer):
            decimal = expressions.same(expressions.with_base_ten(gold), expressions.with_base_ten(answer))
            verdict, tier = (True, decimal[1]) if decimal[0] and self._note("logarithm") else (verdict, tier)
        self._reach(tier)
        return verdict

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

    def _distinct(self, items: Many[Form]) -> list[Form]:
        distinct: list[Form] = []
        for item in items[:_MAX_MATCHED]:
            values = expressions.signs(item) if isinstance(item, Expression) else [item]
            distinct += [value for value in values if not any(self._quietly(value, known) for known in distinct)]
        return distinct + list(items[_MAX_MATCHED:])

    def _quietly(self, one: Form, two: Form) -> bool:
        """Compare two members of one side; what that needs does not count for the verdict."""
        return type(self)(self._conventions).equal(one, two)

    def equal(self, gold: Form, answer: Form) -> bool:
        """Return whether the answer says what the reference says; `Comparison` knows all the rules."""
        raise NotImplementedError

    def _labelled(self, gold: Form, answer: Form) -> bool | None:
        """Compare where values are given names, `x = 1, y = 2`, on one side or on both; None where on neither."""
        one, two = assignments(gold), assignments(answer)
        if one is None and two is None:
            return None
        if one is not None and two is not None:
            if set(one) == set(two):
                return all(self.equal(value, two[label]) for label, value in one.items())
            if all(isinstance(label, Symbol) for label in (*one, *two)):
                return False
            return self._in_order(list(one.values()), list(two.values()))
        labels = one or two or {}
        others = members_of(answer if one is not None else gold)
        if others is None:
            return False
        for values in orders_of(labels):
            sides = (values, others) if one is not None else (others, values)
            if self._in_order(*sides):
                return True
        return False

    def _regions(self, gold: Form, answer: Form) -> bool | None:
        if {gold, answer} == {Named("R"), Symbol("R")}:
            return True
        strict_one, strict_two = regions.region(gold), regions.region(answer)
        if strict_one is None and strict_two is None:
            return None
        one, two = regions.region(gold, loose=True), regions.region(answer, loose=True)
        return one is not None and two is not None and regions.equal(one, two)
