"""The warm-up before GRPO: imitation of imperfect demonstrations."""

import math
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from trainer_client.tiny import evaluate
from trainer_client.tiny.arithmetic import Split, demonstrations
from trainer_client.training.progress import Progress

__all__ = ["WarmUp", "warm_up"]

BATCH = 64

ROWS = 9600
"""Each problem is demonstrated 30 times: with far more, the model learns the flaws before the sums."""

PEAK_RATE = 3e-3
"""High for a model of any other size."""

USUAL_STEPS = 350
"""Enough on most machines; the greedy accuracy decides."""

MAX_STEPS = 700
"""Where to give up: a lesson that takes longer is none."""

CHECKED_EVERY = 50

KNOWN = 0.9
"""The greedy accuracy at which addition is known: below it, GRPO learns the format and nothing else."""

IGNORED = -100
"""The label of a token that is not learned, as torch's cross entropy has it."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What the warm-up reached."""

    steps: int
    """How many steps it took."""

    greedy_train: float
    """The greedy accuracy over the training problems at its end."""


def warm_up(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, problems: Split, seed: int, progress: Progress
) -> WarmUp:
    """The model imitates the demonstrations, and knows the demonstrated sums if it can."""
    inputs, labels = batch_of_all(tokenizer, problems, seed)
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    model.train()
    progress.start("warm-up", USUAL_STEPS)
    for step in range(1, MAX_STEPS + 1):
        picked = torch.randint(0, len(inputs), (BATCH,), generator=generator)
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        loss = model(input_ids=inputs[picked], labels=labels[picked]).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        progress.advance({"loss": loss.item()})
        if step >= USUAL_STEPS and step % CHECKED_EVERY == 0:
            accuracy = evaluate.greedy(model, tokenizer, problems.train)
            if accuracy >= KNOWN or step == MAX_STEPS:
                return WarmUp(step, accuracy)
    raise AssertionError


def rate(step: int) -> float:
    """The learning rate: a cosine that ends at a tenth of its peak and stays there."""
    done = min(1.0, step / USUAL_STEPS)
    return PEAK_RATE * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * done)))


def batch_of_all(tokenizer: PreTrainedTokenizerBase, problems: Split, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """All demonstrations as token ids and labels, padded on the right; only completions are learned."""
    rows: list[tuple[list[int], list[int]]] = []
    for problem, text in demonstrations(problems.train, ROWS, seed):
        prompt = tokenizer(f"<user>{problem.question}<assistant>")["input_ids"]
        completion = [*tokenizer(text)["input_ids"], tokenizer.eos_token_id]
        rows.append((prompt + completion, [IGNORED] * len(prompt) + completion))
    width = max(len(ids) for ids, _ in rows)
    padded = [ids + [tokenizer.pad_token_id] * (width - len(ids)) for ids, _ in rows]
    labels = [each + [IGNORED] * (width - len(each)) for _, each in rows]
    return torch.tensor(padded), torch.tensor(labels)
