"""Reads the samples of ordinary, well-formed requests without pydantic, several times faster.

Nothing is refused here: whatever is not plainly right is left to the models of `wire`, whose verdict and whose words
count. So this may only accept what they accept, and must read it as they do; a test compares the two.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from rewards.types import Frozen
from service.errors import ProblemError
from service.fast_json import check_size
from service.scoring import Submission
from service.wire import MAX_IDS, MAX_INT, MAX_MESSAGES, MAX_NAME_CHARS

_FIELDS = frozenset({"completion", "prompt", "id", "group", "completion_tokens", "completion_ids"})


Plain = tuple[Submission, str | None]
"""A sample, and its id."""


class _Unsure(Exception):  # noqa: N818 - no error: somebody else decides
    """The models have to look at this."""


class RequestIntake:
    """Reads what surrounds the samples.

    Args:
        names: The fields that a request may have.
        max_batch: Most samples that it may hold.
    """

    def __init__(self, names: set[str], max_batch: int) -> None:
        self._names = names
        self._max_batch = max_batch

    def read(self, body: object) -> dict[str, Any] | None:
        """Return the request's fields, or None where the models have to look at them."""
        if type(body) is not dict or not body.keys() <= self._names:
            return None
        samples, deadline_ms = body.get("samples"), body.get("deadline_ms")
        if type(samples) is not list or len(samples) > self._max_batch:
            return None
        if deadline_ms is not None and (type(deadline_ms) is not int or not 0 < deadline_ms <= MAX_INT):
            return None
        if type(body.get("statistics", False)) is not bool:
            return None
        try:
            check_size({name: value for name, value in body.items() if name != "samples"}, self._max_batch)
        except ProblemError:
            return None
        return body


class SampleIntake:
    """Reads samples for certain rewards.

    Args:
        references: What the rewards, and those that they need, compare with.
        wants_group: Whether a sample must name its group.
        is_union: Whether a sample's reference is the union that `/v1/score` takes, of which fields may be absent and
            are passed on as they came; else it is the one model that a reward's own route takes.
    """

    def __init__(self, references: Sequence[type[Frozen]], *, wants_group: bool, is_union: bool) -> None:
        self._references = references
        self._names = frozenset(name for model in references for name in model.model_fields)
        self._required = frozenset(
            name for model in references for name, info in model.model_fields.items() if info.is_required()
        )
        self._is_text = all(_is_text(model) for model in references)
        self._known = _FIELDS | {"reference"} if references or is_union else _FIELDS
        self._wants_group = wants_group
        self._is_union = is_union

    def read(self, sample: object) -> Plain | None:
        """Return a sample, or None where its model has to look at it."""
        if type(sample) is not dict or not sample.keys() <= self._known:
            return None
        try:
            sample_id = sample.get("id")
            return self._submission(sample), None if sample_id is None else _name(sample_id)
        except _Unsure:
            return None

    def _submission(self, sample: dict[str, Any]) -> Submission:
        completion = sample.get("completion")
        if type(completion) is not str:
            completion = _last_answer(completion)
        prompt = sample.get("prompt")
        if prompt is not None and type(prompt) is not str:
            prompt = "\n\n".join([content for _, content in _messages(prompt)])
        group = sample.get("group")
        if group is not None or self._wants_group:
            group = _name(group)
        tokens = sample.get("completion_tokens")
        if tokens is not None:
            _check_counts([tokens])
        ids = sample.get("completion_ids")
        if ids is not None:
            _check_counts(ids)
        reference = sample.get("reference")
        return {
            "completion": completion,
            "reference": {} if reference is None else self._reference(reference),
            "prompt": prompt,
            "group": group,
            "completion_tokens": tokens,
            "completion_ids": ids,
        }

    def _reference(self, reference: object) -> dict[str, Any]:
        """Return a reference's fields that have a value."""
        if type(reference) is not dict or not reference.keys() <= self._names:
            raise _Unsure
        if not self._is_text:
            return self._modelled(reference)
        if not self._is_union and not self._required <= reference.keys():
            raise _Unsure
        for name, value in reference.items():
            if type(value) is not str:
                if value is None and (self._is_union or name not in self._required):
                    return {name: value for name, value in reference.items() if _is_given(value)}
                raise _Unsure
        return reference

    def _modelled(self, reference: dict[str, Any]) -> dict[str, Any]:
        """Return a reference that only its models can judge."""
        if self._is_union or len(self._references) != 1:
            raise _Unsure
        try:
            return self._references[0].model_validate(reference).model_dump(exclude_none=True)
        except ValidationError:
            raise _Unsure from None


@lru_cache(maxsize=1024)
def _is_text(model: type[Frozen]) -> bool:
    """Return whether a model is made of nothing but texts, required or absent, and checks nothing else."""
    checks = model.__pydantic_decorators__
    return not (
        checks.field_validators or checks.validators or checks.model_validators or checks.root_validators
    ) and all(
        not info.metadata
        and info.alias is None
        and (
            (info.is_required() and info.annotation is str)
            or (not info.is_required() and info.default is None and info.annotation == (str | None))
        )
        for info in model.model_fields.values()
    )


def _is_given(value: object) -> bool:
    if value is not None and type(value) is not str:
        raise _Unsure
    return value is not None


def _name(value: object) -> str:
    """Return an id or a group."""
    if type(value) is not str or len(value) > MAX_NAME_CHARS:
        raise _Unsure
    return value


def _messages(value: object) -> list[tuple[str, str]]:
    """Return the roles and the texts of chat messages that hold texts alone."""
    if type(value) is not list or len(value) > MAX_MESSAGES:
        raise _Unsure
    messages = []
    for message in value:
        if type(message) is not dict:
            raise _Unsure
        role, content = message.get("role"), message.get("content")
        if type(role) is not str or type(content) is not str:
            raise _Unsure
        messages.append((role, content))
    return messages


def _last_answer(value: object) -> str:
    return next((content for role, content in reversed(_messages(value)) if role == "assistant"), "")


def _check_counts(value: object) -> None:
    """Return if this is a list of whole numbers that are not negative."""
    if type(value) is not list or len(value) > MAX_IDS:
        raise _Unsure
    if value and (set(map(type, value)) != {int} or min(value) < 0 or max(value) > MAX_INT):
        raise _Unsure
