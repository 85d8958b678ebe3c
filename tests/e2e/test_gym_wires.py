"""A target's own port under NeMo Gym's own agent and collection, and under axolotl's plug-in."""

import asyncio
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.gym_world import Config, config, free_port, head_and_model
from tests.e2e.processes import service_process

pytestmark = [
    pytest.mark.e2e,
    # The clients' own words about their own futures, and what they leave open.
    pytest.mark.filterwarnings("ignore"),
]

CLIENTS = ("axolotl", "nemo_gym")
RUBRIC = "both@v1"
PARTS = {
    "parts": [
        {"reward": "math_equal@v2", "name": "right", "weight": 1.0},
        {"reward": "xml_count@v2", "name": "neat", "weight": 0.5},
    ]
}
RIGHT, WRONG = "It is \\boxed{2}.", "It is \\boxed{3}."


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A port at which a rubric is all that there is, where there is a client for it."""
    if not any(map(importlib.util.find_spec, CLIENTS)):
        pytest.skip(f"could import none of {', '.join(CLIENTS)}")
    folder, port = tmp_path_factory.mktemp("service"), free_port()
    rubrics = folder / "rubrics"
    rubrics.mkdir()
    (rubrics / f"{RUBRIC}.yaml").write_text(json.dumps(PARTS))  # which is YAML, too
    ports = json.dumps({port: RUBRIC})
    with service_process(folder, workers="1", rubrics=str(rubrics), nemo_gym_ports=ports):
        yield port


def rows(path: Path) -> list[dict[str, Any]]:
    """Return what a file of lines holds."""
    return [json.loads(line) for line in path.read_text().splitlines()]


async def collect(told: Config, output: Path) -> None:
    """Run Gym's collection over its stock agent, which is served meanwhile."""
    import uvicorn  # noqa: PLC0415 - only where Gym is
    from nemo_gym import rollout_collection, server_utils  # noqa: PLC0415
    from responses_api_agents.simple_agent import app  # noqa: PLC0415

    client = server_utils.ServerClient.load_from_global_config()
    assert "success" == await asyncio.to_thread(client.poll_for_status, "maths")
    served = told["agent"]["responses_api_agents"]["simple_agent"]
    agent = app.SimpleAgent(config=app.SimpleAgentConfig(name="agent", **served), server_client=client)
    server = uvicorn.Server(uvicorn.Config(agent.setup_webserver(), port=served["port"], log_config=None))
    serving = asyncio.create_task(server.serve())
    settings = rollout_collection.RolloutCollectionConfig(
        input_jsonl_fpath=str(output.with_name("input.jsonl")),
        output_jsonl_fpath=str(output),
        num_repeats=2,
        upload_rollouts_to_wandb=False,
    )
    try:
        await rollout_collection.RolloutCollectionHelper().run_from_config(settings)
    finally:
        server.should_exit = True
        await serving
        await server_utils.get_global_aiohttp_client().close()


def test_nemo_gym(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its rows to its files: a number for each rollout, the failures apart, and figures over the rest."""
    pytest.importorskip("nemo_gym")
    told = config(port, free_port(), free_port())
    monkeypatch.setenv("NEMO_GYM_CONFIG_DICT", json.dumps(told))
    asked = [(RIGHT, "2"), (WRONG, "2"), (RIGHT, None)]
    lines = [
        {
            "responses_create_params": {"input": [{"role": "user", "content": text}]},
            "expected_answer": answer,
            "agent_ref": {"name": "agent"},
        }
        for text, answer in asked
    ]
    (tmp_path / "input.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    output = tmp_path / "rollouts.jsonl"
    with head_and_model(told):
        asyncio.run(collect(told, output))
    found = sorted(rows(output), key=lambda row: (row["_ng_task_index"], row["_ng_rollout_index"]))
    assert [1.0, 1.0, 0.0, 0.0] == [row["reward"] for row in found]
    assert {"parts/right": 1.0, "parts/neat": 0.0, "unscored": 0.0} == found[0]["reward_components"]
    failed = rows(tmp_path / "rollouts_failures.jsonl")
    assert [(2, True, "unscorable")] * 2 == [
        (row["_ng_task_index"], row["mask_sample"], row["_ng_failure_class"]) for row in failed
    ]
    (figures,) = json.loads((tmp_path / "rollouts_aggregate_metrics.json").read_text())
    assert {"mean/reward": 0.5} == figures["key_metrics"]
    assert (6, 2) == (figures["agent_metrics"]["num_rollouts"], figures["agent_metrics"]["num_masked"])
    assert [1.0, 0.0, None] == [group.get("mean/reward") for group in figures["group_level_metrics"]]


def test_axolotl(port: int) -> None:
    """Its plug-in finds the port by Gym's configuration, waits for it, and takes a number for each completion."""
    rewards = pytest.importorskip("axolotl.integrations.nemo_gym.rewards")
    server = pytest.importorskip("axolotl.integrations.nemo_gym.server")
    told = config(port, free_port(), free_port())
    server.wait_for_resource_servers(told, timeout=10)
    endpoint = server.get_verify_endpoint(told, "maths")
    score = rewards.create_nemo_gym_reward_fn(told, {"maths": endpoint})
    asked = [(RIGHT, "2"), (WRONG, "2"), (RIGHT, None)]
    found = score(
        [[{"role": "assistant", "content": text}] for text, _ in asked],
        [[{"role": "user", "content": "What is 1+1?"}]] * len(asked),
        resources_server_ref=[{"name": "maths"}] * len(asked),
        verify_extra=[{"expected_answer": answer} for _, answer in asked],
    )
    assert [1.0, 0.0, 0.0] == found.tolist()
