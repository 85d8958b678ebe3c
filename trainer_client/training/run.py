"""A recipe carried out."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from peft import LoraConfig
from transformers import AutoTokenizer
from transformers.trainer_callback import PrinterCallback
from trl import GRPOConfig, GRPOTrainer

from trainer_client._trl import TRLRewards
from trainer_client.training import data, model, plots
from trainer_client.training.errors import RecipeError
from trainer_client.training.progress import Progress, Silent
from trainer_client.training.quiet import quiet
from trainer_client.training.recipe import Recipe
from trainer_client.training.report import HeldOut, TrainingReport
from trainer_client.training.steps import StepReporter
from trainer_client.training.timing import Timing

__all__ = ["train"]

Measure = Callable[[GRPOTrainer], Mapping[str, float]]
"""Figures of a model as it is now, by name."""


def train(recipe: Recipe, *, progress: Progress | None = None, measure: Measure | None = None) -> TrainingReport:
    """The model is trained, and lies with its picture and its completions in the recipe's `output_dir`.

    Args:
        recipe: What to do.
        progress: Who is told about each step.
        measure: What is measured before and after; the rewards of the recipe's held-out rows if left out.

    Raises:
        RecipeError: The recipe cannot be carried out.
        RewardServiceError: The rewards could not be had.
    """
    out = Path(recipe.grpo.get("output_dir") or "trained")
    completions = out / "completions.jsonl"
    out.mkdir(parents=True, exist_ok=True)
    completions.unlink(missing_ok=True)
    measured = measure or held_out_rewards
    with quiet(), closing(connected(recipe, completions)) as rewards:
        timing = Timing(rewards)
        trainer = prepared(recipe, rewards, out)
        trainer.add_callback(timing)
        trainer.add_callback(StepReporter(progress or Silent(), rewards.names))
        before = measured(trainer)
        began = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - began
        after = measured(trainer)
        trainer.save_model(str(out / "model"))
        warnings = tuple(rewards.warnings)
    report = TrainingReport(
        rewards=tuple(rewards.names),
        history=[row for row in trainer.state.log_history if "loss" in row],
        steps=timing.steps,
        held_out={name: HeldOut(before[name], after[name]) for name in before if name in after},
        seconds=seconds,
        model_dir=out / "model",
        plot=out / "reward_curve.png",
        completions=completions,
        warnings=warnings,
    )
    plots.draw(report)
    return report


def connected(recipe: Recipe, completions: Path) -> TRLRewards:
    """The recipe's rewards, at its service."""
    service = recipe.service
    key = None if service.api_key_env is None else os.environ.get(service.api_key_env)
    if service.api_key_env is not None and not key:
        raise RecipeError(f"The environment variable {service.api_key_env} must hold the service's key.")
    return TRLRewards(
        recipe.rewards,
        base_url=service.url,
        api_key=key,
        max_failure_share=service.max_failure_share,
        warn_after_groups=service.warn_after_groups,
        deadline_s=service.deadline_s,
        log_path=completions,
    )


def prepared(recipe: Recipe, rewards: TRLRewards, out: Path) -> GRPOTrainer:
    """The trainer, with nothing left to do but train."""
    path = model.start(recipe, out)
    tokenizer = AutoTokenizer.from_pretrained(path, padding_side="left")
    chat = tokenizer.chat_template is not None
    dataset = recipe.dataset
    held_out = dataset.eval
    trainer = GRPOTrainer(
        model=path,
        reward_funcs=rewards.functions,
        args=GRPOConfig(**defaults(recipe.grpo), output_dir=str(out), reward_weights=rewards.weights),
        train_dataset=data.rows(dataset.train, dataset.system_prompt, conversational=chat),
        eval_dataset=held_out and data.rows(held_out, dataset.system_prompt, conversational=chat),
        processing_class=tokenizer,
        peft_config=LoraConfig(**{"task_type": "CAUSAL_LM", **recipe.peft}) if recipe.peft else None,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def defaults(grpo: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe's arguments of GRPOConfig, with what it leaves open."""
    quiet = {"disable_tqdm": True, "report_to": "none", "logging_steps": 1, "save_strategy": "no"}
    cpu = {"bf16": False, "dataloader_pin_memory": False, "gradient_checkpointing": False}
    chosen = quiet | (cpu if grpo.get("use_cpu") else {}) | dict(grpo)
    chosen.pop("output_dir", None)
    return chosen


def held_out_rewards(trainer: GRPOTrainer) -> dict[str, float]:
    """The mean of each reward over the recipe's held-out rows; nothing if it has none."""
    if trainer.eval_dataset is None:
        return {}
    figures = trainer.evaluate()
    begin, end = "eval_rewards/", "/mean"
    return {
        name.removeprefix(begin).removesuffix(end): value
        for name, value in figures.items()
        if name.startswith(begin) and name.endswith(end) and value is not None
    }
