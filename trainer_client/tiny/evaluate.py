"""How many sums a model gets right."""

import re
from collections.abc import Sequence

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from trainer_client.tiny.arithmetic import Problem

__all__ = ["Accuracy", "greedy", "sampled"]

MAX_NEW_TOKENS = 24
"""A well-formed completion takes at most 15."""

ANSWER = re.compile(r"<answer>\\boxed\{([0-9]+)\}</answer>")

Accuracy = float
"""A share between 0 and 1."""


def greedy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, problems: Sequence[Problem]) -> Accuracy:
    """The share that is right when the model says what it thinks most likely."""
    return share_right(problems, completions(model, tokenizer, problems, do_sample=False))


def sampled(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    problems: Sequence[Problem],
    times: int,
    seed: int,
) -> Accuracy:
    """The share that is right when the model speaks as it is trained, at temperature 1."""
    repeated = [problem for problem in problems for _ in range(times)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        texts = completions(model, tokenizer, repeated, do_sample=True, temperature=1.0, top_k=0)
    return share_right(repeated, texts)


def share_right(problems: Sequence[Problem], texts: Sequence[str]) -> Accuracy:
    """The share of texts whose last answer is right."""
    right = sum(answer(text) == problem.answer for problem, text in zip(problems, texts, strict=True))
    return right / len(problems)


def answer(text: str) -> str | None:
    """What the last answer block holds."""
    found = ANSWER.findall(text)
    return found[-1] if found else None


def completions(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    problems: Sequence[Problem],
    **generation: object,
) -> list[str]:
    """One completion for each problem."""
    chats = [[{"role": "user", "content": problem.question}] for problem in problems]
    batch = tokenizer.apply_chat_template(
        chats, add_generation_prompt=True, return_tensors="pt", return_dict=True, padding=True
    )
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        tokens = model.generate(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            max_new_tokens=MAX_NEW_TOKENS,
            **generation,
        )
    model.train(was_training)
    texts: list[str] = tokenizer.batch_decode(tokens[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    return texts
