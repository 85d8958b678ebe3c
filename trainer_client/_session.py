"""What one process holds open while it trains: the connections, the catalogue and the answers under way."""

import logging
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from trainer_client import _batch, _columns
from trainer_client._batch import Batch
from trainer_client._client import RewardClient
from trainer_client._columns import Bundle
from trainer_client._completions_log import CompletionsLog
from trainer_client._guard import FailureGuard
from trainer_client._shared import SharedAnswers
from trainer_client._spec import RewardSpec
from trainer_client._statistics import Statistics
from trainer_client._types import Failure, RewardInfo, RewardResult, Sample
from trainer_client._verdicts import Verdicts, verdicts
from trainer_client._watch import RewardWatch

logger = logging.getLogger("trainer_client")


class Session:
    """Scores each batch once, for as many callables as there are rewards."""

    def __init__(
        self,
        specs: Sequence[RewardSpec],
        names: Sequence[str],
        client: RewardClient,
        guard: FailureGuard,
        log: CompletionsLog | None,
        watch: RewardWatch,
    ) -> None:
        self.pid = os.getpid()
        self.wait_s = 0.0
        self._specs = list(specs)
        self._names = list(names)
        self._client = client
        self._guard = guard
        self._log = log
        self._watch = watch
        self._asks_statistics = True
        self._shared: SharedAnswers[Verdicts] = SharedAnswers(len(specs))
        self._catalogue: Mapping[str, RewardInfo] | None = None
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def verdicts(self, batch: Batch, taker: int) -> Verdicts:
        """What the rewards say about the batch, asked for by whichever callable comes first.

        Raises:
            RewardServiceError: The batch could not be scored, or too much of it.
        """
        bundles = _columns.bundles(self._specs, self.catalogue, batch.columns)
        parts = [(bundle, batch.samples(bundle)) for bundle in bundles]
        key = _batch.key([samples for _, samples in parts])
        return self._shared.take(key, taker, lambda: self._ask(parts, batch.step))

    def waited(self, seconds: float) -> None:
        """Add to the time spent in the callables."""
        with self._lock:
            self.wait_s += seconds

    @property
    def warnings(self) -> list[str]:
        """What was warned of so far."""
        return list(self._watch.given)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def catalogue(self) -> Mapping[str, RewardInfo]:
        """The service's rewards by id, fetched once."""
        with self._lock:
            if self._catalogue is None:
                self._catalogue = {info.id: info for info in self._client.rewards()}
            return self._catalogue

    def _ask(self, parts: Sequence[tuple[Bundle, list[Sample]]], step: int | None) -> Verdicts:
        results: dict[int, RewardResult] = {}
        for bundle, samples in parts:
            requests = [self._specs[position].request for position in bundle.rewards]
            given = self._client.score_many(requests, samples, statistics=self._asks_statistics, step=step)
            results |= dict(zip(bundle.rewards, given, strict=True))
        ordered = [results[position] for position in range(len(self._specs))]
        found = replace(
            verdicts(self._specs, [result.outcomes for result in ordered]),
            statistics=tuple(result.statistics for result in ordered),
        )
        if self._log is not None:
            # The sample of the first bundle stands for all: they differ only in the fields of their
            # references.
            self._log.write(step, parts[0][1], self._names, found)
        self._warn(found)
        self._look_at(found.statistics)
        self._guard.watch(found.unshared)
        return found

    def _look_at(self, found: Sequence[Statistics | None]) -> None:
        """Warn of rewards that tell nothing apart, where the service knows to count that."""
        if self._asks_statistics and all(each is None for each in found):
            self._asks_statistics = False
            logger.warning("The service is too old to say whether a reward fires; nobody warns if one does not.")
        self._watch.watch(found)

    def _warn(self, found: Verdicts) -> None:
        """Say once for each reward that it judged nothing: nearly always a mistake in the columns."""
        for name, outcomes in zip(self._names, found.outcomes, strict=True):
            kinds = Counter(each.kind for each in outcomes if isinstance(each, Failure))
            if outcomes and kinds.total() == len(outcomes) and name not in self._warned:
                self._warned.add(name)
                logger.warning("%s judged none of %d completions: %s", name, len(outcomes), dict(kinds))
