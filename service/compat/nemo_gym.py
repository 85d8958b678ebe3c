"""NeMo Gym's resources server, as NeMo RL and axolotl call it too: a row in, the same row with a reward out."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service import errors
from service.compat import gym_session
from service.compat.desk import Desk, Ruling
from service.compat.json_body import LenientRoute
from service.compat.policy import Wire
from service.compat.reading import Given, content, sample, stated, text_of
from service.compat.target_id import TargetId
from service.targets import Target

_JSON = "application/json"
_STALE = ("_ng_failure_class", "failure_kind", "failure_reason", "reward_components")
"""What an earlier answer may have left in a row."""
_STEP = 2.0**32
_MOST = 2.0**20
"""Numbers below it that are a whole number of steps add up without rounding, in whatever order."""
_EXAMPLES = {
    "a row": {
        "value": {
            "expected_answer": "2",
            "responses_create_params": {"input": [{"role": "user", "content": "What is 1+1?"}]},
            "response": {
                "id": "resp",
                "created_at": 0,
                "model": "m",
                "object": "response",
                "output": [
                    {
                        "id": "msg",
                        "role": "assistant",
                        "type": "message",
                        "status": "completed",
                        "content": [{"type": "output_text", "text": "\\boxed{2}", "annotations": []}],
                    }
                ],
                "parallel_tool_calls": True,
                "tool_choice": "auto",
                "tools": [],
            },
        }
    }
}


class NemoGymResponse(BaseModel):
    """What the model answered, in the shape of OpenAI's Responses; what is not named here is kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    output: list[object] = Field(description="Of which the last message by the assistant is scored.")


class NemoGymRequest(BaseModel):
    """A row: its fields stand beside what was asked and answered, and all of it comes back."""

    model_config = ConfigDict(extra="allow", frozen=True)

    response: NemoGymResponse
    responses_create_params: dict[str, object] = Field(
        default_factory=dict, description="What was asked; `input` is a text or messages."
    )


class NemoGymVerified(BaseModel):
    """The row, and what it is worth."""

    model_config = ConfigDict(extra="allow")

    reward: float
    reward_components: dict[str, float] = Field(
        default_factory=dict,
        description="For a rubric, what each part adds as `parts/NAME`, and `unscored`, what a row without a judgement "
        "got in their place; `reward` is their sum to the last bit.",
    )
    mask_sample: bool = Field(description="Whether the reward is no judgement.")


def router(desk: Desk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/compat/nemo_gym/{target}", tags=["trainers"], route_class=LenientRoute)
    problems = errors.responses(400, 401, 403, 404, 413, 422, 503)

    @router.post(
        "/verify",
        operation_id="verify_nemo_gym",
        summary="NeMo Gym's verification",
        response_model=NemoGymVerified,
        responses=problems,
    )
    async def verify(
        request: Request, target: TargetId, body: Annotated[NemoGymRequest, Body(openapi_examples=_EXAMPLES)]
    ) -> Response:
        """Answer NeMo Gym's `POST /verify`, as its agents, NeMo RL and axolotl's plug-in send it.

        The whole request comes back with `reward`, a number always. A rubric adds `reward_components`, what each part
        adds to the reward. The text of the last assistant's message is scored; reasoning that stands in items of its
        own is not part of it. The target's reference is made of the row's fields of the same names; the one field of a
        target that has one may also be called `answer`, `expected_answer`, `solution`, `ground_truth` or
        `label`.

        A row without a judgement gets the lowest value of the target, `mask_sample: true`, `failure_kind`, and
        `_ng_failure_class`: `transient` where another try may do, else `unscorable`. Gym files such rows apart; axolotl
        takes the number. `TOUCHSTONE_COMPAT_NEMO_GYM_RETRYABLE` and `_UNSCORABLE` may say otherwise, but both clients
        lose more by an error: it ends a run of Gym's, and axolotl makes a silent 0 of it.

        These clients know a host and a port and no path: `TOUCHSTONE_NEMO_GYM_PORTS='{"8410": "math_equal@v2"}'` has
        the service listen there too, and answer at the root of that port. They can send no key either.
        """
        found = await desk.find(request.state.call, target)
        row: dict[str, Any] = await request.json()
        rulings = await desk.rule(request.state.call, Wire.NEMO_GYM, found, [_given(found, body, row)])
        try:
            shown = orjson.dumps(_answer(found, row, rulings.each[0]))
        except TypeError:
            raise errors.invalid([errors.place(("body",), "It is nested too deeply to be sent back.")]) from None
        return Response(shown, headers=dict(rulings.headers), media_type=_JSON)

    gym_session.add_routes(router, desk)
    return router


def _given(target: Target, body: NemoGymRequest, row: Mapping[str, object]) -> Given:
    named = {name: value for name, value in row.items() if name not in NemoGymRequest.model_fields}
    required = [name for name, is_required in target.fields.items() if is_required]
    label = None
    if len(required) == 1 and named.get(required[0]) is None:
        label = stated(named)
    prompt = text_of(body.responses_create_params.get("input"))
    return sample(target, _completion(body.response.output), prompt=prompt, label=label, named=named)


def _completion(output: list[object]) -> str:
    """Return the text of the last message by the assistant; none where there is none."""
    messages = (each for each in reversed(output) if isinstance(each, dict) and each.get("role") == "assistant")
    return content(next(messages, {}))


def _answer(target: Target, row: Mapping[str, object], ruling: Ruling) -> dict[str, object]:
    answer: dict[str, object] = {name: value for name, value in row.items() if name not in _STALE}
    answer |= {"reward": ruling.value, "mask_sample": ruling.kind is not None}
    if target.rubric is not None:
        components = _components(target, ruling)
        answer |= {"reward": sum(components.values()), "reward_components": components}
    if ruling.kind is not None:
        failure_class = "transient" if ruling.kind.retryable else "unscorable"
        answer |= {"_ng_failure_class": failure_class, "failure_kind": f"touchstone:{ruling.kind}"}
    return answer


def _components(target: Target, ruling: Ruling) -> dict[str, float]:
    """Return numbers, named alike for every sample of a rubric, that add up to the same however Python adds them."""
    if target.rubric is None or ruling.kind is not None:
        return {**dict.fromkeys(ruling.parts, 0.0), "unscored": ruling.value}
    values = dict(zip(target.names, ruling.parts.values(), strict=True))
    shares = dict(zip(ruling.parts, target.rubric.shares(values).values(), strict=True)) | {"unscored": 0.0}
    if math.fsum(shares.values()) != sum(shares.values()) and max(map(abs, shares.values())) < _MOST:
        shares = {name: round(share * _STEP) / _STEP for name, share in shares.items()}
    return shares
