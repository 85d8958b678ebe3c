"""What is to be scored again, checked against what the service serves and what there is."""

from collections.abc import Mapping
from typing import Any

from service.filter.dataset import DataSet, columns
from service.lint.columns import suggestion
from service.lint.served import refusal
from service.rescoring.errors import RescoringError
from service.rescoring.versions import Versions
from service.samples import SampleColumns
from trainer_client import RewardClient, RewardInfo
from trainer_client._columns import reference_schema


def served(
    client: RewardClient, catalogue: Mapping[str, RewardInfo], reward: str, params: Mapping[str, Any] | None
) -> RewardInfo:
    """Return a reward, if the service takes it with its params.

    Raises:
        RescoringError: it does not.
        RewardServiceError: the service cannot be asked.
    """
    refused = refusal(client, catalogue, reward, params)
    if refused is not None:
        raise RescoringError(f"{reward}: {refused.message}")
    return catalogue[reward]


def mapped(data: DataSet, versions: Versions, chosen: Mapping[str, str], value: str | None) -> SampleColumns:
    """Return how the rows of a file become samples.

    Raises:
        RescoringError: a column is not there.
        ValueError: no column holds the completion, or a field or a column does not exist.
        UnreadableDatasetError: the data cannot be read.
    """
    present = columns(data)
    listed = ", ".join(present)
    if value is not None and value not in present:
        raise RescoringError(f"--value-column {value}: no row has it; the columns are {listed}")
    rewards = [info.id for info in versions.infos]
    found = SampleColumns(rewards, versions.catalogue, chosen, present)
    for reward in rewards:
        for name in sorted(reference_schema(reward, versions.catalogue)[1] - set(found.chosen)):
            hint = suggestion(name, present) or f"Name it with --column {name}=COLUMN."
            raise RescoringError(f"{reward} compares with '{name}', which no column has among {listed}. {hint}")
    for info in versions.infos:
        if info.group and not {found.chosen["group"], found.chosen["prompt"]} & {*present}:
            told = f"{info.id} compares the completions of a group, and no column names the group or has the prompt"
            raise RescoringError(f"{told} among {listed}. Name one with --column group=COLUMN or prompt=COLUMN")
    return found
