"""The answer that most completions of a group give."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pydantic import Field

from rewards.declare import MAX_COMPLETION_CHARS, reward
from rewards.errors import NotApplicable
from rewards.math import extraction, votes
from rewards.math.conventions import Conventions
from rewards.math.extraction import PLACES, Place
from rewards.math.votes import Ballot, Cluster
from rewards.types import Detail, NoReference, Outcome, Sample, Score

_LEAST = 2
_SHOWN = 200
_ANY_LENGTH = 100_000_000


class Params(Conventions):
    """Where answers are looked for, what counts as the same, and what makes a majority."""

    places: tuple[Place, ...] = Field(
        default=PLACES,
        min_length=1,
        description="Where to look, in this order; the first place that holds an answer counts.",
    )
    tie: Literal["none", "all", "first"] = Field(
        default="none",
        description="Who is paid where several clusters are the largest: nobody, all of them, or the one whose first "
        "completion comes first in the group. `first` is the one choice that depends on the order of the completions.",
    )
    margin: float = Field(
        default=0.0,
        ge=0.0,
        le=1.0,
        description="The share of the group by which the largest cluster must lead the second; where it does not, "
        "nobody is paid, whatever `tie` says.",
    )
    size: int | None = Field(
        default=None,
        ge=_LEAST,
        le=100_000,
        description="How many completions a group has. A group with fewer or more is a failure, `not_applicable`.",
    )


@dataclass(frozen=True, slots=True)
class _Vote:
    """What one completion says: a ballot, or the reason and the explanation for which it has none."""

    details: dict[str, Detail]
    ballot: Ballot | None = None
    reason: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class _Count:
    """What the vote came to."""

    clusters: Sequence[Cluster]
    winners: Sequence[Cluster]
    tied: int
    """How many clusters are the largest."""
    details: dict[str, Detail]


@reward(range=(0.0, 1.0), budget_s=10, max_completion_chars=_ANY_LENGTH)
def score(samples: list[Sample[NoReference]], params: Params) -> list[Outcome]:
    r"""The completion's answer is the one that most completions of its group give.

    No reference is needed.

    **1.0**: the answer belongs to the largest cluster of equal answers (`majority`). **0.0**: it belongs to another
    (`minority`); its cluster is as large as another (`tied`); the largest cluster has one member or does not lead by
    `margin` (`no_majority`); the completion offers several values (`hedged`), its answer cannot be read
    (`unreadable_answer`), there is none (`no_answer`), or it has more than 1,000,000 characters (`too_long`). There is
    nothing between. Completions without a readable answer belong to no cluster: however many they are, they never win,
    but they count as part of the group. A group of one completion, or of another number than `size`, is a failure,
    `not_applicable`.

    **What is equal** and where it is looked for: as `math_equal@v2`, with the same conventions and places as params.
    Words that a completion merely ends with, `Done`, are no answer; in a box or behind "the answer is" they are.
    Without a reference neither answer is the exact one, so two are equal where either, taken for the reference, equals
    the other. Solutions such as `x = 1 or x = 2` are one answer; `41 or 42` and `41 = 42` are hedges.

    **How answers are put together.** Equality under conventions is not transitive: `50%` equals `50` and `0.5`. Chains
    of equal answers would put those two together, so there are none. Answers that are the same exact number or the
    same to the letter are one. Then the most frequent leads a cluster that takes in what equals it, of what is left
    the most frequent leads the next, and so on; between answers that are equally frequent the shorter leads, then the
    first in the order of characters. The order of the completions decides nothing, except where `tie` is `first`.

    **Ties** pay nobody by default: then all completions of the group have the same reward and GRPO learns nothing from
    them, whereas `all` also pays answers of which at most one is right, and `first` pays one by chance. An answer that
    nobody else gives is no agreement and never wins.

    **Costs are bounded.** Equal answers are compared once. At most 32 different answers, the most frequent, are
    compared with each other; the others are joined by nothing but the same number or text, and so are answers of more
    than 400 characters and those with `\sum` or `\prod`, so that one of them does not use up the budget of its group.
    A group that does use it up scores 0.0, reason `answer_too_expensive`.

    `details`: `extracted`, `place`, `cluster_size` and its `share` of the group (0 where there is no cluster), `size`
    of the group, `clusters`, `majority` (how the largest cluster's answer is written), `majority_share`, and `lead`,
    the share by which the largest cluster leads the second.

    Known ways to game it: agreement is paid, not truth. A policy that always says `\boxed{0}` agrees with itself and
    earns 1.0 everywhere; so does one that learns any fixed answer. Trained on nothing else, policies collapse to that:
    mix it with a reference where there is one, watch `majority_share`, stop when it rises while accuracy on held-out
    answers does not, and ask for a `margin`. A common mistake that most completions make is paid, and the one that is
    right is not.

    Source: written for this service. Rewards by majority are from "TTRL: Test-Time Reinforcement Learning", arXiv
    2504.16084, and `majority_at_k` of L1, which clusters in order of arrival and pays the first of tied answers.
    """
    size = len(samples)
    if params.size is not None and size != params.size:
        raise NotApplicable(f"The group has {size} completions and not {params.size}.")
    if size < _LEAST:
        raise NotApplicable("A vote needs a group of at least two completions.")
    cast = [_vote(sample.completion, params) for sample in samples]
    count = _counted([vote.ballot for vote in cast], params)
    return [_outcome(place, vote, count, size) for place, vote in enumerate(cast)]


def _vote(completion: str, params: Params) -> _Vote:
    if len(completion) > MAX_COMPLETION_CHARS:
        return _Vote({}, None, "too_long", "The completion is too long to be read.")
    found = extraction.find(completion, params.places)
    if found is None or not found.text.strip() or votes.is_closing(found):
        return _Vote({}, None, "no_answer", "The completion states no answer in the places that are looked at.")
    details: dict[str, Detail] = {"extracted": found.text[:_SHOWN], "place": found.place.value}
    ballot = votes.read(found.core or found.text)
    if ballot is not None and votes.is_hedged(ballot):
        return _Vote(details, None, "hedged", "The completion offers alternatives instead of an answer.")
    if ballot is None:
        return _Vote(details, None, "unreadable_answer", "The answer cannot be read, so nothing agrees with it.")
    return _Vote(details, ballot)


def _counted(ballots: Sequence[Ballot | None], params: Params) -> _Count:
    clusters = votes.clusters(ballots, params)
    sizes = [len(cluster.members) for cluster in clusters] + [0, 0]
    tied = [cluster for cluster in clusters if len(cluster.members) == sizes[0]]
    lead = sizes[0] - sizes[1]
    winners = tied if sizes[0] >= _LEAST and lead >= Fraction(str(params.margin)) * len(ballots) else []
    if len(winners) > 1 and params.tie == "none":
        winners = []
    elif winners and params.tie == "first":
        winners = [min(tied, key=lambda cluster: min(cluster.members))]
    details: dict[str, Detail] = {
        "size": len(ballots),
        "clusters": len(clusters),
        "majority": clusters[0].leader.text[:_SHOWN] if clusters else "",
        "majority_share": sizes[0] / len(ballots),
        "lead": lead / len(ballots),
    }
    return _Count(clusters, winners, len(tied), details)


def _outcome(place: int, vote: _Vote, count: _Count, size: int) -> Score:
    cluster = next((each for each in count.clusters if place in each.members), None)
    members = len(cluster.members) if cluster else 0
    details = {**vote.details, "cluster_size": members, "share": members / size, **count.details}
    if cluster is None:
        return Score(0.0, vote.reason, vote.explanation, details)
    if any(cluster is winner for winner in count.winners):
        return Score(1.0, "majority", "The answer is the one that most completions of the group give.", details)
    if members < len(count.clusters[0].members):
        return Score(0.0, "minority", "More completions of the group give another answer.", details)
    if members >= _LEAST and count.tied > 1:
        return Score(0.0, "tied", "Another answer is given by as many completions of the group.", details)
    return Score(0.0, "no_majority", "No answer is given by enough completions of the group.", details)
