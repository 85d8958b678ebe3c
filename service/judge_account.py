"""What a service says of its judge: who it is, and what it has cost the caller's team so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from trainer_client._override import override

_ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """The judge of a service, as far as the service tells."""

    name: str | None = None
    """The model, with its revision where one is known; None where there is no judge, or nobody says."""
    calls: int = 0
    """What the team has asked, known cases not among it."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    spent_usd: float = 0.0
    """0 where no prices are set."""
    cached: int = 0
    """Questions that were answered from the cache."""

    def since(self, earlier: "Account") -> "Account":
        """Return what was spent after an earlier look."""
        return Account(
            self.name,
            self.calls - earlier.calls,
            self.prompt_tokens - earlier.prompt_tokens,
            self.completion_tokens - earlier.completion_tokens,
            self.spent_usd - earlier.spent_usd,
            self.cached - earlier.cached,
        )

    @override
    def __str__(self) -> str:
        """Say it in one line."""
        tokens = f"{self.prompt_tokens:,} tokens asked and {self.completion_tokens:,} answered"
        money = f", {self.spent_usd:.4f} USD" if self.spent_usd else ""
        return f"{self.calls:,} calls ({self.cached:,} more answered from the cache), {tokens}{money}"


def account(base_url: str, api_key: str | None, transport: httpx.BaseTransport | None = None) -> Account:
    """Return what a service says of its judge; nothing where it does not tell.

    Args:
        base_url: The service.
        api_key: Its key.
        transport: What carries the request; for tests.
    """
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        with httpx.Client(base_url=base_url, headers=headers, transport=transport, timeout=_ANSWER_S) as client:
            reply = client.get("/v1/judge")
            told = reply.json() if reply.is_success else {}
    except (httpx.HTTPError, ValueError):
        return Account()
    return _read(told) if isinstance(told, dict) else Account()


def _read(told: Mapping[str, Any]) -> Account:
    name = told.get("name")
    calls, asked, answered, cached = (
        int(told.get(key) or 0) for key in ("calls", "prompt_tokens", "completion_tokens", "cached")
    )
    return Account(str(name) if name else None, calls, asked, answered, float(told.get("spent_usd") or 0.0), cached)
