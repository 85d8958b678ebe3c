"""The samples of a recorded run whose texts are there: each by itself, or in groups that are there whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from service.record.shelf import Kept, frames_of, places_of, texts_of
from service.rescoring.case import Case, group_of, in_its_group
from service.rescoring.coverage import GroupCoverage, SampleCoverage
from service.rescoring.portions import Groups, Singles
from service.rescoring.recorded import Found, RecordedRun, cases_of, sample_of


class KeptSamples:
    """Samples for a reward that looks at each by itself.

    Args:
        run: The run.
    """

    def __init__(self, run: RecordedRun) -> None:
        self._run = run

    def coverage(self) -> SampleCoverage:
        """Return how much of the run that is, without a look into the files."""
        files: dict[str, bool] = {}
        with_text = 0
        for row in self._run.places():
            for place in places_of(row.texts):
                there = files.setdefault(place.file, (self._run.folder / place.file).exists())
                with_text += len(place.positions) if there else 0
        return SampleCoverage(self._run.texts(with_text))

    def cases(self) -> Singles:
        """Return them, as they are asked about."""
        return Singles(self)

    def __iter__(self) -> Iterator[Case]:
        for row in self._run.results():
            yield from cases_of(row, texts_of(self._run.shelf, row.texts))


@dataclass(slots=True)
class _Group:
    """What is there of a group of one request."""

    size: int
    """How many samples of the request are in it."""
    texts: dict[int, Kept] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return len(self.texts) == self.size


class KeptGroups:
    """Samples for a reward that compares the completions of a group.

    Args:
        run: The run.
    """

    def __init__(self, run: RecordedRun) -> None:
        self._run = run

    def coverage(self) -> GroupCoverage:
        """Return how much of the run that is; every text is read for it."""
        groups = replayed = parts = in_parts = alone = 0
        for row in self._run.places():
            for name, group in self._groups(row).items():
                there = len(group.texts)
                if name is None:
                    alone += there
                elif group.is_whole:
                    groups, replayed = groups + 1, replayed + there
                else:
                    parts, in_parts = parts + 1, in_parts + there
        texts = self._run.texts(replayed + in_parts + alone)
        return GroupCoverage(texts, groups, replayed, parts, in_parts, alone)

    def cases(self) -> Groups:
        """Return them, as they are asked about."""
        return Groups(self)

    def __iter__(self) -> Iterator[Sequence[Case]]:
        """Yield the groups that are there whole, in the order of the record, each as it came."""
        for row in self._run.results():
            whole = [group.texts for name, group in self._groups(row).items() if name is not None and group.is_whole]
            texts = {position: text for group in whole for position, text in group.items()}
            cases = dict(zip(sorted(texts), cases_of(row, texts), strict=True))
            for group in whole:
                yield [_named(cases[position]) for position in sorted(group)]

    def _groups(self, row: Found) -> dict[str | None, _Group]:
        found: dict[str | None, _Group] = {}
        for place, frame in frames_of(self._run.shelf, row.texts):
            for position, text, size in zip(place.positions, frame["samples"], frame["sizes"], strict=True):
                kept: Kept = {**text, "prompt": frame["prompt"]}
                found.setdefault(group_of(sample_of(kept)), _Group(size)).texts[position] = kept
        return found


def _named(case: Case) -> Case:
    return replace(case, sample=in_its_group(case.sample))
