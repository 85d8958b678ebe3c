"""The client for ordinary code."""

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from trainer_client import _exchange, _rubrics
from trainer_client._exchange import Answer, Conversation, Lost, Reply, Send, Terms
from trainer_client._label import checked_run
from trainer_client._retry import Backoff
from trainer_client._rubrics import RubricInfo, RubricResult
from trainer_client._types import Outcome, RewardInfo, RewardRequest, RewardResult, Sample

__all__ = ["RewardClient"]

DEFAULT_DEADLINE_S = 300.0
"""Far below the 1,800 s after which a collective operation of a training job times out."""

CONNECT_TIMEOUT_S = 10.0
"""A connection that takes longer is tried again: the address may have changed."""

T = TypeVar("T")


class RewardClient:
    """Scores completions with a reward service.

    Safe to share between threads. Connection errors, throttling (429) and a service that is not ready (502,
    503, 504) are retried until the deadline; what the service refuses is raised at once.

    Args:
        base_url: Where the service is, such as `http://127.0.0.1:8400`.
        api_key: Sent as a bearer token.
        run: The training run that all of it belongs to, under which the service records it.
        deadline_s: How long one call may take, repeats included.
        backoff: The waits between attempts.
        transport: What carries the requests; for tests and for unusual networks.

    Raises:
        ValueError: The URL does not begin with `http://` or `https://`, or no header can carry the key or the run.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        run: str | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        backoff: Backoff | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._terms = Terms(shown_url(checked_url(base_url)), deadline_s, backoff or Backoff(), run=checked_run(run))
        self._http = httpx.Client(base_url=base_url, headers=headers(api_key), transport=transport)

    def score(
        self,
        reward: str,
        samples: Sequence[Sample],
        params: Mapping[str, Any] | None = None,
        *,
        behaviour: str | None = None,
        build: str | None = None,
        step: int | None = None,
    ) -> list[Outcome]:
        """What one reward says about each sample, in order.

        Args:
            reward: The id, such as `math_equal@v2`.
            samples: The completions; any number.
            params: Settings that the reward's version offers.
            behaviour: The behaviour digest that must answer.
            build: The build digest that must answer.
            step: The step of the run, for the service's record.

        Raises:
            RewardServiceError: See the subclasses for the reasons.
        """
        asked = RewardRequest(reward, params, behaviour, build)
        return list(self.score_many([asked], samples, step=step)[0].outcomes)

    def score_many(
        self,
        rewards: Sequence[RewardRequest | str],
        samples: Sequence[Sample],
        *,
        statistics: bool = False,
        step: int | None = None,
    ) -> list[RewardResult]:
        """What each reward says about each sample, one result for each reward, in order.

        The completions are sent once. A sample's reference carries the fields of all the rewards.

        Args:
            rewards: The rewards, or their ids.
            samples: The completions; any number.
            statistics: Whether to ask for `RewardResult.statistics`.
            step: The step of the run, for the service's record.

        Raises:
            RewardServiceError: See the subclasses for the reasons.
        """
        asked = requests(rewards)
        return self._carry_out(_exchange.score_many(self._terms, asked, samples, statistics=statistics, step=step))

    def score_rubric(
        self, rubric: str, samples: Sequence[Sample], *, digest: str | None = None, step: int | None = None
    ) -> RubricResult:
        """What a rubric says about each sample, as one number and by its parts.

        Args:
            rubric: The id, such as `maths@v1`.
            samples: The completions; any number. A reference carries the fields of all the rubric's rewards.
            digest: The digest of the rubric that must answer.
            step: The step of the run, for the service's record.

        Raises:
            RewardServiceError: See the subclasses for the reasons.
        """
        return self._carry_out(_rubrics.score_rubric(self._terms, rubric, samples, digest=digest, step=step))

    def rubrics(self) -> list[RubricInfo]:
        """The rubrics that the service offers.

        Raises:
            RewardServiceError: See the subclasses for the reasons.
        """
        return self._carry_out(_rubrics.rubrics(self._terms))

    def rewards(self) -> list[RewardInfo]:
        """The service's catalogue.

        Raises:
            RewardServiceError: See the subclasses for the reasons.
        """
        return self._carry_out(_exchange.rewards(self._terms))

    def within(self, seconds: float) -> Self:
        """The same client, its connections too, for calls that may take so long."""
        hurried = copy.copy(self)
        hurried._terms = replace(self._terms, deadline_s=seconds)  # noqa: SLF001  its own
        return hurried

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _carry_out(self, conversation: Conversation[T]) -> T:
        answer: Answer = None
        while True:
            try:
                step = conversation.send(answer)
            except StopIteration as end:
                value: T = end.value
                return value
            if isinstance(step, Send):
                answer = self._send(step)
            else:
                answer = None
                time.sleep(step.seconds)

    def _send(self, step: Send) -> Answer:
        ends = time.monotonic() + step.timeout_s
        content = bytearray()
        limits = timeout(step.timeout_s)
        try:
            with self._http.stream(
                step.method, step.path, content=step.content, headers=step.headers, timeout=limits
            ) as reply:
                for chunk in reply.iter_bytes():
                    content += chunk
                    if time.monotonic() > ends:  # each chunk came in time, and all together do not
                        return Lost("the reply came too slowly")
        except httpx.RequestError as error:
            return lost(error)
        return Reply(reply.status_code, bytes(content), reply.headers.get("Retry-After"))


def requests(rewards: Sequence[RewardRequest | str]) -> list[RewardRequest]:
    """The rewards, those that are a bare id without params and pins."""
    return [RewardRequest(reward) if isinstance(reward, str) else reward for reward in rewards]


def headers(api_key: str | None) -> dict[str, str]:
    """What every request carries.

    Raises:
        ValueError: The key is none that a header can carry. Sent all the same, it would stand in the error.
    """
    fields = {"Content-Type": "application/json", "User-Agent": "touchstone-rl"}
    if api_key is not None:
        key = api_key.strip()  # a key that is read from a file ends with a line's end
        if not (key.isascii() and key.isprintable()):
            raise ValueError("The API key holds characters that no header can carry.")
        fields["Authorization"] = f"Bearer {key}"
    return fields


def checked_url(base_url: str) -> str:
    """The URL, if requests can be sent to it."""
    if not base_url.startswith(("http://", "https://")):
        raise ValueError(f"The base URL {base_url!r} must begin with http:// or https://.")
    return base_url


def shown_url(base_url: str) -> str:
    """The URL as it may stand in a log: without a name and a password."""
    scheme, _, rest = base_url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def timeout(seconds: float) -> httpx.Timeout:
    """The limits of one attempt that may take so many seconds."""
    return httpx.Timeout(seconds, connect=min(CONNECT_TIMEOUT_S, seconds))


def lost(error: httpx.RequestError) -> Lost:
    """What is known about a request that went unanswered."""
    return Lost(f"{type(error).__name__} {error}".strip())
