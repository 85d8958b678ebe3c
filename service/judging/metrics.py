"""What `GET /metrics` says about the judge; nothing where there is none."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from service.judging.nobody import Judges
from service.judging.terms import KNOWN_CASES


def collect(judges: Judges) -> Iterator[Metric]:
    """Yield the judge's metrics as they stand."""
    if not judges.name:
        return
    counts = judges.counts
    yield _gauge("answering", "0 while the endpoint does not answer, as far as is known.", int(judges.is_answering))
    yield _gauge("quarantined", "Questions that the judge is not trusted with.", len(judges.quarantined))
    calls = {"question": counts.sent, "probe": counts.probes}
    yield _counters("calls", "Calls of the judge's endpoint.", "kind", calls)
    sources = {"cache": counts.cached, "shared": counts.shared, **counts.results}
    yield _counters("questions", "Questions, by where their answer came from.", "source", sources)
    tokens = {"prompt": counts.prompt_tokens, "completion": counts.completion_tokens}
    yield _counters("tokens", "Tokens of the judge's questions and replies.", "kind", tokens)
    yield _counter("spent_usd", "What the judge has cost.", counts.spent_usd)
    rechecks = {"same": counts.rechecks_agreed, "different": counts.rechecks_disagreed}
    yield _counters("rechecks", "Cached answers that were asked for again.", "result", rechecks)
    cases = {"right": counts.canaries_right, "wrong": counts.canaries_wrong}
    yield _counters("known_cases", "Cases asked whose verdict is known.", "result", cases)
    known = counts.own(KNOWN_CASES)
    yield _counter("known_cases_spent_usd", "What known cases have cost, among all that was spent.", known.spent_usd)
    known_tokens = {"prompt": known.prompt_tokens, "completion": known.completion_tokens}
    yield _counters("known_cases_tokens", "Tokens of known cases, among all tokens.", "kind", known_tokens)
    yield _counter("purged", "Answers forgotten by a quarantine.", counts.purged)
    yield _counter("unrecorded", "Answers that could not be written to the cache.", counts.unrecorded)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"touchstone_judge_{name}", text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"touchstone_judge_{name}", text, value=value)


def _counters(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = CounterMetricFamily(f"touchstone_judge_{name}", text, labels=(label,))
    for value, count in values.items():
        family.add_metric((value,), count)
    return family
