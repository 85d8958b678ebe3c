"""A causal language model from a folder, and how it replies."""

import hashlib
import inspect
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer

from service.judge_server.choice import Chooser, Likelihood, Sampling, likelihood
from service.judge_server.errors import ModelUnusableError, PromptTooLongError
from service.judge_server.vocabulary import Constraint, Vocabulary

_USUAL_CONTEXT = 4096
"""For a model that does not say how much it can read."""


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt, and what its reply may be."""

    prompt: Sequence[int]
    """The tokens to reply to."""
    sampling: Sampling
    """How tokens are chosen."""
    max_tokens: int
    """Longest reply."""
    stops: tuple[str, ...] = ()
    """Texts before which the reply ends."""
    constraint: Constraint | None = None
    """What holds the reply to a schema; used up by one reply."""
    rivals: int | None = None
    """How many likelihoods to keep beside each token's own; None keeps none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply."""

    text: str
    """What it says."""
    finish_reason: str
    """`stop` where the model, a schema or a stop text ended it, `length` where it was cut off."""
    tokens: int
    """How many tokens were generated, the one that ended it included."""
    likelihoods: Sequence[Likelihood]
    """How likely each of the text's tokens was, where that was asked for."""


class LanguageModel:
    """A model in memory. It replies to one question at a time.

    Args:
        network: The model.
        vocabulary: Its tokens.
        context: How many tokens it can read.
        fingerprint: What tells its weights from others.
    """

    def __init__(self, network: Any, vocabulary: Vocabulary, context: int, fingerprint: str) -> None:  # noqa: ANN401 - transformers has no types
        self._network = network
        self.vocabulary = vocabulary
        self.context = context
        self.fingerprint = fingerprint
        # Without it, a prompt's logits are computed at every place, which takes gigabytes for a large vocabulary.
        known = inspect.signature(network.forward).parameters
        self._options = {name: value for name, value in {"logits_to_keep": 1}.items() if name in known}

    @classmethod
    def load(cls, folder: Path, device: str) -> Self:
        """Return the model in a folder, as `save_pretrained` writes it.

        Raises:
            ModelUnusableError: there is none, or it cannot be put on the device.
        """
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            network = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype="auto")
            network.to(device).eval()
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
            raise ModelUnusableError(f"{folder} cannot be loaded: {error}") from error
        config = network.config.get_text_config()
        context = min(getattr(config, "max_position_embeddings", _USUAL_CONTEXT), tokenizer.model_max_length)
        ends = {tokenizer.eos_token_id, *_listed(network.generation_config.eos_token_id)} - {None}
        vocabulary = Vocabulary(tokenizer, config.vocab_size, sorted(ends))
        return cls(network, vocabulary, context, _fingerprint(folder))

    @property
    def weights(self) -> int:
        """How many weights the model has."""
        return sum(each.numel() for each in self._network.parameters())

    @property
    def device(self) -> str:
        """Where the model is."""
        return str(self._network.device)

    def answer(self, question: Question, gone: threading.Event) -> Answer:
        """Return the reply to a question, or what there is of it when nobody waits any more.

        Raises:
            JudgeServerError: there is none.
        """
        room = self.context - len(question.prompt)
        if room < 1:
            raise PromptTooLongError(
                f"The prompt has {len(question.prompt)} tokens and the model can read {self.context}, reply included.",
                "messages",
            )
        reply = _Reply(self.vocabulary, question)
        with torch.inference_mode():
            tokens, cache = list(question.prompt), None
            for _ in range(min(question.max_tokens, room)):
                logits, cache = self._read(tokens, cache)
                tokens = [reply.extend(logits)]
                if reply.ended or gone.is_set():
                    break
        return reply.answer()

    def _read(self, tokens: Sequence[int], cache: Any) -> tuple[torch.Tensor, Any]:  # noqa: ANN401 - as above
        """Return what the model expects after tokens that follow those in the cache, and the cache with them."""
        ids = torch.tensor([tokens], device=self._network.device)
        out = self._network(input_ids=ids, past_key_values=cache, use_cache=True, **self._options)
        return out.logits[0, -1].float().cpu(), out.past_key_values


class _Reply:
    """A reply while it is made."""

    def __init__(self, vocabulary: Vocabulary, question: Question) -> None:
        self._vocabulary = vocabulary
        self._question = question
        self._chooser = Chooser(question.sampling)
        self._likelihoods: list[Likelihood] = []
        self._said: list[int] = []
        self._cut: int | None = None
        self._generated = 0
        self.ended = False

    def extend(self, logits: torch.Tensor) -> int:
        """Choose the next token and return it."""
        possible = self._possible(logits)
        token = self._chooser.choose(possible)
        self._generated += 1
        if token in self._vocabulary.ends:
            self.ended = True
            return token
        self._said.append(token)
        if self._question.rivals is not None:
            self._likelihoods.append(likelihood(logits, token, self._question.rivals))
        if self._question.constraint is not None:
            self.ended = self._question.constraint.advance(token)
        self._stop()
        return token

    def answer(self) -> Answer:
        """Return the reply as far as it came."""
        text = self._text()
        reason = "stop" if self.ended else "length"
        return Answer(text[: self._cut], reason, self._generated, self._likelihoods)

    def _possible(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the logits of the tokens that may be chosen."""
        if self._question.constraint is not None:
            return self._question.constraint.only_allowed(logits)
        known = logits.clone()
        known[self._vocabulary.size :] = -torch.inf  # a model's table may have more rows than its tokenizer has tokens
        return known

    def _stop(self) -> None:
        """Cut the reply before the first of the stop texts."""
        if not self._question.stops:
            return
        text = self._text()
        found = [at for at in map(text.find, self._question.stops) if at >= 0]
        if found:
            self._cut, self.ended = min(found), True

    def _text(self) -> str:
        source = self._question.constraint or self._vocabulary
        return source.text(self._said)


def _listed(ends: int | Sequence[int] | None) -> Sequence[int | None]:
    return [ends] if isinstance(ends, int) or ends is None else ends


def _fingerprint(folder: Path) -> str:
    """Return a digest of everything in a folder that decides what the model says."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.suffix in {".safetensors", ".bin", ".json", ".jinja", ".model"}:
            digest.update(file.name.encode())
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return f"fp_{digest.hexdigest()[:12]}"
