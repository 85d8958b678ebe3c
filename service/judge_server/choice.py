"""Which token comes next, and how likely it and its rivals were."""

from dataclasses import dataclass

import torch

from service.judge_server.errors import ModelUnusableError

_LEAST = -9999.0
"""The logarithm of nothing, as OpenAI writes it."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen."""

    temperature: float = 0.0
    """0 takes the likeliest."""
    top_p: float = 1.0
    """The likeliest tokens that have this probability together are drawn from."""
    seed: int | None = None
    """None draws differently each time."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely a token was to the model itself: before a schema forbade others, and at a temperature of 1."""

    token: int
    """The token."""
    logprob: float
    """The logarithm of its probability."""
    top: tuple[tuple[int, float], ...]
    """The likeliest tokens with theirs, from the likeliest on."""


class Chooser:
    """Chooses tokens.

    Args:
        sampling: How.
    """

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self._dice = torch.Generator()
        if sampling.seed is None:
            self._dice.seed()
        else:
            self._dice.manual_seed(sampling.seed % (1 << 63))

    def choose(self, logits: torch.Tensor) -> int:
        """Return the next token.

        Raises:
            ModelUnusableError: the model did not compute numbers.
        """
        if bool(torch.isnan(logits).any()):
            raise ModelUnusableError("The model computed NaN; try another device or precision.")
        if self._sampling.temperature == 0:
            return int(logits.argmax())
        chances = torch.softmax(logits / self._sampling.temperature, dim=-1)
        if self._sampling.top_p < 1:
            ordered, order = chances.sort(descending=True)
            chances[order[ordered.cumsum(0) - ordered >= self._sampling.top_p]] = 0
        return int(torch.multinomial(chances, 1, generator=self._dice))


def likelihood(logits: torch.Tensor, token: int, rivals: int) -> Likelihood:
    """Return how likely a token was among a model's own logits, and that many of the likeliest."""
    logprobs = torch.log_softmax(logits, dim=-1).clamp(min=_LEAST)
    values, tokens = logprobs.topk(min(rivals, len(logprobs)))
    top = tuple(zip(tokens.tolist(), values.tolist(), strict=True))
    return Likelihood(token, float(logprobs[token]), top)
