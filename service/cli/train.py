"""`touchstone train`: GRPO from a recipe, rewards over HTTP."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.cli._failure import fail, require
from trainer_client import RewardServiceError

if TYPE_CHECKING:  # torch takes seconds to import
    from trainer_client.training import TrainingReport

_WINDOW = 10
"""Steps averaged at the beginning and at the end."""
_SHARES = ("fire_rate", "saturation", "share_without_variance")


def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.yaml", exists=True, dir_okay=False, help="The recipe.")],
    url: Annotated[str | None, typer.Option(help="The service, instead of the recipe's.")] = None,
) -> None:
    """Train a model by GRPO with rewards that a running service computes.

    A recipe holds TRL's GRPOConfig fields and our own: model, dataset, service, rewards. See recipes/ for examples.
    """
    try:
        from trainer_client.training import Recipe, RecipeError  # noqa: PLC0415 - torch takes seconds to import
        from trainer_client.training import train as run  # noqa: PLC0415
        from trainer_client.training.console import ConsoleProgress  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require("train", missing)
    console = Console(soft_wrap=True)
    progress = ConsoleProgress(console)
    try:
        chosen = Recipe.load(recipe)
        if url is not None:
            chosen = replace(chosen, service=replace(chosen.service, url=url))
        report = run(chosen, progress=progress)
    except (RecipeError, RewardServiceError) as error:
        fail(str(error))
    finally:
        progress.finish()
    console.print(_table(report))
    for warning in report.warnings:
        console.print(f"[yellow]warning[/yellow] {escape(warning)}")
    for name, figure in report.held_out.items():
        console.print(f"held out, {name}: {figure.before:.3f} -> {figure.after:.3f}")
    seconds = report.seconds / max(1, len(report.steps))
    console.print(
        f"{len(report.steps)} steps, {seconds:.2f} s a step, {report.reward_wait_share:.1%} of it waiting for rewards"
    )
    console.print(f"model {report.model_dir}, curve {report.plot}, every completion {report.completions}")


def _table(report: "TrainingReport") -> Table:
    """Return how each reward began and ended, and what of it could be learned from in the end."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("reward", "first steps", "last steps", "fired", "saturated", "groups without variance"):
        table.add_column(column, justify="left" if column == "reward" else "right")
    for name in report.rewards:
        _, means = report.curve(f"rewards/{name}/mean")
        if means:
            shares = [_last_share(report, f"{name}/{figure}") for figure in _SHARES]
            table.add_row(name, f"{_mean(means[:_WINDOW]):.3f}", f"{_mean(means[-_WINDOW:]):.3f}", *shares)
    return table


def _last_share(report: "TrainingReport", figure: str) -> str:
    _, values = report.curve(figure)
    return f"{_mean(values[-_WINDOW:]):.1%}" if values else "?"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
