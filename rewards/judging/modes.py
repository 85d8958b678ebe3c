"""The ways in which a judge's opinion is read."""

from typing import Literal

from pydantic import Field

from rewards.types import Frozen


class Mode(Frozen):
    """How the judge is asked."""

    scoring: Literal["verdict", "logprobs"] = Field(
        default="verdict",
        description="`verdict`: the judge gives reasons and decisions, and what it quotes is checked. `logprobs`: it "
        "answers by one letter, of which the probabilities are read; nothing is quoted.",
    )
