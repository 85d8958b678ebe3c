"""What is read without the models is read as they read it, and what they refuse is left to them."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rewards.registry import discover
from service import submissions, wire
from service.intake import RequestIntake, SampleIntake
from service.scoring import Submission
from tests.service.running import TEST_REWARDS

REGISTRY = discover(TEST_REWARDS)
REWARDS = list(REGISTRY.values())

texts = st.sampled_from(["", "a", "b" * 200, "c" * 201, "\ud7ff\U0001f600", "3"])
odd = st.sampled_from([None, 0, -1, 2**53, 1.0, True, "3", b"x", [], {}, ["a"], {"answer": "a"}])
counts = st.sampled_from([0, 1, 2**53 - 1])
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["assistant", "user"]), "content": texts | st.none() | st.just([{"type": "text"}])},
        optional={"name": odd},
    )
    | odd,
    max_size=3,
)
references = st.fixed_dictionaries(
    {}, optional={name: texts | st.none() | odd for name in ("answer", "alternative", "number", "worth", "other")}
)
samples = st.fixed_dictionaries(
    {"completion": texts | messages},
    optional={
        "prompt": texts | messages | st.none(),
        "id": texts | st.none() | odd,
        "group": texts | st.none() | odd,
        "completion_tokens": counts | odd,
        "completion_ids": st.lists(counts | odd, max_size=3) | st.lists(counts, max_size=3) | odd,
        "reference": references | st.just({"answer": "a"}) | st.just({"number": 3}) | st.just({"worth": "1"}) | odd,
    },
)


def modelled(sample: Any) -> Submission:  # noqa: ANN401 - any of the models
    """Return what a route makes of a sample that its model has read."""
    reference = getattr(sample, "reference", None)
    return submissions.submission(sample, {} if reference is None else reference.model_dump(exclude_none=True))


@given(st.sampled_from(REWARDS), st.lists(samples, min_size=1, max_size=2))
def test_a_reward_s_own_route_is_read_as_its_model_reads(reward: Any, batch: list[Any]) -> None:  # noqa: ANN401
    """Whatever is read here, the model accepts, and reads the same."""
    intake = SampleIntake(REGISTRY.references(reward), wants_group=reward.is_group, is_union=False)
    read = [plain for sample in batch if (plain := intake.read(sample)) is not None]
    if len(read) == len(batch):
        body = wire.request_model(reward, REGISTRY).model_validate({"samples": batch})
        assert [(modelled(sample), sample.id) for sample in body.samples] == read  # type: ignore[attr-defined]


@given(st.lists(st.sampled_from(REWARDS), min_size=1, max_size=3), st.lists(samples, min_size=1, max_size=2))
def test_several_rewards_are_read_as_their_model_reads(rewards: list[Any], batch: list[Any]) -> None:
    """As above; a reference's fields are passed on as they came."""
    references = [model for reward in rewards for model in REGISTRY.references(reward)]
    wants_group = any(reward.is_group for reward in rewards)
    intake = SampleIntake(references, wants_group=wants_group, is_union=True)
    read = [plain for sample in batch if (plain := intake.read(sample)) is not None]
    if len(read) == len(batch):
        asks = [{"reward": reward.id} for reward in rewards]
        body = wire.BatchRequest.model_validate({"rewards": asks, "samples": batch})
        assert [] == [
            place for sample in body.samples for place in submissions.Misfits(REGISTRY, rewards).of(0, sample)
        ]
        assert [
            (submissions.submission(sample, submissions.present(sample.reference)), sample.id)
            for sample in body.samples
        ] == read


@given(
    odd
    | st.fixed_dictionaries(
        {"samples": odd},
        optional={"deadline_ms": odd | counts, "params": odd, "statistics": odd | st.booleans(), "x": odd},
    )
)
def test_a_request_is_read_as_its_model_reads(body: Any) -> None:  # noqa: ANN401
    """Params aside, which their own model reads."""
    fields = RequestIntake({"samples", "params", "deadline_ms", "statistics"}, 10).read(body)
    if fields is not None and fields.get("params", {}) == {}:
        model = wire.request_model(REGISTRY["length@v1"], REGISTRY)
        if fields["samples"] == []:
            read: Any = model.model_validate(body)
            assert fields.get("deadline_ms") == read.deadline_ms
            assert fields.get("statistics", False) is read.statistics
        else:
            with pytest.raises(ValidationError):
                model.model_validate(body)


@pytest.mark.parametrize("entries", [{"params": 1}, {"rewards": [1]}, {"rewards": [{"params": 1}]}])
def test_what_is_made_of_errors_is_not_validated(entries: dict[str, Any]) -> None:
    """The models would describe every field of it; the size of a body is looked at first."""
    many = {str(number): 1 for number in range(201)}
    filled = json.loads(json.dumps(entries).replace("1", json.dumps(many)))
    intake = RequestIntake({"samples", "params", "rewards"}, 10)
    assert intake.read({"samples": [], **entries}) is not None
    assert intake.read({"samples": [], **filled}) is None


@pytest.mark.parametrize(
    ("reward_id", "sample"),
    [
        ("length@v1", {"completion": "a", "id": "x", "completion_tokens": 3, "completion_ids": [1, 2]}),
        ("length@v1", {"completion": [{"role": "assistant", "content": "a"}], "prompt": [], "group": None}),
        ("matches@v1", {"completion": "a", "reference": {"answer": "a", "alternative": None}}),
        ("matches@v1", {"completion": "a", "reference": None}),
        ("odd@v1", {"completion": "a", "reference": {"number": 3}}),
        ("rank@v1", {"completion": "a", "group": "g"}),
    ],
)
def test_ordinary_samples_need_no_model(reward_id: str, sample: dict[str, Any]) -> None:
    """Else nothing would be won."""
    reward = REGISTRY[reward_id]
    intake = SampleIntake(REGISTRY.references(reward), wants_group=reward.is_group, is_union=False)
    assert intake.read(sample) is not None


def test_both_ways_give_the_same_answer(testbed: httpx.Client) -> None:
    """A charset in the header is enough to have the models read a body."""
    bodies: list[tuple[str, Any]] = [
        ("/v1/rewards/matches@v1/score", {"samples": [{"completion": "A", "reference": {"answer": "a"}, "id": "é"}]}),
        ("/v1/rewards/matches@v1/score", {"samples": [{"completion": "A"}], "params": {"ignore_case": True}}),
        ("/v1/rewards/matches@v1/score", {"samples": [{"completion": "A"}], "params": {"ignore_case": "perhaps"}}),
        ("/v1/rewards/matches@v1/score", {"samples": [{"completion": "A", "reference": {}}]}),
        ("/v1/rewards/matches@v1/score", {"samples": [{"completion": 3}]}),
        ("/v1/rewards/rank@v1/score", {"samples": [{"completion": "A"}]}),
        ("/v1/rewards/length@v1/score", {"samples": [{"completion": "A"}] * 10_001}),
        ("/v1/rewards/length@v1/score", {"samples": []}),
        ("/v1/score", {"rewards": [{"reward": "length@v1"}, {"reward": "rank@v1"}], "samples": [{"completion": "A"}]}),
        ("/v1/score", {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": "A", "group": "g"}]}),
        ("/v1/score", {"rewards": [{"reward": "nothing@v1"}], "samples": []}),
        ("/v1/score", {"rewards": [], "samples": []}),
        ("/v1/rewards/length@v1/score", {"samples": [{"completion": "A", "group": "g"}] * 2, "statistics": True}),
        ("/v1/rewards/length@v1/score", {"samples": [{"completion": "A"}], "statistics": "perhaps"}),
        ("/v1/score", {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": "A"}], "statistics": True}),
        ("/v1/score", {"rewards": [{"reward": "length@v1"}], "samples": [], "statistics": None}),
    ]
    for path, body in bodies:
        quick = testbed.post(path, json=body)
        slow = testbed.post(path, json=body, headers={"Content-Type": "application/json; charset=utf-8"})
        assert slow.status_code == quick.status_code
        one, other = (_untimed(reply.json()) for reply in (quick, slow))
        assert one == other, path


def _untimed(reply: dict[str, Any]) -> dict[str, Any]:
    for result in [reply, *reply.get("results", [])]:
        result.pop("elapsed_ms", None)
    return reply
