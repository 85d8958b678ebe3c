"""`touchstone rescore`: score a recorded run, or a file, with another version, and list what differs."""

import asyncio
import contextlib
import json
import re
from http import HTTPStatus
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
from service.cli._rescore_report import show_flips, show_groups, show_summary
from service.cli._rescore_work import Order, Work, work_of
from service.cli._row_progress import row_progress
from service.journal import Journal, JournalError
from service.lint.rows import UnreadableDatasetError
from service.rescoring.comparison import Comparison, flip
from service.rescoring.errors import RescoringError, UnreadableRecordError
from service.rescoring.session import Progress, Rescoring
from trainer_client import AsyncRewardClient, Rejected, RewardClient, RewardServiceError

_DEADLINE_S = 600.0
_ANSWER_S = 10.0
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RUN = "rescore"
"""Under which a service that keeps a record has what is scored again, apart from what it is compared with."""


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
    Exit code 0: all is compared. 1: some samples have no value any more, or none could be compared. 2: the command is
    wrong. 130: stopped.

    Example: touchstone rescore grpo-7b --team maths --with math_equal@v2
    """
    mapping = pairs("--column", column, "FIELD=COLUMN")
    order = Order(target, new, reward, asked, team, value_column, mapping, params_of(params), batch, show)
    _check(order)
    out = out or Path(f"{_UNSAFE.sub('_', Path(target).name if order.file else target)}.{new}.rescored.jsonl")
    scores = out.with_name(f"{out.name}.journal")
    try:
        with (
            ended_by_sigterm(),
            contextlib.nullcontext(url) if url else local_service() as base_url,
            RewardClient(base_url, api_key, run=_RUN, deadline_s=_ANSWER_S) as quick,
            work_of(order, quick) as work,
        ):
            if restart:
                scores.unlink(missing_ok=True)
            client = AsyncRewardClient(base_url, api_key, run=_RUN, deadline_s=_DEADLINE_S)
            found = _rescore(order, work, client, (out, scores))
    except ModuleNotFoundError as missing:
        require("service", missing)
    except JournalError as error:
        fail(f"{error}. --restart forgets it; --out names another file", code=2)
    except (RescoringError, UnreadableDatasetError, ValueError) as error:
        fail(str(error), code=2)
    except (RewardServiceError, ServiceDidNotStartError, PatienceError, UnreadableRecordError, OSError) as error:
        fail(f"{error}{_advice(error)}{_saved(scores)}")
    except KeyboardInterrupt:
        fail(f"stopped.{_saved(scores)}", code=INTERRUPTED)
    raise typer.Exit(0 if allow_failures or (found.compared and not found.unscored) else 1)


def _check(order: Order) -> None:
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


def _advice(error: Exception) -> str:
    """Return what to do about a request that is too large."""
    if not isinstance(error, Rejected) or error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return ""
    return " --batch N asks about fewer samples at a time; a group that is compared is never split."


def _saved(scores: Path) -> str:
    if not scores.exists():
        return ""
    return f" What was found out is in {scores}: the same command goes on from there."


def _rescore(order: Order, work: Work, client: AsyncRewardClient, files: tuple[Path, Path]) -> Comparison:
    """Score what is left, and tell and return what came of all."""
    errors, out = Console(stderr=True, highlight=False), files[0]
    with Journal(files[1], work.job) as journal:
        whole = Rescoring(client, work.versions, journal)
        if done := whole.progress.rows:
            errors.print(f"{done:,} samples were scored before, as {files[1]} says.", soft_wrap=True, markup=False)
        asyncio.run(_go_through(work, whole, client, order.batch, errors))
        found, flips, total = _compared(journal, work, out, order.show)
    console = Console(highlight=False)
    show_flips(console, work.names, flips, total)
    show_groups(console, found.changed_groups(), order.show)
    show_summary(console, work.names, found, {"flips, groups and summary": out, "every sample": files[1]})
    return found


async def _go_through(work: Work, whole: Rescoring, client: AsyncRewardClient, batch: int, errors: Console) -> None:
    with row_progress(errors, "scoring") as shown:

        def advance(progress: Progress) -> None:
            share = min(1.0, progress.rows / work.total) if work.total else None
            shown.advance(progress.rows, progress.asked, share, progress.counts)

        async with client:
            await whole.run(work.cases, batch, advance)


def _compared(journal: Journal, work: Work, out: Path, most: int) -> tuple[Comparison, list[dict[str, Any]], int]:
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
            for each in [*(group.line() for group in found.changed_groups()), {**found.line(), **work.about}]:
                sink.write(json.dumps(each, ensure_ascii=False) + "\n")
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return found, first, total
