"""What a service says of its judge: who it is, and what it has cost so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """The judge of a service, as far as the service tells."""

    name: str | None = None
    """The model, with its revision where one is known; None where there is no judge, or nobody says."""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    spent_usd: float | None = None
    """None where no prices are set."""

    def since(self, earlier: "Account") -> "Account":
        """Return what was spent after an earlier look."""
        spent = None if self.spent_usd is None else self.spent_usd - (earlier.spent_usd or 0.0)
        return Account(
            self.name,
            self.calls - earlier.calls,
            self.prompt_tokens - earlier.prompt_tokens,
            self.completion_tokens - earlier.completion_tokens,
            spent,
        )


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
    name = next((told[key] for key in ("name", "judge", "model") if isinstance(told.get(key), str) and told[key]), None)
    calls, asked, answered = (int(told.get(key) or 0) for key in ("calls", "prompt_tokens", "completion_tokens"))
    spent = told.get("spent_usd")
    return Account(name, calls, asked, answered, spent if isinstance(spent, int | float) else None)
