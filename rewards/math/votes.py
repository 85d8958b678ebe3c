"""Answers of one group, put together by what they say.

Equivalence is not transitive: under the conventions, `50%` equals `50` and `0.5`, which differ. So answers are not
chained. The most frequent answer leads the first cluster and takes in what equals it; of what is left, the most
frequent leads the next. Ties between answers are broken by how they are written, never by their order, so the
clusters of a group are the same in whatever order its answers come.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from rewards.errors import BadReference
from rewards.math import algebra, verdict
from rewards.math.conventions import Conventions
from rewards.math.exact_values import differ
from rewards.math.extraction import Found, Place
from rewards.math.forms import Alternatives, Expression, Form, Labelled, Quantity, Relation, Words
from rewards.math.units import is_introduction, is_remark
from rewards.math.verdict import Gold

MAX_COMPARED = 32
"""How many different answers, the most frequent ones, are compared with each other."""
MAX_COMPARED_CHARS = 400
"""A longer answer is joined by answers that are the same to the letter or the same exact number, and by no others."""
_WORD = re.compile(r"(?<!\\)\b[A-Za-z]{2,}\b(?![({])")
_ITERATED = re.compile(r"\\(?:sum|prod)(?![a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Ballot:
    """One answer, read."""

    text: str
    gold: Gold

    @property
    def key(self) -> Hashable:
        """What answers share that are the same without any comparison: an exact number, or all but the look."""
        forms = self.gold.forms
        value = algebra.rational(forms[0]) if len(forms) == 1 and isinstance(forms[0], Expression) else None
        if value is None or "%" in self.gold.canonical:
            return self.gold.canonical
        return value

    @property
    def is_cheap(self) -> bool:
        """Whether it is compared with others: one answer must not use up what its whole group may cost."""
        return len(self.text) <= MAX_COMPARED_CHARS and not _ITERATED.search(self.text)


@dataclass(slots=True)
class Cluster:
    """Answers that say the same."""

    leader: Ballot
    members: list[int] = field(default_factory=list)
    """Where they stand among the ballots, in order."""


def read(text: str) -> Ballot | None:
    """Return an answer as it is compared, or None where nobody could agree with it: it is blank or unreadable."""
    try:
        gold = verdict.read(text)
    except BadReference:
        return None
    is_text = not gold.forms and not gold.letters
    if (is_text and (not gold.text or _is_prose(Words(gold.text)))) or any(map(_is_prose, gold.forms)):
        return None
    return Ballot(text, gold)


def is_closing(found: Found) -> bool:
    """Return whether a statement is only words that a completion ends with: no reference says that they answer."""
    return found.place is Place.LAST_LINE and not found.core and _WORD.search(found.text) is not None


def is_hedged(ballot: Ballot) -> bool:
    """Return whether an answer offers several values: `41 or 42` and `41 = 42` do, `x = 41 or x = 42` does not."""
    return any(
        differ(form) or (isinstance(form, Alternatives) and not any(isinstance(item, Relation) for item in form.items))
        for form in ballot.gold.forms
    )


def clusters(ballots: Sequence[Ballot | None], conventions: Conventions) -> list[Cluster]:
    """Return the clusters of the ballots, the largest first; None takes part in no cluster."""
    same: dict[Hashable, Cluster] = {}
    for place, ballot in enumerate(ballots):
        if ballot is not None:
            cluster = same.setdefault(ballot.key, Cluster(ballot))
            cluster.leader = min(cluster.leader, ballot, key=_order)
            cluster.members.append(place)
    ranked = sorted(same.values(), key=_rank)
    leaders: list[Cluster] = []
    for cluster in ranked[:MAX_COMPARED]:
        joined = next((each for each in leaders if _equal(each.leader, cluster.leader, conventions)), None)
        if joined is None:
            leaders.append(cluster)
        else:
            joined.members += cluster.members
    return sorted([*leaders, *ranked[MAX_COMPARED:]], key=_rank)


def _rank(cluster: Cluster) -> tuple[int, int, str]:
    return (-len(cluster.members), *_order(cluster.leader))


def _order(ballot: Ballot) -> tuple[int, str]:
    return (len(ballot.text), ballot.text)


def _equal(one: Ballot, two: Ballot, conventions: Conventions) -> bool:
    """Return whether either answer, taken for the reference, equals the other."""
    if not one.is_cheap or not two.is_cheap:
        return False
    return verdict.judge(one.gold, two.text, conventions).equal or verdict.judge(two.gold, one.text, conventions).equal


def _is_prose(form: Form) -> bool:
    """Return whether a form is words that state no value: an abstention, or a sentence."""
    match form:
        case Words(text):
            return len(text.split()) > _MOST_WORDS or bool(_ABSTAINING & set(text.split()))
        case Labelled(words, _):
            return not is_introduction(words, "")
        case Quantity(inner, words):
            return _is_prose(inner) or not is_remark(words) or bool(_ABSTAINING & set(words.split()))
    return False


_MOST_WORDS = 3
_ABSTAINING = frozenset("i answer know unknown unclear unsure cannot idea done sure maybe think".split())
