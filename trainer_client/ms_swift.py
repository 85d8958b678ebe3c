"""Rewards for ms-swift; docs/trainers/ms-swift.md has the plug-in, which adds them to `orms`."""

import inspect
from collections.abc import Sequence
from typing import Any

from trainer_client._trl import RewardFunction, TRLRewards


def plugins(rewards: TRLRewards) -> dict[str, type]:
    """A class of ms-swift's shape for each reward, by its name; asynchronous ones of `AsyncTRLRewards`."""
    return {function.__name__: plugin(function) for function in rewards.functions}


def plugin(function: RewardFunction) -> type:
    """A class of ms-swift's shape, named as the reward is since figures are filed under the class's name."""

    def init(self: Any, args: object = None, **_: object) -> None:
        self.args = args

    def score(_: object, completions: Sequence[str], **columns: Any) -> Any:
        return function(*texts(completions, columns), **columns)

    async def ascore(_: object, completions: Sequence[str], **columns: Any) -> Any:
        return await function(*texts(completions, columns), **columns)  # type: ignore[misc]

    is_async = inspect.iscoroutinefunction(type(function).__call__)
    return type(function.__name__, (), {"__init__": init, "__call__": ascore if is_async else score})


def texts(completions: Sequence[str], columns: dict[str, Any]) -> tuple[Any, ...]:
    """The prompts, the completions and their token ids, taken out of the columns; no ids unless each has some."""
    prompts = [messages[:-1] for messages in columns.pop("messages", [[]] * len(completions))]
    turns = columns.pop("response_token_ids", None) or [None]
    ids = [[token for turn in each for token in turn] for each in turns] if all(turns) else None
    return prompts, completions, ids
