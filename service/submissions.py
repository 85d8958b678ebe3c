"""From the samples of a request to what the scorer takes, and what is wrong with them."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue, ValidationError

from rewards.declare import Reward
from rewards.frames import Json
from rewards.registry import Registry
from rewards.types import Frozen
from service import errors, wire
from service.scoring import Submission


def submission(sample: wire.SampleBody, reference: Json) -> Submission:
    """Return a sample as the scorer takes it."""
    return {
        "completion": wire.plain_text(sample.completion),
        "reference": reference,
        "prompt": wire.plain_prompt(sample.prompt),
        "group": sample.group,
        "completion_tokens": sample.completion_tokens,
        "completion_ids": sample.completion_ids,
    }


def present(reference: Mapping[str, JsonValue] | None) -> Json:
    """Return the fields of a reference that have a value: a null field is an absent one."""
    return {name: value for name, value in (reference or {}).items() if value is not None}


class Misfits:
    """What is wrong with the references and groups of samples, for the rewards asked for.

    Args:
        registry: Where is said what they compare with.
        rewards: The rewards.
    """

    def __init__(self, registry: Registry, rewards: Sequence[Reward]) -> None:
        self._models = [(reward, registry.references(reward)) for reward in rewards]
        self._known = {name for _, models in self._models for each in models for name in each.model_fields}

    def of(self, index: int, sample: wire.BatchSample) -> list[errors.Place]:
        """Return what is wrong with one sample of a batch."""
        here = ("body", "samples", index)
        reference = present(sample.reference)
        known = ", ".join(sorted(self._known)) or "none"
        places = [
            errors.place(
                (*here, "reference", name), f"None of the rewards compares with this field; they know {known}."
            )
            for name in reference.keys() - self._known
        ]
        for reward, models in self._models:
            if reward.is_group and sample.group is None:
                places.append(errors.place((*here, "group"), f"{reward.id} compares the completions of a group."))
            for model in models:
                places += _reference_misfits(model, reference, (*here, "reference"))
        return places


def _reference_misfits(model: type[Frozen], reference: Json, path: tuple[object, ...]) -> list[errors.Place]:
    fields = model.model_fields
    if any(info.is_required() and name not in reference for name, info in fields.items()):
        return []  # an absent reference is the outcome `missing_reference`
    try:
        model.model_validate({name: reference[name] for name in fields if name in reference})
    except ValidationError as error:
        return places_of(path, error, model)
    return []


def places_of(path: tuple[object, ...], error: ValidationError, model: type[Frozen]) -> list[errors.Place]:
    """Return what is wrong with the fields of a model; of one that it does not have, which it has."""
    known = f"There is no such field; there are {', '.join(model.model_fields) or 'none'}."
    return [
        errors.place((*path, *one["loc"]), known if one["type"] == "extra_forbidden" else one["msg"])
        for one in error.errors(include_input=False)
    ]
