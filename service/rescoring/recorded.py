"""Samples out of the record: those of a run whose texts are still there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, func, select

from service.database.tables import requests, results, tallies
from service.record.outcomes import pick
from service.record.reading import NoSuchRunError, rewards_of, run_row
from service.record.shelf import FolderShelf, Kept, places_of, texts_of
from service.rescoring.case import Case, group_of
from trainer_client import Sample

_BITS = 20
"""A request has fewer samples than this has numbers."""
_RESULTS = 200
_SCORED = ("status", "value", "reason", "explanation")
_FAILED = ("status", "value", "kind", "message", "retryable")


class RecordError(Exception):
    """The record does not have what is asked of it; the message says what it has."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a run can be scored again."""

    samples: int
    """Samples that the reward scored."""
    with_text: int
    """Those of them whose texts are there."""
    policy: str | None
    """Which texts are kept of the run; None is the service's default."""


class RecordedRun:
    """A run, as one reward scored it.

    Args:
        engine: The database.
        folder: Where the texts are.
        name: Its team and its name.
        wanted: A reward id, or a reward's name, of which the run has one version then.

    Raises:
        RecordError: there is no such run, or none with such a reward.
    """

    def __init__(self, engine: Engine, folder: Path, name: tuple[str, str], wanted: str) -> None:
        self._engine = engine
        self._folder = folder
        team, run = name
        with engine.connect() as connection:
            try:
                row = run_row(connection, team, run)
            except NoSuchRunError:
                raise RecordError(f"the team {team} has no run {run!r} in this database, nor is that a file") from None
            names = rewards_of(connection, row.id)
        found = [series for series, reward in names.items() if wanted in {reward, reward.partition("@")[0]}]
        if len(found) != 1:
            listed = ", ".join(names.values()) or "nothing"
            raise RecordError(f"which scores of {run!r} are to be compared? It has {listed}: name one with --reward")
        self._run_id: int = row.id
        self._policy: str | None = row.texts
        self._series = found[0]
        self.reward = names[found[0]]

    def coverage(self) -> Coverage:
        """Return how much of it can be scored again."""
        files: dict[str, bool] = {}
        with_text = 0
        with self._engine.connect() as connection:
            scored = func.sum(tallies.c.scored + tallies.c.failed)
            total = connection.execute(select(scored).where(tallies.c.series_id == self._series)).scalar() or 0
        for row in self._rows():
            for place in places_of(row.texts):
                there = files.setdefault(place.file, (self._folder / place.file).exists())
                with_text += len(place.positions) if there else 0
        return Coverage(int(total), with_text, self._policy)

    def params(self) -> list[dict[str, Any]]:
        """Return the different params that it was scored with."""
        query = select(results.c.params).where(results.c.series_id == self._series).distinct()
        with self._engine.connect() as connection:
            return [orjson.loads(each) for each in connection.execute(query).scalars()]

    def cases(self) -> Iterator[Case]:
        """Yield its samples whose texts are there, in the order of the record."""
        shelf = FolderShelf(self._folder)
        for row in self._rows():
            texts = texts_of(shelf, row.texts, range(row.samples))
            outcomes = pick(row.outcomes, texts, row.samples)
            params = orjson.loads(row.params)
            for position in sorted(texts):
                yield self._case(row, position, texts[position], (params, outcomes[position]))

    def _rows(self) -> Iterator[Any]:
        """Yield the results of requests with texts."""
        columns = (requests.c.request_id, requests.c.step, requests.c.samples, requests.c.texts)
        query = select(
            results.c.id, results.c.request_id.label("asked"), results.c.params, results.c.outcomes, *columns
        )
        query = query.join(requests).where(results.c.series_id == self._series, requests.c.texts.is_not(None))
        last = (0, 0)
        while rows := self._page(query, last):
            yield from rows
            last = rows[-1].asked, rows[-1].id

    def _page(self, query: Any, last: tuple[int, int]) -> Sequence[Any]:  # noqa: ANN401 - of no nameable type
        request_id, result_id = last
        onward = (results.c.request_id > request_id) | (
            (results.c.request_id == request_id) & (results.c.id > result_id)
        )
        ordered = query.where(results.c.request_id >= request_id, onward).order_by(results.c.request_id, results.c.id)
        with self._engine.connect() as connection:
            found: Sequence[Any] = connection.execute(ordered.limit(_RESULTS)).all()
        return found

    @staticmethod
    def _case(row: Any, position: int, text: Kept, said: tuple[dict[str, Any], dict[str, Any]]) -> Case:  # noqa: ANN401
        params, outcome = said
        sample = Sample(
            text["completion"],
            text["reference"] or None,
            text["prompt"],
            text["group"],
            text["completion_tokens"],
            text["completion_ids"],
        )
        names = _SCORED if outcome["status"] == "scored" else _FAILED
        return Case(
            key=(row.id << _BITS) + position,
            where={"request_id": row.request_id, "step": row.step, "position": position},
            sample=sample,
            group=_group(row, sample),
            params=params,
            old={name: outcome[name] for name in names},
        )


def _group(row: Any, sample: Sample) -> str | None:  # noqa: ANN401
    """Return a sample's group: a prompt comes in every epoch, and what GRPO compares is of one step or one request."""
    name = group_of(sample)
    if name is None:
        return None
    if row.step is not None:
        return f"step {row.step}, {name}"
    return f"request {row.request_id}, {name}" if row.samples > 1 else name
