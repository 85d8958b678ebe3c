"""`touchstone score`: score a file of completions and look at the result."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.cli._failure import fail
from service.cli._local_service import ServiceDidNotStartError, local_service
from service.cli._summary import summarise
from service.samples import SampleColumns
from trainer_client import Failure, Outcome, RewardClient, RewardRequest, RewardServiceError, Sample, Statistics
from trainer_client._statistics import merged
from trainer_client._types import RewardInfo

_CHUNK = 256
_ANSWER_S = 10.0
"""How long a service may take to say what it serves. One that is loading is waited for by a training job, not here."""


def score(
    reward: Annotated[str, typer.Argument(metavar="ID", help="A reward id, such as math_equal@v2.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", exists=True, dir_okay=False, help="One row a line.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            "-c",
            help="FIELD=COLUMN, for completion, prompt, group, completion_tokens, completion_ids or a reference field. "
            "Repeatable.",
        ),
    ] = None,
    params: Annotated[str, typer.Option(help="The reward's params, as JSON.")] = "{}",
    url: Annotated[str | None, typer.Option(help="A running service; by default one is started for this.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="TOUCHSTONE_API_KEY", help="The service's key.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the outcomes go; beside FILE by default.")] = None,
) -> None:
    """Score every row of a JSONL file with one reward.

    Writes one outcome a row beside the file, in order, and prints what the outcomes were.

    Example: touchstone score math_equal@v2 samples.jsonl --column completion=response --column answer=gold
    """
    rows = _read(file)
    mapping = _mapping(column or [])
    try:
        parsed_params = json.loads(params)
    except json.JSONDecodeError as error:
        fail(f"--params is not JSON: {error}", code=2)
    out = out or file.with_name(f"{file.stem}.{reward}.jsonl")
    try:
        with (
            contextlib.nullcontext(url) if url else local_service() as base_url,
            RewardClient(base_url, api_key) as client,
        ):
            catalogue = _catalogue(base_url, api_key)
            samples = _samples(rows, reward, catalogue, mapping)
            outcomes, statistics = _score(client, RewardRequest(reward, parsed_params), samples, out)
    except (RewardServiceError, ServiceDidNotStartError, ValueError) as error:
        fail(str(error))
    summarise(reward, outcomes, statistics, out)


def _catalogue(base_url: str, api_key: str | None) -> dict[str, RewardInfo]:
    """Return what a service serves, without waiting long for one that is not there."""
    with RewardClient(base_url, api_key, deadline_s=_ANSWER_S) as client:
        return {info.id: info for info in client.rewards()}


def _read(file: Path) -> list[dict[str, Any]]:
    rows = []
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                fail(f"{file}, line {number} is not JSON: {error.msg}", code=2)
            if not isinstance(row, dict):
                fail(f"{file}, line {number} is not a JSON object", code=2)
            rows.append(row)
    return rows


def _mapping(columns: list[str]) -> dict[str, str]:
    mapping = {}
    for one in columns:
        field, equals, column = one.partition("=")
        if not equals:
            fail(f"--column {one}: write FIELD=COLUMN", code=2)
        mapping[field] = column
    return mapping


def _samples(
    rows: list[dict[str, Any]], reward: str, catalogue: dict[str, RewardInfo], mapping: dict[str, str]
) -> list[Sample]:
    """Return the rows as samples.

    Raises:
        ValueError: no row has the completion's column, or a mapping names a field that does not exist.
    """
    columns = SampleColumns([reward], catalogue, mapping, {name for row in rows for name in row})
    return [columns.sample(row) for row in rows]


def _score(
    client: RewardClient, asked: RewardRequest, samples: list[Sample], out: Path
) -> tuple[list[Outcome], Statistics | None]:
    """Score the samples and write each outcome as it comes."""
    outcomes: list[Outcome] = []
    statistics: list[Statistics | None] = []
    columns = (
        TextColumn("[cyan]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    with (
        Progress(*columns, console=Console(stderr=True)) as progress,
        out.open("w", encoding="utf-8") as sink,
    ):
        task = progress.add_task(asked.reward, total=len(samples), rate="")
        for chunk in _chunks(samples):
            (result,) = client.score_many([asked], chunk, statistics=True)
            for outcome in result.outcomes:
                sink.write(json.dumps(_line(outcome), ensure_ascii=False) + "\n")
            outcomes += result.outcomes
            statistics.append(result.statistics)
            progress.advance(task, len(chunk))
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{speed:,.0f}/s" if speed else "")
    return outcomes, merged(statistics)


def _chunks(samples: list[Sample]) -> Iterator[list[Sample]]:
    """Yield the samples in parts, rows of one group or one prompt that follow each other in the same part."""
    start = 0
    for end in range(1, len(samples) + 1):
        is_last = end == len(samples)
        if is_last or (end - start >= _CHUNK and not _are_grouped(samples[end - 1], samples[end])):
            yield samples[start:end]
            start = end


def _are_grouped(one: Sample, other: Sample) -> bool:
    if one.group is None and other.group is None:
        return one.prompt is not None and one.prompt == other.prompt
    return one.group == other.group


def _line(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        return {"status": "failed", "value": None, "kind": outcome.kind, "message": outcome.message}
    return {
        "status": "scored",
        "value": outcome.value,
        "reason": outcome.reason,
        "explanation": outcome.explanation,
        "details": dict(outcome.details),
    }
