"""Everything an operator can set, read once from `TOUCHSTONE_*` in `service.__main__` and passed on."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.compat.policy import CompatSettings
from service.judging.settings import JudgeSettings

MEBIBYTE = 1 << 20
_OWN = "TOUCHSTONE_"
_OTHERS = frozenset({"TOUCHSTONE_JUDGE_SERVER_KEY"})
"""Variables that another program of ours reads."""


class Settings(BaseSettings):
    """The service's settings. Each is an environment variable of the same name with the prefix `TOUCHSTONE_`."""

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    """Address to bind. Anything but loopback needs `api_key`, or a key in the database."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8400
    """Port to bind; 0 takes a free one. 8400, since 8000 is vLLM's."""
    api_key: SecretStr | None = None
    """The operator's own key, beside those of the teams. Without any key at all, loopback asks for none."""
    keys_grace_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 3600
    """How long teams' keys go on counting while the database that has them is away."""

    data: Path = Field(default_factory=lambda: user_data_path("touchstone"))
    """Folder for what is kept: the database, unless it is elsewhere, and the texts of the record."""
    database_url: SecretStr | None = None
    """Where keys, rubrics and the record are kept: `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME` for
    several replicas. None is a SQLite file in `data`."""

    record: bool = True
    """Whether what is scored is written down before it is answered."""
    record_texts: Literal["none", "sample", "all"] = "sample"
    """Of which samples the texts are kept, for a run that does not say: of none, of a few of each request and of those
    that failed, were expensive or are disputed, or of all."""
    record_texts_mb: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 10_240
    """Most MiB that texts may take; the oldest go first."""
    record_days: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Days after which what was recorded is deleted. None keeps it."""

    samples_per_min: Annotated[int, Field(ge=1)] | None = None
    """Samples that a team may have scored in a minute, where its own quota does not say. None: no limit."""
    concurrent_samples: Annotated[int, Field(ge=1)] | None = None
    """Samples that a team may have under way at once, where its own quota does not say. None: no limit."""

    workers: Annotated[int, Field(ge=1, le=1024)] = Field(default_factory=lambda: os.cpu_count() or 1)
    """Worker processes; one a core by default."""
    worker_memory_mb: Annotated[int, Field(ge=256)] = 1024
    """Address space of a worker in MiB."""
    worker_recycle_after: Annotated[int, Field(ge=1)] = 50_000
    """Items after which a worker is replaced."""

    max_body_mb: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 64
    """Largest request body in MiB; more is 413."""
    body_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 60
    """How long a request's body may take to arrive; then 408."""
    max_batch: Annotated[int, Field(ge=1)] = 10_000
    """Most samples a request may hold; more is 413."""
    max_text_chars: Annotated[int, Field(ge=1)] = 1_000_000
    """Most characters of a prompt or of a reference's field; more is the outcome `too_long`.
    A completion's limit is part of its reward's version instead, since it decides a score."""
    max_queued: Annotated[int, Field(ge=1)] = 100_000
    """Most samples that may wait for a worker; more is 503."""

    rubrics: Path | None = None
    """Folder of the operator's rubrics, which every team sees: one YAML file each, named after it, `maths@v1.yaml`.
    Those put over HTTP are their team's, and are kept in the database."""

    memo_entries: Annotated[int, Field(ge=0)] = 100_000
    """Most outcomes to remember, so that an equal sample is not scored again; 0 remembers none."""
    memo_mb: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 64
    """Most MiB that remembered outcomes may take; 0 remembers none."""

    judge: JudgeSettings = Field(default_factory=JudgeSettings)
    """The judge, of which each setting is a variable of its own, `TOUCHSTONE_JUDGE_*`."""

    compat: CompatSettings = Field(default_factory=CompatSettings)
    """What trainers' own wires do about failures, of which each setting is a variable of its own,
    `TOUCHSTONE_COMPAT_*`."""
    nemo_gym_ports: dict[Annotated[int, Field(ge=1, le=65_535)], str] = Field(default_factory=dict)
    """Further ports, and the reward or rubric that `/verify` means there: `{"8410": "math_equal@v2"}`. NeMo Gym knows
    a host and a port, and no path."""

    deadline_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 60
    """Wall time of a request that states none."""
    max_deadline_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 600
    """Longest wall time a request may ask for."""
    drain_s: Annotated[int, Field(ge=0)] = 60
    """How long SIGTERM waits for replies in flight."""
    lame_duck_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    """How long SIGTERM is answered with `/readyz` alone, before connections are refused: as long as a balancer takes to
    notice."""
    otel: Literal["auto", "on", "off"] = "auto"
    """Whether traces are sent; `auto` sends them where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important log line to write."""
    port_file: Path | None = None
    """Where to write the bound port, for whoever started the service with port 0."""

    @classmethod
    def from_options(cls, **options: object) -> Self:
        """Return the settings of the environment, with the options that are not None in place of theirs.

        Raises:
            ValidationError: a value does not fit.
        """
        given = {name: value for name, value in options.items() if value is not None}
        return cls(**given)  # type: ignore[arg-type]

    def wall_s(self, deadline_ms: int | None) -> float:
        """Return how many seconds a request may take that asks for so many milliseconds."""
        return self.deadline_s if deadline_ms is None else min(deadline_ms / 1000, self.max_deadline_s)

    @property
    def database(self) -> str:
        """URL of the database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data.absolute() / 'touchstone.db'}"

    @property
    def lacks_record(self) -> str | None:
        """Why there can be no record to look at; None where there may be one."""
        if self.database_url is not None or (self.data / "touchstone.db").exists():
            return None
        where = self.data.absolute()
        return f"no record is in {where}: set TOUCHSTONE_DATA or TOUCHSTONE_DATABASE_URL as the service has"

    @property
    def texts(self) -> Path:
        """Folder of the record's texts."""
        return self.data.absolute() / "texts"

    @property
    def max_body_bytes(self) -> int:
        """Largest request body in bytes."""
        return int(self.max_body_mb * MEBIBYTE)

    @property
    def memo_bytes(self) -> int:
        """Most bytes that remembered outcomes may take."""
        return int(self.memo_mb * MEBIBYTE)

    @model_validator(mode="after")
    def _be_safe(self) -> Self:
        if self.api_key is not None and not self.api_key.get_secret_value():
            raise ValueError("TOUCHSTONE_API_KEY is empty: unset it, or give it a value")
        if self.port in self.nemo_gym_ports:
            raise ValueError(f"TOUCHSTONE_NEMO_GYM_PORTS has {self.port}, the service's own port: take another one")
        return self


def complaints(error: ValidationError) -> Iterator[str]:
    """Yield what is wrong with the settings, each with the variable that says it and without its value."""
    prefix = _PREFIXES.get(error.title, "")
    for one in error.errors(include_input=False):
        message = one["msg"].removeprefix("Value error, ")
        name = "_".join(map(str, one["loc"])).upper()
        yield f"{prefix}{name}: {message}" if name else message


_MODELS = (Settings, JudgeSettings, CompatSettings)
_PREFIXES = {model.__name__: model.model_config.get("env_prefix", "") for model in _MODELS}
"""What the variables of a model begin with, by the title that its errors have."""


def strangers(variables: Iterable[str]) -> list[str]:
    """Return the variables that look like settings and are none: a slip in a name would leave the default, silently."""
    known = {f"{_PREFIXES[model.__name__]}{name}".upper() for model in _MODELS for name in model.model_fields} | _OTHERS
    return sorted(name for name in variables if name.upper().startswith(_OWN) and name.upper() not in known)
