"""A judge that gives whatever earns most, so that what is not paid was held back by rules."""

from collections.abc import Mapping

from rewards.judging.fields import Fields
from rewards.judging.prompt import Prompt, Scale, VerdictT


class BoughtJudge:
    """Answers every question in the completion's favour."""

    name = "bought"

    async def ask(self, prompt: Prompt[VerdictT], fields: Fields) -> VerdictT:
        """Return the verdict that earns most."""
        return prompt.bought(fields)

    async def weigh(self, scale: Scale, fields: Fields) -> Mapping[str, float]:  # noqa: ARG002 - the port's shape
        """Return all probability on the label that is worth most."""
        return {max(scale.values, key=scale.values.__getitem__): 1.0}
