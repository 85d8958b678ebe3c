"""Which column of a data set goes where, and what to say where none does."""

import difflib
from collections.abc import Collection, Mapping, Sequence

from service.lint.findings import Findings, Level
from trainer_client._columns import ANSWER_NAMES, PROMPT_NAMES, Field, fields
from trainer_client._errors import MissingColumn
from trainer_client._spec import RewardSpec
from trainer_client._types import RewardInfo

_OTHER_NAMES = {
    "answer": ("gold", "target", "expected", "reference", "final_answer", "expected_answer", "gt", "correct", "output"),
    "prompt": ("input", "text", "messages", "content", "user", "task"),
    "options": ("choices", "endings", "candidates"),
    "numbers": ("nums",),
}
"""What data sets also call a field. Nothing is taken from such a column unasked."""


def reward_fields(
    specs: Sequence[RewardSpec],
    catalogue: Mapping[str, RewardInfo],
    columns: Collection[str],
    findings: Findings,
    source: str,
) -> dict[int, dict[str, Field]]:
    """Return the fields of each reward's reference, by its position, as the trainer client maps them.

    A reward whose columns do not map is a finding, and is left out.
    """
    mapped = {}
    for position, spec in enumerate(specs):
        try:
            mapped[position] = fields(spec, catalogue, columns)
        except MissingColumn as error:
            hint = suggestion(error.field, columns)
            message = (
                f"No column for the reference field '{error.field}': looked for {_listed(error.tried)} among "
                f"{_listed(sorted(columns))}. {hint}"
            )
            findings.add("missing_column", Level.ERROR, message.strip(), reward=spec.reward, source=source)
        except ValueError as error:
            findings.add("unknown_field", Level.ERROR, str(error), reward=spec.reward, source=source)
    return mapped


def prompt_column(named: str | None, columns: Collection[str], findings: Findings, source: str) -> str | None:
    """Return the column of the prompts; a finding and None where there is none."""
    wanted = PROMPT_NAMES if named is None else (named,)
    found = next((name for name in wanted if name in columns), None)
    if found is None:
        hint = suggestion("prompt", columns)
        message = f"No column for the prompt: looked for {_listed(wanted)} among {_listed(sorted(columns))}. {hint}"
        findings.add("missing_column", Level.ERROR, message.strip(), source=source)
    return found


def suggestion(field: str, columns: Collection[str]) -> str:
    """Return a sentence that names the columns which may be meant; nothing where none looks like it.

    Args:
        field: What is looked for.
        columns: What there is.
    """
    usual = "answer" if field in ANSWER_NAMES else field
    wanted = [field, *(ANSWER_NAMES if usual == "answer" else ()), *_OTHER_NAMES.get(usual, ())]
    folded = {_folded(column): column for column in columns}
    near = [folded[_folded(name)] for name in wanted if _folded(name) in folded]
    near += [folded[close] for close in difflib.get_close_matches(_folded(field), folded, n=2, cutoff=0.6)]
    near += [column for key, column in folded.items() if _folded(field) in key]
    names = list(dict.fromkeys(near))[:3]
    if not names:
        return ""
    mapped = f"--column {field}={names[0]}, or columns: {{{field}: {names[0]}}} in a recipe"
    return f"Did you mean {' or '.join(names)}? Then {mapped}."


def _folded(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _listed(names: Collection[str]) -> str:
    return ", ".join(names) or "no columns"
