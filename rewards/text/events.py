"""Events of reasoning that did some work: checks, corrections, intermediate aims that were reached, backward steps.

A cue alone is no event. A check states, in a sum that holds and that the text has not stated before, a number that it
had obtained. A correction takes a value back and states another for the same thing, which the text then keeps. An aim
is named and its value stated soon after. A backward step computes from the target.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice

from rewards.text.cues import BACKWARD, CHECK, RETRACTION, SUBGOAL, cues
from rewards.text.passages import Passage, passages
from rewards.text.sums import Sum

MAX_CUES = 300
"""Cues of a kind behind which a text is not read."""
MAX_KEPT = 50
"""Events of a kind that are returned."""

_AHEAD = 5
"""Passages behind a cue's own in which its work is looked for."""
_NEAR = 3
"""Passages behind an aim or a backward cue in which its value is looked for."""
_BEHIND = 4
"""Passages before a cue's own in which the value stands that it takes back."""
_COMMON = 2
"""Words and numbers that two passages about the same thing have in common."""
_SMALL = {"0", "1", "2"}
"""Numbers that every text holds."""


class Behaviour(StrEnum):
    """The four behaviours, as the field names them."""

    VERIFICATION = "verification"
    BACKTRACKING = "backtracking"
    SUBGOAL = "subgoal_setting"
    BACKWARD = "backward_chaining"


@dataclass(frozen=True, slots=True)
class Event:
    """One event that did some work."""

    behaviour: Behaviour
    cue: str
    """The phrase that it was found by."""
    work: str
    """What was done: the value that was checked, stated or put in place of another."""


@dataclass(frozen=True, slots=True)
class _Cue:
    passage: int
    start: int
    text: str


class _Transcript:
    """The passages of a text, and where each thing is stated first."""

    def __init__(self, text: str) -> None:
        self.passages = passages(text)
        self._sums: dict[object, int] = {}
        self._numbers: dict[str, int] = {}
        self._claims: dict[str, int] = {}
        self._last_claim = ""
        self._is_read = False

    def _read(self) -> None:
        """Look for what is stated where, once there is a cue that asks for it."""
        if self._is_read:
            return
        self._is_read = True
        for index, passage in enumerate(self.passages):
            for each in passage.sums:
                self._sums.setdefault(each.key, index)
            for number in passage.numbers:
                self._numbers.setdefault(number, index)
            for claim in passage.claims:
                self._claims.setdefault(claim, index)
                self._last_claim = claim

    def cues(self, pattern: re.Pattern[str]) -> Iterator[_Cue]:
        """Yield the places of a pattern, one a passage: what follows the first is the work of all."""
        count = 0
        for index, passage in enumerate(self.passages):
            for cue in cues(pattern, passage.text)[:1]:
                self._read()
                yield _Cue(index, cue.start(), " ".join(cue[0].split()))
                count += 1
            if count == MAX_CUES:
                return

    def new_sums(self, start: int, end: int) -> Iterator[Sum]:
        """Yield the sums that these passages state first, that hold and that compute something."""
        for index in range(start, min(end, len(self.passages))):
            for each in self.passages[index].sums:
                if self._sums[each.key] == index and each.holds and not each.is_trivial:
                    yield each

    @property
    def last_claim(self) -> str:
        """The value that the text states last."""
        return self._last_claim

    def knows(self, number: str, index: int) -> bool:
        """Return whether a number stands before a passage."""
        return self._numbers.get(number, index) < index

    def claims(self, claim: str, index: int) -> bool:
        """Return whether a value is stated before a passage."""
        return self._claims.get(claim, index) < index


def events(text: str) -> list[Event]:
    """Return the events of a text: by behaviour, each in order, at most `MAX_KEPT` of each."""
    return _events(text, _verifications, _backtrackings, _subgoals, _backward_steps)


def reflections(text: str) -> list[Event]:
    """Return the verifications of a text, then its backtrackings, at most `MAX_KEPT` of each."""
    return _events(text, _verifications, _backtrackings)


def _events(text: str, *finders: Callable[[_Transcript], Iterator[Event]]) -> list[Event]:
    transcript = _Transcript(text)
    return [event for find in finders for event in islice(find(transcript), MAX_KEPT)]


def _verifications(transcript: _Transcript) -> Iterator[Event]:
    used: set[tuple[str, ...]] = set()
    for cue in transcript.cues(CHECK):
        index = cue.passage
        own = transcript.passages[index].part(0, cue.start)
        for each in transcript.new_sums(index, index + _AHEAD + 1):
            relation = tuple(sorted((*each.numbers, *each.results)))  # 72 - 24 = 48 and 72 - 48 = 24 are one check
            if relation not in used and _confirms(transcript, each, index, own):
                used.add(relation)
                yield Event(Behaviour.VERIFICATION, cue.text, each.results[-1])
                break


def _confirms(transcript: _Transcript, each: Sum, index: int, own: Passage) -> bool:
    """Return whether a sum comes to a number that stood there, with numbers that did, one of them obtained before."""

    def is_known(number: str) -> bool:
        return number in own.numbers or transcript.knows(number, index)

    if any(_undoes_itself(each.numbers, result) for result in each.results):
        return False
    stated = {*each.numbers, *each.results} - _SMALL
    new = sum(not is_known(number) for number in each.numbers)
    return (
        any(is_known(result) for result in each.results)
        and 2 * new < len(each.numbers)
        and any(number in own.claims or transcript.claims(number, index) for number in stated)
    )


def _undoes_itself(numbers: tuple[str, ...], result: str) -> bool:
    """Return whether a sum ends where it began, `31 - 5 + 5 = 31`, which cannot fail."""
    counts = Counter(numbers)
    counts[result] -= 1
    return counts[result] >= 0 and all(count % 2 == 0 for count in counts.values())


def _backtrackings(transcript: _Transcript) -> Iterator[Event]:
    used: set[tuple[str, str]] = set()
    for cue in transcript.cues(RETRACTION):
        index, everything = cue.passage, transcript.passages
        before = [*everything[max(0, index - _BEHIND) : index], everything[index].part(0, cue.start)]
        after = [everything[index].part(cue.start), *everything[index + 1 : index + _AHEAD + 1]]
        change = _change(before, after, transcript.last_claim)
        if change is not None and change not in used:
            used |= {change, change[::-1]}
            yield Event(Behaviour.BACKTRACKING, cue.text, " -> ".join(change))


def _change(before: list[Passage], after: list[Passage], last_claim: str) -> tuple[str, str] | None:
    """Return the value that is taken back and the one that takes its place, if there are two such."""
    stated = set(chain.from_iterable(passage.claims for passage in before))
    kept = {last_claim, *chain.from_iterable(passage.claims for passage in after)}
    kept.update(chain.from_iterable(each.numbers for passage in after for each in passage.sums))
    for old in reversed(before):
        if not old.claims:
            continue
        if old.claims[-1] in kept:
            return None
        for new in after:
            values = [claim for claim in new.claims if claim not in stated]
            if values and _is_same_thing(old, new, {old.claims[-1], values[0]}):
                return old.claims[-1], values[0]
    return None


def _is_same_thing(old: Passage, new: Passage, values: set[str]) -> bool:
    """Return whether two passages state their values for the same thing, the later one without a false sum."""
    if not all(each.holds for each in new.sums):
        return False
    if old.subjects & new.subjects or {each.key for each in old.sums} & {each.key for each in new.sums}:
        return True
    common = (old.words | old.numbers) & (new.words | new.numbers)
    return len(common - values - _SMALL) >= _COMMON


def _subgoals(transcript: _Transcript) -> Iterator[Event]:
    used: set[str] = set()
    for cue in transcript.cues(SUBGOAL):
        index = cue.passage
        aim = transcript.passages[index].part(cue.start)
        for place, passage in enumerate((aim, *transcript.passages[index + 1 : index + _NEAR + 1])):
            new = [claim for claim in passage.claims if claim not in used and not transcript.claims(claim, index)]
            computed = any(each.holds and not each.is_trivial for each in passage.sums)
            if new and (computed or (place and aim.words & passage.words)):
                used.update(new)
                yield Event(Behaviour.SUBGOAL, cue.text, new[-1])
                break


def _backward_steps(transcript: _Transcript) -> Iterator[Event]:
    used: set[object] = set()
    for cue in transcript.cues(BACKWARD):
        for each in transcript.new_sums(cue.passage, cue.passage + _NEAR + 1):
            if each.key not in used and each.results:
                used.add(each.key)
                yield Event(Behaviour.BACKWARD, cue.text, each.results[-1])
                break


__all__ = ["MAX_CUES", "MAX_KEPT", "Behaviour", "Event", "events", "reflections"]
