"""What `GET /metrics` says about the processes themselves: what they are, and how much memory they hold."""

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric

from service.pool import Pool

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def collect(version: str, pool: Pool) -> Iterator[Metric]:
    """Yield the processes' metrics as they stand."""
    build = GaugeMetricFamily(
        "touchstone_build_info", "Always 1; its labels say what runs.", labels=("version", "python")
    )
    build.add_metric((version, platform.python_version()), 1)
    yield build
    resident = GaugeMetricFamily(
        "touchstone_resident_bytes", "Resident memory, that of all workers together.", labels=("process",)
    )
    resident.add_metric(("service",), resident_bytes(os.getpid()))
    resident.add_metric(("workers",), sum(map(resident_bytes, pool.worker_pids)))
    yield resident


def resident_bytes(pid: int) -> int:
    """Return how many bytes of memory a process holds; 0 where it is gone."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
    return 0
