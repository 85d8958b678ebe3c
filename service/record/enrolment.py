"""The runs and series that one transaction writes to: found, or made in it.

A new run so costs rows and no commit of its own. Two replicas may make one run at the same time: then the second waits
for the first to commit. Both take names in one order, so that neither waits for the other in a circle.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from service.record.answers import Rows
from service.record.directory import Directory, Name
from service.record.driver import Row

_TOGETHER = 500
"""Rows of one statement."""
_FIND_RUNS = "select team_id, name, id, texts from runs where (team_id, name) in (values {})"
_MAKE_RUNS = (
    "insert into runs (team_id, name, created_at) values {} "
    "on conflict (team_id, name) do nothing returning team_id, name, id, texts"
)
_FIND_SERIES = "select run_id, reward, id from series where (run_id, reward) in (values {})"
_MAKE_SERIES = (
    "insert into series (run_id, reward) values {} on conflict (run_id, reward) do nothing returning run_id, reward, id"
)


class Enrolment:
    """Finds or makes what a transaction needs.

    Args:
        rows: Executes a statement in the transaction.
        directory: What is known already; it learns the rest once the transaction is durable.
        now: Seconds since the epoch.
    """

    def __init__(self, rows: Rows, directory: Directory, now: float) -> None:
        self._rows = rows
        self._directory = directory
        self._now = now
        self._runs: dict[Name, tuple[int, str | None]] = {}
        self._series: dict[Name, int] = {}
        self.made: set[int] = set()
        """Runs that are there only if the transaction is committed."""

    def runs(self, names: Iterable[Name]) -> Mapping[Name, int]:
        """Return the ids of runs."""
        known = {name: self._directory.run(name) for name in names}
        lacking = sorted(name for name, run in known.items() if run is None)
        found = self._ask(_FIND_RUNS, lacking)
        lacking = _without(lacking, found)
        made = self._ask(_MAKE_RUNS, [(*name, self._now) for name in lacking])
        self.made |= {row[2] for row in made}
        found += made + self._ask(_FIND_RUNS, _without(lacking, made))
        self._runs |= {(row[0], row[1]): (row[2], row[3]) for row in found}
        return {name: self._runs[name][0] if run is None else run for name, run in known.items()}

    def series(self, names: Iterable[Name]) -> Mapping[Name, int]:
        """Return the ids of series."""
        known = {name: self._directory.series(name) for name in names}
        lacking = sorted(name for name, series in known.items() if series is None)
        found = self._ask(_FIND_SERIES, [name for name in lacking if name[0] not in self.made])
        lacking = _without(lacking, found)
        made = self._ask(_MAKE_SERIES, lacking)
        found += made + self._ask(_FIND_SERIES, _without(lacking, made))
        self._series |= {(row[0], row[1]): row[2] for row in found}
        return {name: self._series[name] if series is None else series for name, series in known.items()}

    def committed(self) -> None:
        """Let others know what was found and made: it is durable."""
        self.made = set()
        self._directory.learn(self._runs, self._series)

    def _ask(self, statement: str, values: list[Row]) -> list[Row]:
        return [*chain.from_iterable(self._asked(statement, values))]

    def _asked(self, statement: str, values: list[Row]) -> Iterator[list[Row]]:
        for start in range(0, len(values), _TOGETHER):
            portion = values[start : start + _TOGETHER]
            marks = f"({', '.join('?' * len(portion[0]))})"
            yield self._rows(statement.format(", ".join([marks] * len(portion))), *chain.from_iterable(portion))


def _without(names: list[Name], found: list[Row]) -> list[Name]:
    """Return the names that were not found."""
    there = {row[:2] for row in found}
    return [name for name in names if name not in there]
