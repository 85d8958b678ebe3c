"""SandboxFusion's `run_code`, for clients that can speak nothing else. No code is run."""

from enum import StrEnum
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service import errors
from service.compat.desk import Desk
from service.compat.json_body import LenientRoute
from service.compat.policy import Wire
from service.compat.reading import sample
from service.compat.target_id import TargetId

_JSON = "application/json"
_EXAMPLES = {
    "one test case": {
        "value": {
            "compile_timeout": 10,
            "run_timeout": 10,
            "code": "a, b = map(int, input().split())\nprint(a + b)\n",
            "stdin": "1 2",
            "memory_limit_MB": 1024,
            "language": "python",
            "files": {},
            "fetch_files": [],
        }
    }
}


class CodeForm(StrEnum):
    """How the code is shown to the target."""

    FENCED = "fenced"
    """In a fence of its language, as a completion would hold it."""
    BARE = "bare"


class RunCodeRequest(BaseModel):
    """What a client of SandboxFusion sends, as far as it is read."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(description="What the target scores. It is never run.")
    language: str = Field("python", max_length=30, description="What stands behind the opening fence.")
    stdin: str | None = Field(None, description="What the target compares with, where it compares with anything.")


class RunResult(BaseModel):
    """What a run of the code would have come to."""

    status: Literal["Finished"]
    execution_time: float
    return_code: Literal[0, 1]
    stdout: str = Field(description="The value, such as `1` or `0.25`, and a line's end.")
    stderr: str


class RunCodeResponse(BaseModel):
    """The verdict in SandboxFusion's shape."""

    status: Literal["Success", "Failed"] = Field(description="`Success` for the highest value of the target.")
    message: str
    compile_result: None
    run_result: RunResult
    executor_pod_name: None
    files: dict[str, str]


def router(desk: Desk) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["trainers"], route_class=LenientRoute)

    @router.post(
        "/compat/sandbox_fusion/{target}/run_code",
        operation_id="run_code",
        summary="A verdict for clients of SandboxFusion",
        response_model=RunCodeResponse,
        responses=errors.responses(400, 401, 403, 404, 413, 422, 504),
    )
    async def run_code(
        request: Request,
        target: TargetId,
        body: Annotated[RunCodeRequest, Body(openapi_examples=_EXAMPLES)],
        form: Annotated[CodeForm, Query(alias="as", description="How the code is shown to the target.")] = (
            CodeForm.FENCED
        ),
    ) -> Response:
        """Answer verl's `reward.sandbox_fusion.url`, and other clients of SandboxFusion's `POST /run_code`.

        **No code is run here**, and no test case is tried: this is no sandbox. The posted code is scored by the target
        as a text, in a fence of its language (or as it is, with `?as=bare`), and the verdict has SandboxFusion's shape:
        `Success`, return code 0 and the value on standard output for the highest value of the target, `Failed` and
        return code 1 for any other. So a client can be told one thing alone, whether the value is the highest.

        verl sends a request for each test case, with the case's input as `stdin`, and compares the output. A row that
        is to be scored here has one case: its input is what the target compares with (empty where it compares with
        nothing), its output is the highest value, `1`. verl sends the code that it finds in the completion, so a target
        that judges what stands around the code sees none of it.

        Whatever is the service's fault is a 504, never 429, 500 or 503: verl tries again after 504 and takes each of
        the others for a wrong answer. `TOUCHSTONE_COMPAT_SANDBOX_FUSION_RETRYABLE` and `_UNSCORABLE` say what a sample
        without a judgement becomes, an `error`, the `lowest` value, or a number.
        """
        found = await desk.find(request.state.call, target)
        label = (body.stdin or "").strip() or None
        given = sample(found, _shown(body, form), label=label)
        rulings = await desk.rule(request.state.call, Wire.SANDBOX_FUSION, found, [given])
        answer = _answer(rulings.each[0].value, found.range[1])
        return Response(orjson.dumps(answer), headers=dict(rulings.headers), media_type=_JSON)

    return router


def _shown(body: RunCodeRequest, form: CodeForm) -> str:
    code = body.code.strip("\n")
    return {CodeForm.BARE: code, CodeForm.FENCED: f"```{body.language}\n{code}\n```"}[form]


def _answer(value: float, highest: float) -> dict[str, object]:
    is_highest = value >= highest
    return {
        "status": "Success" if is_highest else "Failed",
        "message": "",
        "compile_result": None,
        "run_result": {
            "status": "Finished",
            "execution_time": 0.0,
            "return_code": int(not is_highest),
            "stdout": f"{value:.12g}\n",
            "stderr": "",
        },
        "executor_pod_name": None,
        "files": {},
    }
