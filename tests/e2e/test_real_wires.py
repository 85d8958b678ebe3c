"""The routes for trainers under the trainers' own client code, wherever a trainer is installed."""

import asyncio
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.e2e.crowd import crowded, refusals
from tests.e2e.processes import ServiceProcess, service_process

pytestmark = [
    pytest.mark.e2e,
    # The trainers' own words about their own futures, and what they leave open.
    pytest.mark.filterwarnings("ignore"),
]

CLIENTS = ("openrlhf", "sandbox_fusion", "slime", "verl")
KEY = "open:sesame/1"
AUTH = ("team", KEY)
RUBRIC = "both@v1"
PARTS = {
    "parts": [
        {"reward": "math_equal@v2", "name": "right", "weight": 1.0},
        {"reward": "xml_count@v2", "name": "neat", "weight": 0.5},
    ]
}
PROMPT = "<|im_start|>user\nWhat is 1+1?<|im_end|>\n<|im_start|>assistant\n"
RIGHT, WRONG = "It is \\boxed{2}.", "It is \\boxed{3}."
END = "<|im_end|>"
CODE = "print(1)"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service with a key, a rubric and a short queue, where there is a client for it."""
    if not any(map(importlib.util.find_spec, CLIENTS)):
        pytest.skip(f"could import none of {', '.join(CLIENTS)}")
    folder = tmp_path_factory.mktemp("service")
    with service_process(folder, api_key=KEY, workers="1", max_queued="20", memo_entries="0") as running:
        reply = httpx.put(f"{running.url}/v1/rubrics/{RUBRIC}", json=PARTS, auth=AUTH, timeout=30, trust_env=False)
        assert 201 == reply.status_code, reply.text
        yield running


def url(service: ServiceProcess, path: str) -> str:
    """Return where a route is, with the key in it, since these clients can send it in no other way."""
    return f"http://{AUTH[0]}:{quote(KEY, safe='')}@127.0.0.1:{service.port}/compat/{path}"


def tokenizer() -> Any:  # noqa: ANN401 - a library's
    """Return a tokenizer with a token for each byte."""
    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers")
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    model = tokenizers.models.BPE(vocab={letter: index for index, letter in enumerate(alphabet)}, merges=[])
    bytewise = tokenizers.Tokenizer(model)
    bytewise.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = tokenizers.decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=bytewise,
        eos_token=END,
        additional_special_tokens=["<|im_start|>"],
    )


class Parrot:
    """An engine that generates what it is told to, with the token that ends a turn."""

    def __init__(self, text: str, tokens: Any) -> None:  # noqa: ANN401 - a library's
        self._ids = [*tokens(text)["input_ids"], tokens.eos_token_id]

    async def generate(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - a library's
        """Generate it."""
        return SimpleNamespace(outputs=[SimpleNamespace(token_ids=self._ids, finish_reason="stop", logprobs=None)])


def rollouts(urls: Sequence[str], samples: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Return what OpenRLHF makes of texts with their labels, one after the other."""
    agent = pytest.importorskip("openrlhf.utils.agent")
    tokens = tokenizer()
    parameters = SimpleNamespace(max_tokens=64, logprobs=None)

    async def run() -> list[dict[str, Any]]:
        executor = agent.SingleTurnAgentExecutor(list(urls))
        return [
            await executor.execute(PROMPT, label, parameters, 512, tokens, Parrot(text, tokens))
            for text, label in samples
        ]

    return asyncio.run(run())


def test_openrlhf(service: ServiceProcess) -> None:
    """Its executor gets a number for what is right, wrong and no sample at all, and the parts beside it."""
    found = rollouts([url(service, f"openrlhf/{RUBRIC}/get_reward")], [(RIGHT, "2"), (WRONG, "2"), (RIGHT, None)])
    assert [[1.0], [0.0], [0.0]] == [each["reward"] for each in found]
    assert [0.8, 0.0, 0.0] == [each["scores"][0] for each in found]
    assert [
        {"parts/right": [1.0], "parts/neat": [0.0], "unscored": [0]},
        {"parts/right": [0.0], "parts/neat": [0.0], "unscored": [0]},
        {"parts/right": [0.0], "parts/neat": [0.0], "unscored": [1]},
    ] == [each["extra_logs"] for each in found]


def test_openrlhf_makes_experiences_of_them(service: ServiceProcess) -> None:
    """Its sample generator turns every number into a tensor."""
    generator = pytest.importorskip("openrlhf.trainer.ppo_utils.samples_generator")
    found = rollouts([url(service, f"openrlhf/{RUBRIC}/get_reward")], [(RIGHT, "2"), (RIGHT, None)])
    maker = generator.SamplesGenerator(SimpleNamespace(args=None), None, None, None, [])
    made = [maker._process_response_into_experience(each, max_len=512) for each in found]
    assert [1.0, 0.0] == [each.rewards.flatten().item() for each in made]
    assert [0, 1] == [each.info["unscored"].flatten().item() for each in made]
    assert {"reward", "score", "parts/right", "parts/neat"} <= set(made[0].info)


def test_openrlhf_with_two_urls(service: ServiceProcess) -> None:
    """Whichever it asks for a sample, it gets that sample's number."""
    target = url(service, "openrlhf/math_equal@v2/get_reward")
    found = rollouts([target, target], [(RIGHT, "2"), (WRONG, "2"), (RIGHT, "2")])
    assert [[1.0], [0.0], [1.0]] == [each["reward"] for each in found]


def test_openrlhf_waits_for_a_busy_service(service: ServiceProcess) -> None:
    """It tries again after 503."""
    pytest.importorskip("openrlhf.utils.agent")
    with crowded(service.url, AUTH, 2500):
        found = rollouts([url(service, "openrlhf/math_equal@v2/get_reward")], [(RIGHT, "2")])
    assert [[1.0]] == [each["reward"] for each in found]
    assert 0 < refusals(service.url, AUTH, "/compat/openrlhf")


def slime_samples(path: str, service: ServiceProcess, reward_key: str | None = None) -> list[float]:
    """Return the rewards that slime keeps for three samples."""
    hub = pytest.importorskip("slime.rollout.rm_hub")
    from slime.utils.types import Sample  # noqa: PLC0415 - only where slime is

    told = SimpleNamespace(custom_rm_path=None, rm_type="remote_rm", rm_url=url(service, path), reward_key=reward_key)
    chat = [{"role": "user", "content": "What is 1+1?"}]
    samples = [
        Sample(prompt=PROMPT, response=RIGHT, label="2"),
        Sample(prompt=chat, response=WRONG, label="2"),
        Sample(prompt=PROMPT, response=RIGHT, label=None),
    ]

    async def run() -> None:
        for sample, reward in zip(samples, await hub.batched_async_rm(told, samples), strict=True):
            sample.reward = reward
        session = getattr(hub, "_shared_session", None)
        if session is not None:
            await session.close()

    asyncio.run(run())
    return [sample.get_reward_value(told) for sample in samples]


def test_slime(service: ServiceProcess) -> None:
    """A bare number, or one out of a dictionary."""
    assert [1.0, 0.0, 0.0] == slime_samples("slime/math_equal@v2", service)
    assert [1.0, 0.0, 0.0] == slime_samples(f"slime/{RUBRIC}?format=dict", service, "score")
    assert [0, 0, 1] == slime_samples(f"slime/{RUBRIC}?format=dict", service, "unscored")


def test_slime_waits_for_a_busy_service(service: ServiceProcess) -> None:
    """It tries again after 503, a second later and then two."""
    pytest.importorskip("slime.rollout.rm_hub")
    with crowded(service.url, AUTH, 2500):
        assert [1.0, 0.0, 0.0] == slime_samples("slime/math_equal@v2", service)
    assert 0 < refusals(service.url, AUTH, "/compat/slime")


def verl_scores(folder: Path, rows: Sequence[tuple[str, Any]], source: str, **reward: object) -> Any:  # noqa: ANN401
    """Return the batch that verl's reward loop makes of completions with their ground truths, in its own processes."""
    ray = pytest.importorskip("ray")
    loop = pytest.importorskip("verl.experimental.reward_loop.reward_loop")
    numpy, torch, omegaconf = (pytest.importorskip(name) for name in ("numpy", "torch", "omegaconf"))
    from verl import DataProto  # noqa: PLC0415 - only where verl is

    tokens = tokenizer()
    tokens.save_pretrained(folder)
    ids = [tokens(text)["input_ids"] for text, _ in rows]
    width = max(map(len, ids))
    mask = [[1] + [1] * len(each) + [0] * (width - len(each)) for each in ids]
    data = DataProto.from_dict(
        tensors={
            "prompts": torch.zeros((len(rows), 1), dtype=torch.long),
            "responses": torch.tensor([each + [0] * (width - len(each)) for each in ids]),
            "attention_mask": torch.tensor(mask),
        },
        non_tensors={
            "data_source": numpy.array([source] * len(rows), dtype=object),
            "reward_model": numpy.array([{"ground_truth": truth} for _, truth in rows], dtype=object),
            "extra_info": numpy.array([{"index": numpy.int64(each)} for each in range(len(rows))], dtype=object),
        },
    )
    defaults = omegaconf.OmegaConf.load(
        Path(str(importlib.metadata.distribution("verl").locate_file("verl"))) / "trainer/config/reward/reward.yaml"
    )
    model = {"model": {"path": str(folder), "tokenizer_path": str(folder)}}
    config = omegaconf.OmegaConf.merge(
        {"reward": defaults, "actor_rollout_ref": model}, {"reward": {"num_workers": 2, **reward}}
    )
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        return loop.RewardLoopManager(config).compute_rm_score(data)
    finally:
        ray.shutdown()


COMPUTE_SCORE = """
import requests


def compute_score(data_source, solution_str, ground_truth, extra_info, url):
    asked = {"solution_str": solution_str, "ground_truth": ground_truth}
    reply = requests.post(url, json=asked, timeout=30)
    reply.raise_for_status()
    return reply.json()
"""


def test_verl_over_http(service: ServiceProcess, tmp_path: Path) -> None:
    """Its loader, its workers and its collation: arrays under the same keys for every sample."""
    function = tmp_path / "function.py"
    function.write_text(COMPUTE_SCORE)
    rows = [(RIGHT, "2"), (WRONG, "2"), (RIGHT, None)]
    asked = {"path": str(function), "name": "compute_score", "reward_kwargs": {"url": url(service, f"verl/{RUBRIC}")}}
    found = verl_scores(tmp_path / "tokens", rows, "maths", custom_reward_function=asked)
    assert [1.0, 0.0, 0.0] == found.batch["rm_scores"].sum(dim=1).tolist()
    assert ["score", "parts/right", "parts/neat", "unscored"] == found.meta_info["reward_extra_keys"]
    assert [0, 0, 1] == found.non_tensor_batch["unscored"].tolist()
    assert [1.0, 0.0, 0.0] == found.non_tensor_batch["parts/right"].tolist()


def cases(code: str) -> str:
    """Return the one test case of a row: what the target compares with, and the highest value."""
    return json.dumps({"inputs": [code], "outputs": ["1"]})


def test_verl_asks_its_sandbox(service: ServiceProcess, tmp_path: Path) -> None:
    """By its configuration alone, through all that it does with test cases."""
    shown = f"So:\n```python\n{CODE}\n```"
    rows = [(shown, cases(CODE)), (shown, cases("print(2)")), ("no code", cases(CODE))]
    target = url(service, "sandbox_fusion/f1@v1/run_code?as=bare")
    found = verl_scores(tmp_path / "tokens", rows, "codecontests", sandbox_fusion={"url": target})
    assert [1.0, 0.0, 0.0] == found.batch["rm_scores"].sum(dim=1).tolist()


def test_verl_waits_for_a_busy_sandbox(service: ServiceProcess) -> None:
    """A 503 would be a wrong answer to it; 504 is what it tries again after."""
    sandbox = pytest.importorskip("verl.utils.reward_score.sandbox_fusion")
    target = url(service, "sandbox_fusion/f1@v1/run_code?as=bare")
    shown = f"```python\n{CODE}\n```"
    with crowded(service.url, AUTH, 1500):
        assert 1.0 == sandbox.compute_score(target, None, 1024, shown, cases(CODE))[0]
    assert 0 < refusals(service.url, AUTH, "/compat/sandbox_fusion")


def test_sandbox_fusion(service: ServiceProcess) -> None:
    """The SDK, both of its clients: what passes, what fails, and what it makes of them."""
    sdk = pytest.importorskip("sandbox_fusion")
    endpoint = url(service, "sandbox_fusion/f1@v1")
    mapping = sdk.SummaryMapping(Success="passed", Failed="failed")

    def asked(stdin: str | None) -> Any:  # noqa: ANN401 - a library's
        return sdk.RunCodeRequest(code=CODE, language="python", stdin=stdin, run_timeout=5)

    fenced = f"```python\n{CODE}\n```"
    found = [sdk.run_code(asked(stdin), endpoint=endpoint) for stdin in (fenced, "other", None)]
    assert ["passed", "failed", "failed"] == [sdk.summary_run_code_result(each, mapping) for each in found]
    assert ["1\n", "0\n", "0\n"] == [each.run_result.stdout for each in found]

    async def run() -> Any:  # noqa: ANN401 - a library's
        return await sdk.run_code_async(asked(fenced), endpoint=endpoint)

    assert "Success" == asyncio.run(run()).status
