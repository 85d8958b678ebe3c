"""What was noted of answers: refused, unrecorded, said again, and how long each stage took."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from service.call import Notes
from service.metering.histogram import Histogram


class AnswerCounts:
    """Counts what is noted of answers."""

    def __init__(self) -> None:
        self._problems: Counter[str] = Counter()
        self._stages: defaultdict[str, Histogram] = defaultdict(Histogram)
        self._unrecorded = 0
        self._replayed = 0

    def count(self, notes: Notes) -> None:
        """Count one answer."""
        self._unrecorded += notes.is_unrecorded
        self._replayed += notes.is_replayed
        if notes.problem is not None:
            self._problems[notes.problem] += 1
        for stage, seconds in notes.seconds.items():
            self._stages[stage].observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics as they stand."""
        problems = CounterMetricFamily(
            "touchstone_problems", "Requests answered with an error, by its type.", labels=("problem",)
        )
        for problem, number in self._problems.items():
            problems.add_metric((problem,), number)
        yield problems
        yield CounterMetricFamily(
            "touchstone_unrecorded", "Answers that could not be written down.", value=self._unrecorded
        )
        yield CounterMetricFamily("touchstone_replayed", "Answers that were given again.", value=self._replayed)
        stages = HistogramMetricFamily(
            "touchstone_stage_seconds", "Time that a stage of an answer took.", labels=("stage",)
        )
        for stage, found in self._stages.items():
            stages.add_metric((stage,), found.cumulative(), found.seconds)
        yield stages
