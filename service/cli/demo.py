"""`touchstone demo`: the whole, once, on a laptop: score real completions, then watch a model learn."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from service.cli._failure import fail, require
from service.cli._local_service import ServiceDidNotStartError, local_service
from trainer_client import RewardClient, RewardServiceError, Sample, Score

_CHUNK = 256
_LEAST_GAIN = 0.15
"""A smaller rise of held-out sampled accuracy means that something is broken."""


def demo(
    out: Annotated[Path, typer.Option(help="Where the curve and the completions go.")] = Path("out"),
    data: Annotated[Path, typer.Option(help="Where gsm8k/example_model_solutions.jsonl may be.")] = Path(
        "../shared/data"
    ),
) -> None:
    """Start a service, score published GSM8K solutions, and train a tiny model by GRPO with rewards over HTTP.

    Takes about two minutes on two CPU cores and needs no network. Ends with an error if the model did not learn.
    """
    console = Console(soft_wrap=True)
    try:
        from trainer_client.tiny import run_lesson  # noqa: PLC0415 - torch takes seconds to import
        from trainer_client.training.console import ConsoleProgress  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require("train", missing)
    started = time.perf_counter()
    try:
        with local_service() as url:
            console.rule("[bold]1. Real completions, scored over HTTP")
            _score_gsm8k(console, url, data / "gsm8k" / "example_model_solutions.jsonl")
            console.rule("[bold]2. A tiny model learns from rewards over HTTP")
            console.print(
                "A Llama of 331,000 parameters, made on the spot, learns to add: first from demonstrations of which "
                "more than half are wrong or malformed, then by GRPO, each completion scored over HTTP by "
                "think_format@v1 and math_equal@v2."
            )
            lesson = run_lesson(url, out, ConsoleProgress(console))
    except (RewardServiceError, ServiceDidNotStartError) as error:
        fail(str(error))
    console.rule("[bold]What came of it")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("held-out sums, never trained on", "before GRPO", "after"):
        table.add_column(column, justify="left" if column.startswith("held") else "right")
    for name, figure in (("sampled, as in training", lesson.sampled), ("greedy", lesson.greedy)):
        table.add_row(name, f"{figure.before:.1%}", f"[bold green]{figure.after:.1%}[/bold green]")
    console.print(table)
    for name in lesson.report.rewards:
        _, values = lesson.report.curve(f"rewards/{name}/mean")
        console.print(f"  {name:<18} {_sparkline(values)}  {values[0]:.2f} -> {values[-1]:.2f}")
    steps = len(lesson.report.steps)
    console.print(
        f"{steps} GRPO steps in {lesson.grpo_seconds:.0f} s, "
        f"{lesson.reward_wait_share:.1%} of it spent waiting for rewards; everything took "
        f"{time.perf_counter() - started:.0f} s."
    )
    console.print(f"Look at [cyan]{lesson.plot}[/cyan]; why each completion earned what it did: {lesson.completions}")
    gain = lesson.sampled.after - lesson.sampled.before
    if gain < _LEAST_GAIN:
        fail(f"held-out sampled accuracy rose by {gain:.3f}, less than {_LEAST_GAIN}: the model did not learn")


def _score_gsm8k(console: Console, url: str, file: Path) -> None:
    """Score four models' published solutions and compare with the labels that came with them."""
    if not file.exists():
        console.print(f"{file} is not here, so this part is left out.")
        return
    samples, labels = _gsm8k(file)
    started = time.perf_counter()
    counts: Counter[str] = Counter()
    columns = (TextColumn("[cyan]math_equal@v2"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RewardClient(url) as client, Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(samples))
        for begin in range(0, len(samples), _CHUNK):
            chunk = samples[begin : begin + _CHUNK]
            outcomes = client.score("math_equal@v2", chunk)
            for outcome, label in zip(outcomes, labels[begin : begin + _CHUNK], strict=True):
                if not isinstance(outcome, Score):
                    counts[f"failed: {outcome.kind}"] += 1
                else:
                    counts["agree" if (outcome.value == 1.0) == label else "disagree"] += 1
            progress.advance(task, len(chunk))
    seconds = time.perf_counter() - started
    console.print(
        f"{len(samples):,} solutions of four models in {seconds:.0f} s ({len(samples) / seconds:,.0f}/s). "
        f"Agreement with their published labels: [bold]{counts['agree'] / len(samples):.2%}[/bold]"
        + "".join(f", {count} {name}" for name, count in counts.items() if name != "agree")
    )


def _gsm8k(file: Path) -> tuple[list[Sample], list[bool]]:
    samples, labels = [], []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            answer = row["ground_truth"].rpartition("A:")[2].strip()
            for solution in row.values():
                if isinstance(solution, dict):
                    samples.append(Sample(solution["solution"], {"answer": answer}, prompt=row["question"]))
                    labels.append(bool(solution["is_correct"]))
    return samples, labels


def _sparkline(values: list[float], width: int = 40) -> str:
    """Return the values as one line of block characters, averaged down to a width."""
    blocks = "▁▂▃▄▅▆▇█"
    size = max(1, -(-len(values) // width))
    means = [sum(part) / len(part) for part in (values[i : i + size] for i in range(0, len(values), size))]
    low, high = min(means), max(means)
    return "".join(blocks[round((mean - low) / (high - low or 1) * (len(blocks) - 1))] for mean in means)
