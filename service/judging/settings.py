"""What an operator can set about the judge, read from `TOUCHSTONE_JUDGE_*`. No request can change any of it."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_KEY = re.compile(r"[\x21-\x7e]+")


def _cache_file() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "touchstone" / "judge.sqlite3"


class JudgeSettings(BaseSettings):
    """The judge's settings. Each is an environment variable of the same name with the prefix `TOUCHSTONE_JUDGE_`."""

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_JUDGE_", frozen=True, extra="ignore")

    url: str | None = None
    """Base URL of an OpenAI-compatible endpoint, up to `/v1`. None: there is no judge."""
    model: str = ""
    """The model's name, as the endpoint knows it."""
    revision: str = ""
    """Which weights these are, where the name does not say it: part of the judge's name and of what is cached."""
    key: SecretStr | None = None
    """The endpoint's key, if it wants one."""

    output: Literal["auto", "json_schema", "json_object", "text"] = "auto"
    """How verdicts are asked for; `auto` finds out at the start which of the three the endpoint can do."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    """Sampling temperature; None sends none."""
    seed: int | None = 0
    """Sampling seed; None sends none."""
    reasoning_tokens: Annotated[int, Field(ge=0)] = 0
    """Tokens on top of what a verdict may have, for a model that thinks before it answers."""

    concurrency: Annotated[int, Field(ge=1)] = 64
    """Most calls at a time."""
    requests_per_minute: Annotated[float, Field(gt=0)] | None = None
    """Most calls a minute. None: no limit."""
    tokens_per_minute: Annotated[float, Field(gt=0)] | None = None
    """Most tokens a minute, of questions and replies together. None: no limit."""
    timeout_s: Seconds = 120
    """How long a question may take once it is sent, its retries and the waits between them among it."""
    retries: Annotated[int, Field(ge=0)] = 2
    """How often a call that was throttled or met a server's error is made again, after the wait the server asks for."""
    breaker_failures: Annotated[int, Field(ge=1)] = 8
    """Calls in a row without an answer after which none is made for `breaker_s`."""
    breaker_s: Seconds = 10
    """How long nobody is asked once nobody answers."""

    input_usd_per_million: Money = 0
    """Price of a million tokens of questions."""
    output_usd_per_million: Money = 0
    """Price of a million tokens of replies."""
    budget_usd: Money | None = None
    """What a team may spend in a day (UTC). None: no limit."""
    budget_tokens: Annotated[int, Field(ge=0)] | None = None
    """Tokens that a team may use in a day (UTC). None: no limit."""

    cache: Path = Field(default_factory=_cache_file)
    """The file of the cache and of what has been spent. Answers belong to a model and its revision, not to a URL."""
    cache_entries: Annotated[int, Field(ge=0)] = 1_000_000
    """Most answers to keep; the oldest go first. 0 keeps none."""
    recheck_share: Share = 0.02
    """Share of cached answers that are asked for again, to see whether the judge still agrees with itself."""
    canary_share: Share = 0.02
    """Share of calls beside which a case is asked whose verdict is known."""
    canary_most_wrong: Share = 0.25
    """Share of known cases that a judge may get wrong; with more it is quarantined for that question."""
    canary_valid_s: Seconds = 86_400
    """How long the known cases that a judge got right speak for it; after that it is examined before it is asked."""
    quarantine_s: Seconds = 60
    """How long a quarantined judge waits until it is examined again; twice as long after each examination it failed."""

    @property
    def name(self) -> str:
        """The judge's name in outcomes: `model`, or `model@revision`."""
        return f"{self.model}@{self.revision}" if self.revision else self.model

    @property
    def has_price(self) -> bool:
        """Whether tokens cost anything, without which a limit in money holds nothing back."""
        return bool(self.input_usd_per_million or self.output_usd_per_million)

    @model_validator(mode="after")
    def _be_whole(self) -> Self:
        if self.url is None:
            if self.model or self.key:
                raise ValueError("TOUCHSTONE_JUDGE_URL is missing: it names the endpoint that serves the judge")
            return self
        if not self.model:
            raise ValueError("TOUCHSTONE_JUDGE_MODEL is missing: it names the model that the endpoint serves")
        parts = _address(self.url)
        if parts.username or parts.password:
            raise ValueError("TOUCHSTONE_JUDGE_URL must not hold a key: set TOUCHSTONE_JUDGE_KEY")
        key = None if self.key is None else self.key.get_secret_value()
        if key is not None and not _KEY.fullmatch(key):
            raise ValueError("TOUCHSTONE_JUDGE_KEY is empty, or no key: unset it, or give it one without spaces")
        if self.budget_usd is not None and not self.has_price:
            raise ValueError("TOUCHSTONE_JUDGE_BUDGET_USD needs a price: set TOUCHSTONE_JUDGE_INPUT_USD_PER_MILLION")
        return self


def _address(url: str) -> SplitResult:
    """Return the parts of the endpoint's address.

    Raises:
        ValueError: it is none.
    """
    with suppress(ValueError):  # a port or an IPv6 address that is none
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    raise ValueError("TOUCHSTONE_JUDGE_URL must be an http:// or https:// address such as http://127.0.0.1:8000/v1")
