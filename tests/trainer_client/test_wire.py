"""Bodies and replies."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_client import BadReply, Failure, Rejected, RewardRequest, Sample, Score, VersionMismatch
from trainer_client import _wire as wire
from trainer_client._json import encoded

REWARD = RewardRequest("equal@v1")

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_any_text_can_be_sent(text: str) -> None:
    """Every Python string becomes valid UTF-8 and comes back, its lone surrogates replaced."""
    sent = json.loads(encoded({"completion": text}).decode("utf-8"))["completion"]
    expected = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert sent == expected


def test_lone_surrogate_becomes_replacement() -> None:
    """A lone surrogate is replaced, a pair of them is the character that it stands for."""
    assert json.loads(encoded("a\ud800b\ud83d\ude00")) == "a\ufffdb\U0001f600"


def test_none_is_left_out() -> None:
    """A field that is not known is not sent."""
    body = wire.sample_json(Sample("x", {"answer": None, "unit": "m"}, completion_tokens=3))
    assert json.loads(body) == {"completion": "x", "completion_tokens": 3, "reference": {"unit": "m"}}
    assert json.loads(wire.sample_json(Sample("x", {"answer": None}))) == {"completion": "x"}


def test_not_a_number_is_refused() -> None:
    """What JSON cannot say is an error here and not at the service."""
    with pytest.raises(ValueError, match="JSON"):
        encoded({"limit": float("nan")})


def test_body() -> None:
    """A body is JSON made of its parts."""
    rewards = wire.rewards_json([REWARD, RewardRequest("b@v2", {"limit": 3}, behaviour="sha256:x")])
    body = wire.score_body(rewards, [b'{"completion":"x"}', b'{"completion":"y"}'], 1500)
    assert json.loads(body) == {
        "rewards": [{"reward": "equal@v1"}, {"reward": "b@v2", "params": {"limit": 3}}],
        "samples": [{"completion": "x"}, {"completion": "y"}],
        "deadline_ms": 1500,
    }
    assert json.loads(wire.score_body(b"[]", [], 1, statistics=True)) == {
        "rewards": [],
        "samples": [],
        "deadline_ms": 1,
        "statistics": True,
    }


@given(st.lists(st.tuples(st.sampled_from([None, "a", "b", "c"]), st.integers(1, 40 * 2**20)), max_size=30))
def test_chunks(rows: list[tuple[str | None, int]]) -> None:
    """Every sample is in exactly one chunk, and no chunk of several samples is too large."""
    samples = [Sample("x", group=group) for group, _ in rows]
    sizes = [size for _, size in rows]
    chunks = wire.chunks(samples, sizes)
    assert sorted(position for chunk in chunks for position in chunk) == list(range(len(rows)))
    assert all(len(chunk) == 1 or sum(sizes[at] for at in chunk) <= wire.MAX_BODY_BYTES for chunk in chunks if chunk)


def test_chunks_keep_groups_together() -> None:
    """A group is moved to the next request rather than cut, even if its samples lie apart."""
    samples = [Sample("x", group=group) for group in "ababccc"]
    sizes = [7 * 2**20] * 7
    assert wire.chunks(samples, sizes) == [[0, 1, 2, 3], [4, 5, 6]]


def test_chunks_respect_the_number() -> None:
    """A request holds no more samples than the service accepts."""
    samples = [Sample("x")] * (wire.MAX_SAMPLES + 1)
    assert [len(chunk) for chunk in wire.chunks(samples, [10] * len(samples))] == [wire.MAX_SAMPLES, 1]


def reply(outcomes: list[Any], **changes: object) -> bytes:
    """A reply to `REWARD`."""
    result = {"reward": "equal@v1", "behaviour": "sha256:b", "build": "sha256:c", "elapsed_ms": 2, **changes}
    return json.dumps({"results": [{**result, "outcomes": outcomes}]}).encode()


def test_outcomes() -> None:
    """Scores and failures are told apart."""
    content = reply(
        [
            {
                "id": "a",
                "status": "scored",
                "value": 1,
                "reason": "equal",
                "explanation": "Yes.",
                "details": {"x": 2},
            },
            {"status": "failed", "kind": "deadline", "message": "Late.", "retryable": True, "value": None},
        ]
    )
    (result,) = wire.results(content, [REWARD], 2)
    assert result.outcomes == (
        Score(1.0, "equal", "Yes.", {"x": 2}, "a"),
        Failure("deadline", "Late.", retryable=True),
    )
    assert (result.behaviour, result.build, result.elapsed_ms) == ("sha256:b", "sha256:c", 2.0)
    assert [outcome.status for outcome in result.outcomes] == ["scored", "failed"]
    assert result.outcomes[1].value is None


@pytest.mark.parametrize("digest", ["behaviour", "build"])
def test_pins(digest: str) -> None:
    """A digest that differs from the pinned one is an error."""
    content = reply([], **{digest: "sha256:new"})
    pinned = RewardRequest("equal@v1", **{digest: "sha256:old"})
    with pytest.raises(VersionMismatch) as caught:
        wire.results(content, [pinned], 0)
    assert (caught.value.digest, caught.value.pinned, caught.value.served) == (
        digest,
        "sha256:old",
        "sha256:new",
    )
    assert wire.results(content, [RewardRequest("equal@v1", **{digest: "sha256:new"})], 0)[0].outcomes == ()


SCORED = {"status": "scored", "value": 1.0}


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"[]",
        b"\xff",
        b'{"results": []}',
        b'{"results": 3}',
        b'{"results": [3]}',
        reply([]),
        reply([SCORED, SCORED]),
        reply([SCORED], reward="other@v1"),
        reply([{"status": "scored", "value": None}]),
        reply([{"status": "scored", "value": "1"}]),
        reply([{"status": "scored", "value": True}]),
        reply([{"status": "perhaps"}]),
        reply([3]),
        reply([{"status": "scored", "value": float("nan")}]),
        reply([{"status": "scored", "value": float("inf")}]),
    ],
)
def test_bad_reply(content: bytes) -> None:
    """A reply that is not what was promised is never believed."""
    with pytest.raises(BadReply):
        wire.results(content, [REWARD], 1)


@given(st.binary(max_size=200))
def test_no_reply_surprises(content: bytes) -> None:
    """Whatever bytes come back, the error is one of ours."""
    with pytest.raises(BadReply):
        wire.results(content, [REWARD], 1)
    with pytest.raises(BadReply):
        wire.catalogue(content)
    assert isinstance(wire.rejection(400, content), Rejected)


def test_catalogue() -> None:
    """A catalogue entry keeps what it says, and what a newer service adds."""
    (info,) = wire.catalogue(b'{"rewards": [{"id": "a@v1", "range": [null, 1], "needs": ["b@v1"], "new": 1}]}')
    assert (info.id, info.range, info.needs, info.group, info.raw["new"]) == (
        "a@v1",
        (None, 1),
        ("b@v1",),
        False,
        1,
    )


def test_rejection() -> None:
    """A problem document becomes an error with its places."""
    content = json.dumps(
        {
            "type": "about:blank",
            "title": "Invalid request",
            "status": 422,
            "detail": "One field is wrong.",
            "errors": [{"path": "samples.0.x", "message": "is unknown"}, "junk"],
        }
    ).encode()
    error = wire.rejection(422, content)
    assert (error.status, error.title, error.detail, error.errors) == (
        422,
        "Invalid request",
        "One field is wrong.",
        (("samples.0.x", "is unknown"),),
    )
