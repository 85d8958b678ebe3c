"""The endpoints: `/v1/models`, `/v1/chat/completions`, `/health`."""

import asyncio
import hmac
import threading
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from service.judge_server.choice import Likelihood, Sampling
from service.judge_server.errors import JudgeServerError, UnknownModelError, WrongKeyError, error_body
from service.judge_server.model import Answer, LanguageModel, Question
from service.judge_server.turns import Turns
from service.judge_server.vocabulary import Vocabulary
from service.judge_server.wire import ChatRequest
from service.telemetry import Telemetry, defect

_HUNG_UP = 499
"""What proxies log for a client that did not wait; nobody reads it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the endpoints share."""

    model: LanguageModel
    """The model."""
    name: str
    """What it is called."""
    turns: Turns
    """Who may ask it."""
    max_new_tokens: int
    """Longest reply."""
    api_key: str | None
    """What a request must carry, or None."""
    log: Telemetry
    """Where each reply leaves a line."""

    async def admit(self, authorization: Annotated[str, Header()] = "") -> None:
        """Let a request in.

        Raises:
            WrongKeyError: it does not carry the key.
        """
        wanted = f"Bearer {self.api_key}"
        if self.api_key is not None and not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise WrongKeyError("Send the key that the server was started with: Authorization: Bearer KEY.")

    async def chat(self, request: ChatRequest) -> dict[str, Any]:
        """Return the reply to a request.

        Raises:
            JudgeServerError: there is none.
        """
        if request.model != self.name:
            raise UnknownModelError(f"The model {request.model[:100]!r} is not here; {self.name!r} is.", "model")
        began = time.perf_counter()
        question, answer = await self.turns.take(lambda gone: self._answered(request, gone))
        self.log.event(
            "replied",
            prompt_tokens=len(question.prompt),
            tokens=answer.tokens,
            finish_reason=answer.finish_reason,
            ms=round(1000 * (time.perf_counter() - began), 1),
        )
        return self._completion(request, question, answer)

    def _answered(self, request: ChatRequest, gone: threading.Event) -> tuple[Question, Answer]:
        """Return a request's question and its answer; tokens are counted here, out of the event loop's way."""
        vocabulary, schema = self.model.vocabulary, request.response_format.wanted()
        messages = [each.as_template_wants() for each in request.messages]
        asked_for = request.max_completion_tokens or request.max_tokens or self.max_new_tokens
        question = Question(
            prompt=vocabulary.prompt(messages, request.chat_template_kwargs),
            sampling=Sampling(
                temperature=1.0 if request.temperature is None else request.temperature,
                top_p=request.top_p or 1.0,
                seed=request.seed,
            ),
            max_tokens=min(asked_for, self.max_new_tokens),
            stops=request.stops(),
            constraint=None if schema is None else vocabulary.constraint(schema),
            rivals=(request.top_logprobs or 0) if request.logprobs else None,
        )
        return question, self.model.answer(question, gone)

    def _completion(self, request: ChatRequest, question: Question, answer: Answer) -> dict[str, Any]:
        vocabulary, prompt_tokens = self.model.vocabulary, len(question.prompt)
        content = [_likelihood(vocabulary, each) for each in answer.likelihoods]
        return {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.name,
            "system_fingerprint": self.model.fingerprint,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": answer.text, "refusal": None},
                    "finish_reason": answer.finish_reason,
                    "logprobs": {"content": content, "refusal": None} if request.logprobs else None,
                }
            ],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": answer.tokens,
                "total_tokens": prompt_tokens + answer.tokens,
            },
        }


def create_app(desk: Desk) -> FastAPI:
    """Return the server's app."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.turns.close()

    app = FastAPI(title="touchstone judge-server", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(_routes(desk))
    app.add_exception_handler(JudgeServerError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _astray)
    app.add_exception_handler(Exception, _crashed)
    return app


def _routes(desk: Desk) -> APIRouter:
    listed = {"id": desk.name, "object": "model", "created": int(time.time()), "owned_by": "touchstone"}
    listed |= {"max_model_len": desk.model.context}

    router, keyed = APIRouter(), APIRouter(prefix="/v1", dependencies=[Depends(desk.admit)])

    @router.get("/health")
    async def health() -> dict[str, Any]:
        turns = desk.turns
        about = {"model": desk.name, "fingerprint": desk.model.fingerprint, "device": desk.model.device}
        return {"status": "ok", **about, "under_way": turns.taken, "done": turns.done}

    @keyed.get("/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [listed]}

    @keyed.get("/models/{name:path}")
    async def model(name: str) -> dict[str, Any]:
        if name != desk.name:
            raise UnknownModelError(f"The model {name[:100]!r} is not here; {desk.name!r} is.", "model")
        return listed

    @keyed.post("/chat/completions")
    async def chat(body: ChatRequest, request: Request) -> Response:
        reply, hung_up = asyncio.create_task(desk.chat(body)), asyncio.create_task(_hung_up(request))
        try:
            await asyncio.wait({reply, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            return JSONResponse(reply.result()) if reply.done() else Response(status_code=_HUNG_UP)
        finally:
            reply.cancel()
            hung_up.cancel()

    router.include_router(keyed)
    return router


async def _hung_up(request: Request) -> None:
    """Return when the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _likelihood(vocabulary: Vocabulary, each: Likelihood) -> dict[str, Any]:
    top = [_token(vocabulary, token, logprob) for token, logprob in each.top]
    return _token(vocabulary, each.token, each.logprob) | {"top_logprobs": top}


def _token(vocabulary: Vocabulary, token: int, logprob: float) -> dict[str, Any]:
    data = vocabulary.bytes_of(token)
    return {"token": data.decode(errors="replace"), "logprob": logprob, "bytes": list(data)}


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, JudgeServerError)  # noqa: S101 - as it was registered
    return JSONResponse(error.body(), error.status, dict(error.headers))


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as it was registered
    one = error.errors()[0]
    place = ".".join(str(part) for part in one["loc"] if part != "body")
    body = error_body(f"{place or 'body'}: {one['msg']}", kind="invalid_request_error", param=place or None)
    return JSONResponse(body, HTTPStatus.BAD_REQUEST)


async def _astray(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it was registered
    return JSONResponse(error_body(str(error.detail), kind="invalid_request_error"), error.status_code)


async def _crashed(_: Request, error: Exception) -> JSONResponse:
    defect("judge_server", error)
    message = f"The model server failed with {type(error).__name__}; its log says where."
    return JSONResponse(error_body(message, kind="server_error"), HTTPStatus.INTERNAL_SERVER_ERROR)
