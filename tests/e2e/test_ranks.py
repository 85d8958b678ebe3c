"""GRPO on two ranks that share each group: whatever befalls the service, the run learns from the same rewards."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

pytest.importorskip("torch")
pytest.importorskip("trl")

import torch
import transformers

from tests.e2e.jobs import Job, job
from tests.e2e.processes import ServiceProcess, service_process
from tests.e2e.ranks import GROUP, PART, RANKS, SPECS, STEPS
from trainer_client import RewardClient, RewardWarning, Sample, TRLRewards
from trainer_client.tiny.arithmetic import split
from trainer_client.tiny.tokenizer import tokenizer
from trainer_client.tiny.warmup import warm_up
from trainer_client.training.model import saved
from trainer_client.training.progress import Silent
from trainer_client.training.quiet import quiet
from trainer_client.training.recipe import RandomInit

pandas = pytest.importorskip("pandas")

# The libraries' own words about their own futures.
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

_NAMES = [spec.reward for spec in SPECS]
_RUN_S = 120.0
"""Far more than a run takes."""
_DOWN_S = 2.0
_DEADLINE_S = 4.0
_GRACE_S = 10.0
"""In which the ranks and their launcher end."""
_CLOCKED = ("wait_s", "step_time", "train_runtime", "_per_second")
"""How the figures end that are times."""


@dataclass(frozen=True)
class Calm:
    """A run that nothing befell."""

    job: Job
    """What lies in its folder."""

    service: ServiceProcess
    """The service that it asked, which has scored nothing else."""

    counted: dict[str, float]
    """What that service had counted at its end."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that adds, often wrongly, so that the completions of a prompt differ in worth."""
    torch.set_num_threads(1)
    transformers.set_seed(0)
    words = tokenizer()
    # An eighth of the lesson's weights take a third of its time.
    shape = RandomInit(tokenizer="", hidden_size=64, layers=1, heads=4)
    folder = saved(shape, words, tmp_path_factory.mktemp("model"))
    with quiet():
        pupil = transformers.AutoModelForCausalLM.from_pretrained(folder)
        warm_up(pupil, words, split(0), 0, Silent())
    pupil.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def calm(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calm]:
    """The run that the others are held to."""
    with service_process(tmp_path_factory.mktemp("service"), memo_entries="0") as service:
        with job(model, tmp_path_factory.mktemp("calm"), [service.url]) as run:
            assert run.wait(_RUN_S) == 0, run.said
        yield Calm(run, service, counted(service))


def counted(service: ServiceProcess) -> dict[str, float]:
    """Return what the service has counted: its samples, and of each reward the scored ones and the groups."""
    text = httpx.get(f"{service.url}/metrics", trust_env=False).text
    found = {}
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            if each.labels.get("outcome", "scored") == "scored":
                found[f"{each.name} {each.labels.get('reward', '')}".strip()] = each.value
    return found


def untimed(run: Job, rank: int) -> list[dict[str, Any]]:
    """Return the trainer's history without what a clock has measured."""
    return [
        {name: value for name, value in row.items() if not name.endswith(_CLOCKED)}
        for row in run.result(rank)["history"]
    ]


def worth(line: dict[str, Any]) -> list[float | None]:
    """Return the values of a line of the log, one for each reward."""
    return [line["rewards"][name]["value"] for name in _NAMES]


def table(run: Job, step: int) -> list[tuple[str, list[float]]]:
    """Return the completions of a step, those of rank 0 first, with the rewards that the trainer has for them."""
    found = pandas.read_parquet(run.folder / "completions" / f"completions_{step + 1:05d}.parquet")
    texts = [messages[0]["content"] for messages in found["completion"]]
    return list(zip(texts, found[_NAMES].to_numpy().tolist(), strict=True))


def logged(run: Job, step: int) -> list[tuple[str, list[float | None]]]:
    """Return the same as the logs of the ranks have it."""
    lines = [line for rank in range(RANKS) for line in run.lines(rank) if line["step"] == step]
    return [(line["completion"][0]["content"], worth(line)) for line in lines]


def test_the_run_is_one_that_could_tell(calm: Calm) -> None:
    """Both ranks end over gloo with the same weights, which moved, and rewards that are not all the same."""
    first, second = (calm.job.result(rank) for rank in range(RANKS))
    assert ["gloo", "gloo"] == [first["backend"], second["backend"]]
    assert first["weights"] == second["weights"]
    assert untimed(calm.job, 0) == untimed(calm.job, 1)
    assert STEPS // 2 < sum(row.get("grad_norm", 0) > 0 for row in first["history"])
    assert {(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)} == {tuple(worth(line)) for line in calm.job.lines(0)}


def test_no_completion_is_lost_doubled_or_unjudged(calm: Calm) -> None:
    """What the trainer learned from, completion by completion, is what the ranks have logged, once each."""
    assert [STEPS * PART] * RANKS == [len(calm.job.lines(rank)) for rank in range(RANKS)]
    for step in range(STEPS):
        assert GROUP == len(table(calm.job, step))
        assert table(calm.job, step) == logged(calm.job, step)
    assert not any(None in worth(line) for rank in range(RANKS) for line in calm.job.lines(rank))


def test_no_completion_is_scored_twice(calm: Calm) -> None:
    """The service took each sample once, for all rewards, and scored it once for each."""
    assert STEPS * GROUP == calm.counted["touchstone_samples_total"]
    assert [STEPS * GROUP] * len(_NAMES) == [
        calm.counted[f"touchstone_reward_outcomes_total {name}"] for name in _NAMES
    ]


def test_no_reward_is_invented(calm: Calm) -> None:
    """Asked directly, the service gives every completion what the run learned from."""
    lines = [line for rank in range(RANKS) for line in calm.job.lines(rank)]
    samples = [Sample(line["completion"], line["reference"], prompt=line["prompt"]) for line in lines]
    with RewardClient(calm.service.url) as client:
        found = client.score_many(_NAMES, samples)
    assert [worth(line) for line in lines] == [
        [outcome.value for outcome in outcomes] for outcomes in zip(*(each.outcomes for each in found), strict=True)
    ]


def test_a_restart_changes_nothing(calm: Calm, model: Path, tmp_path: Path) -> None:
    """Killed in the middle and away for a while: the ranks wait, and end with the same rewards and the same weights."""
    with service_process(tmp_path) as service, job(model, tmp_path, [service.url]) as run:
        run.wait_step(STEPS // 3, rank=0)
        service.kill()
        time.sleep(_DOWN_S)
        assert run.is_running
        had = sum(len(run.lines(rank)) for rank in range(RANKS))
        assert STEPS * GROUP // 4 < had < STEPS * GROUP
        service.start()
        assert run.wait(_RUN_S) == 0, run.said
        after = counted(service)
    for rank in range(RANKS):
        assert calm.job.lines(rank) == run.lines(rank)
        assert untimed(calm.job, rank) == untimed(run, rank)
        assert calm.job.result(rank)["weights"] == run.result(rank)["weights"]
    assert [table(calm.job, step) for step in range(STEPS)] == [table(run, step) for step in range(STEPS)]
    # What either rank had an answer to before is not asked for again.
    assert STEPS * GROUP - had == after["touchstone_samples_total"]


@pytest.mark.parametrize("number", [1, RANKS])
def test_a_service_that_stays_away_ends_every_rank(model: Path, tmp_path: Path, number: int) -> None:
    """Also where one rank alone cannot reach its own: the others wait for it, and the launcher ends them."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(TemporaryDirectory(dir=tmp_path))) for _ in range(number)]
        services = [stack.enter_context(service_process(folder)) for folder in folders]
        run = stack.enter_context(job(model, tmp_path, [service.url for service in services], _DEADLINE_S))
        run.wait_step(STEPS // 3, rank=RANKS - 1)
        services[-1].kill()
        killed_at = time.monotonic()
        assert run.wait(_RUN_S) != 0
        took_s = time.monotonic() - killed_at
        assert run.is_gone
    assert took_s < _DEADLINE_S + _GRACE_S
    assert f"The reward service at {services[-1].url} gave no usable answer" in run.said
    assert not list(tmp_path.glob("rank*.json"))
    assert not any(None in worth(line) for rank in range(RANKS) for line in run.lines(rank))


def test_a_part_of_a_group_counts_as_a_group(calm: Calm) -> None:
    """The service sees what one rank has of a group; whether the whole group has variance only the trainer knows."""
    assert [RANKS * STEPS] * len(_NAMES) == [calm.counted[f"touchstone_reward_groups_total {name}"] for name in _NAMES]
    for step, row in enumerate(untimed(calm.job, 0)[:STEPS]):
        parts = [[line for line in calm.job.lines(rank) if line["step"] == step] for rank in range(RANKS)]
        for place, name in enumerate(_NAMES):
            flat = [len({worth(line)[place] for line in part}) == 1 for part in parts]
            assert sum(flat) / RANKS == row[f"{name}/share_without_variance"]


def test_the_watch_takes_a_part_for_a_group(calm: Calm) -> None:
    """Where the one right completion of each group is always the other rank's, this one warns."""
    first, second = (TRLRewards(SPECS[:1], base_url=calm.service.url, warn_after_groups=3) for _ in range(RANKS))
    with pytest.warns(RewardWarning, match="no variance in 3 groups in a row"):
        ask_thrice(first, ["\\boxed{1}"] * PART)
    ask_thrice(second, ["\\boxed{2}", *["\\boxed{1}"] * (PART - 1)])
    assert [1, 0] == [len(first.warnings), len(second.warnings)]
    first.close()
    second.close()


def ask_thrice(rewards: TRLRewards, completions: list[str]) -> None:
    """Have a rank's part of three groups scored, each in a step of its own."""
    for prompt in ("1+1=", "0+2=", "2+0="):
        rewards.functions[0]([prompt] * PART, completions, answer=["2"] * PART)
