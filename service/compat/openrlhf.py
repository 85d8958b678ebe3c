"""OpenRLHF's `--reward.remote_url`: whole conversations in, numbers out."""

from collections.abc import Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, FailFast, Field
from starlette.responses import Response
from typing_extensions import TypeAliasType

from rewards.types import Failure, FailureKind
from service import errors
from service.compat.desk import Desk, Ruling
from service.compat.json_body import LenientRoute
from service.compat.policy import Wire
from service.compat.reading import Given, sample
from service.compat.target_id import TargetId
from service.compat.templates import Template, completion_of
from service.targets import Target

_JSON = "application/json"
_EXAMPLES = {
    "one sample": {
        "value": {
            "query": ["<|im_start|>user\nWhat is 1+1?<|im_end|>\n<|im_start|>assistant\n\\boxed{2}<|im_end|>"],
            "prompts": ["What is 1+1?"],
            "labels": ["2"],
        }
    },
    "what a second URL gets": {"value": {"query": [], "prompts": [], "labels": []}},
}

OpenRlhfPrompts = TypeAliasType("OpenRlhfPrompts", Annotated[list[str | None], FailFast()])


class OpenRlhfRequest(BaseModel):
    """What OpenRLHF sends: one sample or several."""

    model_config = ConfigDict(frozen=True)

    query: Annotated[list[str], FailFast()] = Field(
        description="Prompts and completions, decoded together with their special tokens."
    )
    prompts: OpenRlhfPrompts | None = Field(
        None, description="The prompts, with their template or without; one for each query."
    )
    labels: list[object] | None = Field(None, description="What the completions are compared with; one for each query.")


class OpenRlhfResponse(BaseModel):
    """What OpenRLHF accepts: numbers only."""

    rewards: list[float]
    scores: list[float] = Field(description="The rewards on a scale of 0 to 1, by the target's range.")
    extra_logs: dict[str, list[float]] = Field(
        description="Each part of a rubric as `parts/NAME`, and `unscored`: 1 where the reward is no judgement."
    )


def router(desk: Desk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["trainers"], route_class=LenientRoute)

    async def score_openrlhf(
        request: Request,
        target: TargetId,
        body: Annotated[OpenRlhfRequest, Body(openapi_examples=_EXAMPLES)],
        template: Annotated[
            Template | None, Query(description="The chat template, where looking for all known ones goes wrong.")
        ] = None,
    ) -> Response:
        """Answer OpenRLHF's `--reward.remote_url http://user:KEY@host:8400/compat/openrlhf/math_equal@v2`.

        A query holds prompt and completion in one text. The completion is what stands behind the prompt, where the
        query begins with it; else behind the first assistant's marker after the prompt; else behind the last one.
        Tokens that end a turn are dropped. A query in which nobody can find the completion is a failure.

        A label is a text, a number, a list of one, or an object (or its JSON) with the fields of the reference.

        The client has no word for a sample without a judgement: `TOUCHSTONE_COMPAT_OPENRLHF_RETRYABLE` and
        `_UNSCORABLE` say what it becomes, an `error`, the `lowest` value, or a number. `extra_logs.unscored` is 1 then.
        Given several URLs, older versions of the client send empty lists to all but the first: they get empty lists.
        """
        found = await desk.find(request.state.call, target)
        desk.check_size(len(body.query))
        given = [_given(found, body, index, template) for index in range(_length(body))]
        rulings = await desk.rule(request.state.call, Wire.OPENRLHF, found, given)
        return Response(orjson.dumps(_answer(found, rulings.each)), headers=dict(rulings.headers), media_type=_JSON)

    for path, operation_id in (("", "score_openrlhf"), ("/get_reward", "get_reward")):
        router.add_api_route(
            f"/compat/openrlhf/{{target}}{path}",
            score_openrlhf,
            methods=["POST"],
            operation_id=operation_id,
            summary="OpenRLHF's remote reward",
            response_model=OpenRlhfResponse,
            responses=errors.responses(400, 401, 403, 404, 413, 422, 503),
        )
    return router


def _length(body: OpenRlhfRequest) -> int:
    """Return how many samples there are.

    Raises:
        ProblemError: the lists have different lengths.
    """
    number = len(body.query)
    for name, column in (("prompts", body.prompts), ("labels", body.labels)):
        if column is not None and len(column) != number:
            message = f"There are {number} queries and {len(column)} of these."
            raise errors.invalid([errors.place(("body", name), message)])
    return number


def _given(target: Target, body: OpenRlhfRequest, index: int, template: Template | None) -> Given:
    prompt = None if body.prompts is None else body.prompts[index]
    completion = completion_of(body.query[index], prompt, template)
    if completion is None:
        message = "Where the completion begins cannot be seen; ?template= says which chat template it is."
        return Failure(FailureKind.NOT_APPLICABLE, message)
    label = None if body.labels is None else body.labels[index]
    return sample(target, completion, prompt=prompt, label=label)


def _answer(target: Target, rulings: Sequence[Ruling]) -> dict[str, object]:
    low, high = target.range
    names = dict.fromkeys(name for ruling in rulings for name in ruling.parts)
    return {
        "rewards": [ruling.value for ruling in rulings],
        "scores": [_share(ruling.value, low, high) for ruling in rulings],
        "extra_logs": {
            **{name: [ruling.parts[name] for ruling in rulings] for name in names},
            "unscored": [ruling.unscored for ruling in rulings],
        },
    }


def _share(value: float, low: float, high: float) -> float:
    """Return where in a range a value lies: 0 at its lower end, 1 at its upper one."""
    return 0.0 if high <= low else min(max((value - low) / (high - low), 0.0), 1.0)
