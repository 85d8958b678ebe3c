"""The line to the endpoint: every call passes the breaker, the team's budget and its turn, and is counted."""

from collections.abc import Callable

from rewards.judging.prompt import Asked
from service.judging.breaker import Breaker
from service.judging.budget import Budget
from service.judging.counts import JudgeCounts
from service.judging.endpoint import Endpoint
from service.judging.limits import Limits
from service.judging.questions import Form
from service.judging.replies import Reply
from service.judging.terms import Cost

_BYTES_A_TOKEN = 3
"""A cautious guess in every script; what was used is what the endpoint says."""


class Line:
    """Asks the endpoint.

    Args:
        endpoint: Whom.
        breaker: Whether it answers at all.
        budget: Whether the team can pay.
        limits: Whose turn it is.
        counts: Where calls are counted.
    """

    def __init__(
        self, endpoint: Endpoint, breaker: Breaker, budget: Budget, limits: Limits, counts: JudgeCounts
    ) -> None:
        self._endpoint = endpoint
        self._breaker = breaker
        self._budget = budget
        self._limits = limits
        self._counts = counts

    async def send(self, team: str, asked: Asked, form: Form, leave: Callable[[], None]) -> Reply:
        """Return the reply to a question.

        Args:
            team: Who pays.
            asked: The words.
            form: What a reply must look like.
            leave: Called when the question goes out.

        Raises:
            JudgeUnavailable: nobody answers, or the team cannot pay.
            JudgeUnparsable: the endpoint refuses the question, or answers with something else than a reply.
        """
        self._breaker.check()
        written = len(asked.system.encode()) + len(asked.user.encode())
        most = Cost(written // _BYTES_A_TOKEN, self._endpoint.most_tokens(form))
        await self._budget.reserve(team, most)
        paid: Cost | None = None
        try:
            async with self._limits.slot(team, most.tokens):
                self._budget.check(team)
                reply = await self._call(team, asked, form, leave)
            used = Cost(reply.prompt_tokens, reply.completion_tokens)
            paid = used if used.tokens else most
            return reply
        finally:
            await self._budget.settle(team, most, paid)
            if paid is not None:
                for tally in self._counts.tallies(team):
                    tally.prompt_tokens += paid.prompt_tokens
                    tally.completion_tokens += paid.completion_tokens
                    tally.spent_usd += self._budget.price(paid).usd

    async def _call(self, team: str, asked: Asked, form: Form, leave: Callable[[], None]) -> Reply:
        async with self._breaker.call():
            await self._endpoint.dialect()  # until that is known, nothing is on its way
            leave()
            for tally in self._counts.tallies(team):
                tally.sent += 1
            return await self._endpoint.complete(asked, form)
