"""`touchstone stress`: what dishonest completions earn from a reward, next to honest ones."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from service.cli._failure import fail, require

if TYPE_CHECKING:
    from rewards.types import Outcome
    from service.stress.matrix import Matrix


def stress(
    reward_id: Annotated[str, typer.Argument(metavar="ID", help="A reward id, such as math_equal@v2.")],
    params: Annotated[str | None, typer.Option(help="The reward's params, as JSON; by default the example's.")] = None,
    example: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="An example of yours, as rewards/<family>/v<N>.example.yaml."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Score a matrix of dishonest completions with one reward, beside an honest right and an honest wrong one.

    A reward that asks a judge is scored with one that is bought, and gives whatever earns most. What is not paid was
    then held back by rules, and not by a model's good sense.

    Exits with 1 where a dishonest completion earns as much as the honest right one.

    Example: touchstone stress xml_soft_format@v1
    """
    try:
        chosen = None if params is None else json.loads(params)
    except json.JSONDecodeError as error:
        fail(f"--params is not JSON: {error}", code=2)
    matrix = _matrix(reward_id, example, chosen)
    if as_json:
        sys.stdout.write(json.dumps(_plain(matrix), ensure_ascii=False, indent=2) + "\n")
    else:
        _print(matrix)
    raise typer.Exit(1 if matrix.paid else 0)


def _matrix(reward_id: str, file: Path | None, params: dict[str, Any] | None) -> "Matrix":
    """Return the matrix of a reward, scored by workers of its own."""
    try:
        import yaml  # noqa: PLC0415 - the train extra has no rewards to import
        from pydantic import ValidationError  # noqa: PLC0415

        from rewards.registry import discover  # noqa: PLC0415
        from service.catalogue import unknown  # noqa: PLC0415
        from service.examples import Example, example  # noqa: PLC0415
        from service.stress.matrix import stress as score_all  # noqa: PLC0415
        from service.stress.matrix import stress_scorer  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require("service", missing)
    registry = discover()
    if reward_id not in registry:
        fail(unknown(reward_id, registry), code=2)
    reward = registry[reward_id]
    try:
        given = Example.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))) if file else example(reward)
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        fail(f"{file} is no example: {_said(error)}", code=2)
    if given is None:
        fail(f"{reward_id} has no example; give one with --example", code=2)

    async def run() -> "Matrix":
        async with stress_scorer(registry) as scorer:
            return await score_all(scorer, reward, given, params)

    with Console(stderr=True).status(f"scoring attacks on {reward_id}"):
        try:
            return asyncio.run(run())
        except ValidationError as error:
            known = ", ".join(reward.params.model_fields) or "none"
            fail(f"--params does not fit {reward_id}, whose params are {known}: {_said(error)}", code=2)


def _said(error: Exception) -> str:
    """Return what is wrong in one line, field by field where a model says so."""
    listed = getattr(error, "errors", None)
    if listed is None:
        return " ".join(str(error).split())
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in listed(include_url=False))


def _print(matrix: "Matrix") -> None:
    console = Console()
    table = Table(title=matrix.reward_id, title_style="bold cyan", box=None, header_style="bold")
    table.add_column("kind", no_wrap=True)
    table.add_column("completion")
    table.add_column("value", justify="right")
    table.add_column("reason")
    table.add_row("[green]honest[/green]", "right", *_cells(matrix.right))
    table.add_row("honest", "wrong", *_cells(matrix.wrong), end_section=True)
    paid = {each.completion for each, _ in matrix.paid}
    for each, outcome in matrix.attacks:
        style = "bold red" if each.completion in paid else ""
        table.add_row(each.kind, each.name, *_cells(outcome), style=style)
    console.print(table)
    if matrix.is_judged:
        console.print(
            "The judge was taken to be bought, and gave whatever earns most: rules held back what is not paid."
        )
    if matrix.paid:
        console.print(f"[bold red]{len(matrix.paid)} of {len(matrix.attacks)} attacks earn as much as the right one.")
    else:
        console.print(f"None of {len(matrix.attacks)} attacks earns as much as the honest right completion.")


def _cells(outcome: "Outcome") -> tuple[str, str]:
    value = getattr(outcome, "value", None)
    reason = getattr(outcome, "reason", None) or getattr(outcome, "kind", "")
    return ("-" if value is None else f"{value:g}", str(reason))


def _plain(matrix: "Matrix") -> dict[str, Any]:
    def plain(outcome: "Outcome") -> dict[str, Any]:
        value = getattr(outcome, "value", None)
        return {"value": value, "reason": getattr(outcome, "reason", None), "failure": getattr(outcome, "kind", None)}

    return {
        "reward": matrix.reward_id,
        "right": plain(matrix.right),
        "wrong": plain(matrix.wrong),
        "attacks": [{"kind": each.kind, "name": each.name, **plain(outcome)} for each, outcome in matrix.attacks],
        "paid": len(matrix.paid),
        "judge": "bought" if matrix.is_judged else None,
    }
