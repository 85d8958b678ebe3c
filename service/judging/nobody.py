"""What the app is given to judge with, and what stands there where there is no judge."""

from collections.abc import Mapping, Sequence
from typing import NoReturn, Protocol

from rewards.errors import JudgeUnavailable
from rewards.judging.fields import Fields
from rewards.judging.prompt import Prompt, Scale, VerdictT
from rewards.types import Judge
from service.judging.counts import JudgeCounts
from service.judging.spent import Spent
from service.judging.watch import Quarantine

HOW_TO = (
    "No judge is configured. Set TOUCHSTONE_JUDGE_URL and TOUCHSTONE_JUDGE_MODEL to an OpenAI-compatible endpoint, "
    "or start a small one with `touchstone judge-server`; docs/judge.md says how."
)


class Judges(Protocol):
    """What the app is given: a judge for each team, or nobody."""

    @property
    def name(self) -> str:
        """The judge's name; empty where there is none."""
        ...

    @property
    def counts(self) -> JudgeCounts:
        """What it has been asked."""
        ...

    @property
    def output(self) -> str | None:
        """How verdicts are asked for; None where that is not known."""
        ...

    @property
    def is_answering(self) -> bool:
        """Whether the endpoint answers, for all that is known."""
        ...

    @property
    def failure(self) -> str | None:
        """Why the last question was not answered; None where it was."""
        ...

    @property
    def quarantined(self) -> Sequence[Quarantine]:
        """The questions that it is not trusted with."""
        ...

    async def start(self) -> None:
        """Make ready; nothing may be asked before."""
        ...

    async def stop(self) -> None:
        """End what is under way."""
        ...

    def for_team(self, team: str) -> Judge:
        """Return the judge, at a team's expense."""
        ...

    async def spent(self, team: str) -> Spent:
        """Return what a team has spent today."""
        ...


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


class NoJudges:
    """The judges of a service without one."""

    name = ""
    output = None
    is_answering = False
    failure = None
    quarantined = ()

    def __init__(self) -> None:
        self.counts = JudgeCounts()

    async def start(self) -> None:
        """There is nothing to make ready."""

    async def stop(self) -> None:
        """There is nothing to end."""

    def for_team(self, team: str) -> Judge:  # noqa: ARG002 - the protocol's shape
        """Return nobody."""
        return NoJudge()

    async def spent(self, team: str) -> Spent:  # noqa: ARG002 - the protocol's shape
        """Return nothing."""
        return Spent()


def _refuse() -> NoReturn:
    raise JudgeUnavailable(HOW_TO)
