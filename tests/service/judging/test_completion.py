"""Whatever an endpoint sends in place of a completion is no reply, and no defect."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.errors import JudgeUnparsable
from service.judging.completion import reply_of
from tests.service.judging.test_replies import JSON
from tests.service.judging.wire import completion, weighed


def body(**changes: object) -> bytes:
    """Return a completion with some of its choice's fields changed."""
    whole: dict[str, Any] = json.loads(completion("Yes.").body)
    message = {name: changes.pop(name) for name in ("content", "refusal", "tool_calls", "reasoning") if name in changes}
    whole["choices"][0] |= changes
    whole["choices"][0]["message"] |= message
    return json.dumps(whole).encode()


def test_a_whole_reply_is_text_and_tokens() -> None:
    """And nothing is wrong with it."""
    reply = reply_of(completion("Yes.").body)
    assert ("Yes.", None, [], 100, 2) == (
        reply.text,
        reply.fault,
        reply.likely,
        reply.prompt_tokens,
        reply.completion_tokens,
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"refusal": "No."}, "refused"),
        ({"finish_reason": "content_filter"}, "refused"),
        ({"tool_calls": [{"id": "x"}]}, "called a tool"),
        ({"finish_reason": "tool_calls"}, "did not come to its end"),
        ({"finish_reason": "length"}, "TOUCHSTONE_JUDGE_REASONING_TOKENS"),
        ({"finish_reason": None}, "did not come to its end"),
        ({"finish_reason": "abort"}, "did not come to its end"),
        ({"content": ""}, "is empty.$"),
        ({"content": None}, "is empty.$"),
        ({"content": " \n"}, "is empty.$"),
        ({"content": "", "reasoning": "Hm."}, "All it wrote is in its reasoning"),
    ],
)
def test_a_reply_that_is_not_whole_says_why(changes: dict[str, object], fault: str) -> None:
    """Each way has its own sentence, and none quotes."""
    reply = reply_of(body(**changes))
    assert reply.fault is not None
    assert re.search(fault, reply.fault)


@pytest.mark.parametrize("reason", ["stop", "eos_token", "stop_sequence"])
def test_servers_have_several_words_for_the_end(reason: str) -> None:
    """vLLM, SGLang and llama.cpp say `stop`; TGI says `eos_token`."""
    assert reply_of(body(finish_reason=reason)).fault is None


def test_the_likeliest_first_tokens_are_read() -> None:
    """In the order in which they came."""
    assert ["B", "A"] == [token for token, _ in reply_of(weighed({"A": 0.2, "B": 0.8}).body).likely]


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {},
        [],
        "x",
        {"content": None},
        {"content": []},
        {"content": [{}]},
        {"tokens": ["A"]},
        {"content": {"a": 1}},
    ],
)
def test_probabilities_of_another_form_are_none(logprobs: object) -> None:
    """The text is still a reply."""
    reply = reply_of(body(logprobs=logprobs))
    assert ([], "Yes.") == (reply.likely, reply.text)


@pytest.mark.parametrize(
    "usage", [None, {}, "x", {"prompt_tokens": None}, {"prompt_tokens": "many"}, {"prompt_tokens": -1}]
)
def test_tokens_that_are_not_told_are_none(usage: object) -> None:
    """Then the budget takes the most that the call could cost."""
    whole = json.loads(completion("Yes.").body) | {"usage": usage}
    reply = reply_of(json.dumps(whole).encode())
    assert (0, 0) == (reply.prompt_tokens, reply.completion_tokens)


@pytest.mark.parametrize(
    "sent", [b"", b"\x00\xff", b"{}", b"[]", b"null", b'{"choices": null}', b'{"choices": []}', b'{"choices": [{}]}']
)
def test_what_is_no_completion_is_no_reply(sent: bytes) -> None:
    """An error page is none."""
    with pytest.raises(JudgeUnparsable, match="chat completion"):
        reply_of(sent)


@given(JSON, st.sampled_from(["choices", "usage", "message", "finish_reason", "logprobs", "content"]))
def test_no_value_in_any_place_is_a_defect(value: object, place: str) -> None:
    """A reply, or none."""
    whole = json.loads(completion("Yes.").body)
    holder = {"choices": whole, "usage": whole, "content": whole["choices"][0]["message"]}.get(
        place, whole["choices"][0]
    )
    holder[place] = value
    try:
        reply = reply_of(json.dumps(whole).encode())
    except JudgeUnparsable:
        return
    assert isinstance(reply.text, str)
    assert reply.prompt_tokens >= 0
