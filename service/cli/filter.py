"""`touchstone filter`: keep the rows of a data set that rewards find good enough."""

import asyncio
import contextlib
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.asking import PatienceError
from service.calibration.store import CalibrationError, Store
from service.cli._calibration_file import calibration_file
from service.cli._failure import fail, require
from service.cli._filter_report import show_rows, show_tally
from service.cli._interruption import INTERRUPTED, ended_by_sigterm
from service.cli._local_service import ServiceDidNotStartError, local_service
from service.cli._options import pairs, params_of
from service.cli._row_progress import row_progress
from service.filter.conditions import ConditionError
from service.filter.dataset import DataSet
from service.filter.plan import Order, Plan, plan
from service.filter.session import Filter, Judged, Progress, Sieve
from service.filter.tally import Tally
from service.journal import Journal, JournalError
from service.judge_account import account
from service.lint.rows import SUFFIXES, UnreadableDatasetError
from trainer_client import AsyncRewardClient, RewardClient, RewardServiceError

_DEADLINE_S = 600.0
"""A judge takes seconds for each row, and nobody waits for a single batch."""
_ANSWER_S = 10.0
"""How long a service may take to say what it serves."""


@dataclass(frozen=True, slots=True)
class _Work:
    """How a plan is carried out."""

    plan: Plan
    client: AsyncRewardClient
    out: Path
    scores: Path
    limit: int | None
    batch: int

    @property
    def sieve(self) -> Sieve:
        return Sieve(self.client, self.plan.questions, self.plan.conditions, self.plan.columns)


def filter_rows(  # noqa: PLR0913, PLR0917 - one for each option
    data: Annotated[
        Path, typer.Argument(metavar="DATA", exists=True, help="A .jsonl, .json, .csv or .parquet file, or a folder.")
    ],
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            "-k",
            metavar="CONDITION",
            help="ID OP NUMBER, such as 'faithfulness@v1>=0.7'; OP is >=, >, <=, < or ==, and NUMBER may be "
            "'calibrated'. Repeatable: all must hold, and they are asked in this order.",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", "-c", help="FIELD=COLUMN, for completion, prompt or a reference field. Repeatable."),
    ] = None,
    params: Annotated[list[str] | None, typer.Option(help="ID=JSON, a reward's params. Repeatable.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the kept rows go; beside cot.jsonl, cot.jsonl.kept.jsonl.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="Where scores and reasons go; beside cot.jsonl, cot.jsonl.scores.jsonl.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="A running service; by default one is started for this.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="TOUCHSTONE_API_KEY", help="The service's key.")] = None,
    split: Annotated[str, typer.Option(help="The part to filter, where a folder holds several.")] = "train",
    limit: Annotated[int | None, typer.Option(min=1, help="Look at the first so many rows only.")] = None,
    batch: Annotated[int, typer.Option(min=1, max=8192, help="Rows in a request.")] = 256,
    dry_run: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Show what would become of the first N rows; write nothing.")
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Forget what an earlier run has found out.")] = False,
    allow_failures: Annotated[
        bool, typer.Option("--allow-failures", help="Exit with 0 although some rows could not be judged.")
    ] = False,
    calibrations: Annotated[Path | None, typer.Option(help="Where `touchstone calibrate` saved thresholds.")] = None,
) -> None:
    """Keep the rows of a data set whose completions rewards find good enough.

    Kept rows are written untouched; scores and reasons of all rows are written beside. Stop it whenever you like: the
    same command goes on where it stopped. A row that could not be judged is neither kept nor counted as dropped.
    Exit code 0: all rows are judged. 1: some could not be. 2: the command is wrong. 130: stopped.

    Example: touchstone filter cot.jsonl --keep 'faithfulness@v1>=0.7' --column completion=response
    """
    source = DataSet(data, split)
    order = Order(source, keep or [], pairs("--column", column, "FIELD=COLUMN"), params_of(params))
    out, scores = out or source.beside("kept"), scores or source.beside("scores", ".jsonl")
    _check(order, out, scores)
    store = Store(calibrations or calibration_file())
    try:
        with ended_by_sigterm(), contextlib.nullcontext(url) if url else local_service() as base_url:
            with RewardClient(base_url, api_key, deadline_s=_ANSWER_S) as quick:
                found = plan(order, quick, account(base_url, api_key).name, store)
            client = AsyncRewardClient(base_url, api_key, deadline_s=_DEADLINE_S)
            work = _Work(found, client, out, scores, dry_run or limit, batch)
            if dry_run is not None:
                show_rows(Console(highlight=False), found, asyncio.run(_first(work)))
                return
            if restart:
                scores.unlink(missing_ok=True)
            tally = _filter(work)
    except ModuleNotFoundError as missing:
        require("train", missing)
    except JournalError as error:
        fail(f"{error}. --restart forgets it; --scores and --out name other files", code=2)
    except (RewardServiceError, ServiceDidNotStartError, PatienceError, OSError) as error:
        fail(f"{error}{_saved(scores)}")
    except (ConditionError, CalibrationError, UnreadableDatasetError, ValueError) as error:
        fail(str(error), code=2)
    except KeyboardInterrupt:
        fail(f"stopped.{_saved(scores)}", code=INTERRUPTED)
    raise typer.Exit(1 if tally.failed and not allow_failures else 0)


def _check(order: Order, out: Path, scores: Path) -> None:
    """End the command where it asks for nothing that can be done."""
    path = order.data.path
    if not path.is_dir() and path.suffix not in SUFFIXES:
        fail(f"{path} is no folder and none of {', '.join(sorted(SUFFIXES))}", code=2)
    if not order.keep:
        fail("which rows are to be kept? --keep 'faithfulness@v1>=0.7' (`touchstone list` lists the rewards)", code=2)
    if out.suffix != order.data.suffix:
        fail(f"--out {out}: kept rows stay in the form of {path}; name it *{order.data.suffix}", code=2)
    if len({out.resolve(), scores.resolve(), path.resolve()}) < len((out, scores, path)):
        fail("the data, --out and --scores have to be three different files", code=2)


def _saved(scores: Path) -> str:
    """Return what to say of the scores that there are already."""
    if not scores.exists():
        return ""
    return f" What was found out is in {scores}: the same command goes on from there."


async def _first(work: _Work) -> list[Judged]:
    """Return what would become of the first rows."""
    async with work.client:
        with contextlib.closing(work.plan.order.data.rows()) as rows:
            return await work.sieve.judge(list(itertools.islice(rows, work.limit)))


def _filter(work: _Work) -> Tally:
    """Decide about all rows, write those that are kept, and tell what came of it."""
    errors = Console(stderr=True, highlight=False)
    data = work.plan.order.data
    with errors.status(f"reading {data.path}"):
        journal = Journal(work.scores, work.plan.job(), later=["judge"])
    with journal:
        whole = Filter(work.sieve, journal)
        if whole.progress.rows:
            errors.print(f"{whole.progress.rows:,} rows are done already, as {work.scores} says.", soft_wrap=True)
        asyncio.run(_go_through(work, whole, errors))
        with errors.status(f"writing {work.out}"):
            tally = whole.tally()
            kept = data.write(work.out, whole.is_kept)
    show_tally(Console(highlight=False), work.plan, tally, {f"{kept:,} kept rows": work.out, "scores": work.scores})
    return tally


async def _go_through(work: _Work, whole: Filter, errors: Console) -> None:
    with contextlib.closing(work.plan.order.data.rows()) as rows, row_progress(errors, "filtering") as shown:
        known = [most for most in (work.limit, rows.total) if most is not None]

        def advance(progress: Progress) -> None:
            share = min(1.0, progress.rows / max(1, min(known))) if known else rows.share
            shown.advance(progress.rows, progress.asked, share, progress.counts)

        async with work.client:
            await whole.run(rows, work.limit, work.batch, advance)
