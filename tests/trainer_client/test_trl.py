"""The reward functions for TRL, called as TRL calls them."""

import json
import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from trainer_client import (
    MissingColumn,
    Rejected,
    RewardSpec,
    RewardWarning,
    TooManyFailures,
    TRLRewards,
    VersionMismatch,
)

if TYPE_CHECKING:
    from conftest import FakeService

URL = "http://service.test"
SPECS = [RewardSpec("equal@v1"), RewardSpec("short@v1", weight=0.5)]


def batch(*completions: str, answer: object = "4", step: int = 3) -> dict[str, Any]:
    """The keywords of a call, for one prompt."""
    count = len(completions)
    return {
        "prompts": ["2+2="] * count,
        "completions": list(completions),
        "completion_ids": [[1] * len(text) for text in completions],
        "answer": [answer] * count,
        "trainer_state": SimpleNamespace(global_step=step),
        "environments": None,
    }


Make = Callable[..., TRLRewards]


@pytest.fixture
def make(transport: httpx.MockTransport) -> Make:
    """Makes rewards at the service inside the test."""

    def made(specs: list[RewardSpec] = SPECS, **options: Any) -> TRLRewards:  # noqa: ANN401
        return TRLRewards(specs, base_url=URL, transport=transport, **options)

    return made


def test_one_request_feeds_all(make: Make, service: "FakeService") -> None:
    """Each callable gives its own column, and the batch is sent once."""
    rewards = make()
    columns = [function(**batch("4", "1234")) for function in rewards.functions]
    assert columns == [[1.0, 0.0], [1.0, 0.0]]
    assert [request["rewards"] for request in service.asked] == [[{"reward": "equal@v1"}, {"reward": "short@v1"}]]
    assert [function.__name__ for function in rewards.functions] == ["equal@v1", "short@v1"]
    assert rewards.weights == [1.0, 0.5]


def test_what_is_sent(make: Make, service: "FakeService") -> None:
    """A sample carries the prompt, its group, its tokens and its reference as text."""
    make().functions[0](**batch("12", answer=4))
    (sample,) = service.asked[0]["samples"]
    group = sample.pop("group")
    assert sample == {
        "completion": "12",
        "prompt": "2+2=",
        "completion_tokens": 2,
        "completion_ids": [1, 1],
        "reference": {"answer": "4"},
    }
    assert len(group) == 16


def test_groups_follow_prompts(make: Make, service: "FakeService") -> None:
    """Completions of one prompt share a group, those of another do not."""
    call = batch("4", "4", "4") | {"prompts": ["a", "b", "a"]}
    make().functions[0](**call)
    first, second, third = (sample["group"] for sample in service.asked[0]["samples"])
    assert first == third != second


def test_messages(make: Make, service: "FakeService") -> None:
    """Of chat messages the roles and texts are sent, whatever else they carry."""
    call = batch("") | {
        "prompts": [
            [
                {
                    "role": "user",
                    "content": [{"type": "image", "image": object()}, {"type": "text", "text": "?"}],
                }
            ]
        ],
        "completions": [
            [
                {"role": "assistant", "content": None, "tool_calls": [object()]},
                {"role": "assistant", "content": "4"},
            ]
        ],
    }
    assert make().functions[0](**call) == [1.0]
    (sample,) = service.asked[0]["samples"]
    assert sample["prompt"] == [{"role": "user", "content": "?"}]
    assert sample["completion"] == [
        {"role": "assistant", "content": ""},
        {"role": "assistant", "content": "4"},
    ]


def test_fewest_arguments(make: Make) -> None:
    """A trainer that passes only prompts and completions is served too."""
    short = make([RewardSpec("short@v1")])
    assert short.functions[0](prompts=["a"], completions=["b"]) == [1.0]


def test_same_batch_again(make: Make, service: "FakeService") -> None:
    """A batch that comes again is scored again."""
    rewards = make()
    for _ in range(2):
        for function in rewards.functions:
            function(**batch("4"))
    assert len(service.asked) == 2


def test_eight_threads(make: Make, service: "FakeService") -> None:
    """Callables in eight threads get the columns of their own batches, with one request for each batch."""
    rewards = make()

    def score(number: int) -> list[list[float | None]]:
        call = batch("4", "x" * (number % 5), answer=str(number)) | {"completions": [str(number), "12345"]}
        return [function(**call) for function in rewards.functions]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(score, range(100, 164)))
    assert found == [[[1.0, 0.0], [1.0, 0.0]]] * 64
    assert len(service.asked) == 64


def test_two_threads_one_batch(make: Make, service: "FakeService") -> None:
    """Two callables at the same time make one request."""
    rewards = make()
    with ThreadPoolExecutor(2) as pool:
        columns = list(pool.map(lambda function: function(**batch("4")), rewards.functions))
    assert (columns, len(service.asked)) == ([[1.0], [1.0]], 1)


def test_failure_of_one(make: Make) -> None:
    """A completion that failed by itself has no number in any column."""
    rewards = make()
    call = batch("4", "!deadline", "5")
    assert [function(**call) for function in rewards.functions] == [[1.0, None, 0.0], [1.0, None, 1.0]]


def test_missing_reference(make: Make) -> None:
    """A row without a reference is missing in the column that needs one."""
    rewards = make()
    call = batch("4", "5") | {"answer": ["4", None]}
    assert [function(**call) for function in rewards.functions] == [[1.0, None], [1.0, 1.0]]


def test_diagnostic(make: Make) -> None:
    """A diagnostic reward has no weight, and its failures cost nothing."""
    rewards = make([RewardSpec("equal@v1"), RewardSpec("short@v1", diagnostic=True)])
    call = batch("4", "?")
    assert [function(**call) for function in rewards.functions] == [[1.0, 0.0], [1.0, None]]
    assert rewards.weights == [1.0, 0.0]


def test_too_many_failures(make: Make, tmp_path: Path) -> None:
    """A run whose completions cannot be judged stops, and its file still says why."""
    log = tmp_path / "log.jsonl"
    rewards = make(log_path=log)
    with pytest.raises(TooManyFailures, match="crash 1, deadline 2"):
        rewards.functions[0](**batch("!deadline", "!deadline", "!crash", "4"))
    assert len(log.read_text().splitlines()) == 4


def test_allowed_failures(make: Make) -> None:
    """A run may be told to bear them."""
    rewards = make(max_failure_share=1.0)
    assert rewards.functions[0](**batch("!crash", "!crash")) == [None, None]


def test_logs(make: Make) -> None:
    """Reasons and figures reach the trainer's log under the reward's name."""
    extra: dict[str, list[Any]] = {}
    metrics: dict[str, float] = {}
    logs = {"log_extra": extra.__setitem__, "log_metric": metrics.__setitem__}
    for function in make().functions:
        function(**batch("4", "12"), **logs)
    assert sorted(extra) == ["equal@v1/details", "equal@v1/reason", "short@v1/details", "short@v1/reason"]
    assert {len(values) for values in extra.values()} == {2}
    assert metrics["equal@v1/length"] == 1.5
    assert metrics["short@v1/failed"] == 0.0


def test_statistics_are_logged(make: Make, service: "FakeService") -> None:
    """Whether a reward fires and tells a group apart is among the trainer's figures."""
    metrics: dict[str, float] = {}
    for function in make().functions:
        function(**batch("4", "12"), log_metric=metrics.__setitem__)
    assert service.asked[0]["statistics"] is True
    assert metrics["equal@v1/fire_rate"] == metrics["equal@v1/saturation"] == 0.5
    assert (metrics["equal@v1/in_group_variance"], metrics["equal@v1/share_without_variance"]) == (0.25, 0.0)
    assert (metrics["short@v1/fire_rate"], metrics["short@v1/share_without_variance"]) == (1.0, 1.0)


def test_a_reward_that_never_fires_is_noticed(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """Once, after so many groups in a row, with what to do about it; the log and `warnings` say the same."""
    rewards = make([RewardSpec("equal@v1")], warn_after_groups=3)
    function = rewards.functions[0]
    for answer in ("5", "6"):
        function(**batch("4", "12", answer=answer))
    assert rewards.warnings == []
    with pytest.warns(RewardWarning, match="no variance in 3 groups in a row: .* lowest value.*log_path") as caught:
        function(**batch("4", "12", answer="7"))
    function(**batch("4", "12", answer="8"))
    assert [str(warning.message) for warning in caught] == rewards.warnings
    assert rewards.warnings[0] in caplog.text
    assert rewards.warnings[0].startswith("equal@v1: ")


def test_nobody_is_warned_who_does_not_want_it(make: Make) -> None:
    """None never warns."""
    rewards = make(warn_after_groups=None)
    for number in range(60):
        rewards.functions[0](**batch("4", "12", answer=str(100 + number)))
    assert rewards.warnings == []


def test_what_the_service_warns_of_is_passed_on(make: Make, service: "FakeService") -> None:
    """Once for each reward and code."""
    service.warnings = ["never_fired: all 256 scored samples got 0."]
    rewards = make([RewardSpec("short@v1", diagnostic=True)])
    with pytest.warns(RewardWarning, match="short@v1: never_fired: all 256") as caught:
        rewards.functions[0](**batch("4", "12"))
    service.warnings = ["never_fired: all 300 scored samples got 0."]
    rewards.functions[0](**batch("4", "12"))
    assert len(caught) == len(rewards.warnings) == 1


def test_a_service_without_statistics(make: Make, service: "FakeService", caplog: pytest.LogCaptureFixture) -> None:
    """One that refuses the field is asked again without, is not asked for it any more, and nothing else changes."""
    refusal = {"title": "t", "detail": "d", "errors": [{"path": "body.statistics", "message": "Extra inputs"}]}
    service.replies = [httpx.Response(422, json=refusal)]
    rewards = make()
    metrics: dict[str, float] = {}
    columns = [function(**batch("4", "12"), log_metric=metrics.__setitem__) for function in rewards.functions]
    assert columns == [[1.0, 0.0], [1.0, 1.0]]
    assert "equal@v1/fire_rate" not in metrics
    assert "too old" in caplog.text
    rewards.functions[0](**batch("5"))
    assert ["statistics" in asked for asked in service.asked] == [True, False, False]


def test_completions_file(make: Make, tmp_path: Path) -> None:
    """Every completion is on a line with the reason for each reward, once a batch is scored."""
    log = tmp_path / "deep" / "log.jsonl"
    rewards = make(log_path=log)
    for function in rewards.functions:
        function(**batch("4", "!crash", step=17))
    right, crashed = map(json.loads, log.read_text().splitlines())
    assert (right["step"], right["prompt"], right["completion"]) == (17, "2+2=", "4")
    assert right["rewards"]["equal@v1"] == {
        "value": 1.0,
        "reason": "because",
        "explanation": "It is so.",
        "details": {"extracted": "4", "length": 1},
    }
    assert (right["left_out"], crashed["left_out"]) == (False, True)
    assert crashed["rewards"]["equal@v1"]["kind"] == "crash"


def test_completions_file_of_another_rank(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process of a job writes a file of its own."""
    monkeypatch.setenv("RANK", "3")
    make(log_path=tmp_path / "log.jsonl").functions[0](**batch("4"))
    assert [path.name for path in tmp_path.iterdir()] == ["log.rank3.jsonl"]


def test_waiting_time(make: Make) -> None:
    """The time spent in the callables adds up."""
    rewards = make()
    assert rewards.wait_s == 0.0
    rewards.functions[0](**batch("4"))
    first = rewards.wait_s
    rewards.functions[1](**batch("4"))
    assert 0.0 < first < rewards.wait_s


def test_nothing_judged_is_said_once(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """A reward that judges nothing is noticed, without the completions."""
    rewards = make()
    for _ in range(2):
        rewards.functions[0](**batch("seven", answer=None))
    assert [record.getMessage() for record in caplog.records if record.name == "trainer_client"] == [
        "equal@v1 judged none of 1 completions: {'missing_reference': 1}"
    ]


def test_same_reward_twice(make: Make, service: "FakeService") -> None:
    """A reward used twice has two names, and columns that differ take a request each."""
    rewards = make([RewardSpec("equal@v1"), RewardSpec("equal@v1", columns={"answer": "other"})])
    call = batch("4") | {"other": ["5"]}
    assert [function(**call) for function in rewards.functions] == [[1.0], [0.0]]
    assert [function.__name__ for function in rewards.functions] == ["equal@v1", "equal@v1#2"]
    assert [request["samples"][0]["reference"] for request in service.asked] == [
        {"answer": "4"},
        {"answer": "5"},
    ]


def test_mistakes(make: Make) -> None:
    """Mistakes in the list of rewards are told at the first call."""
    with pytest.raises(ValueError, match="at least one"):
        make([])
    with pytest.raises(Rejected, match="no equals@v1"):
        make([RewardSpec("equals@v1")]).functions[0](**batch("4"))
    with pytest.raises(VersionMismatch):
        make([RewardSpec("short@v1", build="sha256:old")]).functions[0](**batch("4"))
    call = batch("4")
    del call["answer"]
    with pytest.raises(MissingColumn):
        make().functions[0](**call)


def test_pickle(make: Make) -> None:
    """The functions survive a pickle, even in the middle of a run, and still share requests."""
    rewards = TRLRewards(SPECS, base_url=URL)
    assert rewards.wait_s == 0.0
    first, second = pickle.loads(pickle.dumps(rewards.functions))  # noqa: S301  our own
    assert [first.__name__, repr(second)] == ["equal@v1", "<RewardFunction short@v1>"]
    assert first._rewards is second._rewards
    assert make().wait_s == 0.0


def test_spawned_process(url: str, service: "FakeService") -> None:
    """A function works in a process that knows nothing but its pickle."""
    rewards = TRLRewards(SPECS, base_url=url)
    assert rewards.functions[0](**batch("4")) == [1.0]
    call = batch("4", "5")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        columns = [pool.apply(function, kwds=call) for function in rewards.functions]
    rewards.close()
    assert columns == [[1.0, 0.0], [1.0, 1.0]]
    assert len(service.asked) == 3


def test_close(make: Make, service: "FakeService") -> None:
    """Closing drops the connections, and rewards that are used again open new ones."""
    rewards = make()
    rewards.close()
    rewards.functions[0](**batch("4"))
    rewards.close()
    assert rewards.functions[0](**batch("4")) == [1.0]
    assert len(service.asked) == 2
