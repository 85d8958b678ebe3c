"""What `GET /metrics` says about the memory of outcomes."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from service.memo import Memo


def collect(memo: Memo) -> Iterator[Metric]:
    """Yield the memory's metrics as they stand."""
    looked_up = CounterMetricFamily(
        "touchstone_memo_lookups", "Samples looked up in the memory of outcomes.", labels=("result",)
    )
    looked_up.add_metric(("hit",), memo.hits)
    looked_up.add_metric(("miss",), memo.misses)
    yield looked_up
    yield GaugeMetricFamily("touchstone_memo_entries", "Outcomes that are remembered.", value=len(memo))
    yield GaugeMetricFamily("touchstone_memo_bytes", "About how many bytes they take.", value=memo.used_bytes)
