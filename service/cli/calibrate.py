"""`touchstone calibrate`: how well a judge tells right solutions from wrong ones, and where to draw the line."""

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from service.asking import Patience, PatienceError, Question
from service.calibration.labelled import Labelled, read_labelled
from service.calibration.report import Report, report
from service.calibration.session import PATIENCE_ROWS, Calibration, Numbered, choose, digest, read
from service.calibration.store import CalibrationError, Store, unreached
from service.cli._calibration_file import calibration_file
from service.cli._calibration_report import show_report
from service.cli._failure import fail, require
from service.cli._interruption import INTERRUPTED, ended_by_sigterm
from service.cli._local_service import ServiceDidNotStartError, local_service
from service.cli._row_progress import row_progress
from service.journal import Journal, JournalError
from service.judge_account import account
from service.lint.rows import UnreadableDatasetError
from service.lint.served import refusal
from trainer_client import AsyncRewardClient, RewardClient, RewardInfo, RewardRequest, RewardServiceError

_DEADLINE_S = 600.0
_ANSWER_S = 10.0
_KINDS = 2
"""Right solutions and wrong ones."""
_MOST_FAILED = 0.1
"""Share of failures above which a threshold says too little to be kept."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What is calibrated, and on what."""

    base_url: str
    api_key: str | None
    info: RewardInfo
    params: Mapping[str, Any] | None
    solutions: list[Labelled]
    out: Path
    limit: int | None
    seed: int
    batch: int

    def job(self, judge: str | None) -> dict[str, Any]:
        """Return what must not change between two parts of one calibration."""
        return {
            "command": "calibrate",
            "data": digest(self.solutions),
            "reward": self.info.id,
            "version": self.info.behaviour or self.info.build,
            "params": self.params,
            "judge": judge,
        }


def calibrate(  # noqa: PLR0913, PLR0917 - one for each option
    data: Annotated[
        Path | None,
        typer.Argument(metavar="DATA", exists=True, help="A file of labelled steps, or a folder of .jsonl files."),
    ] = None,
    reward: Annotated[str, typer.Option("--reward", "-r", help="The judged reward.")] = "faithfulness@v1",
    params: Annotated[str | None, typer.Option(help="The reward's params, as JSON.")] = None,
    precision: Annotated[
        float | None, typer.Option(min=0, max=1, help="Draw the line where such a share of what is kept is right.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="A running service; by default one is started for this.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="TOUCHSTONE_API_KEY", help="The service's key.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the verdicts go; DATA.verdicts.jsonl, with its whole name.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Where the threshold goes; a file of yours by default.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Draw so many solutions.")] = None,
    seed: Annotated[int, typer.Option(help="Which ones are drawn.")] = 0,
    batch: Annotated[int, typer.Option(min=1, max=8192, help="Solutions in a request.")] = 64,
    restart: Annotated[bool, typer.Option("--restart", help="Forget the verdicts of an earlier run.")] = False,
) -> None:
    """Let a judge look at solutions whose first mistake is known, and see what its verdicts are worth.

    Prints precision and recall of seeing a mistake, F1 as ProcessBench measures it, how far the values are from
    probabilities, what it cost, and the threshold that tells right from wrong best. The threshold is saved with the
    judge's name, for `touchstone filter --keep 'faithfulness@v1>=calibrated'`. The judge is the service's:
    TOUCHSTONE_JUDGE_URL and TOUCHSTONE_JUDGE_MODEL. Stop it whenever you like: the same command goes on.

    A row has question, steps and first_mistake, counted from 0 and null where there is none. The fields of
    ProcessBench, PRMBench and BIG-Bench-Mistake are known as well.

    Example: touchstone calibrate steps.jsonl --limit 200 --precision 0.95
    """
    if data is None:
        fail('on what? DATA has rows such as {"question": "…", "steps": ["…", "…"], "first_mistake": 1}', code=2)
    asked = _params(params)
    out = out or _verdicts(data)
    store = Store(save or calibration_file())
    try:
        solutions, faults = read_labelled(data)
        with ended_by_sigterm(), contextlib.nullcontext(url) if url else local_service() as base_url:
            info = _served(base_url, api_key, reward, asked)
            if restart:
                out.unlink(missing_ok=True)
            work = _Work(base_url, api_key, info, asked, solutions, out, limit, seed, batch)
            _calibrate(work, precision, store, faults)
    except ModuleNotFoundError as missing:
        require("train", missing)
    except JournalError as error:
        fail(f"{error}. --restart forgets it; --out names another file", code=2)
    except (CalibrationError, UnreadableDatasetError) as error:
        fail(str(error), code=2)
    except (RewardServiceError, ServiceDidNotStartError, PatienceError, OSError) as error:
        fail(f"{error} The same command goes on from {out}.")
    except KeyboardInterrupt:
        fail(f"stopped. The same command goes on from {out}.", code=INTERRUPTED)


def _verdicts(data: Path) -> Path:
    """Return where the verdicts on a file or a folder go; data of another suffix has a file of its own."""
    whole = data.resolve()
    return whole.with_name(f"{whole.name if data.is_dir() else data.name}.verdicts.jsonl")


def _params(text: str | None) -> Mapping[str, Any] | None:
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        fail(f"--params is not JSON: {error}", code=2)
    if not isinstance(value, dict):
        fail("--params: write an object, such as {}", code=2)
    return value


def _served(base_url: str, api_key: str | None, reward: str, params: Mapping[str, Any] | None) -> RewardInfo:
    """Return what the service says of a reward; end the command where it does not take it."""
    with RewardClient(base_url, api_key, deadline_s=_ANSWER_S) as client:
        catalogue = {info.id: info for info in client.rewards()}
        refused = refusal(client, catalogue, reward, params)
    if refused is not None:
        fail(f"{reward}: {refused.message}", code=2)
    if catalogue[reward].range != (0.0, 1.0):
        fail(f"{reward} has values other than 0 to 1, which cannot be read as how sure it is", code=2)
    return catalogue[reward]


def _calibrate(work: _Work, precision: float | None, store: Store, faults: Sequence[str]) -> None:
    before = account(work.base_url, work.api_key)
    chosen = choose(work.solutions, work.limit, work.seed)
    with Journal(work.out, work.job(before.name), later=["judge"]) as journal:
        asyncio.run(_ask(work, chosen, journal, before.name))
        numbers = {each.number for each in chosen}
        reading = read([record for record in journal.latest() if record["row"] in numbers], work.solutions)
    found = report(reading, precision)
    console = Console(highlight=False)
    cost = account(work.base_url, work.api_key).since(before)
    show_report(console, work.info.id, found, cost)
    if faults:
        told = f"left out for want of a label that can be used: {len(faults):,}, the first {faults[0]}."
        console.print(told, soft_wrap=True, markup=False)
    console.print(f"verdicts: {work.out}", soft_wrap=True)
    _save(console, work, found, store)


def _save(console: Console, work: _Work, found: Report, store: Store) -> None:
    """Keep the threshold with the judge's name, if it means anything."""
    reading, chosen = found.reading, found.chosen
    if len(reading.judges) > 1:
        fail(f"several judges answered ({', '.join(reading.judges)}); --restart asks one about all")
    if len(reading.failed) > _MOST_FAILED * (len(reading.failed) + len(reading.verdicts)):
        fail(f"nothing is saved: {len(reading.failed):,} solutions could not be judged; run the same command again")
    if len({each.label is None for each in reading.verdicts}) < _KINDS:
        fail("nothing is saved: without solutions of both kinds there is no threshold")
    if chosen is None and found.precision is None:
        fail("nothing is saved: no value tells the right solutions from the wrong ones")
    figures = found.plain()
    entry = {
        "judge": next(iter(reading.judges), ""),
        "reward": work.info.id,
        "behaviour": work.info.behaviour,
        "build": work.info.build,
        "params": work.params,
        "threshold": None if chosen is None else chosen.value,
        "data": digest(work.solutions),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "figures": figures,
    }
    store.save(entry)
    if chosen is None:
        console.print(f"figures: {store.path}", soft_wrap=True)
        fail(f"there is no {work.info.id}>=calibrated: {unreached(figures)}")
    console.print(f"saved as {work.info.id}>=calibrated: {store.path}", soft_wrap=True)


async def _ask(work: _Work, chosen: list[Numbered], journal: Journal, judge: str | None) -> None:
    question = Question(RewardRequest(work.info.id, work.params, work.info.behaviour, work.info.build))
    with row_progress(Console(stderr=True, highlight=False), "calibrating") as shown:
        async with AsyncRewardClient(work.base_url, work.api_key, deadline_s=_DEADLINE_S) as client:
            await Calibration(client, question, journal).run(
                chosen,
                work.batch,
                Patience(PATIENCE_ROWS if judge else len(chosen) + 1),  # without a judge, the rules' share is seen
                lambda done, asked, counts: shown.advance(done, asked, done / len(chosen), counts),
            )
