"""The judge as rewards see it."""

from collections.abc import Mapping
from typing import NoReturn

from rewards.errors import JudgeUnavailable
from rewards.judging.fields import Fields
from rewards.judging.prompt import Prompt, Scale, VerdictT

_HOW_TO = (
    "No judge is configured. Set TOUCHSTONE_JUDGE_URL and TOUCHSTONE_JUDGE_MODEL to an OpenAI-compatible endpoint, "
    "or start a small one with `touchstone judge-server`; docs/judge.md says how."
)


class NoJudge:
    """Stands where there is no judge, and says how to get one."""

    name = ""

    async def ask(self, prompt: Prompt[VerdictT], fields: Fields) -> VerdictT:  # noqa: ARG002 - the port's shape
        """Refuse.

        Raises:
            JudgeUnavailable: always.
        """
        return _refuse()

    async def weigh(self, scale: Scale, fields: Fields) -> Mapping[str, float]:  # noqa: ARG002 - as above
        """Refuse.

        Raises:
            JudgeUnavailable: always.
        """
        return _refuse()


def _refuse() -> NoReturn:
    raise JudgeUnavailable(_HOW_TO)
