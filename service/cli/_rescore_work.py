"""What `touchstone rescore` is told to do, and what of it there is to do."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from service.cli._rescore_report import show_coverage
from service.filter.dataset import DataSet
from service.lint.rows import SUFFIXES
from service.rescoring.errors import RescoringError, UnreadableRecordError
from service.rescoring.listed import ListedCases, ListedGroups, group_sizes
from service.rescoring.plan import mapped, served
from service.rescoring.portions import Groups, Portions, Singles
from service.rescoring.versions import Versions
from service.samples import SampleColumns
from trainer_client import RewardClient, RewardInfo

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted."""

    target: str
    new: str
    old: str | None
    asked: str | None
    """The old version, where it is asked too."""
    team: str
    value: str | None
    columns: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]
    batch: int
    show: int

    @property
    def file(self) -> Path | None:
        """The file, where it is one."""
        path = Path(self.target)
        return path if path.suffix in SUFFIXES and path.is_file() else None


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done."""

    job: dict[str, Any]
    cases: Portions
    total: int | None
    versions: Versions
    names: tuple[str, str]
    """The old version, and the new one."""
    source: Mapping[str, Any]
    """Where the samples are from, and how much of it is there."""

    @property
    def about(self) -> dict[str, Any]:
        """What the summary says of itself."""
        return {"old": self.names[0], "new": self.names[1], **self.source}


@contextlib.contextmanager
def work_of(order: Order, client: RewardClient) -> Iterator[Work]:
    """Yield what is to be done.

    Raises:
        RescoringError: it cannot be.
        UnreadableRecordError: the database does not answer any more.
        UnreadableDatasetError: the file cannot be read.
        ValueError: a column or a setting is none.
        RewardServiceError: the service cannot be asked.
    """
    catalogue = {info.id: info for info in client.rewards()}
    with contextlib.ExitStack() as stack:
        if order.file is None:
            yield _of_run(order, client, catalogue, stack)
        else:
            yield _of_file(order, client, catalogue, stack)


def _of_file(
    order: Order, client: RewardClient, catalogue: Mapping[str, RewardInfo], stack: contextlib.ExitStack
) -> Work:
    data = DataSet(Path(order.target))
    new = served(client, catalogue, order.new, order.params.get(order.new))
    old = None if order.asked is None else served(client, catalogue, order.asked, order.params.get(order.asked))
    versions = Versions(catalogue, new, old, order.params)
    columns = mapped(data, versions, order.columns, order.value)
    rows = stack.enter_context(contextlib.closing(data.rows()))
    cases = ListedCases(rows, columns, order.value)
    stack.callback(lambda: _tell_skipped(cases))
    portions = _groups_of_file(data, columns, cases) if versions.compare else Singles(cases)
    job = {**_job(order, versions), "data": data.digest(), "value_column": order.value, "columns": columns.chosen}
    names = (order.asked or str(order.value), order.new)
    return Work(job, portions, rows.total, versions, names, {"file": order.target})


def _groups_of_file(data: DataSet, columns: SampleColumns, cases: ListedCases) -> Groups:
    with _errors().status(f"reading the groups of {data.path}"), contextlib.closing(data.rows()) as rows:
        return Groups(ListedGroups(cases, group_sizes(rows, columns)))


def _of_run(
    order: Order, client: RewardClient, catalogue: Mapping[str, RewardInfo], stack: contextlib.ExitStack
) -> Work:
    from service.rescoring.kept import KeptGroups, KeptSamples  # noqa: PLC0415 - not for files
    from service.rescoring.recorded import RecordedRun  # noqa: PLC0415

    if Path(order.target).is_file():
        raise RescoringError(f"{order.target} is a file, and none of {', '.join(sorted(SUFFIXES))}")
    engine, texts = stack.enter_context(_record())
    versions = Versions(
        catalogue, served(client, catalogue, order.new, order.params.get(order.new)), None, order.params
    )
    run = RecordedRun(engine, texts, (order.team, order.target), order.old or order.new.partition("@")[0])
    if order.new not in order.params:
        for params in run.params():
            _take(client, versions, run.reward, params)
    kept = KeptGroups(run) if versions.compare else KeptSamples(run)
    with _errors().status(f"reading the texts of {order.target}"):
        coverage = kept.coverage()
    show_coverage(Console(highlight=False), coverage)
    if not coverage.replayed:
        there = "group with all its texts" if coverage.texts.with_text else "text"
        raise RescoringError(f"there is no {there} to score again: PUT /v1/runs/RUN with texts=all keeps what comes")
    job = {**_job(order, versions), "team": order.team, "run": order.target, "reward": run.reward}
    source = {"team": order.team, "run": order.target, "coverage": asdict(coverage)}
    return Work(job, kept.cases(), coverage.replayed, versions, (run.reward, order.new), source)


@contextlib.contextmanager
def _record() -> Iterator[tuple["Engine", Path]]:
    """Yield the record's database, which has to be there, and the folder of its texts."""
    from pydantic import ValidationError  # noqa: PLC0415 - as above
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from service.database.engine import DatabaseError, open_database, reason  # noqa: PLC0415
    from service.settings import Settings, complaints  # noqa: PLC0415

    try:
        settings = Settings()
    except ValidationError as error:
        raise RescoringError("; ".join(complaints(error))) from error
    if settings.lacks_record:
        raise RescoringError(settings.lacks_record)
    try:
        engine = open_database(settings.database)
    except DatabaseError as error:
        raise RescoringError(str(error)) from error
    try:
        yield engine, settings.texts
    except SQLAlchemyError as error:
        raise UnreadableRecordError(f"the database: {reason(error)}.") from error
    finally:
        engine.dispose()


def _take(client: RewardClient, versions: Versions, old: str, params: Mapping[str, Any]) -> None:
    """Return where the new version takes the params of the old one.

    Raises:
        RescoringError: it does not.
    """
    new = versions.new.id
    try:
        served(client, versions.catalogue, new, params)
    except RescoringError as error:
        told = f"{error} They are those that {old} was scored with, {json.dumps(params)}"
        raise RescoringError(f"{told}: --params '{new}={{}}' sets others") from None


def _job(order: Order, versions: Versions) -> dict[str, Any]:
    """Return what must not change while samples are scored again, in however many parts."""
    return {
        "command": "rescore",
        "rewards": {info.id: info.behaviour or info.build for info in versions.infos},
        "params": order.params,
    }


def _tell_skipped(cases: ListedCases) -> None:
    if cases.skipped:
        _errors().print(f"{cases.skipped:,} rows cannot be read and were left out.")


def _errors() -> Console:
    return Console(stderr=True, highlight=False)
