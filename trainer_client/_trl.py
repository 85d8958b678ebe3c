"""Rewards of the service as reward functions for TRL's `GRPOTrainer`."""

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from trainer_client import _forward, _spec
from trainer_client._batch import Batch
from trainer_client._client import DEFAULT_DEADLINE_S, RewardClient, checked_url
from trainer_client._completions_log import CompletionsLog
from trainer_client._forward import LogExtra, LogMetric
from trainer_client._guard import FailureGuard
from trainer_client._label import checked_run
from trainer_client._override import override
from trainer_client._session import Session
from trainer_client._spec import RewardSpec
from trainer_client._watch import DEFAULT_WARN_AFTER_GROUPS, RewardWatch

__all__ = ["TRLRewards"]


class TRLRewards:
    """The rewards of a training run, scored by a service with one request for each batch.

    ```
    specs = [RewardSpec("math_equal@v2"), RewardSpec("think_format@v1", weight=0.5)]
    rewards = TRLRewards(specs, base_url="http://127.0.0.1:8400")
    args = GRPOConfig(reward_weights=rewards.weights, ...)
    trainer = GRPOTrainer(model, reward_funcs=rewards.functions, args=args, ...)
    ```

    A completion that could not be judged for a reason of its own (a deadline, a crash, a judge out of reach)
    gets no number from any reward, so that TRL gives it the advantage 0. Safe to pickle and to call from
    several threads.

    Args:
        specs: The rewards.
        base_url: Where the service is, such as `http://127.0.0.1:8400`.
        api_key: Sent as a bearer token.
        run: The training run under which the service records each batch, with the trainer's step.
        max_failure_share: The share of recent completions that may fail so before the run is stopped.
        warn_after_groups: Groups in a row to whose completions a reward gave the same value, after which a
            `RewardWarning` says so, once for each reward; None never warns.
        deadline_s: How long one batch may take, repeats included; keep it far below `ddp_timeout`.
        log_path: Where to append one JSON line for each completion.
        transport: What carries the requests; for tests and for unusual networks.

    Raises:
        ValueError: There are no specs, the URL does not begin with `http://` or `https://`, or the run's name cannot
            be sent.
    """

    def __init__(  # noqa: PLR0913  a run has as many settings, nearly all of which stay as they are
        self,
        specs: Sequence[RewardSpec],
        *,
        base_url: str,
        api_key: str | None = None,
        run: str | None = None,
        max_failure_share: float = 0.05,
        warn_after_groups: int | None = DEFAULT_WARN_AFTER_GROUPS,
        deadline_s: float = DEFAULT_DEADLINE_S,
        log_path: str | os.PathLike[str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not specs:
            raise ValueError("A run needs at least one reward.")
        self.specs = list(specs)
        self.names = _spec.names(self.specs)
        self._base_url = checked_url(base_url)
        self._api_key = api_key
        self._run = checked_run(run)
        self._max_failure_share = max_failure_share
        self._warn_after_groups = warn_after_groups
        self._deadline_s = deadline_s
        self._log_path = None if log_path is None else Path(log_path)
        self._transport = transport
        self._lock = threading.Lock()
        self._session: Session | None = None
        self.functions = [self._function(position) for position in range(len(specs))]
        """One callable for each reward, for `reward_funcs`."""

    def _function(self, position: int) -> "RewardFunction":
        return RewardFunction(self, position)

    @property
    def weights(self) -> list[float]:
        """One weight for each reward, for `reward_weights`."""
        return [spec.applied_weight for spec in self.specs]

    @property
    def wait_s(self) -> float:
        """Seconds that this process has spent in the callables so far."""
        return self.session.wait_s

    @property
    def warnings(self) -> list[str]:
        """What this process has warned of so far."""
        return self.session.warnings

    @property
    def session(self) -> Session:
        """What this process holds open; made when it is first needed, and anew after a fork."""
        with self._lock:
            if self._session is None or self._session.pid != os.getpid():
                client = RewardClient(
                    self._base_url,
                    self._api_key,
                    run=self._run,
                    deadline_s=self._deadline_s,
                    transport=self._transport,
                )
                log = None if self._log_path is None else CompletionsLog(self._log_path)
                guard = FailureGuard(self._max_failure_share)
                watch = RewardWatch(self.specs, self.names, self._warn_after_groups)
                self._session = Session(self.specs, self.names, client, guard, log, watch)
            return self._session

    def close(self) -> None:
        """Close this process's connections; a later call opens new ones."""
        with self._lock:
            if self._session is not None and self._session.pid == os.getpid():
                self._session.close()
            self._session = None

    @override
    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_lock": None, "_session": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()


class RewardFunction:
    """One reward, in the shape that TRL calls."""

    def __init__(self, rewards: TRLRewards, position: int) -> None:
        self._rewards = rewards
        self._position = position
        self.__name__ = rewards.names[position]

    def __call__(
        self,
        prompts: Sequence[Any],
        completions: Sequence[Any],
        completion_ids: Sequence[Any] | None = None,
        *,
        trainer_state: Any = None,  # noqa: ANN401  TRL's own
        log_extra: LogExtra | None = None,
        log_metric: LogMetric | None = None,
        **columns: Any,  # noqa: ANN401  TRL's own
    ) -> list[float | None]:
        """A number for each completion, None where there is none to be trusted.

        Raises:
            RewardServiceError: The batch could not be scored, or too much of it.
        """
        started = time.perf_counter()
        session = self._rewards.session
        batch = Batch(
            prompts,
            completions,
            completion_ids,
            {name: values for name, values in columns.items() if isinstance(values, (list, tuple))},
            getattr(trainer_state, "global_step", None),
        )
        found = session.verdicts(batch, self._position)
        wait_s = time.perf_counter() - started
        session.waited(wait_s)
        outcomes, statistics = found.outcomes[self._position], found.statistics[self._position]
        _forward.forward_columns(self.__name__, outcomes, log_extra)
        _forward.forward_figures(_forward.figures(self.__name__, outcomes, wait_s, statistics), log_metric)
        return found.values(self._position)

    @override
    def __repr__(self) -> str:
        return f"<RewardFunction {self.__name__}>"
