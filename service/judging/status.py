"""`GET /v1/judge`: who judges, and how that goes."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from service import errors
from service.judging.nobody import HOW_TO, Judges


class QuarantineEntry(BaseModel):
    """A question that the judge is not trusted with: it got too many known cases wrong."""

    question: str
    wrong: int
    asked: int = Field(description="Known cases that were asked last, of which so many were wrong.")
    fault: str | None = Field(description="Where replies could not be read: why not, the last time.")


class JudgeStatus(BaseModel):
    """The judge's state, which is everybody's, and what it was asked for the caller's team, which is the team's own."""

    name: str | None = Field(description="The model, as outcomes name it; null where no judge is configured.")
    help: str | None = Field(description="How to get one, where there is none.")
    output: str | None = Field(
        description="How verdicts are asked for: `json_schema`, `json_object` or `text`; null until that is known."
    )
    answering: bool = Field(description="False while the endpoint does not answer, as far as is known.")
    failure: str | None = Field(description="Why the last question was not answered; null where it was.")
    quarantined: list[QuarantineEntry] = Field(description="Questions that it is not trusted with.")
    spent_today_usd: float = Field(description="What the team has spent today (UTC), whichever replica it asked.")
    spent_today_tokens: int
    calls: int = Field(
        description="The team's questions that were sent to the endpoint, rechecks among them. This and what follows "
        "is the team's since this replica started."
    )
    cached: int = Field(description="Questions answered from the cache.")
    shared: int = Field(description="Questions that waited for an equal one that was on its way.")
    results: dict[str, int] = Field(description="Questions that were asked, by what came of them.")
    prompt_tokens: int
    completion_tokens: int
    spent_usd: float
    rechecks_agreed: int
    rechecks_disagreed: int = Field(description="Cached answers that the judge, asked again, did not give again.")


def router(judges: Judges) -> APIRouter:
    """Return the route."""
    found = APIRouter(tags=["judge"])

    @found.get("/v1/judge", operation_id="judge", responses=errors.responses(401))
    async def judge(request: Request) -> JudgeStatus:
        """Who judges, whether it is trusted, and what it was asked for the caller's team."""
        team = request.state.call.team
        spent, own = await judges.spent(team), asdict(judges.counts.own(team))
        return JudgeStatus(
            name=judges.name or None,
            help=None if judges.name else HOW_TO,
            output=judges.output,
            answering=judges.is_answering,
            failure=judges.failure,
            quarantined=[QuarantineEntry(**asdict(each)) for each in judges.quarantined],
            spent_today_usd=spent.usd,
            spent_today_tokens=spent.tokens,
            calls=own.pop("sent"),
            **own,
        )

    return found
