"""One completion as a trainer hands it over, and as the service takes it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from trainer_client import _batch
from trainer_client._columns import ANSWER_NAMES, PROMPT_NAMES, Field, json_types
from trainer_client._types import Sample


@dataclass(frozen=True, slots=True)
class Row:
    """One completion, of a trainer that asks for one at a time."""

    completion: Any
    """A text, or chat messages."""

    label: Any = None
    """What the trainer calls the label, the answer or the ground truth: one value, or the fields of a reference."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    """The other columns of the data set's row."""

    prompt: Any = None
    """A text, or chat messages; None where the trainer does not tell, or tells in a column."""

    completion_ids: Any = None
    """The completion's token ids."""

    completion_tokens: int | None = None
    """How many there are, where the trainer tells the number alone."""

    def sample(self, fields: Mapping[str, Field]) -> Sample:
        """What is sent."""
        asked = self.prompt if self.prompt is not None else first(self.columns, PROMPT_NAMES)
        prompt = None if asked is None else _batch.text(plain(asked))
        ids = None if self.completion_ids is None else [int(token) for token in plain(self.completion_ids)]
        answers = {name for name in fields if name in ANSWER_NAMES} or (set(fields) if len(fields) == 1 else set())
        return Sample(
            completion=_batch.text(plain(self.completion)),
            reference={name: each.value(plain(self.value(each, answers))) for name, each in fields.items()},
            prompt=prompt,
            group=None if prompt is None else _batch.group(prompt),
            completion_tokens=self.completion_tokens if ids is None else len(ids),
            completion_ids=ids,
        )

    def has(self, column: str) -> bool:
        """Whether the row or its label has a column."""
        return column in self.columns or (isinstance(self.label, Mapping) and column in self.label)

    def value(self, wanted: Field, answers: AbstractSet[str]) -> object:
        """What fills a field of the reference; None leaves it out.

        The label fills the answer, or the only field that there is. No answer is taken from a column while there is a
        label: data sets keep whole solutions there.
        """
        if isinstance(self.label, Mapping) and wanted.column in self.label:
            return self.label[wanted.column]
        if wanted.column != wanted.name or wanted.name not in answers:
            return self.columns.get(wanted.column)
        if self.label is None or isinstance(self.label, Mapping):
            return first(self.label or self.columns, (wanted.name, *ANSWER_NAMES))
        return self.label


def first(columns: Mapping[str, Any], names: tuple[str, ...]) -> object:
    """The value of the first name that is there."""
    return next((columns[name] for name in names if columns.get(name) is not None), None)


def plain(value: object) -> Any:  # noqa: ANN401  a trainer's value may be anything
    """The value without numpy's or torch's scalars and arrays, which JSON does not know."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def wanted(schema: Mapping[str, Mapping[str, Any]], named: Mapping[str, str] | None) -> dict[str, Field]:
    """The fields of a reference, each with the column that fills it: its own name unless another is named.

    Raises:
        ValueError: One is named that the reference does not have.
    """
    columns = dict(named or {})
    if strangers := sorted(columns.keys() - schema.keys()):
        raise ValueError(f"There is no reference field {', '.join(strangers)}; there is {', '.join(schema) or 'none'}.")
    return {name: Field(name, columns.get(name, name), json_types(each)) for name, each in schema.items()}
