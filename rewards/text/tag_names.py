"""The params of rewards for a block of reasoning and a block with the answer."""

from typing import Literal, Self

from pydantic import Field, model_validator

from rewards.text.substance import Reasoned

_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"


class TagNames(Reasoned):
    """How the blocks are called, and whether the prompt opens the first."""

    think_tag: str = Field(
        default="think", pattern=_NAME, description="The name of the tags around the reasoning.", examples=["reasoning"]
    )
    answer_tag: str = Field(
        default="answer", pattern=_NAME, description="The name of the tags around the answer.", examples=["solution"]
    )
    prefilled: Literal["auto", "yes", "no"] = Field(
        default="auto",
        description="Whether the chat template opens the reasoning, so that its opening tag is no part of the "
        "completion. `auto`: it does where the prompt ends with that tag, or where the completion closes the reasoning "
        "and never opens it.",
    )

    @model_validator(mode="after")
    def _are_different(self) -> Self:
        if self.think_tag.casefold() == self.answer_tag.casefold():
            raise ValueError("the reasoning and the answer need tags of different names")
        return self
