"""What the routes of the record answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, JsonValue

from rewards.types import FailureKind
from service import wire

Status = Literal["scored", "failed"]
TextPolicy = Literal["none", "sample", "all"]
_TextsField = Field(
    description="Of which samples texts are kept: of none, of a few a request and of those that failed, were "
    "expensive or are disputed, or of all. Null is the service's default."
)


class RunBody(wire.Body):
    """What can be set of a run."""

    texts: TextPolicy | None = _TextsField


class RunEntry(BaseModel):
    """One run, as a list shows it."""

    run: str = Field(description="As `X-Run-ID` named it.")
    texts: TextPolicy | None = _TextsField
    rewards: list[str] = Field(description="Reward ids, in the order in which they first came.")
    requests: int
    samples: int = Field(description="Completions; each may have been scored by several rewards.")
    created_at: datetime
    first_at: datetime | None = Field(description="When the first request came; null where there is none.")
    last_at: datetime | None


class RunPage(BaseModel):
    """Runs, the newest first."""

    runs: list[RunEntry]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class RewardTotals(BaseModel):
    """What one reward's scores in a run come to."""

    reward: str
    scored: int
    failed: int
    mean: float | None = Field(description="Of the scored samples; null where there is none.")
    groups: int = Field(description="Groups of at least two scored samples of one request.")
    flat_groups: int = Field(description="Those whose samples all had the same value, from which nothing is learned.")
    flat_share: float | None


class RunShown(RunEntry):
    """One run."""

    totals: list[RewardTotals]


class Bucket(BaseModel):
    """What a reward's scores come to over a stretch of time, or of steps."""

    start: datetime | int = Field(description="Where it begins: a time, or a step.")
    end: datetime | int = Field(description="Where the next one begins.")
    n: int = Field(description="Samples, failed ones among them.")
    failed: int
    mean: float | None
    groups: int
    flat_groups: int
    flat_share: float | None


class RewardTrend(BaseModel):
    """One reward over a run."""

    reward: str
    buckets: list[Bucket] = Field(description="In order; those without a sample are left out.")


class RunStatistics(BaseModel):
    """A run's rewards over time, or over its steps."""

    run: str
    by: Literal["time", "step"]
    width: int = Field(description="Of a bucket: seconds, or steps.")
    rewards: list[RewardTrend]


class TextShown(BaseModel):
    """What was scored."""

    prompt: str | None
    completion: str
    reference: dict[str, JsonValue]
    group: str | None
    completion_tokens: int | None
    completion_ids: list[int] | None


class _Outcome(BaseModel):
    """A score or a failure."""

    status: Status
    value: float | None = Field(description="Null where there was no judgement, which is not zero.")
    reason: str | None
    explanation: str | None
    details: dict[str, str | float | int | bool] | None
    kind: FailureKind | None = Field(description="Of a failure.")
    message: str | None = Field(description="Of a failure.")


class ScoreRow(_Outcome):
    """One sample, as one reward scored it."""

    reward: str
    request_id: str
    step: int | None
    position: int = Field(description="Which of the request's samples it is, from 0.")
    time: datetime = Field(description="When the request came.")
    params: dict[str, JsonValue]
    behaviour: str | None = Field(description="Digest of what the version returns; null where it was not released.")
    build: str = Field(description="Digest of the version's code and of the packages it ran on.")
    fingerprint: str = Field(description="HMAC of the sample under the team's own secret, in hexadecimal digits.")
    text: TextShown | None = Field(None, description="With `texts=true`, where it was kept.")


class ScorePage(BaseModel):
    """Scores of a run."""

    scores: list[ScoreRow] = Field(
        description="At most `limit`. A page may have fewer, or none, although there are more: `next` says so. With "
        "`texts=true` it ends after 8 MiB of texts."
    )
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class RecordedSample(BaseModel):
    """One sample of a request."""

    position: int
    fingerprint: str
    text: TextShown | None = None


class RecordedResult(BaseModel):
    """One reward over a request."""

    reward: str
    params: dict[str, JsonValue]
    behaviour: str | None
    build: str
    scored: int
    failed: int
    mean: float | None
    outcomes: list[Annotated[wire.ScoredOutcome | wire.FailedOutcome, Field(discriminator="status")]]


class RecordedRequest(BaseModel):
    """One request."""

    request_id: str
    step: int | None
    time: datetime
    seconds: float = Field(description="Wall time of the scoring.")
    texts_left_out: int = Field(
        description="Samples whose texts are left out, since an answer has room for 8 MiB of them: the run's scores "
        "have them, page by page."
    )
    samples: list[RecordedSample]
    results: list[RecordedResult]


class RecordedRequests(BaseModel):
    """The requests of a run with one id, which a caller may have given to several."""

    requests: list[RecordedRequest] = Field(description="The newest ones, the last one first.")


Row = dict[str, Any]
"""What becomes one of these in JSON, without being validated once more."""
