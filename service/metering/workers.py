"""What `GET /metrics` says about the pool and its queue."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from service.pool import Pool


def collect(pool: Pool) -> Iterator[Metric]:
    """Yield the pool's metrics as they stand."""
    status, waits = pool.status, pool.waits
    yield GaugeMetricFamily("touchstone_queued", "Items that wait for a worker.", value=status.queued)
    yield GaugeMetricFamily("touchstone_workers", "Workers that there should be.", value=status.workers)
    yield GaugeMetricFamily("touchstone_workers_ready", "Workers that are ready.", value=status.ready)
    yield CounterMetricFamily("touchstone_worker_restarts", "Workers that died.", value=status.restarts)
    yield HistogramMetricFamily(
        "touchstone_worker_wait_seconds",
        "Time that a batch waited for its first worker.",
        buckets=waits.cumulative(),
        sum_value=waits.seconds,
    )
