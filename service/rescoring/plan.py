"""What is to be scored again, checked against what the service serves and what there is."""

from collections.abc import Mapping
from typing import Any

from service.filter.dataset import DataSet, columns
from service.lint.columns import suggestion
from service.lint.served import refusal
from service.samples import SampleColumns
from trainer_client import RewardClient, RewardInfo
from trainer_client._columns import reference_schema


class RescoringError(ValueError):
    """What is asked for cannot be done; the message says what to change."""


def served(client: RewardClient, reward: str, params: Mapping[str, Any] | None) -> RewardInfo:
    """Return a reward, if the service takes it with its params, sample by sample.

    Raises:
        RescoringError: it does not.
        RewardServiceError: the service cannot be asked.
    """
    catalogue = {info.id: info for info in client.rewards()}
    refused = refusal(client, catalogue, reward, params)
    if refused is not None:
        raise RescoringError(f"{reward}: {refused.message}")
    if catalogue[reward].group:
        raise RescoringError(f"{reward} compares the completions of a group; this looks at each sample by itself")
    return catalogue[reward]


def mapped(
    data: DataSet, infos: Mapping[str, RewardInfo], chosen: Mapping[str, str], value: str | None
) -> SampleColumns:
    """Return how the rows of a file become samples.

    Raises:
        RescoringError: a column is not there.
        ValueError: no column holds the completion, or a field or a column does not exist.
        UnreadableDatasetError: the data cannot be read.
    """
    present = columns(data)
    if value is not None and value not in present:
        raise RescoringError(f"--value-column {value}: no row has it; the columns are {', '.join(present)}")
    found = SampleColumns(list(infos), infos, chosen, present)
    for reward in infos:
        for name in sorted(reference_schema(reward, infos)[1] - set(found.chosen)):
            hint = suggestion(name, present) or f"Name it with --column {name}=COLUMN."
            listed = ", ".join(present)
            raise RescoringError(f"{reward} compares with '{name}', which no column has among {listed}. {hint}")
    return found
