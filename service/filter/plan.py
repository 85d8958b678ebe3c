"""What a filter is to do, checked against what the service serves and what the data set has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.asking import Question
from service.calibration.store import Store
from service.filter.conditions import Condition, check, parse
from service.filter.dataset import DataSet, columns
from service.lint.columns import suggestion
from service.lint.served import refusal
from service.samples import SampleColumns
from trainer_client import RewardClient, RewardInfo, RewardRequest
from trainer_client._columns import reference_schema


class PlanError(ValueError):
    """What is asked for cannot be done; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to have filtered."""

    data: DataSet
    keep: Sequence[str]
    """The conditions, as they were written."""
    columns: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for, and of whom."""

    order: Order
    conditions: Sequence[Condition]
    infos: Mapping[str, RewardInfo]
    """The rewards, in the order in which they are asked."""
    columns: SampleColumns
    judge: str | None
    """The name of the service's judge."""

    questions: Sequence[Question]
    """The rewards, held to the versions that the service has now."""

    def job(self) -> dict[str, Any]:
        """Return what must not change while a data set is filtered, in however many parts.

        Only the judge may come later: what it was missing for is asked about again.
        """
        return {
            "command": "filter",
            "data": self.order.data.digest(),
            "keep": [str(condition) for condition in self.conditions],
            "params": self.order.params,
            "columns": self.columns.chosen,
            "rewards": {info.id: info.behaviour or info.build for info in self.infos.values()},
            "judge": self.judge,
        }


def plan(order: Order, client: RewardClient, judge: str | None, store: Store) -> Plan:
    """Return what is to be done.

    Args:
        order: What is wanted.
        client: The service.
        judge: The name of its judge.
        store: Where the thresholds are.

    Raises:
        ConditionError: a condition is none.
        CalibrationError: a threshold is not known.
        PlanError: a column or a reward is not there, or params do not fit.
        ValueError: a field does not exist.
        UnreadableDatasetError: the data cannot be read.
        RewardServiceError: the service cannot be asked.
    """
    catalogue = {info.id: info for info in client.rewards()}
    conditions = [parse(text, lambda reward: float(store.find(judge, reward)["threshold"])) for text in order.keep]
    infos = {each.reward: _served(each, client, catalogue, order.params) for each in conditions}
    if strangers := sorted(set(order.params) - set(infos)):
        raise PlanError(f"--params {', '.join(strangers)}: no condition asks for that reward")
    present = columns(order.data)
    mapped = SampleColumns(list(infos), catalogue, order.columns, present)
    for reward in infos:
        for name in sorted(reference_schema(reward, catalogue)[1] - set(mapped.chosen)):
            hint = suggestion(name, present) or f"Name it with --column {name}=COLUMN."
            listed = ", ".join(present)
            raise PlanError(f"{reward} compares with the field '{name}', which no column has among {listed}. {hint}")
    questions = [
        Question(
            RewardRequest(each.id, order.params.get(each.id), each.behaviour, each.build),
            set(reference_schema(each.id, catalogue)[0]),
        )
        for each in infos.values()
    ]
    return Plan(order, conditions, infos, mapped, judge, questions)


def _served(
    condition: Condition,
    client: RewardClient,
    catalogue: Mapping[str, RewardInfo],
    params: Mapping[str, Mapping[str, Any]],
) -> RewardInfo:
    """Return a condition's reward, if the service takes it as it is asked for."""
    refused = refusal(client, catalogue, condition.reward, params.get(condition.reward))
    if refused is not None:
        raise PlanError(f"{condition.reward}: {refused.message}")
    info = catalogue[condition.reward]
    check(condition, *info.range)
    if info.group:
        raise PlanError(f"{info.id} compares the completions of a group; a filter looks at each row by itself")
    return info
