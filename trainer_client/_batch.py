"""A trainer's batch as the service's samples."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer_client import _wire
from trainer_client._columns import Bundle
from trainer_client._json import encoded
from trainer_client._types import Sample, Text


@dataclass(frozen=True, slots=True)
class Batch:
    """What a trainer hands to a reward function."""

    prompts: Sequence[Any]
    completions: Sequence[Any]
    completion_ids: Sequence[Any] | None
    columns: Mapping[str, Sequence[Any]]
    """The data set's columns, one value for each completion."""

    step: int | None
    """The step of the training, where the trainer tells it."""

    def samples(self, bundle: Bundle) -> list[Sample]:
        """One sample for each completion, its reference filled from the columns."""
        return [self._sample(row, bundle) for row in range(len(self.completions))]

    def _sample(self, row: int, bundle: Bundle) -> Sample:
        prompt = text(self.prompts[row])
        ids = None if self.completion_ids is None else [int(token) for token in self.completion_ids[row]]
        return Sample(
            completion=text(self.completions[row]),
            reference={name: field.value(self.columns[field.column][row]) for name, field in bundle.fields.items()},
            prompt=prompt,
            group=group(prompt),
            completion_tokens=None if ids is None else len(ids),
            completion_ids=ids,
        )


def text(value: Any) -> Text:  # noqa: ANN401  a trainer's text is whatever the data set holds
    """The text alone: of chat messages their roles and their text parts, without images or tool calls."""
    if isinstance(value, str):
        return value
    return [{"role": message["role"], "content": content(message.get("content"))} for message in value]


def content(value: Any) -> str:  # noqa: ANN401  as above
    """The text of one message."""
    if isinstance(value, str):
        return value
    return "".join(part.get("text") or "" for part in value or () if isinstance(part, dict))


def group(prompt: Text) -> str:
    """An id that the completions of one prompt share."""
    return hashlib.sha256(encoded(prompt)).hexdigest()[:16]


def key(batches: Sequence[Sequence[Sample]]) -> bytes:
    """What tells one batch from another: its content."""
    digest = hashlib.sha256()
    for batch in batches:
        for sample in batch:
            digest.update(_wire.sample_json(sample))
        digest.update(b"\0")
    return digest.digest()
