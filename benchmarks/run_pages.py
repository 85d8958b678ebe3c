"""Pages of a run in which a million samples are recorded, on SQLite.

The record is filled as the service fills it, once in requests of 800 samples and once in requests of one: most values 0
or 1, one in ten thousand another, one in a thousand a failure, and a second reward in one request of five hundred. What
is timed is what a route does in its thread: the queries, and the page as JSON.

    python -m benchmarks.run_pages [--samples N] [--sizes N ...] [--repeat N]
"""

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import quantiles

import orjson
from sqlalchemy import Engine, text

from benchmarks.figures import show
from service.database.engine import open_database
from service.record.bodies import Row
from service.record.outcomes import listed
from service.record.packing import compress
from service.record.paging import Filters, cursor
from service.record.runs import RecordedRuns
from service.record.score_page import Wanted
from service.record.tallies import Sums, Written, changes

_SAMPLES = 1_000_000
_SIZES = (800, 1)
_LIMIT_MS = 100.0
_TEAM, _RUN = "local", "run"
_MAIN, _RARE = 1, 2
_BEGAN = 1_700_000_000.0
_REQUESTS_A_COMMIT = 1_000

Query = Callable[[RecordedRuns], Row]


@dataclass(frozen=True, slots=True)
class Filled:
    """A record that was filled."""

    engine: Engine
    requests: int
    results: int
    steps: int


def main() -> int:
    """Print the table; return 1 where a page takes longer than it may."""
    parser = argparse.ArgumentParser(description="Pages of a run with a million samples.")
    parser.add_argument("--samples", type=int, default=_SAMPLES)
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, help="samples of a request")
    parser.add_argument("--repeat", type=int, default=200, help="queries of each kind")
    options = parser.parse_args()
    rows, is_slow = [], False
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="pages") as folder:
            path = Path(folder) / "touchstone.db"
            filled = _fill(path, options.samples, size)
            runs = RecordedRuns(filled.engine, Path(folder))
            for name, draw in _kinds(filled):
                median, p99, most, entries = _timed(runs, draw, options.repeat)
                is_slow = is_slow or p99 > _LIMIT_MS
                rows.append([f"{size}", name, f"{entries}", f"{median:.1f}", f"{p99:.1f}", f"{most:.1f}"])
            filled.engine.dispose()
            rows.append([f"{size}", f"(the file has {path.stat().st_size / 1e6:,.0f} MB)", "", "", "", ""])
    columns = ["samples a request", "page", "entries", "p50 ms", "p99 ms", "most ms"]
    show(f"{options.samples:,} samples, {options.repeat} queries of a kind.", columns, rows)
    return 1 if is_slow else 0


def _kinds(filled: Filled) -> Iterator[tuple[str, Callable[[random.Random], Query]]]:
    """Yield each kind of page with what draws a query of it."""
    for name, filters in (
        ("all", Filters()),
        ("one reward", Filters("main@v1")),
        ("a rare reward", Filters("rare@v1")),
        ("a step", Filters(step=filled.steps // 2)),
        ("failures of a step", Filters(status="failed", step=filled.steps // 2)),
    ):
        yield f"{name}, first", _drawn(filters)
        if filters.step is None:
            yield f"{name}, deep", _drawn(filters, lambda r: (r.randrange(filled.requests), 0, 0))
    for name, filters, value in (
        ("scored, from the lowest", Filters(status="scored"), 1.0),
        ("a value", Filters("main@v1", value=1.0), 0.0),
        ("a rare value", Filters(value=0.37), 0.0),
        ("values between", Filters(min_value=0.2, max_value=0.8), 0.37),
        ("failures", Filters(status="failed"), 0.0),
        ("a kind of failure", Filters("main@v1", kind="deadline"), 0.0),
        ("a kind that there is not", Filters(kind="crash"), 0.0),
    ):
        yield f"{name}, first", _drawn(filters)
        yield f"{name}, deep", _drawn(filters, _after(value, filled.results))
    yield "the runs", lambda _: lambda runs: runs.page(_TEAM, None, 50)
    yield "the run", lambda _: lambda runs: runs.shown(_TEAM, _RUN)
    yield "statistics over time", lambda _: lambda runs: runs.statistics(_TEAM, _RUN, None, "time", 100)
    yield "statistics over steps", lambda _: lambda runs: runs.statistics(_TEAM, _RUN, None, "step", 100)


def _after(value: float, results: int) -> Callable[[random.Random], tuple[float, int, int]]:
    """Return what draws a place in the index."""
    return lambda numbers: (value, numbers.randrange(results), 0)


def _drawn(
    filters: Filters, key: Callable[[random.Random], tuple[float, int, int]] | None = None
) -> Callable[[random.Random], Query]:
    """Return what draws a page: the first one, or one that begins somewhere."""

    def draw(numbers: random.Random) -> Query:
        after = None if key is None else cursor(filters.digest(1), key(numbers))
        return lambda runs: runs.scores(_TEAM, _RUN, filters, Wanted(after))

    return draw


def _timed(runs: RecordedRuns, draw: Callable[[random.Random], Query], repeat: int) -> tuple[float, float, float, int]:
    numbers = random.Random(7)  # noqa: S311 - no secret
    found, entries = [], 0
    for _ in range(repeat):
        query = draw(numbers)
        started = time.perf_counter()
        page = query(runs)
        orjson.dumps(page)
        found.append((time.perf_counter() - started) * 1000)
        entries = max(entries, len(page.get("scores", ())))
    parts = quantiles(found, n=100, method="inclusive")
    return parts[49], parts[98], max(found), entries


def _fill(path: Path, samples: int, size: int) -> Filled:
    """Fill a database with requests of a size."""
    engine = open_database(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("insert into teams (id, name, secret, created_at) values (1, 'local', x'00', 0)"))
        connection.execute(text("insert into runs (id, team_id, name, created_at) values (1, 1, 'run', 0)"))
        connection.execute(text("insert into series values (1, 1, 'main@v1'), (2, 1, 'rare@v1')"))
    filler = _Filler(sqlite3.connect(path), size)
    filler.database.execute("pragma synchronous=off")
    started = time.perf_counter()
    for number in range(samples // size):
        filler.request(number)
        if number % _REQUESTS_A_COMMIT == 0:
            filler.commit()
    filler.commit()
    filler.database.close()
    print(f"filled with requests of {size} in {time.perf_counter() - started:,.0f} s", file=sys.stderr)
    return Filled(engine, filler.requests, filler.results, samples // 800)


class _Filler:
    """Writes requests down, past all that would take long."""

    def __init__(self, database: sqlite3.Connection, size: int) -> None:
        self.database = database
        self.requests = self.results = 0
        self._size = size
        self._numbers = random.Random(1)  # noqa: S311 - no secret
        self._written: list[Written] = []
        self._fingerprint = sha256(b"").digest()

    def request(self, number: int) -> None:
        """Write one down."""
        self.requests += 1
        step, at = number * self._size // 800, _BEGAN + number * self._size / 100
        values = (self.requests, 1, sha256(b"%d" % number).hexdigest()[:32], step, at, 0.5, self._size)
        self.database.execute(
            "insert into requests values (?, ?, ?, ?, ?, ?, ?, ?, null)", (*values, self._fingerprint * self._size)
        )
        rewards = (_MAIN, _RARE) if number % 500 == 0 else (_MAIN,)
        sums = [(series, self._result(series, place)) for place, series in enumerate(rewards)]
        self._written.append(Written(1, at, step, self._size, sums))

    def commit(self) -> None:
        """Make it last."""
        for statement, values in changes(self._written):
            self.database.execute(statement, values)
        self._written.clear()
        self.database.commit()

    def _result(self, series: int, place: int) -> Sums:
        self.results += 1
        drawn = [self._outcome() for _ in range(self._size)]
        values = [each["value"] for each in drawn if each["value"] is not None]
        sums = Sums(len(values), len(drawn) - len(values), sum(values), self._size // 8, self._size // 16)
        head = (self.results, self.requests, series, place, "{}", "sha256:a", "sha256:b", sums.scored, sums.failed)
        self.database.execute(
            f"insert into results values ({', '.join('?' * 13)})",  # noqa: S608 - question marks
            (*head, sums.total, sums.groups, sums.flat_groups, compress(listed(map(orjson.dumps, drawn)))),
        )
        self.database.executemany(
            "insert into scores values (?, ?, ?, ?, ?)",
            [(self.results, number, series, each.get("kind"), each["value"]) for number, each in enumerate(drawn)],
        )
        return sums

    def _outcome(self) -> Row:
        drawn = self._numbers.random()
        if drawn < 0.001:  # noqa: PLR2004 - as the module says
            return {"status": "failed", "value": None, "kind": "deadline", "message": "No time.", "retryable": True}
        value = 0.37 if drawn < 0.0011 else float(drawn < 0.4)  # noqa: PLR2004
        told = f"The completion's answer is {self._numbers.randrange(10_000)}, which is what was asked for."
        details = {"answer": str(self._numbers.randrange(10_000)), "boxed": True, "form": "integer"}
        return {"status": "scored", "value": value, "reason": "equal", "explanation": told, "details": details}


if __name__ == "__main__":
    sys.exit(main())
