"""verl's `compute_score` over HTTP: its four arguments in, a dict with the same keys every time out."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, FailFast, Field
from starlette.responses import Response

from service import errors
from service.compat.desk import Desk, Ruling
from service.compat.json_body import LenientRoute
from service.compat.policy import Wire
from service.compat.reading import Given, sample
from service.compat.target_id import TargetId
from service.targets import Target

_JSON = "application/json"
_ITEM = {"data_source": "gsm8k", "solution_str": "\\boxed{2}", "ground_truth": "2", "extra_info": {"index": 7}}
_EXAMPLES = {"one sample": {"value": _ITEM}, "several": {"value": {"items": [_ITEM, _ITEM]}}}


class VerlItem(BaseModel):
    """One call of `compute_score`."""

    model_config = ConfigDict(frozen=True)

    solution_str: str = Field(description="What the model wrote.")
    ground_truth: object = Field(None, description="What the completion is compared with.")
    data_source: object = Field(None, description="Not read: the target is in the path.")
    extra_info: object = Field(None, description="Not read.")


class VerlItems(BaseModel):
    """Several calls at once."""

    model_config = ConfigDict(frozen=True)

    items: Annotated[list[VerlItem], FailFast()]


class VerlScores(BaseModel):
    """The answers to several calls."""

    items: list[dict[str, float]]


def router(desk: Desk) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["trainers"], route_class=LenientRoute)

    @router.post(
        "/compat/verl/{target}",
        operation_id="score_verl",
        summary="verl's compute_score",
        response_model=VerlScores | dict[str, float],
        responses=errors.responses(400, 401, 403, 404, 413, 422, 503),
    )
    async def score_verl(
        request: Request,
        target: TargetId,
        body: Annotated[VerlItems | VerlItem, Body(openapi_examples=_EXAMPLES)],
    ) -> Response:
        """Answer verl's `custom_reward_function`: what a `compute_score` is called with, one call or a list of them.

        The answer has `score`, each part of a rubric as `parts/NAME`, and `unscored`: 1 where it is no judgement.
        It has the same keys for every sample of a target, since verl takes the keys of the first sample for all. A
        ground truth is a text, a number, a list of one, or an object (or its JSON) with the fields of the target's
        reference. `data_source` and `extra_info` are accepted and not read.

        `TOUCHSTONE_COMPAT_VERL_RETRYABLE` and `_UNSCORABLE` say what a sample without a judgement becomes, an `error`,
        the `lowest` value, or a number; it is never null, of which verl can make no tensor. An error is one for the
        whole request.
        """
        found = await desk.find(request.state.call, target)
        items = body.items if isinstance(body, VerlItems) else [body]
        desk.check_size(len(items))
        rulings = await desk.rule(request.state.call, Wire.VERL, found, [_given(found, item) for item in items])
        answers = [_answer(ruling) for ruling in rulings.each]
        shown = {"items": answers} if isinstance(body, VerlItems) else answers[0]
        return Response(orjson.dumps(shown), headers=dict(rulings.headers), media_type=_JSON)

    return router


def _given(target: Target, item: VerlItem) -> Given:
    return sample(target, item.solution_str, label=item.ground_truth)


def _answer(ruling: Ruling) -> dict[str, float]:
    return {"score": ruling.value, **ruling.parts, "unscored": ruling.unscored}
