"""Conversations with the service, played by hand on a clock that only moves when it is told to."""

import json

import pytest

from trainer_client import Backoff, Rejected, RewardRequest, Sample, Unreachable
from trainer_client import _exchange as exchange
from trainer_client._exchange import Lost, Pause, Reply, Send, Terms

CATALOGUE = Reply(200, b'{"rewards": []}')


class Clock:
    """A clock for tests."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def terms(clock: Clock, deadline_s: float = 10.0) -> Terms:
    """Terms on that clock."""
    return Terms("http://host", deadline_s, Backoff(1.0, 4.0), clock)


def played(clock: Clock, conversation: object, answers: list[Reply | Lost]) -> tuple[object, list[float]]:
    """What a conversation ends with, and its pauses, given what each request is answered with."""
    pauses: list[float] = []
    answer = None
    while True:
        try:
            step = conversation.send(answer)  # type: ignore[attr-defined]
        except StopIteration as end:
            return end.value, pauses
        if isinstance(step, Pause):
            clock.now += step.seconds
            pauses.append(step.seconds)
            answer = None
        else:
            answer = answers.pop(0)


@pytest.mark.parametrize("passing", [Lost("ConnectError"), *(Reply(status, b"") for status in (429, 502, 503, 504))])
def test_passing_trouble_is_waited_out(passing: Reply | Lost) -> None:
    """Trouble that passes is met by asking again."""
    clock = Clock()
    value, pauses = played(clock, exchange.rewards(terms(clock)), [passing, passing, CATALOGUE])
    assert value == []
    assert len(pauses) == 2
    assert 0.5 <= pauses[0] <= 1.0 <= pauses[1] <= 2.0


@pytest.mark.parametrize("status", [301, 400, 401, 404, 413, 422, 500])
def test_refusals_are_final(status: int) -> None:
    """What asking again would not change is raised at once."""
    clock = Clock()
    with pytest.raises(Rejected) as caught:
        played(clock, exchange.rewards(terms(clock)), [Reply(status, b"")])
    assert caught.value.status == status


def test_retry_after_is_honoured() -> None:
    """The service is left alone for as long as it asked."""
    clock = Clock()
    _, pauses = played(clock, exchange.rewards(terms(clock)), [Reply(429, b"", "3"), CATALOGUE])
    assert 3.0 <= pauses[0] <= 3.2


def test_deadline_ends_it() -> None:
    """Nothing is waited for that would end after the deadline."""
    clock = Clock()
    problem = Reply(503, b'{"title": "Not ready", "detail": "No worker is ready."}')
    with pytest.raises(Unreachable) as caught:
        played(clock, exchange.rewards(terms(clock)), [problem] * 50)
    assert clock.now <= 1010.0
    assert caught.value.last == "503 No worker is ready"
    assert caught.value.attempts > 2


def test_the_time_is_used_to_its_end() -> None:
    """A service that is away for nearly all of the time is found when it is back."""
    clock = Clock()
    away: list[Reply | Lost] = [Lost("ConnectError")] * 50
    with pytest.raises(Unreachable) as caught:
        played(clock, exchange.rewards(terms(clock)), away)
    assert caught.value.seconds > 9.0


def test_too_long_a_wait_is_not_begun() -> None:
    """A Retry-After beyond the deadline ends the conversation at once."""
    clock = Clock()
    with pytest.raises(Unreachable):
        played(clock, exchange.rewards(terms(clock)), [Reply(503, b"", "60")])
    assert clock.now == 1000.0


def test_service_is_told_the_time_left() -> None:
    """Each attempt tells the service a deadline within what is left."""
    clock = Clock()
    conversation = exchange.score_many(terms(clock), [RewardRequest("a@v1")], [Sample("x")])
    first = next(conversation)
    assert isinstance(first, Send)
    clock.now += 6
    pause = conversation.send(Lost("ReadError"))
    assert isinstance(pause, Pause)
    second = conversation.send(None)
    assert isinstance(second, Send)
    deadlines = [json.loads(step.content or b"")["deadline_ms"] for step in (first, second)]
    assert deadlines == [9000, 3600]
    assert (first.timeout_s, second.timeout_s) == (10.0, 4.0)


def test_chunks_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that takes several requests is one result, every outcome at its sample's place."""
    monkeypatch.setattr("trainer_client._wire.MAX_SAMPLES", 3)
    clock = Clock()
    samples = [Sample(text, group=text[0]) for text in ("a1", "b1", "a2", "b2", "c1")]
    conversation = exchange.score_many(terms(clock), [RewardRequest("a@v1")], samples)
    sent: list[list[str]] = []
    answer: Reply | None = None
    while True:
        try:
            step = conversation.send(answer)
        except StopIteration as end:
            (result,) = end.value
            break
        assert isinstance(step, Send)
        texts = [sample["completion"] for sample in json.loads(step.content or b"")["samples"]]
        sent.append(texts)
        outcomes = [{"status": "scored", "value": 1.0, "reason": text} for text in texts]
        result = {"reward": "a@v1", "elapsed_ms": 2.0, "outcomes": outcomes}
        answer = Reply(200, json.dumps({"results": [result]}).encode())
    assert sent == [["a1", "a2"], ["b1", "b2", "c1"]]
    assert [outcome.reason for outcome in result.outcomes] == ["a1", "b1", "a2", "b2", "c1"]
    assert result.elapsed_ms == 4.0
