"""`touchstone rescore`: score a recorded run, or a file, with another version, and list what differs."""

import asyncio
import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from service.asking import PatienceError
from service.call import LOCAL_TEAM
from service.cli._failure import fail, require
from service.cli._interruption import INTERRUPTED, ended_by_sigterm
from service.cli._local_service import ServiceDidNotStartError, local_service
from service.cli._options import pairs, params_of
from service.cli._rescore_report import show_coverage, show_flips, show_groups, show_summary
from service.cli._row_progress import row_progress
from service.filter.dataset import DataSet
from service.journal import Journal, JournalError
from service.lint.rows import SUFFIXES, UnreadableDatasetError
from service.rescoring.case import Case
from service.rescoring.comparison import Comparison, flip
from service.rescoring.listed import ListedCases
from service.rescoring.plan import RescoringError, mapped, served
from service.rescoring.session import Progress, Rescoring, Versions
from trainer_client import AsyncRewardClient, RewardClient, RewardServiceError

_DEADLINE_S = 600.0
_ANSWER_S = 10.0
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class _Order:
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
class _Work:
    """What is to be done."""

    job: dict[str, Any]
    cases: Iterable[Case]
    total: int | None
    versions: Versions
    names: tuple[str, str]
    """The old version, and the new one."""


def rescore(  # noqa: PLR0913, PLR0917 - one for each option
    target: Annotated[str, typer.Argument(metavar="RUN|FILE", help="A recorded run, or a .jsonl or .parquet file.")],
    new: Annotated[str, typer.Option("--with", metavar="ID", help="The version to score with, as math_equal@v2.")],
    reward: Annotated[str | None, typer.Option(help="The recorded scores to compare with, as math_equal@v1.")] = None,
    team: Annotated[str, typer.Option(help="Whose run it is.")] = LOCAL_TEAM,
    value_column: Annotated[str | None, typer.Option(help="The column of a file that has the old values.")] = None,
    asked: Annotated[
        str | None, typer.Option("--from", metavar="ID", help="The old version, to score a file with it as well.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", "-c", help="FIELD=COLUMN of a file. Repeatable.")
    ] = None,
    params: Annotated[
        list[str] | None, typer.Option(help="ID=JSON, in place of the params that were recorded. Repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where flips, groups and the summary go, as JSON lines.")] = None,
    url: Annotated[str | None, typer.Option(help="A running service; by default one is started for this.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="TOUCHSTONE_API_KEY", help="The service's key.")] = None,
    batch: Annotated[int, typer.Option(min=1, max=8192, help="Samples in a request.")] = 256,
    show: Annotated[int, typer.Option(min=0, help="Rows of each table.")] = 20,
    restart: Annotated[bool, typer.Option("--restart", help="Forget what an earlier run has found out.")] = False,
    allow_failures: Annotated[
        bool, typer.Option("--allow-failures", help="Exit with 0 although some samples have no value any more.")
    ] = False,
) -> None:
    """Score again what was scored before, with another version of the reward, and list what differs.

    A run is read from the record: TOUCHSTONE_DATA or TOUCHSTONE_DATABASE_URL say where, as for the service. Stop it
    whenever you like: the same command goes on where it stopped.
    Exit code 0: all is compared. 1: some samples have no value any more. 2: the command is wrong. 130: stopped.

    Example: touchstone rescore grpo-7b --with math_equal@v2
    """
    mapping = pairs("--column", column, "FIELD=COLUMN")
    order = _Order(target, new, reward, asked, team, value_column, mapping, params_of(params), batch, show)
    _check(order)
    out = out or Path(f"{_UNSAFE.sub('_', Path(target).name if order.file else target)}.{new}.rescored.jsonl")
    scores = out.with_name(f"{out.name}.journal")
    try:
        with (
            ended_by_sigterm(),
            contextlib.nullcontext(url) if url else local_service() as base_url,
            RewardClient(base_url, api_key, deadline_s=_ANSWER_S) as quick,
            _work(order, quick) as work,
        ):
            if restart:
                scores.unlink(missing_ok=True)
            client = AsyncRewardClient(base_url, api_key, deadline_s=_DEADLINE_S)
            unscored = _rescore(order, work, client, (out, scores))
    except ModuleNotFoundError as missing:
        require("service", missing)
    except JournalError as error:
        fail(f"{error}. --restart forgets it; --out names another file", code=2)
    except (RescoringError, UnreadableDatasetError, ValueError) as error:
        fail(str(error), code=2)
    except (RewardServiceError, ServiceDidNotStartError, PatienceError, OSError) as error:
        fail(f"{error}{_saved(scores)}")
    except KeyboardInterrupt:
        fail(f"stopped.{_saved(scores)}", code=INTERRUPTED)
    raise typer.Exit(1 if unscored and not allow_failures else 0)


def _check(order: _Order) -> None:
    """End the command where it asks for nothing that can be done."""
    if strangers := set(order.params) - {order.new, order.asked}:
        fail(f"--params {', '.join(sorted(strangers))}: that reward is not asked", code=2)
    if order.file is None:
        if order.value or order.asked or order.columns:
            fail(
                f"{order.target} is no file, so it is a run: --value-column, --from and --column are for files", code=2
            )
        return
    if order.old is not None:
        fail("--reward is for runs; a file has its old values in --value-column, or --from scores it with both", code=2)
    if (order.value is None) == (order.asked is None):
        fail(
            "what was said of the rows before? --value-column COLUMN has it, or --from math_equal@v1 scores them",
            code=2,
        )
    if order.asked == order.new:
        fail(f"--from and --with are both {order.new}: there is nothing to compare", code=2)


def _saved(scores: Path) -> str:
    if not scores.exists():
        return ""
    return f" What was found out is in {scores}: the same command goes on from there."


@contextlib.contextmanager
def _work(order: _Order, client: RewardClient) -> Iterator[_Work]:
    """Yield what is to be done."""
    with contextlib.ExitStack() as stack:
        yield _work_of_file(order, client, order.file, stack) if order.file else _work_of_run(order, client, stack)


def _work_of_file(order: _Order, client: RewardClient, file: Path, stack: contextlib.ExitStack) -> _Work:
    data = DataSet(file)
    new = served(client, order.new, order.params.get(order.new))
    old = None if order.asked is None else served(client, order.asked, order.params.get(order.asked))
    infos = {info.id: info for info in (old, new) if info is not None}
    columns = mapped(data, infos, order.columns, order.value)
    rows = stack.enter_context(contextlib.closing(data.rows()))
    versions = Versions(new, old, order.params)
    job = {**_job(order, versions), "data": data.digest(), "value_column": order.value, "columns": columns.chosen}
    cases = ListedCases(rows, columns, order.value)
    stack.callback(lambda: _tell_skipped(cases))
    return _Work(job, cases, rows.total, versions, (order.asked or str(order.value), order.new))


def _work_of_run(order: _Order, client: RewardClient, stack: contextlib.ExitStack) -> _Work:
    from service.database.engine import DatabaseError, open_database  # noqa: PLC0415 - not for files
    from service.rescoring.recorded import RecordedRun, RecordError  # noqa: PLC0415
    from service.settings import Settings  # noqa: PLC0415

    settings = Settings()
    new = served(client, order.new, order.params.get(order.new))
    try:
        engine = open_database(settings.database)
        stack.callback(engine.dispose)
        run = RecordedRun(engine, settings.texts, (order.team, order.target), order.old or order.new.partition("@")[0])
    except (DatabaseError, RecordError) as error:
        raise RescoringError(str(error)) from error
    if order.new not in order.params:
        for params in run.params():
            _take(client, run.reward, order.new, params)
    coverage = run.coverage()
    show_coverage(Console(highlight=False), coverage)
    if not coverage.with_text:
        raise RescoringError("there is no text to score again: PUT /v1/runs/RUN with texts=all keeps what comes")
    versions = Versions(new, None, order.params)
    job = {**_job(order, versions), "team": order.team, "run": order.target, "reward": run.reward}
    return _Work(job, run.cases(), coverage.with_text, versions, (run.reward, order.new))


def _take(client: RewardClient, old: str, new: str, params: Mapping[str, Any]) -> None:
    """Return where the new version takes the params of the old one.

    Raises:
        RescoringError: it does not.
    """
    try:
        served(client, new, params)
    except RescoringError as error:
        told = f"{error} They are those that {old} was scored with, {json.dumps(params)}"
        raise RescoringError(f"{told}: --params '{new}={{}}' sets others") from None


def _job(order: _Order, versions: Versions) -> dict[str, Any]:
    """Return what must not change while samples are scored again, in however many parts."""
    infos = [info for info in (versions.old, versions.new) if info is not None]
    return {
        "command": "rescore",
        "rewards": {info.id: info.behaviour or info.build for info in infos},
        "params": order.params,
    }


def _tell_skipped(cases: ListedCases) -> None:
    if cases.skipped:
        Console(stderr=True, highlight=False).print(f"{cases.skipped:,} rows cannot be read and were left out.")


def _rescore(order: _Order, work: _Work, client: AsyncRewardClient, files: tuple[Path, Path]) -> int:
    """Score what is left, tell what came of all, and return how many samples have no value any more."""
    errors, out = Console(stderr=True, highlight=False), files[0]
    with Journal(files[1], work.job) as journal:
        whole = Rescoring(client, work.versions, journal)
        if whole.progress.rows:
            errors.print(f"{whole.progress.rows:,} samples are done already, as {files[1]} says.", soft_wrap=True)
        asyncio.run(_go_through(work, whole, client, order.batch, errors))
        found, flips, total = _compared(journal, out, order.show)
    console = Console(highlight=False)
    show_flips(console, work.names, flips, total)
    show_groups(console, found.changed_groups(), order.show)
    show_summary(console, work.names, found, {"flips, groups and summary": out, "every sample": files[1]})
    return found.unscored


async def _go_through(work: _Work, whole: Rescoring, client: AsyncRewardClient, batch: int, errors: Console) -> None:
    with row_progress(errors, "scoring") as shown:

        def advance(progress: Progress) -> None:
            share = min(1.0, progress.rows / work.total) if work.total else None
            shown.advance(progress.rows, progress.asked, share, progress.counts)

        async with client:
            await whole.run(work.cases, batch, advance)


def _compared(journal: Journal, out: Path, most: int) -> tuple[Comparison, list[dict[str, Any]], int]:
    """Write the flips, the groups and the summary; return what came of all, the first flips and how many there are."""
    found, first, total = Comparison(), [], 0
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as sink:
            for record in journal.latest():
                found.add(record)
                if (line := flip(record)) is not None:
                    total += 1
                    first += [line] if total <= most else []
                    sink.write(json.dumps(line, ensure_ascii=False) + "\n")
            for each in [*(group.line() for group in found.changed_groups()), found.line()]:
                sink.write(json.dumps(each, ensure_ascii=False) + "\n")
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return found, first, total
