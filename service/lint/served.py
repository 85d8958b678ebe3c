"""Whether the service takes what a run asks of it, which needs no data to be known."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from service.lint.findings import Finding, Level
from service.lint.progress import Watcher
from trainer_client import RewardClient
from trainer_client._columns import reference_schema
from trainer_client._errors import Rejected
from trainer_client._types import RewardInfo


def refusal(
    client: RewardClient, catalogue: Mapping[str, RewardInfo], reward: str, params: Mapping[str, Any] | None
) -> Finding | None:
    """Return why the service does not take a reward with its params; None where it does."""
    if (unknown := _unknown(catalogue, reward)) is not None:
        return unknown
    try:
        client.score(reward, [], params)
    except Rejected as error:
        said = _listed(error.errors) or error.detail or error.title
        return Finding("bad_params", Level.ERROR, f"The params are refused: {said.rstrip('.')}.", reward)
    return None


def _listed(errors: Sequence[tuple[str, str]]) -> str:
    """Return what is wrong with params, each complaint once, with the params that it is about."""
    about: dict[str, list[str]] = {}
    for path, message in errors:
        about.setdefault(message.rstrip("."), []).append(path.rpartition("params.")[2])
    return "; ".join(f"{', '.join(names)}: {message}" for message, names in about.items())


def _unknown(catalogue: Mapping[str, RewardInfo], reward: str) -> Finding | None:
    try:
        reference_schema(reward, catalogue)
    except Rejected as error:
        message = f"{error.detail[:1].upper()}{error.detail[1:]}."
        return Finding("unknown_reward", Level.ERROR, message, reward)
    return None


def foretell(client: RewardClient, recipe: Path, watcher: Watcher) -> None:
    """Tell which rewards of a recipe are not served, before the seconds that loading the trainer takes.

    The recipe is read here as far as that needs. Whatever else is wrong with it, its params among that, is known only
    once the trainer has read it: plain YAML takes `1e-3` for a text.
    """
    import yaml  # noqa: PLC0415 - in the extra `train` alone

    try:
        found = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError):
        return
    rewards = found.get("rewards") if isinstance(found, dict) else None
    catalogue = {info.id: info for info in client.rewards()}
    for each in rewards if isinstance(rewards, list) else []:
        name = each.get("reward") if isinstance(each, dict) else each
        if isinstance(name, str) and (unknown := _unknown(catalogue, name)) is not None:
            watcher.found(unknown)
