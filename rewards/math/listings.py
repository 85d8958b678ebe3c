"""Rules for what has members: lists, sets, tuples, matrices, sets of numbers, definitions by cases."""

from collections.abc import Sequence as Many

from rewards.math import expressions, regions
from rewards.math.basis import Basis
from rewards.math.forms import Alternatives, Expression, Form, Matrix, Sequence, Symbol, Words
from rewards.math.members import (
    cases_of,
    is_matched,
    kind_of,
    members_of,
    names_of,
    rows_of,
    stripped,
    unit_vectors,
)
from rewards.math.quantities import vector


class Listings(Basis):
    """Rules for what has members."""

    def _cases(self, gold: Form, answer: Form) -> bool | None:
        """Compare definitions by cases, in any order."""
        one, two = cases_of(gold), cases_of(answer)
        if one is None or two is None:
            return None
        return self._matched(one, two)

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
        if isinstance(other, Sequence) and (rows := rows_of(other)) is not None:
            return self._matrices(matrix, Matrix(rows))
        if isinstance(other, Expression) and entries and (parts := unit_vectors(other, len(entries))) is not None:
            return self._in_order(entries, parts)
        return None

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
        if {kind_one, kind_two} == {"tuple", "set"}:
            return self._only_member(gold, answer)
        if not isinstance(gold, Sequence) or not isinstance(answer, Sequence):
            labelled = self._labelled(gold, answer)
            return labelled if labelled is not None else False
        if kind_one == kind_two:
            if (gold.opening, gold.closing) != (answer.opening, answer.closing):
                ones, twos = regions.region(gold, loose=True), regions.region(answer, loose=True)
                vector = "langle" in {gold.opening, answer.opening}
                if len(gold.items) == 2 and not vector:  # noqa: PLR2004 - it may be an interval
                    return bool(ones and twos) and regions.equal(ones or regions.REALS, twos or regions.REALS)
            return is_matched(gold) == is_matched(answer) and self._in_order(gold.items, answer.items)
        labelled = self._labelled(gold, answer)
        if labelled is not None:
            return labelled
        bracketed = gold if kind_one == "tuple" else answer
        if bracketed is answer and len(answer.items) == 2:  # noqa: PLR2004
            return False  # a list of two in round brackets has become a point or an interval
        if bracketed.opening == "[" and len(bracketed.items) == 2:  # noqa: PLR2004 - it is an interval
            return False
        return self._in_order(gold.items, answer.items)

    def _only_member(self, gold: Form, answer: Form) -> bool:
        """Compare a tuple with a set: equal only where the set holds that tuple alone."""
        members = members_of(gold if kind_of(gold) == "set" else answer) or ()
        if len(members) != 1 or kind_of(members[0]) != "tuple":
            return False
        return self.equal(members[0], answer) if kind_of(gold) == "set" else self.equal(gold, members[0])

    def _listed(self, gold: Form, golds: Many[Form], answer: Form, answers: Many[Form]) -> bool:
        if "set" in {kind_of(gold), kind_of(answer)}:
            return self._matched(self._distinct(stripped(golds)), self._distinct(stripped(answers)))
        labelled = self._labelled(gold, answer)
        if labelled is not None:
            return labelled
        if isinstance(answer, Alternatives) and isinstance(gold, Sequence) and all(map(_is_term, gold.items)):
            return False  # `A or B` is not `A and B`
        if isinstance(gold, Alternatives) or isinstance(answer, Alternatives):
            return self._matched(self._distinct(stripped(golds)), self._distinct(stripped(answers)))
        if not names_of(golds) or not names_of(answers) or names_of(golds) == names_of(answers):
            golds, answers = stripped(golds), stripped(answers)
        if self._conventions.ordered:
            return self._in_order(golds, answers)
        if all(kind_of(item) == "tuple" for item in (*golds, *answers)):
            return self._matched(self._distinct(golds), self._distinct(answers))
        if self._matched(golds, answers):
            if not all(map(self._quietly, golds, answers)):
                self._note("order")
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
        collection = answer if golds is None else gold
        is_list = kind == "list" and not isinstance(collection, Alternatives)
        members = list(many or ()) if is_list else self._distinct(stripped(many or ()))
        if len(members) != 1:
            return False
        return self.equal(single, members[0]) if golds is None else self.equal(members[0], single)

    def _strict_regions(self, gold: Form, answer: Form) -> bool | None:
        """Compare two forms that can only be sets of numbers."""
        one, two = regions.region(gold), regions.region(answer)
        return None if one is None or two is None else regions.equal(one, two)


def _is_term(form: Form) -> bool:
    """Return whether a member of a list is a word or the letter of an option."""
    return isinstance(form, Words) or (isinstance(form, Symbol) and form.name.isupper())
