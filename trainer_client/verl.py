"""Rewards for verl's `reward.custom_reward_function`; docs/trainers/verl.md says what to set.

`reward_kwargs` are `reward` and the settings of `Scorer`. The keys that come back are always the same ones: `score`,
`unscored`, and for a rubric `parts/NAME`. What cannot be judged raises `Unscored` unless `unscored` names a number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from trainer_client._rows import Row
from trainer_client._scorer import Scorer, kept

Report = dict[str, float]
Info = Mapping[str, Any] | None


async def compute_score(
    data_source: str, solution_str: str, ground_truth: object, extra_info: Info = None, **settings: object
) -> Report:
    """What verl calls for each completion, without blocking the loop that it calls it on."""
    return (await scorer(settings).ascore([Row(solution_str, ground_truth, extra_info or {})]))[0].report()


def compute_score_sync(
    data_source: str, solution_str: str, ground_truth: object, extra_info: Info = None, **settings: object
) -> Report:
    """The same for managers that call it in threads or processes of their own: `remote` and `prime`."""
    return scorer(settings).score([Row(solution_str, ground_truth, extra_info or {})])[0].report()


def compute_score_batch(
    data_sources: Any, solution_strs: Sequence[str], ground_truths: Any, extra_infos: Any, **settings: object
) -> list[Report]:
    """What the manager `batch` calls, once for all completions."""
    return [each.report() for each in scorer(settings).score(list(map(Row, solution_strs, ground_truths, extra_infos)))]


def scorer(settings: Mapping[str, Any]) -> Scorer:
    """This process's scorer, without what verl adds for reward models."""
    return kept(Scorer, settings.get("reward"), {k: v for k, v in settings.items() if not k.startswith("reward")})
