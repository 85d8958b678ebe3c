"""What goes wrong behind the endpoints is told in OpenAI's form, and never what was asked."""

import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("llguidance")

from service import telemetry
from service.judge_server.app import Desk, create_app
from service.judge_server.errors import ModelUnusableError
from service.judge_server.model import Answer, Question
from service.judge_server.turns import Turns

pytestmark = pytest.mark.anyio


class _Model:
    """Stands in for a model that fails, or keeps what it was asked."""

    context = 10
    device = "cpu"
    fingerprint = "fp_0"

    def __init__(self, failure: Exception | None = None) -> None:
        self.asked: list[Question] = []
        self.shown: list[Any] = []
        self._failure = failure
        self.vocabulary = SimpleNamespace(prompt=self._prompt)

    def _prompt(self, messages: Sequence[dict[str, str]], options: dict[str, Any]) -> list[int]:
        self.shown.append((messages, options))
        return [1]

    def answer(self, question: Question, gone: threading.Event) -> Answer:  # noqa: ARG002 - a model's shape
        self.asked.append(question)
        if self._failure is not None:
            raise self._failure
        return Answer("yes", "stop", 1, [])


async def posted(model: _Model, **more: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    """Return the reply of a server with this model."""
    desk = Desk(model, "fake", Turns(4), 50, None, telemetry.quiet())  # type: ignore[arg-type]
    transport = httpx.ASGITransport(create_app(desk), raise_app_exceptions=False)
    body = {"model": "fake", "messages": [{"role": "user", "content": "a secret"}]} | more
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        try:
            return await client.post("/v1/chat/completions", json=body)
        finally:
            desk.turns.close()


async def test_a_defect_is_500_without_its_message() -> None:
    """The exception's text might quote a prompt."""
    reply = await posted(_Model(RuntimeError("a secret")))
    assert (500, "server_error") == (reply.status_code, reply.json()["error"]["type"])
    assert "RuntimeError" in reply.text
    assert "secret" not in reply.text


async def test_a_model_that_overflows_says_so() -> None:
    """It is the server's fault."""
    reply = await posted(_Model(ModelUnusableError("NaN")))
    assert (500, "NaN") == (reply.status_code, reply.json()["error"]["message"])


async def test_what_is_asked_reaches_the_model() -> None:
    """Parts are joined, developers are the system, and no reply is longer than the server allows."""
    model = _Model()
    said = [
        {"role": "developer", "content": "Be just."},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    ]
    options = {"enable_thinking": False}
    sent = {"messages": said, "temperature": 0.5, "top_p": 0.9, "seed": 3, "max_tokens": 70, "stop": ["", "x"]}
    reply = await posted(model, **sent, chat_template_kwargs=options, user="ignored")
    (question,) = model.asked
    assert "yes" == reply.json()["choices"][0]["message"]["content"]
    assert [([{"role": "system", "content": "Be just."}, {"role": "user", "content": "ab"}], options)] == model.shown
    assert (0.5, 0.9, 3) == (question.sampling.temperature, question.sampling.top_p, question.sampling.seed)
    assert (50, ("x",), None) == (question.max_tokens, question.stops, question.rivals)


async def test_what_is_not_said_is_as_openai_has_it() -> None:
    """The temperature is 1, and nothing else is drawn from or cut."""
    model = _Model()
    await posted(model)
    (question,) = model.asked
    assert (1.0, 1.0, None) == (question.sampling.temperature, question.sampling.top_p, question.sampling.seed)
    assert (50, (), None) == (question.max_tokens, question.stops, question.constraint)
