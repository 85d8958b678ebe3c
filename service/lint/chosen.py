"""A data set and rewards that somebody chose on the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.lint.columns import prompt_column
from service.lint.dataset import Shape
from service.lint.findings import Findings
from service.lint.progress import Watcher
from service.lint.rows import Rows, UnreadableDatasetError, read_file
from service.lint.session import Report, Session, Source, cannot_read
from trainer_client import RewardClient
from trainer_client._columns import candidates, reference_schema
from trainer_client._spec import RewardSpec
from trainer_client._types import RewardInfo

_PROMPT = "prompt"
_SAMPLE_FIELDS = frozenset({"completion", "group", "completion_tokens", "completion_ids"})
"""What of a sample there is only once somebody has answered."""

Change = Callable[[str], str | None]


class ChoiceError(Exception):
    """Something was chosen that does not exist; the message says what does."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be linted."""

    path: Path
    """A file or a folder."""
    rewards: Sequence[str]
    """Their ids."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """For the prompt or a field of a reference, the column that has it."""
    transforms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For such a name, what is done to its values."""
    params: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """The params of a reward, by its id."""
    split: str = "train"
    limit: int | None = None


def lint_dataset(client: RewardClient, choice: Choice, watcher: Watcher) -> Report:
    """Check a data set for some rewards.

    Raises:
        ChoiceError: a reward, a field, a transform or a param does not exist.
        RewardServiceError: the service cannot be asked, or does not serve a reward.
        ModuleNotFoundError: the file, or a transform, needs a package that is not installed.
    """
    catalogue = {info.id: info for info in client.rewards()}
    known = _known_fields(choice, catalogue)
    findings, name = Findings(), choice.path.name
    specs = [
        RewardSpec(
            reward,
            params=choice.params.get(reward),
            columns={one: column for one, column in choice.columns.items() if one in known[reward]} or None,
        )
        for reward in choice.rewards
    ]
    session = Session(client, specs, findings, watcher)
    if refused := [found for found in findings if found.check == "bad_params"]:
        raise ChoiceError(f"{refused[0].reward}: {refused[0].message}")
    watcher.phase(f"reading {name}")
    changes = {name: _change(names) for name, names in choice.transforms.items()}
    try:
        rows = _rows(choice)
    except UnreadableDatasetError as error:
        cannot_read(findings, name, error)
        return Report({}, list(choice.rewards), findings, None)
    session.run(_source(choice, changes, rows, findings))
    return session.report()


def _rows(choice: Choice) -> Rows:
    if not choice.path.is_dir():
        return read_file(choice.path)
    from service.lint.stored import read_folder  # noqa: PLC0415 - torch takes seconds to import

    return read_folder(choice.path, choice.split)


def _known_fields(choice: Choice, catalogue: Mapping[str, RewardInfo]) -> dict[str, set[str]]:
    """Return the fields of each reward's reference."""
    known = {reward: set(reference_schema(reward, catalogue)[0]) for reward in choice.rewards}
    fields = {_PROMPT}.union(*known.values())
    for option, names in (("--column", choice.columns), ("--transform", choice.transforms)):
        if unread := sorted(set(names) & _SAMPLE_FIELDS - fields):
            raise ChoiceError(
                f"{option} {', '.join(unread)}: lint reads no completions, only prompts and references; leave it out "
                "(`touchstone score` and `touchstone filter` read them)"
            )
        if strangers := sorted(set(names) - fields):
            raise ChoiceError(f"{option} {', '.join(strangers)}: these rewards know {', '.join(sorted(fields))}")
    if strangers := sorted(set(choice.params) - set(choice.rewards)):
        raise ChoiceError(f"--params {', '.join(strangers)}: that is none of the rewards")
    return known


def _change(names: Sequence[str]) -> Change:
    from trainer_client.training import RecipeError, transforms  # noqa: PLC0415 - torch takes seconds to import

    try:
        return transforms.chain(names)
    except RecipeError as error:
        raise ChoiceError(f"--transform: {error}") from error


def _source(choice: Choice, changes: Mapping[str, Change], rows: Rows, findings: Findings) -> Source:
    """Return the rows with their prompt, each transform done in the column that it belongs to."""
    name, limit = choice.path.name, choice.limit
    prompt = prompt_column(choice.columns.get(_PROMPT), rows.columns, findings, name) if rows.columns else None
    places = {}
    for field_, change in changes.items():
        usual = [prompt] if field_ == _PROMPT else candidates(field_, choice.columns)
        column = next((each for each in usual if each in rows.columns), None)
        if column is not None:
            places[column] = change
    return Source(name, rows, rows.columns, _shape(prompt, places), limit)


def _shape(prompt: str | None, places: Mapping[str, Change]) -> Shape:
    def shape(row: Mapping[str, Any]) -> Mapping[str, Any]:
        shaped = dict(row)
        for column, change in places.items():
            value = row.get(column)
            shaped[column] = None if value is None else change(str(value))
        return shaped if prompt is None else {**shaped, _PROMPT: shaped.get(prompt)}

    return shape
