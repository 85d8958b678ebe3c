"""A run in the record, as one reward scored it, and which samples of it have their texts still."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, func, select

from service.database.tables import requests, results, tallies
from service.record.outcomes import pick
from service.record.reading import NoSuchRunError, owners_hint, rewards_of, run_row
from service.record.shelf import FolderShelf, Kept
from service.rescoring.case import Case, group_of
from service.rescoring.coverage import Texts
from service.rescoring.errors import RecordError
from trainer_client import Sample

_BITS = 20
"""A request has fewer samples than this has numbers."""
_RESULTS = 200
_SCORED = ("status", "value", "reason", "explanation")
_FAILED = ("status", "value", "kind", "message", "retryable")
_REQUEST = (requests.c.request_id, requests.c.step, requests.c.samples, requests.c.texts)

Found = Any
"""A row of the database."""


class RecordedRun:
    """A run, as one reward scored it, with the requests that there are when this is made.

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
        self.folder = folder
        self.shelf = FolderShelf(folder)
        team, run = name
        with engine.connect() as connection:
            try:
                row = run_row(connection, team, run)
            except NoSuchRunError:
                where = engine.url.render_as_string()
                hint = owners_hint(connection, run)
                raise RecordError(f"the team {team} has no run {run!r} in {where}, nor is that a file.{hint}") from None
            names = rewards_of(connection, row.id)
            last = select(func.max(requests.c.id)).where(requests.c.run_id == row.id)
            self._last: int = connection.execute(last).scalar() or 0
        found = [series for series, reward in names.items() if wanted in {reward, reward.partition("@")[0]}]
        if len(found) != 1:
            listed = ", ".join(names.values()) or "nothing"
            raise RecordError(f"which scores of {run!r} are to be compared? It has {listed}: name one with --reward")
        self._policy: str | None = row.texts
        self._series = found[0]
        self.reward = names[found[0]]

    def params(self) -> list[dict[str, Any]]:
        """Return the different params that it was scored with."""
        query = select(results.c.params).where(results.c.series_id == self._series).distinct()
        with self._engine.connect() as connection:
            return [orjson.loads(each) for each in connection.execute(query).scalars()]

    def texts(self, with_text: int) -> Texts:
        """Return how much text there is, when it is known how many samples have theirs."""
        scored = func.sum(tallies.c.scored + tallies.c.failed)
        with self._engine.connect() as connection:
            total = connection.execute(select(scored).where(tallies.c.series_id == self._series)).scalar() or 0
        return Texts(int(total), with_text, self._policy)

    def places(self) -> Iterator[Found]:
        """Yield where the texts of its requests are, in the order of the record; of those that have some."""
        return self._rows(requests.c.texts)

    def results(self) -> Iterator[Found]:
        """Yield what was said of its requests, in the order of the record; of those that have texts."""
        return self._rows(results.c.params, results.c.outcomes, *_REQUEST)

    def _rows(self, *columns: Any) -> Iterator[Found]:  # noqa: ANN401 - of no nameable type
        query = select(results.c.id, results.c.request_id.label("asked"), *columns).join(requests)
        query = query.where(results.c.series_id == self._series, requests.c.texts.is_not(None))
        last = (0, 0)
        while rows := self._page(query, last):
            yield from rows
            last = rows[-1].asked, rows[-1].id

    def _page(self, query: Any, last: tuple[int, int]) -> Sequence[Found]:  # noqa: ANN401 - as above
        request_id, result_id = last
        onward = (results.c.request_id > request_id) | (
            (results.c.request_id == request_id) & (results.c.id > result_id)
        )
        between = results.c.request_id.between(request_id, self._last)
        ordered = query.where(between, onward).order_by(results.c.request_id, results.c.id)
        with self._engine.connect() as connection:
            found: Sequence[Found] = connection.execute(ordered.limit(_RESULTS)).all()
        return found


def cases_of(row: Found, texts: Mapping[int, Kept]) -> list[Case]:
    """Return samples of a request, in their order, with what was said of them.

    Args:
        row: The result.
        texts: Their texts, by their positions.
    """
    outcomes = pick(row.outcomes, texts, row.samples)
    params = orjson.loads(row.params)
    return [_case(row, position, texts[position], params, outcomes[position]) for position in sorted(texts)]


def sample_of(text: Kept) -> Sample:
    """Return a sample as it was sent."""
    return Sample(
        text["completion"],
        text["reference"] or None,
        text["prompt"],
        text["group"],
        text["completion_tokens"],
        text["completion_ids"],
    )


def _case(row: Found, position: int, text: Kept, params: dict[str, Any], outcome: dict[str, Any]) -> Case:
    sample = sample_of(text)
    names = _SCORED if outcome["status"] == "scored" else _FAILED
    return Case(
        key=(row.id << _BITS) + position,
        where={"request_id": row.request_id, "step": row.step, "position": position},
        sample=sample,
        group=_group(row, sample),
        params=params,
        old={name: outcome[name] for name in names},
    )


def _group(row: Found, sample: Sample) -> str | None:
    """Return a sample's group: a prompt comes in every epoch, and what GRPO compares is of one step or one request."""
    name = group_of(sample)
    if name is None:
        return None
    if row.step is not None:
        return f"step {row.step}, {name}"
    return f"request {row.request_id}, {name}" if row.samples > 1 else name
