"""One of two ranks of a GRPO run on the processor, neither of which has a whole group.

    python -m torch.distributed.run --nproc-per-node 2 --module tests.e2e.ranks --model FOLDER --out FOLDER --url URL

With a URL for each rank, each asks a service of its own. What a rank came to is in `rank0.json` and `rank1.json`; every
completion, with the rewards that the trainer has for it, is in `completions/`.
"""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from trainer_client import RewardSpec, TRLRewards
from trainer_client.tiny.arithmetic import split
from trainer_client.tiny.evaluate import MAX_NEW_TOKENS
from trainer_client.training.quiet import quiet

SPECS = (RewardSpec("math_equal@v2"), RewardSpec("think_format@v1", weight=0.5))
RANKS = 2
GROUP = 8
STEPS = 30
PART = GROUP // RANKS
"""The completions of a group that one rank has."""
_SEED = 0


def main() -> int:
    """Train, and write the history, the weights' digest and the warnings."""
    parser = argparse.ArgumentParser(description="One rank of a GRPO run.")
    parser.add_argument("--model", type=Path, required=True, help="the folder of the model to begin with")
    parser.add_argument("--out", type=Path, required=True, help="where everything goes")
    parser.add_argument("--url", nargs="+", required=True, help="the service, or one for each rank")
    parser.add_argument("--deadline-s", type=float, default=60.0, help="how long a batch may take")
    asked = parser.parse_args()
    rank = int(os.environ["RANK"])
    (asked.out / f"rank{rank}.pid").write_text(str(os.getpid()), encoding="utf-8")
    torch.set_num_threads(1)
    rewards = TRLRewards(
        SPECS,
        base_url=asked.url[rank % len(asked.url)],
        deadline_s=asked.deadline_s,
        log_path=asked.out / "completions.jsonl",
    )
    with quiet():
        trainer = made(asked.model, asked.out, rewards)
        trainer.train()
    found = {
        "history": trainer.state.log_history,
        "weights": digest(trainer.accelerator.unwrap_model(trainer.model)),
        "backend": torch.distributed.get_backend(),
        "warnings": rewards.warnings,
    }
    (asked.out / f"rank{rank}.json").write_text(json.dumps(found), encoding="utf-8")
    torch.distributed.destroy_process_group()
    return 0


def made(model: Path, out: Path, rewards: TRLRewards) -> GRPOTrainer:
    """Return a trainer with one group a step, an equal part of it on each rank."""
    rows = [
        {"prompt": [{"role": "user", "content": each.question}], "answer": each.answer} for each in split(_SEED).train
    ]
    return GRPOTrainer(
        model=str(model),
        reward_funcs=rewards.functions,
        args=GRPOConfig(
            output_dir=str(out),
            reward_weights=rewards.weights,
            per_device_train_batch_size=PART,
            num_generations=GROUP,
            max_completion_length=MAX_NEW_TOKENS,
            max_steps=STEPS,
            learning_rate=2e-4,
            seed=_SEED,
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            dataloader_pin_memory=False,
            logging_steps=1,
            log_completions=True,
            num_completions_to_print=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(model, padding_side="left"),
    )


def digest(model: torch.nn.Module) -> str:
    """Return a digest of every weight, to the last bit."""
    found = hashlib.sha256()
    for name, weights in model.state_dict().items():
        found.update(name.encode() + weights.detach().contiguous().numpy().tobytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
