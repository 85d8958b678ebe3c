"""`touchstone lint`: look at a data set, or a recipe, before a run."""

import contextlib
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.cli._failure import fail, require
from service.cli._lint_progress import phases
from service.cli._lint_tables import show
from service.cli._local_service import ServiceDidNotStartError, local_service
from service.cli._options import pairs, params_of
from service.lint.chosen import Choice, ChoiceError, lint_dataset
from service.lint.progress import Watcher
from service.lint.rows import SUFFIXES
from service.lint.served import foretell
from service.lint.session import Report
from trainer_client import RewardClient, RewardServiceError

_RECIPES = {".yaml", ".yml"}
_DEADLINE_S = 600.0
"""Hard references take seconds each, and nobody waits for a single batch."""


def lint(  # noqa: PLR0913, PLR0917 - one for each option
    target: Annotated[Path, typer.Argument(metavar="DATASET|RECIPE.yaml", exists=True, help="What to look at.")],
    reward: Annotated[list[str] | None, typer.Option("--reward", "-r", help="A reward id. Repeatable.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", "-c", help="FIELD=COLUMN, for prompt or a reference field. Repeatable."),
    ] = None,
    transform: Annotated[
        list[str] | None, typer.Option(help="FIELD=NAME[,NAME], as a recipe's transforms. Repeatable.")
    ] = None,
    params: Annotated[list[str] | None, typer.Option(help="ID=JSON, a reward's params. Repeatable.")] = None,
    split: Annotated[str, typer.Option(help="The part to look at, where a folder holds several.")] = "train",
    limit: Annotated[int | None, typer.Option(min=0, help="Look at so many rows at most.")] = None,
    url: Annotated[str | None, typer.Option(help="A running service; by default one is started for this.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="TOUCHSTONE_API_KEY", help="The service's key.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Find what would go wrong in a run: unreadable references, rows that cannot score, rewards that contradict.

    A data set is a .jsonl, .json, .csv or .parquet file or a folder; name the rewards. A recipe names all itself.
    Exit code 0: nothing found. 1: something found. 2: the command is wrong.

    Example: touchstone lint train.jsonl --reward math_equal@v2 --column prompt=question --column answer=gold
    """
    choice = Choice(
        target,
        reward or [],
        pairs("--column", column, "FIELD=COLUMN"),
        {field: names.split(",") for field, names in pairs("--transform", transform, "FIELD=NAME").items()},
        params_of(params),
        split,
        limit,
    )
    is_recipe = target.suffix in _RECIPES
    _check(choice, is_recipe=is_recipe)
    try:
        with phases(Console(stderr=True, highlight=False)) as watcher:
            if not url:
                watcher.phase("starting a service")
            with (
                contextlib.nullcontext(url) if url else local_service() as base_url,
                RewardClient(base_url, api_key, deadline_s=_DEADLINE_S) as client,
            ):
                report = _recipe(client, target, limit, watcher) if is_recipe else lint_dataset(client, choice, watcher)
    except ModuleNotFoundError as missing:
        require("train", missing)
    except (RewardServiceError, ServiceDidNotStartError, ChoiceError) as error:
        fail(str(error), code=2)
    if as_json:
        typer.echo(json.dumps({"target": str(target), **report.plain()}, ensure_ascii=False, indent=2))
    else:
        show(Console(highlight=False), report, frames=is_recipe or len(choice.rewards) > 1)
    raise typer.Exit(0 if report.findings.is_clean else 1)


def _recipe(client: RewardClient, target: Path, limit: int | None, watcher: Watcher) -> Report:
    watcher.phase("checking the rewards")
    foretell(client, target, watcher)
    watcher.phase("loading the trainer")
    from service.lint.stored import lint_recipe  # noqa: PLC0415 - torch takes seconds to import

    return lint_recipe(client, target, limit, watcher)


def _check(choice: Choice, *, is_recipe: bool) -> None:
    """End the command where it asks for nothing that can be done."""
    if is_recipe and (choice.rewards or choice.columns or choice.transforms or choice.params):
        fail("a recipe names its rewards, columns, transforms and params itself", code=2)
    if is_recipe:
        return
    if not choice.rewards:
        fail("which rewards is the data set for? --reward math_equal@v2 (`touchstone list` lists them)", code=2)
    if not choice.path.is_dir() and choice.path.suffix not in SUFFIXES:
        fail(f"{choice.path} is no folder and none of {', '.join(sorted(SUFFIXES))}", code=2)
