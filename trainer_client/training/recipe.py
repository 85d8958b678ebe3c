"""A training run, as it is written in a YAML file."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from trl import GRPOConfig

from trainer_client._client import DEFAULT_DEADLINE_S
from trainer_client._spec import RewardSpec
from trainer_client._watch import DEFAULT_WARN_AFTER_GROUPS
from trainer_client.training import strict, transforms
from trainer_client.training.errors import RecipeError

__all__ = ["Dataset", "RandomInit", "Recipe", "Service", "Source"]

GRPO_FIELDS = frozenset(each.name for each in dataclasses.fields(GRPOConfig) if each.init)


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from, and what becomes of them."""

    path: str
    """A data set's name on the hub, or a local `.jsonl`, `.json`, `.csv` or `.parquet` file."""

    name: str | None = None
    """The data set's configuration on the hub."""

    split: str = "train"
    """The part of a data set on the hub."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """For a name that prompts and rewards use, the column that has it: `{prompt: question}`."""

    transforms: Mapping[str, str | list[str]] = field(default_factory=dict)
    """For such a name, what is done to its values, one after another: `{answer: after_hashes}`."""

    limit: int | None = None
    """How many rows to use at most."""

    def __post_init__(self) -> None:
        for name in self.transforms:
            transforms.chain(self.transforms[name])


@dataclass(frozen=True, slots=True)
class Dataset:
    """The rows to train on and the rows to look at."""

    train: Source
    """The rows to train on."""

    eval: Source | None = None
    """Rows that are never trained on; scored before and after the training."""

    system_prompt: str | None = None
    """What is said to the model before each prompt."""


@dataclass(frozen=True, slots=True)
class Service:
    """Where the rewards are scored."""

    url: str = "http://127.0.0.1:8400"
    """The service's address."""

    api_key_env: str | None = None
    """The environment variable that holds the key; a recipe never holds one."""

    deadline_s: float = DEFAULT_DEADLINE_S
    """How long one batch may take."""

    max_failure_share: float = 0.05
    """The share of completions that may go unjudged."""

    warn_after_groups: int | None = DEFAULT_WARN_AFTER_GROUPS
    """Groups in a row without variance after which a reward is warned of; null never warns."""


@dataclass(frozen=True, slots=True)
class RandomInit:
    """A small Llama with random weights, in place of a pretrained model."""

    tokenizer: str
    """The folder or the hub name of its tokenizer."""

    hidden_size: int = 128
    """The width of the residual stream."""

    layers: int = 2
    """The number of transformer blocks."""

    heads: int = 4
    """The number of attention heads."""

    intermediate_size: int | None = None
    """The width of the feed-forward blocks; twice the hidden size if left out."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training run."""

    dataset: Dataset
    """The rows."""

    rewards: tuple[RewardSpec, ...]
    """What is rewarded."""

    model: str = ""
    """A model's name on the hub or its folder; left out where `random_init` makes one."""

    service: Service = field(default_factory=Service)
    """Where the rewards are scored."""

    peft: Mapping[str, Any] | None = None
    """Arguments of peft's `LoraConfig`; the whole model is trained if left out."""

    random_init: RandomInit | None = None
    """A model to make instead of loading one."""

    grpo: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of TRL's `GRPOConfig`."""

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The recipe in a YAML file.

        Raises:
            RecipeError: The file is no valid recipe.
            OSError: The file cannot be read.
        """
        try:
            value = yaml.load(Path(path).read_text(encoding="utf-8"), Loader)  # noqa: S506  a safe loader
        except yaml.YAMLError as error:
            raise RecipeError(f"{path} is not valid YAML: {error}") from error
        return cls.parse(value)

    @classmethod
    def parse(cls, value: object) -> Self:
        """The recipe that a mapping describes: our keys and those of `GRPOConfig`, side by side.

        Raises:
            RecipeError: It describes none.
        """
        values = strict.mapping(value, "The recipe")
        own = {each.name for each in dataclasses.fields(cls)} - {"grpo"}
        strict.known(values, own | GRPO_FIELDS, "The recipe")
        if "reward_weights" in values:
            raise RecipeError("The recipe sets reward_weights; write a weight under each reward instead.")
        if bool(values.get("model")) == bool(values.get("random_init")):
            raise RecipeError("The recipe needs either the key 'model' or the key 'random_init'.")
        for key in ("dataset", "rewards"):
            if not values.get(key):
                raise RecipeError(f"The recipe needs the key '{key}'.")
        init = values.get("random_init")
        return cls(
            dataset=dataset(values["dataset"]),
            rewards=rewards(values["rewards"]),
            model=values.get("model") or "",
            service=strict.built(Service, values.get("service") or {}, "service"),
            peft=strict.mapping(values["peft"], "peft") if values.get("peft") else None,
            random_init=strict.built(RandomInit, init, "random_init") if init else None,
            grpo={key: each for key, each in values.items() if key not in own},
        )


def dataset(value: object) -> Dataset:
    """The value of `dataset`: the training source's keys, and beside them `system_prompt` and `eval`."""
    values = strict.mapping(value, "dataset")
    system_prompt = values.pop("system_prompt", None)
    held_out = values.pop("eval", None)
    train = strict.built(Source, values, "dataset")
    if held_out is None:
        return Dataset(train, None, system_prompt)
    # What the held-out rows do not say themselves they share with the training rows.
    shared = {key: each for key, each in values.items() if key in {"path", "name", "columns", "transforms"}}
    merged = shared | strict.mapping(held_out, "dataset.eval")
    return Dataset(train, strict.built(Source, merged, "dataset.eval"), system_prompt)


def rewards(value: object) -> tuple[RewardSpec, ...]:
    """The value of `rewards`: a list of ids or mappings."""
    if not isinstance(value, list):
        raise RecipeError("rewards must be a list.")
    return tuple(
        RewardSpec(each) if isinstance(each, str) else strict.built(RewardSpec, each, f"rewards[{position}]")
        for position, each in enumerate(value)
    )


class Loader(yaml.SafeLoader):
    """YAML's safe loader, which also takes `1e-6` for a number, as every person does."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)
