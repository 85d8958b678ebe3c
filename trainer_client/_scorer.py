"""One reward or rubric of a service, for trainers that call a function and take a number."""

import asyncio
import itertools
import logging
import math
import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from trainer_client._client import DEFAULT_DEADLINE_S
from trainer_client._columns import Field
from trainer_client._connections import Connections
from trainer_client._errors import Unscored
from trainer_client._override import override
from trainer_client._rows import Row, plain
from trainer_client._rubrics import RubricInfo
from trainer_client._types import Outcome, Sample, Score

logger = logging.getLogger("trainer_client")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a trainer gets for one completion."""

    value: float
    """A finite number."""

    parts: Mapping[str, float]
    """The values of a rubric's parts, always the same names; 0 each where there was no judgement."""

    unscored: int
    """1 where there was no judgement and the value is the number that the run has chosen for that, else 0."""

    def report(self) -> dict[str, float]:
        """Everything as numbers under keys that are the same for each completion."""
        parts = {f"parts/{name}": value for name, value in self.parts.items()}
        return {"score": self.value, "unscored": self.unscored, **parts}


class Scorer:
    """Scores completions with one reward or one rubric. Safe to share between threads, loops and forks, and to pickle.

    In a process that unpickles it, equal settings share one scorer, so that its connections stay open.

    Args:
        target: The id of a reward or of a rubric, such as `math_equal@v2`.
        url: Where the service is, such as `http://127.0.0.1:8400`.
        api_key: Sent as a bearer token.
        params: Settings that the reward's version offers; a rubric has its own.
        columns: The data set's column for each field of the reference, where it is not the field's own name.
        digest: The behaviour digest of the reward, or the digest of the rubric, that must answer.
        unscored: The number to give where there is no judgement; None raises `Unscored` instead.
        deadline_s: How long one call may take, repeats included.
        run: The training run under which the service records what is scored.

    Raises:
        ValueError: `unscored` is no finite number, of which a trainer would make a reward all the same.
    """

    def __init__(  # noqa: PLR0913  nearly all of which stay as they are
        self,
        target: str,
        *,
        url: str,
        api_key: str | None = None,
        params: Mapping[str, Any] | None = None,
        columns: Mapping[str, str] | None = None,
        digest: str | None = None,
        unscored: float | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        run: str | None = None,
    ) -> None:
        number = None if unscored is None else finite(unscored)
        self.target = target
        self.__name__ = target
        self._settings: dict[str, Any] = {
            "url": url,
            "api_key": api_key,
            "params": plain(params or {}),
            "columns": plain(columns or {}),
            "digest": digest,
            "unscored": number,
            "deadline_s": float(deadline_s),
            "run": run,
        }
        self._params, self._columns = self._settings["params"], self._settings["columns"]
        self._digest, self._unscored = digest, number
        self._open = Connections(os.getpid(), url, api_key, deadline_s, run)
        self._failed = itertools.count(1)
        self._missed: set[str] = set()
        self._lock = threading.Lock()

    def score(self, rows: Sequence[Row], step: int | None = None) -> list[Verdict]:
        """A number for each row, of a step of the run where that is known.

        Raises:
            RewardServiceError: The service did not answer, or refused.
            Unscored: One of the rows could not be judged, and no number is named for that.
        """
        started, connections = time.monotonic(), self._connections()
        fields, rubric = connections.reading(self.target, self._columns).result()
        self._check_params(rubric)
        samples = self._samples(rows, fields)
        client = connections.client.within(self._left_s(started))
        if rubric is None:
            outcomes = client.score(self.target, samples, self._params, behaviour=self._digest, step=step)
        else:
            outcomes = list(client.score_rubric(self.target, samples, digest=self._digest, step=step).outcomes)
        return [self._verdict(outcome, rubric) for outcome in outcomes]

    async def ascore(self, rows: Sequence[Row], step: int | None = None) -> list[Verdict]:
        """A number for each row; see `score`."""
        started, connections = time.monotonic(), self._connections()
        fields, rubric = await asyncio.wrap_future(connections.reading(self.target, self._columns))
        self._check_params(rubric)
        left_s = self._left_s(started)
        samples = self._samples(rows, fields)
        line = connections.of_loop(asyncio.get_running_loop())
        async with line.turn:
            client = line.client.within(left_s)
            if rubric is None:
                outcomes = await client.score(self.target, samples, self._params, behaviour=self._digest, step=step)
            else:
                whole = await client.score_rubric(self.target, samples, digest=self._digest, step=step)
                outcomes = list(whole.outcomes)
        return [self._verdict(outcome, rubric) for outcome in outcomes]

    def close(self) -> None:
        """Close this process's connections of ordinary code; a later call opens new ones."""
        self._connections().client.close()
        with self._lock:
            self._open = self._open.anew()

    async def aclose(self) -> None:
        """Close the running loop's connections; a later call opens new ones."""
        await self._connections().leave_loop(asyncio.get_running_loop())

    def _verdict(self, outcome: Outcome, rubric: RubricInfo | None) -> Verdict:
        names = rubric.rewards if rubric is not None else {}
        if isinstance(outcome, Score):
            return Verdict(outcome.value, {name: float(outcome.details.get(name, 0.0)) for name in names}, 0)
        failed = next(self._failed)
        if failed & (failed - 1) == 0:  # the 1st, 2nd, 4th, 8th ...: what goes on is told, and never fills the log
            logger.warning("%s: %d completions without a judgement so far: %s", self.target, failed, outcome.kind)
        if self._unscored is None:
            raise Unscored(self.target, outcome.kind, outcome.message)
        return Verdict(self._unscored, dict.fromkeys(names, 0.0), 1)

    def _samples(self, rows: Sequence[Row], fields: Mapping[str, Field]) -> list[Sample]:
        for field in fields.values():
            is_named = field.column != field.name and field.column not in self._missed
            if is_named and not any(row.has(field.column) for row in rows):
                self._missed.add(field.column)
                logger.warning("%s: no row has the column %r for %r.", self.target, field.column, field.name)
        return [row.sample(fields) for row in rows]

    def _check_params(self, rubric: RubricInfo | None) -> None:
        """Refuse settings that nobody would look at."""
        if rubric is not None and self._params:
            raise ValueError(f"{self.target} is a rubric, which has its own params: leave out `params`.")

    def _connections(self) -> Connections:
        """What this process holds open, made anew after a fork."""
        with self._lock:
            if self._open.pid != os.getpid():
                self._open = self._open.anew()
            return self._open

    def _left_s(self, started: float) -> float:
        """Seconds that are left of a call that began at this time."""
        return float(self._settings["deadline_s"]) - (time.monotonic() - started)

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return kept, (type(self), self.target, self._settings)


def finite(unscored: float | str) -> float:
    """The number that a setting names, which may come as the text of a configuration.

    Raises:
        ValueError: It names none.
    """
    with suppress(TypeError, ValueError):
        if math.isfinite(number := float(unscored)):
            return number
    raise ValueError(f"`unscored` is {unscored!r}, which nobody can train on; name a finite number.")


_KEPT: dict[str, Scorer] = {}
_KEPT_LOCK = threading.Lock()


def kept(kind: type[Scorer], target: object, settings: Mapping[str, Any]) -> Scorer:
    """This process's scorer of these settings.

    Raises:
        ValueError: They do not say whom to ask for what.
    """
    if not isinstance(target, str) or "url" not in settings:
        raise ValueError("Name `reward`, the id of a reward or of a rubric, and `url`, where the service is.")
    key = repr((kind, target, sorted(settings.items())))
    with _KEPT_LOCK:
        if key not in _KEPT:
            _KEPT[key] = kind(target, **settings)
        return _KEPT[key]
