"""`docs/metrics.md` names every metric that is served, and no other."""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prometheus_client.core import Metric

from rewards.registry import discover
from service.judging.nobody import NoJudges
from service.memo import Memo
from service.metering import memory, process, record
from service.metrics import Metrics
from service.pool import Pool
from tests.service.running import TEST_REWARDS

PAGE = Path(__file__).parents[2] / "docs/metrics.md"
ROW = re.compile(r"^\| (`touchstone_[^|]+) \| ([^|]*)\|", re.MULTILINE)


class Judges(NoJudges):
    """A judge that was never asked."""

    name = "somebody"


@dataclass(frozen=True)
class Record:
    """A record that nobody has written to."""

    recorded: int = 0
    waiting: int = 0
    texts_lost: int = 0
    text_bytes: int = 0
    is_available: bool = True

    @property
    def status(self) -> "Record":
        """How it is doing."""
        return self


def served() -> list[Metric]:
    """Return every metric of a service that has all there is."""
    pool = Pool(TEST_REWARDS, workers=1, memory_bytes=1 << 29)
    metrics = Metrics(discover(TEST_REWARDS), pool, Judges())
    metrics.add(partial(memory.collect, Memo(0, 0)))
    metrics.add(partial(process.collect, "1", pool))
    metrics.add(partial(record.collect, Record()))
    return list(metrics.collect())


def full_name(metric: Metric) -> str:
    """Return the name as a query has it."""
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def test_the_page_names_every_metric_and_no_other() -> None:
    """Both ways, and each once."""
    documented = [
        name for row, _ in ROW.findall(PAGE.read_text(encoding="utf-8")) for name in re.findall(r"`(\w+)`", row)
    ]
    assert sorted(documented) == sorted(full_name(metric) for metric in served())


def test_every_metric_that_a_page_queries_is_served() -> None:
    """An alert on what is not there would never go off."""
    names = {full_name(metric) for metric in served()}
    names |= {
        f"{metric.name}_{part}"
        for metric in served()
        for part in ("bucket", "count", "sum")
        if metric.type == "histogram"
    }
    for page in ("docs/metrics.md", "docs/operations.md", "docs/judge.md"):
        text = (PAGE.parents[1] / page).read_text(encoding="utf-8")
        assert set(re.findall(r"\b(touchstone_[a-z_]+[a-z])\b(?!_?\.\.\.)", text)) - {"touchstone_judge"} <= names, page
