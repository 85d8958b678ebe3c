"""Whether an answer says what the reference says: structures are taken apart until expressions are left.

What an answer leaves out that the reference has (a unit, a name, a base) may be forgiven, and then the convention that
forgave it is noted. What an answer adds (a second value, another side of an equation) never is.
"""

from typing_extensions import override

from rewards.math import families
from rewards.math.forms import Expression, Form, Number
from rewards.math.listings import Listings
from rewards.math.measures import Measures
from rewards.math.members import spread
from rewards.math.quantities import measured
from rewards.math.relations import Relations


class Comparison(Measures, Relations, Listings):
    """One comparison; remembers the dearest tier it needed and the conventions that decided."""

    def matches(self, gold: Form, answer: Form) -> bool:
        """Return whether a whole answer is the reference, with its parameters named as the reference names them."""
        gold, declared = families.undeclared(gold)
        answer, theirs = families.undeclared(answer)
        if self.equal(gold, answer):
            return True
        return any(
            self.equal(gold, renamed) and self._note("parameter")
            for renamed in families.renamings(gold, answer, declared | theirs)
        )

    @override
    def equal(self, gold: Form, answer: Form) -> bool:
        """Return whether the answer says what the reference says."""
        if gold == answer:
            self._reach("number" if isinstance(gold, Number) else "form")
            return True
        if isinstance(gold, Number):
            answer = measured(answer)
        gold, answer = spread(gold), spread(answer)
        if isinstance(gold, Expression) and isinstance(answer, Expression):
            return self._expressions(gold, answer)
        self._reach("structure")
        for rule in (
            self._remarks,
            self._cases,
            self._words,
            self._bases,
            self._ratios,
            self._matrices,
            self._relations,
            self._strict_regions,
            self._collections,
            self._regions,
        ):
            verdict = rule(gold, answer)
            if verdict is not None:
                return verdict
        return False
