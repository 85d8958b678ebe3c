"""`touchstone list` and `touchstone show`: read what is declared, without a running service."""

import difflib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

from service.cli._failure import fail, require

if TYPE_CHECKING:
    from pydantic import BaseModel

    from rewards.declare import Reward


def list_rewards() -> None:
    """List every reward version with its range and its one-line claim."""
    try:
        from rewards.registry import discover  # noqa: PLC0415 - the train extra has no rewards to import
    except ModuleNotFoundError as missing:
        require("service", missing)
    console = Console(soft_wrap=True, highlight=False)
    registry = discover()
    for reward in registry.values():
        low, high = reward.range
        fields = ", ".join(_fields(registry.references(reward))) or "nothing"
        wants = (
            "; needs a judge" * reward.is_judged
            + "; needs groups" * reward.is_group
            + "; needs tokens" * _counts_tokens(reward)
        )
        console.print(f"[bold cyan]{reward.id}[/bold cyan]  {low:g} to {high:g}, compares with {fields}{wants}")
        console.print(f"    {reward.summary}")
        if successor := registry.successor(reward.id):
            console.print(f"    use instead: [cyan]{successor}[/cyan]")


def show_reward(
    reward_id: Annotated[str, typer.Argument(metavar="ID", help="A reward id, such as math_equal@v2.")],
) -> None:
    """Show one reward version: its documentation, schemas, limits and digests."""
    try:
        from rewards.digest import digests  # noqa: PLC0415 - the train extra has no rewards to import
        from rewards.registry import discover  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require("service", missing)
    registry = discover()
    reward = registry.get(reward_id)
    if reward is None:
        near = difflib.get_close_matches(reward_id, list(registry), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`touchstone list` lists them."
        fail(f"there is no reward {reward_id!r}; {hint}", code=2)
    console = Console()
    console.rule(f"[bold cyan]{reward.id}")
    console.print(Markdown(reward.doc))
    found = digests(registry)[reward.id]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows = {
        "range": f"{reward.range[0]:g} to {reward.range[1]:g}",
        **_limits(reward),
        "longest completion": f"{reward.max_completion_chars:,} characters",
        "needs": ", ".join(reward.needs) or "-",
        "use instead": registry.successor(reward.id) or "-",
        "reference": "\n".join(_fields(registry.references(reward)).values()) or "-",
        "params": "\n".join(_fields([reward.params]).values()) or "-",
        "a sample has": ", ".join(
            [
                "completion",
                *["prompt, where the text above needs it"] * reward.is_judged,
                *["group"] * reward.is_group,
                *["completion_tokens"] * _counts_tokens(reward),
            ]
        ),
        "behaviour": found.behaviour or "not released, or not proven with the packages installed here",
        "build": found.build,
    }
    for name, value in rows.items():
        table.add_row(f"[bold]{name}[/bold]", value)
    console.print()
    console.print(table)


def _fields(models: "Sequence[type[BaseModel]]") -> dict[str, str]:
    """Return what each field of some models is, by its name, in the words of its declaration."""
    found: dict[str, str] = {}
    for model in models:
        for name, info in model.model_fields.items():
            default = "" if info.is_required() else f" [dim]Default {escape(json.dumps(info.default))}.[/dim]"
            found.setdefault(name, f"[bold]{name}[/bold]: {escape(info.description or '')}{default}")
    return found


def _limits(reward: "Reward") -> dict[str, str]:
    """Return what a reward takes to score a sample."""
    if reward.is_judged:
        return {"judge": "asked; without one judge_unavailable, but where rules decide alone"}
    return {"budget": f"{reward.budget_s:g} CPU seconds a sample"}


def _counts_tokens(reward: "Reward") -> bool:
    from service.examples import example  # noqa: PLC0415 - as above

    given = example(reward)
    return given is not None and given.tokens
