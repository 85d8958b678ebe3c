"""The whole lesson: a warm-up, GRPO with rewards from a service, and what came of it."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, set_seed
from trl import GRPOTrainer

from trainer_client._spec import RewardSpec
from trainer_client.tiny import evaluate, model
from trainer_client.tiny.arithmetic import Problem, Split, split
from trainer_client.tiny.tokenizer import tokenizer
from trainer_client.tiny.warmup import WarmUp, warm_up
from trainer_client.training.progress import Progress, Silent
from trainer_client.training.quiet import quiet
from trainer_client.training.recipe import Dataset, Recipe, Service, Source
from trainer_client.training.report import HeldOut, TrainingReport
from trainer_client.training.run import train

__all__ = ["LessonResult", "run_lesson"]

THREADS = 1
"""The matrices are so small that a second thread only takes the service's processor."""

STEPS = 80
"""Where the curves are flat; beyond it the model begins to learn the training problems by heart."""

SAMPLES_PER_PROBLEM = 4
"""Sampled accuracy over 80 problems alone would be uncertain by five points."""

LEARNING_RATE = 2e-4
"""At 1e-3 the format stays and the sums are forgotten."""


@dataclass(frozen=True, slots=True)
class LessonResult:
    """What came of the lesson."""

    sampled: HeldOut
    """The share of held-out sums that is right when the model is sampled as it is trained."""

    greedy: HeldOut
    """The share of held-out sums that is right when the model says what it thinks most likely."""

    warm_up: WarmUp
    """What the warm-up reached."""

    seconds: float
    """How long everything took, imports aside."""

    grpo_seconds: float
    """How long GRPO took."""

    reward_wait_share: float
    """The share of GRPO's time that was spent waiting for rewards."""

    plot: Path
    """The picture of the run."""

    completions: Path
    """The file with every completion and the reason for its rewards."""

    report: TrainingReport
    """All the figures of the training."""


def run_lesson(
    service_url: str, out_dir: str | Path, progress: Progress | None = None, *, seed: int = 0
) -> LessonResult:
    """A tiny model has learned to add two numbers better than those who taught it.

    Args:
        service_url: Where the rewards are scored.
        out_dir: Where the model, `reward_curve.png` and `completions.jsonl` go.
        progress: Who is told about each step.
        seed: Fixes the problems, the weights and the sampling.

    Raises:
        RewardServiceError: The rewards could not be had.
    """
    began = time.perf_counter()
    shown = progress or Silent()
    out = Path(out_dir)
    torch.set_num_threads(THREADS)
    set_seed(seed)
    problems = split(seed)
    with quiet():
        warmed = warmed_up(out / "start", problems, seed, shown)

    def measure(trainer: GRPOTrainer) -> dict[str, float]:
        return accuracies(trainer, problems.held_out, seed)

    report = train(recipe(service_url, out, problems.train, seed), progress=shown, measure=measure)
    shown.finish()
    return LessonResult(
        sampled=report.held_out["sampled"],
        greedy=report.held_out["greedy"],
        warm_up=warmed,
        seconds=time.perf_counter() - began,
        grpo_seconds=report.seconds,
        reward_wait_share=report.reward_wait_share,
        plot=report.plot,
        completions=report.completions,
        report=report,
    )


def accuracies(trainer: GRPOTrainer, problems: Sequence[Problem], seed: int) -> dict[str, float]:
    """The share of the problems that the model gets right, sampled and greedy."""
    pupil, words = trainer.model, trainer.processing_class
    return {
        "sampled": evaluate.sampled(pupil, words, problems, SAMPLES_PER_PROBLEM, seed),
        "greedy": evaluate.greedy(pupil, words, problems),
    }


def warmed_up(folder: Path, problems: Split, seed: int, progress: Progress) -> WarmUp:
    """The folder holds a model that has seen the demonstrations."""
    words = tokenizer()
    model.make(words, folder)
    pupil = AutoModelForCausalLM.from_pretrained(folder)
    warmed = warm_up(pupil, words, problems, seed, progress)
    pupil.save_pretrained(folder)
    return warmed


def recipe(service_url: str, out: Path, problems: Sequence[Problem], seed: int) -> Recipe:
    """What `touchstone train` would be given for the same training."""
    rows = out / "problems.jsonl"
    rows.write_text(
        "".join(json.dumps({"prompt": each.question, "answer": each.answer}) + "\n" for each in problems),
        encoding="utf-8",
    )
    return Recipe(
        model=str(out / "start"),
        dataset=Dataset(Source(str(rows))),
        rewards=(RewardSpec("think_format@v1", weight=0.5), RewardSpec("math_equal@v2", weight=1.0)),
        service=Service(service_url),
        grpo={
            "output_dir": str(out),
            "use_cpu": True,
            "seed": seed,
            "max_steps": STEPS,
            "learning_rate": LEARNING_RATE,
            "lr_scheduler_type": "linear",
            "per_device_train_batch_size": 128,
            "num_generations": 8,
            "max_completion_length": evaluate.MAX_NEW_TOKENS,
            "temperature": 1.0,
            "beta": 0.0,
            "loss_type": "dapo",
            "scale_rewards": "group",
        },
    )
