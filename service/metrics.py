"""`GET /metrics`: what the service has done since it started, in Prometheus' text format.

Everything is counted where it happens, on the event loop, in plain numbers; what a scrape asks for is put together
when it asks. Labels take their values from closed sets, the served versions, the kinds of failure, the routes and the
statuses, so that no caller can make up a series.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response
from typing_extensions import override

from rewards.registry import Registry
from rewards.types import FailureKind
from service import errors
from service.call import Notes
from service.compat.policy import Became, Wire
from service.judging import metrics as judge_metrics
from service.judging.nobody import Judges
from service.metering import workers
from service.metering.answers import AnswerCounts
from service.metering.histogram import Histogram
from service.pool import Pool
from service.route_names import RouteNames
from service.statistics import Counts

_OF_REWARD = ("reward",)
"""The labels of a reward's counts, in the order of their values in `Series`."""
Series = tuple[str, ...]
"""The values of the labels that tell one series from another."""


Source = Callable[[], Iterable[Metric]]
"""Says how some part of the service stands now."""


class Metrics(Collector):
    """Counts what is served.

    Args:
        registry: The served versions, each of which has its series from the start.
        pool: Asked for its queue and its workers when a scrape comes.
        judges: Asked for what the judge was asked.
    """

    def __init__(self, registry: Registry, pool: Pool, judges: Judges) -> None:
        self._answers: defaultdict[tuple[str, int], Histogram] = defaultdict(Histogram)
        self._notes = AnswerCounts()
        self._sources: list[Source] = [partial(workers.collect, pool), partial(judge_metrics.collect, judges)]
        self._samples = 0
        self._compat: Counter[Series] = Counter()
        self._counts: dict[Series, Counts] = {(reward_id,): Counts() for reward_id in registry}
        self.names = RouteNames(registry)
        """What routes are called."""
        self._seconds: defaultdict[Series, float] = defaultdict(float)
        self._own = CollectorRegistry()
        self._own.register(self)

    def add(self, source: Source) -> None:
        """Have a further part of the service asked at each scrape."""
        self._sources.append(source)

    def request_answered(self, *, route: str, status: int, seconds: float, notes: Notes) -> None:
        """Count one answered request."""
        self._answers[route, status].observe(seconds)
        self._notes.count(notes)

    def samples_taken(self, number: int) -> None:
        """Count the samples of a request, each once however many rewards score it."""
        self._samples += number

    def batch_scored(self, *, reward: str, counts: Counts, seconds: float) -> None:
        """Count one reward over one batch."""
        self._counts[reward,].add(counts)
        self._seconds[reward,] += seconds

    def compat_failed(self, wire: Wire, kind: FailureKind, became: Became, number: int) -> None:
        """Count samples without a judgement on a trainer's own wire, and what they became."""
        self._compat[wire, kind, became] += number

    def router(self) -> APIRouter:
        """Return the route that a scrape asks."""
        router = APIRouter(tags=["health"])

        @router.get(
            "/metrics", operation_id="metrics", response_class=PlainTextResponse, responses=errors.responses(401, 403)
        )
        async def metrics() -> Response:
            """What the service has done since it started, in Prometheus' text format."""
            return Response(generate_latest(self._own), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        return router

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield every metric as it stands."""
        yield from self._of_requests()
        yield from self._of_rewards()
        yield self._of_wires()
        yield from self._notes.collect()
        for source in self._sources:
            yield from source()

    def _of_requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "touchstone_requests", "Requests answered. Status 499: the caller left.", labels=("route", "status")
        )
        latencies: defaultdict[str, Histogram] = defaultdict(Histogram)
        for (route, status), answers in self._answers.items():
            requests.add_metric((route, str(status)), answers.count)
            latencies[route].add(answers)
        yield requests
        latency = HistogramMetricFamily(
            "touchstone_request_seconds", "Time from a request's headers to the end of its answer.", labels=("route",)
        )
        for route, found in latencies.items():
            latency.add_metric((route,), found.cumulative(), found.seconds)
        yield latency
        yield CounterMetricFamily(
            "touchstone_samples", "Samples taken, each once however many rewards scored it.", value=self._samples
        )

    def _of_rewards(self) -> Iterator[Metric]:
        batches = _counter("reward_batches", "Batches that a reward was asked to score.")
        seconds = _counter("reward_seconds", "Wall time of those batches, with all that was asked for beside it.")
        outcomes = _counter("reward_outcomes", "Outcomes: scored, or the kind of failure.", "outcome")
        fired = _counter("reward_fired", "Scored samples with a value above the reward's lowest.")
        saturated = _counter("reward_saturated", "Scored samples with the reward's highest value.")
        groups = _counter("reward_groups", "Groups of at least two scored samples.")
        flat = _counter("reward_groups_without_variance", "Groups whose scored samples all had the same value.")
        variance = _counter("reward_group_variance", "Sum of the groups' population variances.")
        for series, counts in self._counts.items():
            batches.add_metric(series, counts.batches)
            seconds.add_metric(series, self._seconds[series])
            outcomes.add_metric((*series, "scored"), counts.scored)
            for kind, number in counts.failures.items():
                outcomes.add_metric((*series, kind), number)
            fired.add_metric(series, counts.fired)
            saturated.add_metric(series, counts.saturated)
            groups.add_metric(series, counts.groups)
            flat.add_metric(series, counts.groups_without_variance)
            variance.add_metric(series, counts.variance)
        yield from (batches, seconds, outcomes, fired, saturated, groups, flat, variance)

    def _of_wires(self) -> Metric:
        failures = CounterMetricFamily(
            "touchstone_compat_failures",
            "Samples without a judgement on a trainer's own wire, by what they became.",
            labels=("wire", "kind", "became"),
        )
        for series, number in self._compat.items():
            failures.add_metric(series, number)
        return failures


def _counter(name: str, text: str, *more_labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"touchstone_{name}", text, labels=(*_OF_REWARD, *more_labels))
