"""Reads chat completions off the wire: what of them is a reply, and why one is not whole.

Servers differ in all that they add, and some send what no server should: nothing here trusts a field to be there.
"""

from pydantic import BaseModel, TypeAdapter, ValidationError

from rewards.errors import JudgeUnparsable
from service.judging.replies import Reply

_FINISHED = frozenset({"stop", "eos_token", "stop_sequence"})


class _Message(BaseModel):
    content: str | None = None
    refusal: object = None
    tool_calls: object = None
    reasoning_content: object = None
    reasoning: object = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: object = None


class _Completion(BaseModel):
    choices: list[_Choice]
    usage: object = None


class _Token(BaseModel):
    token: str
    logprob: float


class _Place(BaseModel):
    top_logprobs: list[_Token]


class _LogProbs(BaseModel):
    content: list[_Place]


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


_LOG_PROBS = TypeAdapter(_LogProbs)
_USAGE = TypeAdapter(_Usage)


def reply_of(body: bytes) -> Reply:
    """Return the reply that the body of a completion holds.

    Raises:
        JudgeUnparsable: it is no completion.
    """
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError:
        raise JudgeUnparsable("What the judge's endpoint sent is no chat completion.") from None
    if not completion.choices:
        raise JudgeUnparsable("The judge's endpoint sent a chat completion without a choice.")
    choice, usage = completion.choices[0], _usage(completion.usage)
    return Reply(
        text=choice.message.content or "",
        fault=_fault(choice),
        likely=_likely(choice.logprobs),
        prompt_tokens=max(0, usage.prompt_tokens),
        completion_tokens=max(0, usage.completion_tokens),
    )


def _fault(choice: _Choice) -> str | None:
    """Return why a choice is no whole reply, or None where it is one."""
    message = choice.message
    if message.refusal or choice.finish_reason == "content_filter":
        return "The judge refused to answer."
    if message.tool_calls:
        return "The judge called a tool instead of answering."
    if choice.finish_reason == "length":
        return "The judge's reply was cut off: see TOUCHSTONE_JUDGE_REASONING_TOKENS."
    if choice.finish_reason not in _FINISHED:
        return "The judge's reply did not come to its end."
    if message.content and message.content.strip():
        return None
    thought = message.reasoning_content or message.reasoning
    return f"The judge's reply is empty.{' All it wrote is in its reasoning, which is not read.' if thought else ''}"


def _likely(logprobs: object) -> list[tuple[str, float]]:
    """Return the likeliest first tokens with their log probabilities; none where there are none in this form."""
    try:
        places = _LOG_PROBS.validate_python(logprobs).content
    except ValidationError:
        return []
    return [(top.token, top.logprob) for top in places[0].top_logprobs] if places else []


def _usage(usage: object) -> _Usage:
    try:
        return _USAGE.validate_python(usage)
    except ValidationError:
        return _Usage()
