"""slime's `--rm-type remote_rm`: one sample in, one number out."""

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service import errors
from service.compat.desk import Desk
from service.compat.json_body import LenientRoute
from service.compat.policy import Wire
from service.compat.reading import sample, text_of
from service.compat.target_id import TargetId

_JSON = "application/json"
_EXAMPLES = {
    "a text": {"value": {"prompt": "What is 1+1?", "response": "\\boxed{2}", "label": "2"}},
    "messages": {
        "value": {"prompt": [{"role": "user", "content": "What is 1+1?"}], "response": "\\boxed{2}", "label": 2}
    },
}


class SlimeRequest(BaseModel):
    """What slime sends."""

    model_config = ConfigDict(frozen=True)

    response: str = Field(description="What the model wrote.")
    prompt: object = Field(None, description="What the model was given: a text or chat messages.")
    label: object = Field(None, description="What the completion is compared with.")


def router(desk: Desk) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["trainers"], route_class=LenientRoute)

    @router.post(
        "/compat/slime/{target}",
        operation_id="score_slime",
        summary="slime's remote reward",
        response_model=float | dict[str, float],
        responses=errors.responses(400, 401, 403, 404, 413, 422, 503),
    )
    async def score_slime(
        request: Request,
        target: TargetId,
        body: Annotated[SlimeRequest, Body(openapi_examples=_EXAMPLES)],
        shape: Annotated[
            Literal["number", "dict"],
            Query(alias="format", description="`dict` for `--reward-key score`: `score`, `parts/NAME` and `unscored`."),
        ] = "number",
    ) -> Response:
        """Answer slime's `--rm-type remote_rm --rm-url http://user:KEY@host:8400/compat/slime/math_equal@v2`.

        The answer is a bare number. With `?format=dict` it is an object: `score` and `reward`, which are the same, each
        part of a rubric as `parts/NAME`, and `unscored`: 1 where the number is no judgement. `--reward-key score` takes
        the number out of it. The sample's metadata are not sent, so what a target compares with has to stand in the
        label: a text, a number, a list of one, or an object (or its JSON) with the fields of the target's reference.

        The client takes null for a reward and breaks on it later, so that there is none:
        `TOUCHSTONE_COMPAT_SLIME_RETRYABLE` and `_UNSCORABLE` say what a sample without a judgement becomes, an `error`
        (after which the client tries ten times), the `lowest` value, or a number.
        """
        found = await desk.find(request.state.call, target)
        given = sample(found, body.response, prompt=text_of(body.prompt), label=body.label)
        rulings = await desk.rule(request.state.call, Wire.SLIME, found, [given])
        (ruling,) = rulings.each
        shown = {
            "number": ruling.value,
            "dict": {"score": ruling.value, "reward": ruling.value, **ruling.parts, "unscored": ruling.unscored},
        }[shape]
        return Response(orjson.dumps(shown), headers=dict(rulings.headers), media_type=_JSON)

    return router
