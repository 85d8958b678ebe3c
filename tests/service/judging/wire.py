"""What a scripted server can send: replies in the form of the chat-completions wire, whole or broken."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """One response, byte for byte."""

    body: bytes = b""
    """What is sent under the headers."""

    status: int = 200
    """The HTTP status."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers beside content type and length."""

    delay_s: float = 0.0
    """How long it is held back, in addition to the server's latency."""

    sent_share: float = 1.0
    """How much of it is sent before the connection is dropped; all of it keeps the connection."""


def completion(content: str | None, *, finish_reason: str = "stop", **message: str) -> Reply:
    """A chat completion with a message, of which `refusal` or `reasoning_content` may be further fields."""
    return _completion({"content": content, **message}, finish_reason, None)


def weighed(weights: Mapping[str, float]) -> Reply:
    """A chat completion of one token with the probabilities of several; the likeliest is the one that is said."""
    top = [
        {"token": token, "logprob": math.log(weight), "bytes": list(token.encode())}
        for token, weight in sorted(weights.items(), key=lambda item: -item[1])
    ]
    logprobs = {"content": [top[0] | {"top_logprobs": top}], "refusal": None}
    return _completion({"content": top[0]["token"]}, "length", logprobs)


def problem(status: int, message: str, **headers: str) -> Reply:
    """An error in OpenAI's form; the headers' names are written with underscores."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps({"error": error}).encode(), status, named)


def _completion(message: Mapping[str, Any], finish_reason: str, logprobs: Mapping[str, Any] | None) -> Reply:
    said = {"role": "assistant", "refusal": None} | dict(message)
    tokens = len(str(said["content"])) // 4 + 1
    whole = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "scripted",
        "choices": [{"index": 0, "message": said, "finish_reason": finish_reason, "logprobs": logprobs}],
        "usage": {"prompt_tokens": 100, "completion_tokens": tokens, "total_tokens": 100 + tokens},
    }
    return Reply(json.dumps(whole).encode())
