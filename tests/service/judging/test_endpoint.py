"""However an endpoint behaves, the service gets a reply or a typed failure, and gives nothing away."""

import asyncio
import io
import shutil
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from service.judging.questions import ScaleQuestion
from tests.service.judging.asking import PROMPT, SCALE, settings, shown
from tests.service.judging.scripted_server import ScriptedServer
from tests.service.judging.scripts import HONEST, SCRIPTS, Script, always, in_turn
from tests.service.judging.speaking import TEXT, answer, served, speaking, terse
from tests.service.judging.wire import Reply, completion, problem
from tests.service.test_telemetry import logging_to

pytestmark = pytest.mark.anyio


def after_a_probe(script: Script) -> Script:
    """Behave well until the service knows how to ask."""
    return in_turn(HONEST, script)


UNAVAILABLE = {
    "slow": "did not answer within 0.3 s",
    "throttled": "is throttling us",
    "broken": "answers with status 500",
    "away": "answers with status 503",
    "hanging_up": "cannot be reached, or broke off",
    "silent": "cannot be reached, or broke off",
    "redirecting": "redirect, which is not followed: see TOUCHSTONE_JUDGE_URL",
}
UNPARSABLE = {
    "garbage": "no chat completion",
    "truncated": "not the JSON object",
    "cut_off": "cut off: see TOUCHSTONE_JUDGE_REASONING_TOKENS",
    "wrong_schema": "JSON, but not the verdict",
    "duplicate_keys": "not the JSON object",
    "empty": "is empty",
    "null": "is empty",
    "refusing": "refused",
    "filtered": "refused",
    "reasoning": "in its reasoning, which is not read",
    "prose": "not the JSON object",
    "no_json_schema": "refuses the question",
    "no_formats": "refuses the question",
}
ANSWERED = {"honest", "obeying", "thinking", "fenced"}
OF_ITS_OWN = {"fair"}
"""Answers one reward alone, and is no script for these questions."""


def test_every_script_is_tried() -> None:
    """None of them is left out below."""
    assert set(SCRIPTS) == {*UNAVAILABLE, *UNPARSABLE, *ANSWERED, *OF_ITS_OWN}


@pytest.mark.parametrize("mode", UNAVAILABLE)
async def test_who_does_not_answer_is_unavailable(tmp_path: Path, mode: str) -> None:
    """Each way has its sentence; retries are off."""
    timeout_s = 0.3 if mode == "slow" else 5
    async with served(tmp_path, after_a_probe(SCRIPTS[mode]), timeout_s=timeout_s) as (server, endpoint):
        with pytest.raises(JudgeUnavailable, match=UNAVAILABLE[mode]):
            await answer(endpoint)
    assert 2 == len(server.asked)


@pytest.mark.parametrize("mode", UNPARSABLE)
async def test_what_is_no_verdict_is_unparsable(tmp_path: Path, mode: str) -> None:
    """It is answered and paid for, and asking again would not help."""
    async with served(tmp_path, after_a_probe(SCRIPTS[mode])) as (server, endpoint):
        with pytest.raises(JudgeUnparsable, match=UNPARSABLE[mode]):
            await answer(endpoint)
    assert 2 == len(server.asked)


@pytest.mark.parametrize("mode", sorted(ANSWERED))
async def test_a_verdict_is_read(tmp_path: Path, mode: str) -> None:
    """From a plain reply, from behind a thought, and from inside a fence."""
    async with served(tmp_path, after_a_probe(SCRIPTS[mode])) as (_, endpoint):
        assert (await answer(endpoint)).sound


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "refuses the key: see TOUCHSTONE_JUDGE_KEY"),
        (403, "refuses the key: see TOUCHSTONE_JUDGE_KEY"),
        (404, "no such model or path: see TOUCHSTONE_JUDGE_MODEL and TOUCHSTONE_JUDGE_URL"),
        (418, "answers with status 418"),
        (307, "redirect"),
    ],
)
async def test_each_status_has_its_sentence(tmp_path: Path, status: int, said: str) -> None:
    """It says what to look at."""
    async with served(tmp_path, always(problem(status, TEXT))) as (_, endpoint):
        with pytest.raises(JudgeUnavailable, match=said):
            await answer(endpoint)


async def test_nobody_at_the_address(tmp_path: Path) -> None:
    """It cannot be reached."""
    async with speaking(settings(tmp_path)) as endpoint:
        with pytest.raises(JudgeUnavailable, match="cannot be reached"):
            await answer(endpoint)
        assert endpoint.rung is None


async def test_a_question_is_sent_as_the_settings_say(tmp_path: Path) -> None:
    """Model, sampling, tokens and schema; room for thoughts beside the verdict's."""
    options: dict[str, Any] = {"temperature": 0.3, "seed": 7, "reasoning_tokens": 500, "model": "m"}
    async with served(tmp_path, HONEST, **options) as (server, endpoint):
        await answer(endpoint)
        await endpoint.complete(shown(ScaleQuestion(SCALE)), ScaleQuestion(SCALE).form)
    verdict, scale = server.asked[1:]
    assert ("m", 0.3, 7, 550) == tuple(verdict[name] for name in ("model", "temperature", "seed", "max_tokens"))
    assert (PROMPT.schema, True) == tuple(
        verdict["response_format"]["json_schema"][name] for name in ("schema", "strict")
    )
    assert ["system", "user"] == [message["role"] for message in verdict["messages"]]
    assert (True, 20, False) == (scale["logprobs"], scale["top_logprobs"], "response_format" in scale)


async def test_a_terse_endpoint_gets_no_sampling(tmp_path: Path) -> None:
    """Nor does one where the settings give none."""
    async with served(tmp_path, terse()) as (server, endpoint):
        await answer(endpoint)
    assert {"model", "messages", "max_completion_tokens", "response_format"} == set(server.asked[-1])
    none = {"temperature": None, "seed": None}
    async with served(tmp_path, HONEST, **none) as (server, endpoint):
        await answer(endpoint)
    assert {"model", "messages", "max_tokens", "response_format"} == set(server.asked[-1])


async def test_a_throttled_question_waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    """And then succeeds."""
    script = in_turn(HONEST, always(problem(429, "Slow down.", Retry_After="1")), HONEST)
    async with served(tmp_path, script, retries=2) as (server, endpoint):
        await endpoint.dialect()
        began = time.monotonic()
        assert (await answer(endpoint)).sound
    assert 1 <= time.monotonic() - began
    assert 3 == len(server.asked)


async def test_servers_errors_are_tried_again(tmp_path: Path) -> None:
    """As often as the settings say, and no more."""
    broken, away = SCRIPTS["broken"], SCRIPTS["away"]
    async with served(tmp_path, in_turn(HONEST, broken, away, HONEST), retries=2) as (server, endpoint):
        assert (await answer(endpoint)).sound
    assert 4 == len(server.asked)
    async with served(tmp_path, in_turn(HONEST, broken), retries=1) as (server, endpoint):
        with pytest.raises(JudgeUnavailable, match="500"):
            await answer(endpoint)
    assert 3 == len(server.asked)


async def test_the_time_out_holds_for_everything_together(tmp_path: Path) -> None:
    """Retries, and what a server asks to wait, are part of it."""
    script = after_a_probe(always(problem(429, "Slow down.", Retry_After="100")))
    async with served(tmp_path, script, retries=5, timeout_s=0.5) as (_, endpoint):
        await endpoint.dialect()
        began = time.monotonic()
        with pytest.raises(JudgeUnavailable, match=r"within 0\.5 s"):
            await answer(endpoint)
    assert time.monotonic() - began < 10


async def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(tmp_path: Path) -> None:
    """Whatever the status; the other server hears nothing."""
    async with ScriptedServer(HONEST) as other:
        for status in (301, 302, 303, 307, 308):
            location = {"Location": f"{other.url}/chat/completions"}
            async with ScriptedServer(always(Reply(b"", status, location))) as server:
                judge = settings(tmp_path, server.url, key=SecretStr("KEY-1"), retries=2)
                async with speaking(judge) as endpoint:
                    with pytest.raises(JudgeUnavailable, match="redirect"):
                        await answer(endpoint)
            assert ["Bearer KEY-1"] == [call.headers["authorization"] for call in server.calls]
    assert [] == other.calls


async def test_the_key_of_the_client_library_is_not_the_judges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom to ask, and with which key, is what the settings say; one who has none says so."""
    monkeypatch.setenv("OPENAI_API_KEY", "LEAK")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "LEAK")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    async with served(tmp_path, HONEST) as (server, endpoint):
        await answer(endpoint)
    sent = [value for call in server.calls for value in call.headers.values()]
    assert not [value for value in sent if "LEAK" in value]
    assert {"Bearer none"} == {call.headers["authorization"] for call in server.calls}


PROVIDERS = "PROVIDER said that SECRET is no text"


@pytest.mark.parametrize(
    "script",
    [
        *SCRIPTS.values(),
        *(always(problem(status, PROVIDERS)) for status in (400, 401, 403, 404, 409, 422, 429, 500)),
        always(Reply(PROVIDERS.encode(), 400)),
        always(completion(PROVIDERS)),
        always(completion(None, refusal=PROVIDERS)),
        always(completion(PROVIDERS, finish_reason=PROVIDERS)),
    ],
)
async def test_no_message_and_no_log_quotes_anybody(tmp_path: Path, script: Script) -> None:
    """Neither the question, nor the reply, nor the key, at the level `debug` too."""
    stream, said = io.StringIO(), ""
    with logging_to(stream, "debug"):
        async with served(tmp_path, after_a_probe(script), key=SecretStr("KEY-1"), timeout_s=0.3) as (_, endpoint):
            try:
                await answer(endpoint)
            except (JudgeUnavailable, JudgeUnparsable) as error:
                said = f"{error} {error.__cause__}"
    assert not [word for word in ("SECRET", "PROVIDER", "KEY-1") if word in stream.getvalue() + said]


async def test_an_error_code_of_the_endpoint_is_passed_on(tmp_path: Path) -> None:
    """It is one of the provider's own words, and no text."""
    body = b'{"error": {"code": "context_length_exceeded", "message": "PROVIDER"}}'
    async with served(tmp_path, after_a_probe(always(Reply(body, 400)))) as (_, endpoint):
        with pytest.raises(JudgeUnparsable, match=r"refuses the question \(context_length_exceeded\)\.$"):
            await answer(endpoint)


def own_certificate(folder: Path) -> ssl.SSLContext:
    """Return a server's context with a certificate that is signed by nobody else."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    options = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", *options, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    """An `https://` address is spoken to over TLS, and its certificate is verified."""
    context = own_certificate(tmp_path)
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        async with speaking(settings(tmp_path, f"https://127.0.0.1:{port}/v1", key=SecretStr("KEY-1"))) as endpoint:
            with pytest.raises(JudgeUnavailable, match="cannot be reached"):
                await answer(endpoint)
    assert [] == heard


async def test_nothing_of_the_environment_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that other programs read are none of the judge's settings."""
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "somebody-elses")
    async with served(tmp_path, HONEST) as (server, endpoint):
        await endpoint.dialect()
    assert server.calls
    assert [] == [value for call in server.calls for value in call.headers.values() if "somebody-elses" in value]
