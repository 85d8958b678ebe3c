"""Which samples of a request have their texts kept, and how they are packed: by prompt, since they resemble each other.

Of a run that keeps a sample, one prompt in 32 is followed with all its completions, always the same ones for a team,
and of a large batch one prompt at least. What failed, was too long or too expensive, or is disputed is kept beside.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rewards.frames import EncodedOutcome, SampleFields
from service.record.fingerprints import Fingerprints
from service.record.packing import TextFrame, TextSample, encode, pack
from service.scoring import Ask

_FOLLOWED = 2**32 // 32
"""Prompts are drawn by a number of 32 bits; one below this is followed."""
_MOST_FOLLOWED = 32
"""Samples of one request whose prompts are followed."""
_MOST_NOTABLE = 32
"""Samples of one request that are kept for what came of them."""
_LARGE = 16
"""Samples of a batch of which some are kept in any case."""
_REASONS = (b"answer_too_expensive", b"too_long", b"tied", b"ambiguous")
_MARKS = (b'"status":"failed"', *(b'"reason":"%b"' % reason for reason in _REASONS))
"""What notable outcomes have in them, as they are encoded: looking for it costs a tenth of reading them."""

Groups = list[list[int]]
"""The samples of each prompt, by their positions."""


class Frame(NamedTuple):
    """The packed texts of one prompt's samples."""

    data: bytes
    positions: list[int]


def groups_of(submissions: Sequence[SampleFields]) -> Groups:
    """Return which samples have one prompt: as far as is known, one group or else one reference."""
    found: defaultdict[object, list[int]] = defaultdict(list)
    for position, each in enumerate(submissions):
        prompt = each["prompt"]
        found[each["group"] or encode(each["reference"]) if prompt is None else (prompt,)].append(position)
    return list(found.values())


def chosen(
    submissions: Sequence[SampleFields],
    asks: Sequence[Ask],
    outcomes: Sequence[Sequence[EncodedOutcome]],
    secret: Fingerprints,
) -> Groups:
    """Return which samples to keep, of a run that keeps some."""
    groups = groups_of(submissions)
    kept = {position for group in _followed(submissions, groups, secret) for position in group}
    kept.update(_notable(asks, outcomes))
    if not kept:
        return []
    found = ([position for position in group if position in kept] for group in groups)
    return [group for group in found if group]


def frames(submissions: Sequence[SampleFields], groups: Groups) -> list[Frame]:
    """Return the packed texts of some samples."""
    if not groups:
        return []
    names = [_group(each) for each in submissions]
    sizes = Counter(names)
    return [
        Frame(_packed([submissions[each] for each in group], [sizes[names[each]] for each in group]), group)
        for group in groups
    ]


def _group(sample: SampleFields) -> object:
    """Return what the samples that a reward compares have in common: their group or, where they name none, a prompt."""
    return (sample["prompt"],) if sample["group"] is None else sample["group"]


def _followed(submissions: Sequence[SampleFields], groups: Groups, secret: Fingerprints) -> Iterator[list[int]]:
    """Yield the groups whose prompts are followed."""
    drawn = [(secret.number(_identity(submissions[group[0]])), group) for group in groups]
    left = _MOST_FOLLOWED
    for number, group in sorted(drawn, key=lambda each: each[0]):
        is_wanted = number < _FOLLOWED or (left == _MOST_FOLLOWED and len(submissions) >= _LARGE)
        if left <= 0 or not is_wanted:
            return
        yield group[:left]
        left -= len(group)


def _identity(sample: SampleFields) -> bytes:
    """Return what stays the same of a prompt from one step of a run to the next; a group's name need not."""
    prompt = sample["prompt"]
    return encode(sample["reference"]) if prompt is None else prompt.encode("utf-8", "surrogatepass")


def _notable(asks: Sequence[Ask], outcomes: Sequence[Sequence[EncodedOutcome]]) -> set[int]:
    """Return the first samples that somebody may want to look at."""
    found: set[int] = set()
    for column in outcomes:
        bodies = b"".join([outcome.body for outcome in column])
        if any(mark in bodies for mark in _MARKS):  # seldom, and looking through each takes much longer
            found.update(_first(position for position, outcome in enumerate(column) if _is_notable(outcome)))
    families: defaultdict[str, list[Sequence[EncodedOutcome]]] = defaultdict(list)
    for ask, column in zip(asks, outcomes, strict=True):
        families[ask.reward.family].append(column)
    for columns in families.values():
        if len(columns) > 1:  # versions of one reward, which should be at one
            together = enumerate(zip(*columns, strict=True))
            found.update(_first(position for position, row in together if len({each.value for each in row}) > 1))
    return set(sorted(found)[:_MOST_NOTABLE])


def _is_notable(outcome: EncodedOutcome) -> bool:
    return any(mark in outcome.body for mark in _MARKS)


def _first(positions: Iterable[int]) -> Iterator[int]:
    return (position for position, _ in zip(positions, range(_MOST_NOTABLE), strict=False))


def _packed(samples: Sequence[SampleFields], sizes: list[int]) -> bytes:
    texts: list[TextSample] = [
        {
            "completion": each["completion"],
            "reference": each["reference"],
            "group": each["group"],
            "completion_tokens": each["completion_tokens"],
            "completion_ids": each["completion_ids"],
        }
        for each in samples
    ]
    frame: TextFrame = {"prompt": samples[0]["prompt"], "samples": texts, "sizes": sizes}
    return pack(frame)
