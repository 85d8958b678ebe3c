"""`GET /metrics`: what the service has done since it started, in Prometheus' text format.

Everything is counted where it happens, on the event loop, in plain numbers; what a scrape asks for is put together
when it asks. Labels take their values from closed sets, the served versions, the kinds of failure, the routes and the
statuses, so that no caller can make up a series.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from operator import add

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response
from typing_extensions import override

from rewards.registry import Registry
from rewards.types import FailureKind
from service import errors
from service.compat.policy import Became, Wire
from service.judging import metrics as judge_metrics
from service.judging.nobody import Judges
from service.pool import Pool
from service.statistics import Counts

_OF_REWARD = ("reward",)
"""The labels of a reward's counts, in the order of their values in `Series`."""
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_OTHER = "other"
_PLAIN_ROUTES = (
    "/v1/score",
    "/v1/rewards",
    "/v1/rubrics",
    "/v1/judge",
    "/healthz",
    "/health",
    "/readyz",
    "/metrics",
    "/docs",
    "/openapi.json",
)
_SHOW, _SCORE = "/v1/rewards/{reward_id}", "/v1/rewards/{reward_id}/score"
_RUBRICS = "/v1/rubrics/"

_WIRES = frozenset(Wire)

Series = tuple[str, ...]
"""The values of the labels that tell one series from another."""


class _Answers:
    """The requests that one route answered with one status."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(_BUCKETS_S) + 1)
        """Requests up to each bound and above the bound before; the last has none."""
        self.seconds = 0.0


class Metrics(Collector):
    """Counts what is served.

    Args:
        registry: The served versions, each of which has its series from the start.
        pool: Asked for its queue and its workers when a scrape comes.
        judges: Asked for what the judge was asked.
    """

    def __init__(self, registry: Registry, pool: Pool, judges: Judges) -> None:
        self._pool = pool
        self._judges = judges
        self._answers: defaultdict[tuple[str, int], _Answers] = defaultdict(_Answers)
        self._samples = 0
        self._compat: Counter[Series] = Counter()
        self._counts: dict[Series, Counts] = {(reward_id,): Counts() for reward_id in registry}
        self._routes = {path: path for path in _PLAIN_ROUTES}
        self._routes |= {f"/v1/rewards/{reward_id}": _SHOW for reward_id in registry}
        self._routes |= {f"/v1/rewards/{reward_id}/score": _SCORE for reward_id in registry}
        self._own = CollectorRegistry()
        self._own.register(self)

    def request_answered(self, *, path: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        answers = self._answers[self._routes.get(path) or _family_of(path), status]
        answers.buckets[bisect_left(_BUCKETS_S, seconds)] += 1
        answers.seconds += seconds

    def samples_taken(self, number: int) -> None:
        """Count the samples of a request, each once however many rewards score it."""
        self._samples += number

    def batch_scored(self, *, reward: str, counts: Counts) -> None:
        """Count one reward over one batch."""
        self._counts[reward,].add(counts)

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
        yield from self._of_pool()
        yield from judge_metrics.collect(self._judges)

    def _of_requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "touchstone_requests", "Requests answered. Status 499: the caller left.", labels=("route", "status")
        )
        latencies: defaultdict[str, _Answers] = defaultdict(_Answers)
        for (route, status), answers in self._answers.items():
            requests.add_metric((route, str(status)), sum(answers.buckets))
            latencies[route].buckets = list(map(add, latencies[route].buckets, answers.buckets))
            latencies[route].seconds += answers.seconds
        yield requests
        latency = HistogramMetricFamily(
            "touchstone_request_seconds", "Time from a request's headers to the end of its answer.", labels=("route",)
        )
        for route, found in latencies.items():
            bounds = [*map(str, _BUCKETS_S), "+Inf"]
            latency.add_metric((route,), list(zip(bounds, accumulate(found.buckets), strict=True)), found.seconds)
        yield latency
        yield CounterMetricFamily(
            "touchstone_samples", "Samples taken, each once however many rewards scored it.", value=self._samples
        )

    def _of_rewards(self) -> Iterator[Metric]:
        batches = _counter("reward_batches", "Batches that a reward was asked to score.")
        outcomes = _counter("reward_outcomes", "Outcomes: scored, or the kind of failure.", "outcome")
        fired = _counter("reward_fired", "Scored samples with a value above the reward's lowest.")
        saturated = _counter("reward_saturated", "Scored samples with the reward's highest value.")
        groups = _counter("reward_groups", "Groups of at least two scored samples.")
        flat = _counter("reward_groups_without_variance", "Groups whose scored samples all had the same value.")
        variance = _counter("reward_group_variance", "Sum of the groups' population variances.")
        for series, counts in self._counts.items():
            batches.add_metric(series, counts.batches)
            outcomes.add_metric((*series, "scored"), counts.scored)
            for kind, number in counts.failures.items():
                outcomes.add_metric((*series, kind), number)
            fired.add_metric(series, counts.fired)
            saturated.add_metric(series, counts.saturated)
            groups.add_metric(series, counts.groups)
            flat.add_metric(series, counts.groups_without_variance)
            variance.add_metric(series, counts.variance)
        yield from (batches, outcomes, fired, saturated, groups, flat, variance)

    def _of_wires(self) -> Metric:
        failures = CounterMetricFamily(
            "touchstone_compat_failures",
            "Samples without a judgement on a trainer's own wire, by what they became.",
            labels=("wire", "kind", "became"),
        )
        for series, number in self._compat.items():
            failures.add_metric(series, number)
        return failures

    def _of_pool(self) -> Iterator[Metric]:
        status = self._pool.status
        yield GaugeMetricFamily("touchstone_queued", "Items that wait for a worker.", value=status.queued)
        yield GaugeMetricFamily("touchstone_workers", "Workers that there should be.", value=status.workers)
        yield GaugeMetricFamily("touchstone_workers_ready", "Workers that are ready.", value=status.ready)
        yield CounterMetricFamily("touchstone_worker_restarts", "Workers that died.", value=status.restarts)


def _family_of(path: str) -> str:
    """Return the routes that a path belongs to, whatever its rubric or its target is called."""
    if path.startswith(_RUBRICS):
        return f"{_RUBRICS}{{rubric_id}}" + ("/score" if path.endswith("/score") else "")
    _, first, wire, *_ = [*path.split("/", 3), "", ""]
    return f"/compat/{wire}" if first == "compat" and wire in _WIRES else _OTHER


def _counter(name: str, text: str, *more_labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"touchstone_{name}", text, labels=(*_OF_REWARD, *more_labels))
