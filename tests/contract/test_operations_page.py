"""`docs/operations.md`, the files below `deploy/` and the image say what there is, and all of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from rewards import digest
from rewards.registry import discover
from service import telemetry
from service.app import create_app
from service.compat.policy import CompatSettings, Wire
from service.judging.settings import JudgeSettings
from service.pool import Pool
from service.settings import Settings
from tests.service.running import TEST_REWARDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(TOUCHSTONE_\w+)` \| ([^|]*) \|", re.MULTILINE)
VARIABLE = re.compile(r"\bTOUCHSTONE_[A-Z_]*[A-Z]\b")
DEPLOYED = ("compose.yaml", "kubernetes.yaml")


def variables(model: type[BaseSettings]) -> Iterator[str]:
    """Yield the variables of a model's own fields."""
    for name, field in model.model_fields.items():
        if field.annotation not in {JudgeSettings, CompatSettings}:
            yield f"{model.model_config.get('env_prefix', '')}{name}".upper()


EVERY = {name for model in (Settings, JudgeSettings, CompatSettings) for name in variables(model)}


def documents(name: str) -> list[Any]:
    """Return the documents of a file below `deploy/`."""
    return list(yaml.safe_load_all((ROOT / "deploy" / name).read_text(encoding="utf-8")))


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Yield every mapping of a document."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each)


def test_the_page_has_every_setting_and_no_other() -> None:
    """Both ways, and each once; what is made up of a wire's name is there for every wire."""
    own = [name for name, _ in ROW.findall(PAGE)]
    assert sorted(own) == sorted(variables(Settings))
    made_up = re.findall(r"^\| `TOUCHSTONE_COMPAT_<WIRE>(_\w+)` ", PAGE, re.MULTILINE)
    wires = [f"TOUCHSTONE_COMPAT_{wire.upper()}{suffix}" for wire in Wire for suffix in made_up]
    assert sorted(wires) == sorted(variables(CompatSettings))


def test_the_judge_s_page_has_every_setting_of_the_judge_and_no_other() -> None:
    """Both ways, and each once."""
    page = (ROOT / "docs/judge.md").read_text(encoding="utf-8")
    _, _, table = page.partition("| `TOUCHSTONE_JUDGE_...` |")
    rows = table.partition("\n\n")[0].splitlines()[2:]
    named = [f"TOUCHSTONE_JUDGE_{name}" for row in rows for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])]
    assert sorted(named) == sorted(variables(JudgeSettings))


def test_the_page_has_the_defaults() -> None:
    """Where one is a plain number or word."""
    rows = dict(ROW.findall(PAGE))
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, (int, float, str)):
            plain = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            assert f"`{plain}`" == rows[f"TOUCHSTONE_{name.upper()}"], name


@pytest.mark.parametrize("file", ["docs/operations.md", "Dockerfile", *(f"deploy/{name}" for name in DEPLOYED)])
def test_every_variable_that_is_named_is_a_setting(file: str) -> None:
    """A slip would set nothing, in silence."""
    named = set(VARIABLE.findall((ROOT / file).read_text(encoding="utf-8")))
    assert named
    assert named - {"TOUCHSTONE_JUDGE", "TOUCHSTONE_COMPAT"} <= EVERY


@pytest.mark.parametrize("name", DEPLOYED)
def test_the_files_set_what_a_setting_takes(name: str) -> None:
    """Every variable that is set has a value that fits."""
    given: dict[str, str] = {}
    for node in (each for document in documents(name) for each in nodes(document)):
        given |= {key: value for key, value in node.items() if key.startswith("TOUCHSTONE_")}
        if str(node.get("name", "")).startswith("TOUCHSTONE_"):
            given[node["name"]] = node.get("value", "somewhere-else")
    assert {"TOUCHSTONE_API_KEY", "TOUCHSTONE_DATABASE_URL", "TOUCHSTONE_WORKERS"} <= set(given)
    own = {key.removeprefix("TOUCHSTONE_").lower(): value for key, value in given.items() if "JUDGE" not in key}
    settings = Settings.model_validate(own)
    assert settings.lame_duck_s + settings.drain_s < grace_s(name)


def grace_s(name: str) -> float:
    """Return how long a file lets the service end."""
    found = [node for document in documents(name) for node in nodes(document)]
    (seconds,) = [
        node[key] for node in found for key in ("terminationGracePeriodSeconds", "stop_grace_period") if key in node
    ]
    return float(str(seconds).removesuffix("s"))


@pytest.mark.parametrize("file", ["Dockerfile", *(f"deploy/{name}" for name in DEPLOYED)])
def test_every_path_that_is_asked_is_a_route(file: str) -> None:
    """Of the probes, the health checks and the scrapes."""
    registry = discover(TEST_REWARDS)
    pool = Pool(TEST_REWARDS, workers=1, memory_bytes=1 << 29)
    app = create_app(Settings(workers=1), registry, digest.digests(registry), pool, telemetry.quiet())
    text = (ROOT / file).read_text(encoding="utf-8")
    asked = {
        *re.findall(r"path: (/[a-z]+)\b(?!/)", text),
        *re.findall(r"8400(/[a-z]+)'", text),
        *re.findall(r"'(/[a-z]+)'", text),
    }
    assert asked
    assert asked <= set(app.openapi()["paths"])


def test_what_a_manifest_refers_to_is_in_it() -> None:
    """Names, labels, ports, claims and mounts."""
    kinds = {document["kind"]: document for document in documents("kubernetes.yaml")}
    deployment, service = kinds["Deployment"], kinds["Service"]
    pod = deployment["spec"]["template"]
    labels = pod["metadata"]["labels"]
    assert [labels] * 3 == [
        deployment["spec"]["selector"]["matchLabels"],
        service["spec"]["selector"],
        kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    ]
    scaled = kinds["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (deployment["apiVersion"], "Deployment", deployment["metadata"]["name"]) == tuple(scaled.values())
    (container,) = pod["spec"]["containers"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in pod["spec"]["volumes"]
    }
    claims = [each["persistentVolumeClaim"]["claimName"] for each in pod["spec"]["volumes"] if "emptyDir" not in each]
    assert [kinds["PersistentVolumeClaim"]["metadata"]["name"]] == claims
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert {"http": 8400} == ports
    assert ["http"] == [port["targetPort"] for port in service["spec"]["ports"]]
    assert container["securityContext"]["readOnlyRootFilesystem"]


def test_a_compose_file_mounts_what_it_declares() -> None:
    """And what it waits for is there."""
    (compose,) = documents("compose.yaml")
    services = compose["services"]
    mounted = {volume.partition(":")[0] for service in services.values() for volume in service["volumes"]}
    assert set(compose["volumes"]) == mounted
    assert set(services["touchstone"]["depends_on"]) <= set(services)
    assert all("healthcheck" in service for service in services.values())
