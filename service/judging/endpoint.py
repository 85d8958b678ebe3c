"""Speaks the chat-completions wire to whatever serves the judge, through the `openai` package."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import openai

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from rewards.judging.prompt import Asked, Prompt, Verdict
from service.judging.completion import reply_of
from service.judging.counts import JudgeCounts
from service.judging.flights import Flights
from service.judging.questions import Form, VerdictQuestion
from service.judging.replies import Reply
from service.judging.settings import JudgeSettings

Rung = Literal["json_schema", "json_object", "text"]
_LADDER: tuple[Rung, ...] = ("json_schema", "json_object", "text")
_TOP_LOGPROBS = 20
_CODE = re.compile(r"[a-z0-9_-]{1,60}")
_REFUSED = (openai.BadRequestError, openai.UnprocessableEntityError)

_NOT_FROM_THE_ENVIRONMENT = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
"""What the client would send from variables that are not the service's."""


class _Ready(Verdict):
    """The verdict that a probe asks for."""

    deciding = ("state",)
    state: Literal["ready"]


_PROBE = VerdictQuestion(
    Prompt(
        name="probe",
        system="You answer in JSON.",
        template="Say that you are ready.",
        verdict=_Ready,
        max_tokens=50,
        bought=lambda _: _Ready(state="ready"),
    )
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an endpoint wants to be asked."""

    rung: Rung
    """How it is told what a reply must look like."""
    is_terse: bool
    """Whether it refuses `max_tokens`, `temperature` and `seed`, as hosted models that think do."""


class Endpoint:
    """One model behind one URL.

    Args:
        settings: The URL, the model and how to ask it.
        counts: Where probes are counted.
    """

    def __init__(self, settings: JudgeSettings, counts: JudgeCounts) -> None:
        self._settings = settings
        key = "none" if settings.key is None else settings.key.get_secret_value()
        client = httpx2.AsyncClient(
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency),
            timeout=settings.timeout_s,
            # Without TLS there is nothing to verify, and to read all certificates takes a tenth of a second.
            verify=urlsplit(settings.url or "").scheme == "https",
        )
        self._client = openai.AsyncOpenAI(
            base_url=settings.url,
            api_key=key,
            max_retries=settings.retries,
            timeout=settings.timeout_s,
            http_client=client,
            default_headers=_NOT_FROM_THE_ENVIRONMENT,  # type: ignore[arg-type]  # `Omit` is documented
        )
        self._dialect: Dialect | None = None
        self._probes: Flights[None] = Flights()
        self._counts = counts

    @property
    def rung(self) -> Rung | None:
        """How verdicts are asked for; None until the endpoint has answered a probe."""
        return None if self._dialect is None else self._dialect.rung

    async def close(self) -> None:
        """Break off a probe, and close the connections."""
        await self._probes.stop()
        await self._client.close()

    def most_tokens(self, form: Form) -> int:
        """Return the most tokens that a reply may have, a thought in front of it among them."""
        return form.max_tokens + self._settings.reasoning_tokens

    async def complete(self, asked: Asked, form: Form) -> Reply:
        """Return the reply to a question.

        Raises:
            JudgeUnavailable: there is no answer.
            JudgeUnparsable: there is one, and it is no reply.
        """
        return await self._send(asked, form, await self.dialect())

    async def dialect(self) -> Dialect:
        """Return how the endpoint wants to be asked, found out by asking it the first time.

        Raises:
            JudgeUnavailable: it does not answer.
        """
        if self._dialect is None:
            self._dialect = await self._probes.join(None, self._probe)
        return self._dialect

    async def _probe(self, leave: Callable[[], None]) -> Dialect:
        """Return the first dialect in which the endpoint says what it is asked for.

        An endpoint that says it in none is spoken to in plain text, and each of its replies is seen on its own.
        """
        leave()  # whoever comes next needs it as well
        rungs = _LADDER if self._settings.output == "auto" else (self._settings.output,)
        spoken = Dialect(rungs[-1], is_terse=False)
        for rung in rungs:
            for dialect in (Dialect(rung, is_terse=False), Dialect(rung, is_terse=True)):
                try:
                    self._counts.probes += 1
                    _PROBE.read(await self._send(_PROBE.render({}, ""), _PROBE.form, dialect))
                except _RefusedError:
                    continue
                except JudgeUnparsable:
                    spoken = Dialect(rungs[-1], is_terse=dialect.is_terse)
                    break
                return dialect
        return spoken

    async def _send(self, asked: Asked, form: Form, dialect: Dialect) -> Reply:
        """Return the reply to a question in one dialect."""
        timeout_s = self._settings.timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                # The typed method walks through the whole body before it sends it, for a millisecond.
                response = await self._client.post(
                    "/chat/completions", body=self._body(asked, form, dialect), cast_to=httpx2.Response
                )
        except (TimeoutError, openai.APITimeoutError):
            raise JudgeUnavailable(f"The judge did not answer within {timeout_s:g} s.") from None
        except openai.APIConnectionError:
            raise JudgeUnavailable("The judge cannot be reached, or broke off.") from None
        except _REFUSED as error:
            raise _RefusedError(f"The judge's endpoint refuses the question{_code(error)}.") from None
        except openai.APIStatusError as error:
            raise JudgeUnavailable(_said(error)) from None
        return reply_of(response.content)

    def _body(self, asked: Asked, form: Form, dialect: Dialect) -> dict[str, Any]:
        """Return a request."""
        settings = self._settings
        body: dict[str, Any] = {
            "model": settings.model,
            "messages": [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.user}],
            "max_completion_tokens" if dialect.is_terse else "max_tokens": self.most_tokens(form),
        }
        if not dialect.is_terse:
            sampling = {"temperature": settings.temperature, "seed": settings.seed}
            body |= {name: value for name, value in sampling.items() if value is not None}
        if form.schema is None:
            body |= {"logprobs": True, "top_logprobs": _TOP_LOGPROBS}
        elif dialect.rung == "json_schema":
            schema = {"name": "verdict", "strict": True, "schema": form.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif dialect.rung == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body


class _RefusedError(JudgeUnparsable):
    """The endpoint will not take this question, however often it is asked."""


def _code(error: openai.APIStatusError) -> str:
    """Return the endpoint's own code for an error, where it looks like one; never its message, which may quote."""
    body: object = error.body
    code = body.get("code") if isinstance(body, Mapping) else None
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _said(error: openai.APIStatusError) -> str:
    """Return one sentence on a status that is no answer."""
    status = error.status_code
    sentences = {
        401: "The judge's endpoint refuses the key: see TOUCHSTONE_JUDGE_KEY.",
        403: "The judge's endpoint refuses the key: see TOUCHSTONE_JUDGE_KEY.",
        404: "The judge's endpoint knows no such model or path: see TOUCHSTONE_JUDGE_MODEL and TOUCHSTONE_JUDGE_URL.",
        429: "The judge's endpoint is throttling us.",
    }
    if status // 100 == 3:  # noqa: PLR2004 - the class of redirects
        return "The judge's endpoint answers with a redirect, which is not followed: see TOUCHSTONE_JUDGE_URL."
    return sentences.get(status, f"The judge's endpoint answers with status {status}.")
