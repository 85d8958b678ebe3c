"""From what a trainer sends to what the scorer takes: a label becomes the reference that a target compares with.

Trainers send one label for a sample, of whatever type their data has; a target names its fields. What cannot be read
is a `bad_reference` of that sample alone.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import orjson
from pydantic import ValidationError

from rewards.frames import Json
from rewards.types import Failure, FailureKind
from service.scoring import Submission
from service.targets import Target

Given = Submission | Failure
"""A sample, or why it cannot be one."""

ALIASES = ("answer", "expected_answer", "solution", "ground_truth", "label")
"""What data sets call the one thing that a completion is compared with, in the order of `trainer_client`."""
_NOTHING: Mapping[str, object] = {}
_MAX_EXACT = 2**53


def sample(
    target: Target,
    completion: str,
    *,
    prompt: str | None = None,
    label: object = None,
    named: Mapping[str, object] = _NOTHING,
) -> Given:
    """Return one sample for a target.

    Args:
        target: What scores it.
        completion: What the model wrote.
        prompt: What the model was given.
        label: What the trainer says it is compared with.
        named: Further fields, of which those that the target knows are taken by their names.
    """
    reference = read_reference(target, label, named)
    if reference is None:
        return Failure(FailureKind.BAD_REFERENCE, f"The label is none that {target.id} can compare with.")
    group = None
    if any(reward.is_group for reward in target.rewards):
        if prompt is None:  # the others of the request may be of other prompts
            message = f"{target.id} compares the completions of a prompt; there is none."
            return Failure(FailureKind.NOT_APPLICABLE, message)
        group = hashlib.sha256(prompt.encode()).hexdigest()
    return {
        "completion": completion,
        "reference": reference,
        "prompt": prompt,
        "group": group,
        "completion_tokens": None,
        "completion_ids": None,
    }


def read_reference(target: Target, label: object, named: Mapping[str, object] = _NOTHING) -> Json | None:
    """Return the reference that a label stands for; None where the target can do nothing with it."""
    fields = target.fields
    placed = _placed(label, fields)
    if placed is None:
        return None
    found = {name: named[name] for name in fields if named.get(name) is not None} | placed
    for reference in (found, {name: _as_text(value) for name, value in found.items()}):
        if _fits(target, reference):
            return reference
    return None


def _placed(label: object, fields: Mapping[str, bool]) -> Json | None:
    """Return a label under the names of the fields that it fills; None where it could fill several."""
    if isinstance(label, list) and len(label) == 1:
        label = label[0]
    names = [name for name, is_required in fields.items() if is_required] or list(fields)
    told = _object(label) if isinstance(label, str) else label
    if isinstance(told, dict) and (len(names) > 1 or not isinstance(label, str) or _named(told, fields)):
        found = _named(told, fields)
        if len(names) == 1 and names[0] not in found:
            answer = stated(told)
            return found if answer is None else found | {names[0]: answer}
        return found
    if label is None or not fields:
        return {}
    return {names[0]: label} if len(names) == 1 else None


def _named(told: Mapping[str, object], fields: Mapping[str, bool]) -> Json:
    return {name: told[name] for name in fields if told.get(name) is not None}


def stated(row: Mapping[str, object]) -> object:
    """Return what stands in a row under the first of the names of an answer that it has; None where it has none."""
    return next((row[alias] for alias in ALIASES if row.get(alias) is not None), None)


def _object(text: str) -> Json | None:
    """Return the JSON object that a text is; None where it is none."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _as_text(value: object) -> object:
    """Return a number or a truth value as the text that a person would write."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _MAX_EXACT:
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value


def _fits(target: Target, reference: Json) -> bool:
    """Return whether each reward of a target can read a reference, or misses a field of it."""
    for model in target.references:
        fields = model.model_fields
        if any(info.is_required() and name not in reference for name, info in fields.items()):
            continue  # which is the outcome `missing_reference`
        try:
            model.model_validate({name: reference[name] for name in fields if name in reference})
        except ValidationError:
            return False
    return True


def text_of(messages: object) -> str | None:
    """Return a prompt as one text, a blank line between its messages; None where it has none."""
    if isinstance(messages, str):
        return messages
    if not isinstance(messages, list):
        return None
    return "\n\n".join(content(each) for each in messages if isinstance(each, dict)) or None


def content(message: Mapping[str, object]) -> str:
    """Return the text of one message, its parts joined."""
    held = message.get("content")
    if isinstance(held, str):
        return held
    return "".join(_texts(held if isinstance(held, list) else ()))


def _texts(parts: Sequence[object]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, dict) and isinstance(text := part.get("text"), str):
            yield text
