"""Recipes: what they may say, and what is said about their mistakes."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

from trl import GRPOConfig

from trainer_client import RewardSpec
from trainer_client.training import Recipe, RecipeError
from trainer_client.training.recipe import RandomInit, Service
from trainer_client.training.run import defaults

RECIPES = Path(__file__).parents[3] / "recipes"

SMALL: dict[str, Any] = {
    "model": "some/model",
    "dataset": {"path": "rows.jsonl"},
    "rewards": ["math_equal@v2", {"reward": "think_format@v1", "weight": 0.5}],
}


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_shipped_recipes(path: Path, tmp_path: Path) -> None:
    """Every recipe that comes with the project loads, and TRL accepts its arguments."""
    recipe = Recipe.load(path)
    assert recipe.rewards
    # This machine may have no GPU: what the recipe says about one is left out.
    grpo = {**recipe.grpo, "bf16": False, "use_cpu": True, "output_dir": str(tmp_path)}
    arguments = defaults(grpo)
    weights = [spec.applied_weight for spec in recipe.rewards]
    config = GRPOConfig(**arguments, output_dir=str(tmp_path), reward_weights=weights)
    assert config.learning_rate == recipe.grpo["learning_rate"]
    assert isinstance(config.learning_rate, float)


def test_gsm8k_recipe() -> None:
    """The GSM8K recipe has the demo's five rewards, and one more that is only watched."""
    recipe = Recipe.load(RECIPES / "gsm8k_grpo.yaml")
    assert [spec.reward for spec in recipe.rewards if not spec.diagnostic] == [
        "xml_correctness@v1",
        "xml_integer@v1",
        "xml_strict_format@v1",
        "xml_soft_format@v1",
        "xml_count@v1",
    ]
    assert [spec.reward for spec in recipe.rewards if spec.diagnostic] == ["math_equal@v2"]
    assert recipe.dataset.eval is not None
    assert recipe.dataset.eval.transforms == {"answer": "after_hashes"}
    assert (recipe.dataset.eval.split, recipe.dataset.eval.limit) == ("test", 200)


def test_small_recipe() -> None:
    """Three keys make a recipe."""
    recipe = Recipe.parse(SMALL)
    assert recipe.rewards == (RewardSpec("math_equal@v2"), RewardSpec("think_format@v1", weight=0.5))
    assert recipe.service == Service("http://127.0.0.1:8400", None, 300.0, 0.05)
    assert (recipe.grpo, recipe.peft, recipe.random_init) == ({}, None, None)


def test_all_keys() -> None:
    """Our keys are taken out, and the rest is TRL's."""
    recipe = Recipe.parse(
        {key: each for key, each in SMALL.items() if key != "model"}
        | {
            "random_init": {"tokenizer": "folder", "hidden_size": 64},
            "service": {"url": "http://host"},
            "peft": {"r": 8},
            "max_steps": 3,
        }
    )
    assert recipe.random_init == RandomInit("folder", hidden_size=64)
    assert recipe.service.url == "http://host"
    assert recipe.peft == {"r": 8}
    assert recipe.grpo == {"max_steps": 3}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning_rat": 1}, "The recipe has the unknown key 'learning_rat'; did you mean 'learning_rate'?"),
        ({"zzzzzz": 1}, "The recipe has the unknown key 'zzzzzz'; known are: "),
        ({"dataset": {"pat": "x"}}, "dataset has the unknown key 'pat'; did you mean 'path'?"),
        ({"dataset": {"split": "x"}}, "dataset needs the key 'path'."),
        ({"dataset": None}, "The recipe needs the key 'dataset'."),
        ({"dataset": "rows.jsonl"}, "dataset must be a mapping of keys to values."),
        ({"dataset": {"path": "x", "eval": {"limt": 3}}}, "dataset.eval has the unknown key 'limt'"),
        ({"dataset": {"path": "x", "transforms": {"answer": "afterhashes"}}}, "no transform 'afterhashes'"),
        ({"rewards": []}, "The recipe needs the key 'rewards'."),
        ({"rewards": "math_equal@v2"}, "rewards must be a list."),
        ({"rewards": [{"weight": 1}]}, r"rewards\[0\] needs the key 'reward'."),
        ({"rewards": [{"reward": "a@v1", "wieght": 1}]}, "did you mean 'weight'"),
        (
            {"service": {"api_key": "secret"}},
            "service has the unknown key 'api_key'; did you mean 'api_key_env'",
        ),
        ({"reward_weights": [1]}, "write a weight under each reward"),
        ({"model": None}, "either the key 'model' or the key 'random_init'"),
        ({"random_init": {"tokenizer": "x"}}, "either the key 'model' or the key 'random_init'"),
        ({1: 2}, "The recipe must be a mapping"),
    ],
)
def test_mistakes(changes: dict[Any, Any], message: str) -> None:
    """A mistake is named with its place and the nearest right word."""
    with pytest.raises(RecipeError, match=message):
        Recipe.parse({**SMALL, **changes})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5e-6", 5e-6), ("1E3", 1000.0), ("1.5e-3", 1.5e-3), ("0.1", 0.1), ("12", 12), ("e6", "e6")],
)
def test_numbers(tmp_path: Path, text: str, expected: float | str) -> None:
    """A number in a file is the number that a person reads."""
    path = tmp_path / "recipe.yaml"
    path.write_text(f"model: m\ndataset: {{path: x.jsonl}}\nrewards: [a@v1]\nlearning_rate: {text}\n", encoding="utf-8")
    value = Recipe.load(path).grpo["learning_rate"]
    assert (value, type(value)) == (expected, type(expected))


def test_broken_file(tmp_path: Path) -> None:
    """A file that is no YAML is a mistake in the recipe."""
    path = tmp_path / "recipe.yaml"
    path.write_text("model: [", encoding="utf-8")
    with pytest.raises(RecipeError, match="is not valid YAML"):
        Recipe.load(path)
