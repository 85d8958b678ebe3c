"""The request and response bodies, one set of explicitly named models per reward version.

Explicit names keep the schemas of one version independent of which others exist.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, FailFast, Field, JsonValue, create_model
from typing_extensions import TypeAliasType

from rewards.declare import Reward
from rewards.frames import EncodedOutcome
from rewards.registry import Registry
from rewards.types import FailureKind


class Body(BaseModel):
    """Base of every request body: fields that it does not name are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Message(BaseModel):
    """One chat message. Fields of other services (`tool_calls`, `name`) are allowed and not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: str
    content: str | list[dict[str, JsonValue]] | None = None
    """A text, or parts of which those with `"type": "text"` are read."""


MAX_INT = 2**53 - 1
"""The largest whole number that every JSON parser reads as what it is."""

MAX_MESSAGES = 10_000
"""Most chat messages of a prompt or a completion."""

MAX_IDS = 2**18
"""Most token ids of a completion: more than any model writes at once."""

Messages = TypeAliasType("Messages", Annotated[list[Message], FailFast(), Field(max_length=MAX_MESSAGES)])
"""Chat messages, of which only the first wrong one is reported."""

Text = str | Messages

MAX_NAME_CHARS = 200
"""Most characters of a sample's id and of its group."""

TokenId = Annotated[int, Field(ge=0, le=MAX_INT)]

TokenIds = TypeAliasType("TokenIds", Annotated[list[TokenId], FailFast(), Field(max_length=MAX_IDS)])
"""Token ids, of which only the first wrong one is reported: there may be a million."""


class SampleBody(Body):
    """One completion to score."""

    completion: Text = Field(
        description="What the model wrote: a text, or chat messages of which the last by the assistant is scored."
    )
    prompt: Text | None = Field(None, description="What the model was given.")
    id: str | None = Field(None, max_length=MAX_NAME_CHARS, description="Echoed in the outcome.")
    group: str | None = Field(
        None, max_length=MAX_NAME_CHARS, description="Shared by the completions of one prompt; group rewards need it."
    )
    completion_tokens: int | None = Field(None, ge=0, le=MAX_INT, description="The completion's length in tokens.")
    completion_ids: TokenIds | None = Field(None, description="The completion's token ids.")


class BatchSample(SampleBody):
    """One completion to score by several rewards."""

    reference: dict[str, JsonValue] | None = Field(
        None,
        description="The union of the fields that the rewards compare with. A reward whose fields are absent "
        "answers `missing_reference` for this sample.",
    )


class RewardAsk(Body):
    """One reward to score, with its params."""

    reward: str = Field(description="A reward id.", examples=["math_equal@v1"])
    params: dict[str, JsonValue] = Field(default_factory=dict, description="As the reward's own route takes them.")


Deadline = Annotated[
    int | None,
    Field(
        gt=0, le=MAX_INT, description="Wall time in ms; samples not scored by then are `deadline`. The service caps it."
    ),
]


WantsStatistics = Annotated[bool, Field(description="Whether to answer `statistics` beside the outcomes.")]


RewardAsks = Annotated[list[RewardAsk], Field(min_length=1, max_length=100)]


class BatchRequest(Body):
    """Several rewards over one batch."""

    rewards: RewardAsks
    samples: Annotated[list[BatchSample], FailFast()]
    deadline_ms: Deadline = None
    statistics: WantsStatistics = False


class ScoredOutcome(BaseModel):
    """A judgement."""

    id: str | None = None
    status: Literal["scored"]
    value: float = Field(description="Finite, within the reward's range.")
    reason: str = Field(description="A short code for the rule that decided.", examples=["equal"])
    explanation: str = Field(description="One sentence for people.")
    details: dict[str, str | float | int | bool] = Field(description="What was seen on the way.")


class FailedOutcome(BaseModel):
    """No judgement was possible. The value is null: never take it for zero."""

    id: str | None = None
    status: Literal["failed"]
    value: None = None
    kind: FailureKind
    message: str
    retryable: bool = Field(description="Whether the same request may succeed later.")


class Statistics(BaseModel):
    """What one reward's outcomes over a batch say about the reward."""

    samples: int
    scored: int = Field(description="Samples with a value. The three figures below are of these; null where none is.")
    failures: dict[FailureKind, int] = Field(description="Samples without a value, by kind.")
    mean: float | None
    fire_rate: float | None = Field(description="The share with a value above the lowest of the reward's range.")
    saturation: float | None = Field(description="The share with the highest value of the reward's range.")
    groups: int = Field(
        description="Groups with at least two scored samples. Samples with the same `group` are one, and so are "
        "those that name none and have the same `prompt`."
    )
    groups_without_variance: int = Field(description="Groups whose scored samples all have the same value.")
    in_group_variance: float | None = Field(description="The mean of the groups' population variances.")
    warnings: list[str] = Field(
        description="What a person should look at. Each begins with a code and a colon: `no_variance` (none of 50 or "
        "more groups has any), `never_fired` or `saturated` (each of 256 or more scored samples has the lowest, the "
        "highest value), `abstained` (more than 2 % of 100 or more samples are `judge_unparsable`).",
        examples=[["never_fired: all 256 scored samples got 0, the lowest value of think_format@v1."]],
    )


class ScoreResponse(BaseModel):
    """One reward over a batch."""

    reward: str
    behaviour: str | None = Field(
        description="Digest of what this version returns, as locked at its release; null where it is not "
        "released or the installed packages differ from those it was released with."
    )
    build: str = Field(description="Digest of this version's code and of the packages it runs on.")
    elapsed_ms: float
    statistics: Statistics | None = Field(None, description="There only where the request asks for it.")
    outcomes: list[Annotated[ScoredOutcome | FailedOutcome, Field(discriminator="status")]]


class BatchResponse(BaseModel):
    """Several rewards over one batch, in the order they were asked for."""

    results: list[ScoreResponse]


class CatalogueEntry(BaseModel):
    """One reward version, as it declares itself."""

    id: str
    behaviour: str | None
    build: str
    released: bool = Field(description="Whether its behaviour is locked and proven on this installation.")
    summary: str
    doc: str = Field(description="The documentation page, in Markdown.")
    range: tuple[float, float] = Field(description="The lowest and the highest value.")
    budget_s: float = Field(description="CPU seconds one sample may use.")
    max_completion_chars: int
    group: bool = Field(description="Whether it compares the completions of one prompt.")
    judged: bool = Field(description="Whether it asks a judge; without one it is `judge_unavailable`.")
    needs: list[str] = Field(description="Rewards that are scored first.")
    deprecated: bool = Field(description="Whether it is going out of use.")
    deprecated_since: date | None = Field(None, description="The day it is deprecated from.")
    sunset: date | None = Field(None, description="The day from which a release may come without it.")
    use_instead: str | None = Field(description="The version without this one's flaws, where there is one.")
    reference: dict[str, JsonValue] | None = Field(description="JSON schema of a reference; null where none is needed.")
    params: dict[str, JsonValue] = Field(description="JSON schema of the params.")


class Catalogue(BaseModel):
    """Every reward version that is served."""

    rewards: list[CatalogueEntry]


class Health(BaseModel):
    """Whether the service runs, and with what."""

    status: Literal["ok", "not_ready", "draining"]
    version: str
    workers: int
    workers_ready: int
    queued: int
    restarts: int


def sample_model(reward: Reward, registry: Registry) -> type[SampleBody]:
    """Return a sample of a reward's own route, such as `MathEqualV1Sample`."""
    fields: dict[str, Any] = {}
    if reference := reference_model(reward, registry):
        fields["reference"] = (
            reference | None,
            Field(None, description="What the completion is compared with; without it, `missing_reference`."),
        )
    if reward.is_group:
        fields["group"] = (
            str,
            Field(max_length=MAX_NAME_CHARS, description="Shared by the completions of one prompt."),
        )
    return create_model(f"{schema_name(reward)}Sample", __base__=SampleBody, __doc__=SampleBody.__doc__, **fields)


def request_model(reward: Reward, registry: Registry) -> type[BaseModel]:
    """Return the body of a reward's own route, such as `MathEqualV1Request`."""
    name = schema_name(reward)
    sample: Any = sample_model(reward, registry)
    params = create_model(f"{name}Params", __base__=reward.params, __doc__=reward.params.__doc__)
    return create_model(
        f"{name}Request",
        __base__=Body,
        __doc__=f"A batch for {reward.id}.",
        samples=(Annotated[list[sample], FailFast()], Field(description="The completions to score; may be empty.")),
        params=(params, Field(default_factory=params)),
        deadline_ms=(Deadline, None),
        statistics=(WantsStatistics, False),
    )


def reference_model(reward: Reward, registry: Registry) -> type[BaseModel] | None:
    """Return what a sample's reference must look like for a reward and all that it needs; None for no reference."""
    references = tuple(registry.references(reward))
    if not references:
        return None
    return create_model(f"{schema_name(reward)}Reference", __base__=references, __doc__=references[0].__doc__)


def schema_name(reward: Reward) -> str:
    """Return the stem of a reward's schema names: `math_equal@v1` is `MathEqualV1`."""
    return "".join(word.capitalize() for word in reward.family.split("_")) + f"V{reward.version}"


def plain_text(text: Text) -> str:
    """Return a completion's scored text: the last assistant message, its text parts joined."""
    if isinstance(text, str):
        return text
    return next((_content(message) for message in reversed(text) if message.role == "assistant"), "")


def plain_prompt(text: Text | None) -> str | None:
    """Return a prompt as one text: its messages, a blank line between them."""
    if text is None or isinstance(text, str):
        return text
    return "\n\n".join(_content(message) for message in text)


def _content(message: Message) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    texts = (part.get("text") for part in message.content if part.get("type") == "text")
    return "".join(text for text in texts if isinstance(text, str))


_NO_ID = b'{"id":null,'


def render(ids: Sequence[str | None], outcomes: Sequence[EncodedOutcome]) -> bytes:
    """Return outcomes as they stand in a response, in JSON, one after another."""
    if outcomes and ids.count(None) == len(ids):  # most callers go by the order, and this is half the work
        return _NO_ID + (b"," + _NO_ID).join([outcome.body[1:] for outcome in outcomes])
    return b",".join(
        [
            b'{"id":%b,%b' % (b"null" if sample_id is None else orjson.dumps(sample_id), outcome.body[1:])
            for sample_id, outcome in zip(ids, outcomes, strict=True)
        ]
    )
